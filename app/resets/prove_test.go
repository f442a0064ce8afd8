package resets_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"hoten/app/cases"
	"hoten/app/members"
	"hoten/app/resets"
	"hoten/migrations"
)

// Whoever used a link reads what goes to its contact; who turns out not to be the member
// proved nothing by it, nor by what led to it.
func TestALinkThatIsUsedProvesItsContact(t *testing.T) {
	w := world(t)
	const login = "m1@ocn.example"
	c := w.Case(login)
	verify(w, w.Agent, c, 1)
	token := send(w, w.Agent, c)
	if at := w.ProvedAt(login, members.Email); !at.IsZero() {
		t.Errorf("a link that is out: proved %v", at)
	}
	w.Clock.Add(time.Minute)
	must(t, complete(w, token))
	if at := w.ProvedAt(login, members.Email); !at.Equal(w.Clock.Now()) {
		t.Errorf("a link that was used: proved %v", at)
	}
	w.Clock.Add(time.Hour)
	_, err := resets.Restrict(w.Ctx, w.Store, w.Supervisor, c.ID, time.Time{}, "別人と判明")
	must(t, err)
	if at := w.ProvedAt(login, members.Email); !at.IsZero() {
		t.Errorf("it was not the member's: proved %v", at)
	}
}

// A database from before migration 0121 knows what codes, calls back, links and documents
// proved, apart from what is held against whoever called.
func TestMigrationKeepsWhatWasProved(t *testing.T) {
	w := world(t)
	call := func(login string) *cases.Call {
		t.Helper()
		w.Clock.Add(time.Minute)
		out, err := cases.StartCall(w.Ctx, w.Store, w.Agent, w.Case(login).ID, cases.NewCall{Direction: "outbound", Relation: cases.Self})
		must(t, err)
		for _, said := range [][2]string{{cases.ItemName, "高橋 花子"}, {cases.ItemBirthDate, "1970-01-02"}, {cases.ItemAddress, "東京都千代田区千代田1-2-3"}} {
			_, err := cases.Answer(w.Ctx, w.Store, w.Agent, out.ID, said[0], said[1], false)
			must(t, err)
		}
		out, err = cases.ConfirmCallback(w.Ctx, w.Store, w.Agent, out.ID)
		must(t, err)
		return out
	}
	call("m1@ocn.example")
	must(t, complete(w, send(w, w.Agent, w.Case("m1@ocn.example"))))
	change, err := cases.ProposeContact(w.Ctx, w.Store, w.Agent, w.Case("m2@ocn.example").ID, members.Email, "fresh@mail.example", "写し")
	must(t, err)
	_, err = cases.ConfirmContact(w.Ctx, w.Store, w.Supervisor, change.ID, "fresh@mail.example")
	must(t, err)
	_, err = cases.Conclude(w.Ctx, w.Store, w.Agent, call("m3@ocn.example").ID, cases.Unable)
	must(t, err)
	type contact struct{ login, kind string }
	before := map[contact]time.Time{}
	for _, k := range []contact{{"m1@ocn.example", members.Email}, {"m1@ocn.example", members.Phone}, {"m2@ocn.example", members.Email}, {"m2@ocn.example", members.Phone}, {"m3@ocn.example", members.Phone}} {
		before[k] = w.ProvedAt(k.login, k.kind)
		if never := k.kind == members.Phone && k.login != "m1@ocn.example"; before[k].IsZero() != never {
			t.Fatalf("%v: proved %v", k, before[k])
		}
	}
	db, err := sql.Open("pgx", w.Pool.Config().ConnString()+"&default_query_exec_mode=simple_protocol")
	must(t, err)
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS)
	must(t, err)
	_, err = provider.DownTo(w.Ctx, 120)
	must(t, err)
	_, err = provider.Up(w.Ctx)
	must(t, err)
	for k, want := range before {
		if at := w.ProvedAt(k.login, k.kind); !at.Equal(want) {
			t.Errorf("%v: proved %v, want %v", k, at, want)
		}
	}
}
