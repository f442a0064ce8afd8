package installation_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/installation"
	"hoten/app/notices"
	"hoten/app/resets"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

func look(t *testing.T, s *store.Store) installation.State {
	t.Helper()
	now, err := installation.Look(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return now
}

func settled(t *testing.T, s *store.Store) {
	t.Helper()
	if err := installation.Settle(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

// moved is the same database reached at another place.
func moved(s *store.Store, p store.Place) *store.Store {
	other := *s
	other.Place = func() store.Place { return p }
	return &other
}

// What is the same database and what is another one.
func TestWhatACopyIs(t *testing.T) {
	address := apptest.DatabaseURL(t)
	clock := &apptest.Clock{}
	clock.Set(apptest.Start)
	s := apptest.Open(t, address, clock.Now)
	if now := look(t, s); now.Held || now.LastAt != nil {
		t.Errorf("a new database: %+v", now)
	}
	settled(t, s)
	settled(t, s)
	if now := look(t, s); now.Held || now.Last != s.Place().Name || !now.LastAt.Equal(apptest.Start) {
		t.Errorf("after its first start: %+v", now)
	}
	if now := look(t, apptest.Open(t, address, clock.Now)); now.Held {
		t.Errorf("a plain restart: %+v", now)
	}
	dir := t.TempDir()
	for name, p := range map[string]store.Place{
		"another host":   store.AtAddress("db2.example", 5432, "hoten"),
		"another folder": store.InFolder(dir),
		"another mark":   {Name: s.Place().Name, Mark: "another machine"},
	} {
		if now := look(t, moved(s, p)); !now.Held || now.Here != p.Name {
			t.Errorf("%s: %+v", name, now)
		}
	}
	copied := apptest.Open(t, apptest.CopyOf(t, address), clock.Now)
	settled(t, copied) // its start
	if now := look(t, copied); !now.Held || now.Last == "" {
		t.Errorf("a copy on the same server: %+v", now)
	}
	// A dump that is loaded into the database it came from.
	s = apptest.Open(t, address, clock.Now)
	apptest.AsOwner(t, s, "create table loaded (like installations including all); insert into loaded select * from installations; drop table installations; alter table loaded rename to installations; grant select, insert on installations to hoten_app")
	if now := look(t, s); !now.Held {
		t.Errorf("a dump loaded in place: %+v", now)
	}
}

func TestPlaces(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	control := func(dir string) string { return filepath.Join(dir, "global", "pg_control") }
	for _, dir := range []string{one, two} {
		if err := errors.Join(os.Mkdir(filepath.Dir(control(dir)), 0o700), os.WriteFile(control(dir), nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := store.InFolder(one), store.InFolder(one); a != b {
		t.Errorf("a folder differs from itself: %v, %v", a, b)
	}
	if a, b := store.InFolder(one), store.InFolder(two); a.Mark == b.Mark {
		t.Errorf("two folders look the same: %v, %v", a, b)
	}
	// A backup that is put back into its folder makes the file anew.
	before := store.InFolder(one)
	if err := errors.Join(os.WriteFile(control(one)+".new", nil, 0o600), os.Rename(control(one)+".new", control(one))); err != nil {
		t.Fatal(err)
	}
	if store.InFolder(one) == before {
		t.Error("what was put back in place looks like what was there")
	}
	if a, b := store.AtAddress("DB.example", 5432, "hoten"), store.AtAddress("db.example", 5432, "hoten"); a != b || a.Name != "db.example:5432/hoten" {
		t.Errorf("one host, two ways of writing: %v, %v", a, b)
	}
}

// held is a copy of a world with two notices, a code and a call under way.
func held(t *testing.T) (*apptest.World, *cases.Call) {
	t.Helper()
	w := apptest.NewWorld(t)
	w.Import(apptest.Losses(3))
	settled(t, w.Store)
	for i := range 2 {
		if _, err := resets.Notify(w.Ctx, w.Store, w.Manager, w.Case(apptest.LossLogin(i)).ID); err != nil {
			t.Fatal(err)
		}
	}
	call := w.Call(w.Agent, w.Case(apptest.LossLogin(2)).ID)
	if _, err := cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID); err != nil {
		t.Fatal(err)
	}
	copied := apptest.Open(t, apptest.CopyOf(t, w.Address()), w.Clock.Now)
	w.Store = copied
	return w, call
}

// While a copy is held no mail leaves and nothing pretends to; after the release each
// goes once, and a code that nobody can use any more does not.
func TestAHeldCopySendsNothing(t *testing.T) {
	w, call := held(t)
	sent := map[string]int{}
	out := apptest.OutletFunc(func(e notices.Envelope) error { sent[e.To]++; return nil })
	w.Deliver(out)
	if err := notices.Sweep(w.Ctx, w.Store); err != nil {
		t.Fatal(err)
	}
	if n := w.Number("select count(*) from mails where state = 'queued' and attempts = 0"); len(sent) != 0 || n != 3 {
		t.Errorf("sent %v, %d wait untouched", sent, n)
	}
	w.Clock.Add(20 * 60e9)
	if _, err := cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID); !fault.Is(err, "installation_held") {
		t.Errorf("a code: %v", err)
	}
	if _, err := resets.Notify(w.Ctx, w.Store, w.Manager, call.CaseID); !fault.Is(err, "installation_held") {
		t.Errorf("a notice: %v", err)
	}
	if _, err := cases.AddNote(w.Ctx, w.Store, w.Agent, call.CaseID, "復元後の確認"); err != nil {
		t.Errorf("work inside of it: %v", err)
	}
	if _, err := installation.Release(w.Ctx, w.Store, w.Administrator, installation.Send, "復元訓練の終了"); err != nil {
		t.Fatal(err)
	}
	w.Deliver(out)
	w.Deliver(out)
	if len(sent) != 2 || w.Number("select count(*) from mails where state = 'sent'") != 2 || w.Number("select count(*) from mails where error = 'expired'") != 1 {
		t.Errorf("sent %v after the release", sent)
	}
}

// Discarded mails are not sent, and tell nothing about their addresses: the members of
// notices are still to be notified in this database.
func TestDiscarding(t *testing.T) {
	w, _ := held(t)
	got, err := installation.Release(w.Ctx, w.Store, w.Administrator, installation.Discard, "元の環境から送信済み")
	if err != nil || got.Mails != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	w.Deliver(apptest.OutletFunc(func(notices.Envelope) error { t.Error("a discarded mail was sent"); return nil }))
	if n := w.Number("select count(*) from mails where state = 'failed' and reason = 'discarded' and secret is null"); n != 3 {
		t.Errorf("%d discarded", n)
	}
	if n := w.Number("select count(*) from cases where notified_at is not null or unreachable_at is not null"); n != 0 {
		t.Errorf("%d cases are marked", n)
	}
	if n := w.Number("select count(*) from case_events where kind = 'mail_not_sent'"); n != 3 {
		t.Errorf("%d cases were told", n)
	}
}

// What was queued in the copy itself is sent, whatever becomes of what the original has too.
func TestDiscardingSparesTheCopysOwn(t *testing.T) {
	w, _ := held(t)
	w.Clock.Add(time.Hour)
	if err := installation.NoteCopy(w.Ctx, w.Store, look(t, w.Store)); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Hour)
	own := w.Number("with u as (update mails set queued_at = $1 where id = (select min(id) from mails where kind = 'restriction_notice') returning id) select id from u", w.Clock.Now())
	w.Clock.Add(time.Hour)
	if err := installation.NoteCopy(w.Ctx, w.Store, look(t, w.Store)); err != nil { // as after a restart
		t.Fatal(err)
	}
	got, err := installation.Release(w.Ctx, w.Store, w.Administrator, installation.Discard, "元の環境から送信済み")
	if err != nil || got.Mails != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	w.Deliver(apptest.OutletFunc(func(notices.Envelope) error { return nil }))
	if n := w.Number("select count(*) from mails where state = 'sent' and id = $1", own); n != 1 || w.Number("select count(*) from mails where reason = 'discarded'") != 2 {
		t.Errorf("the copy's own mail was sent: %v", n == 1)
	}
}

// Where no mail waits there is nothing to choose.
func TestReleasingWithoutMails(t *testing.T) {
	w, _ := held(t)
	release := func(mails string) error {
		_, err := installation.Release(w.Ctx, w.Store, w.Administrator, mails, "切替")
		return err
	}
	if err := release(""); !fault.Is(err, "invalid") || w.Number("select count(*) from mails where state = 'queued'") != 3 || !look(t, w.Store).Held {
		t.Errorf("while three wait: %v", err)
	}
	if _, err := w.Pool.Exec(w.Ctx, "update mails set state = 'failed' where state = 'queued'"); err != nil {
		t.Fatal(err)
	}
	if err := release("perhaps"); !fault.Is(err, "invalid") {
		t.Errorf("a choice that is none: %v", err)
	}
	if err := release(""); err != nil || look(t, w.Store).Held {
		t.Errorf("while none waits: %v", err)
	}
}

func TestWhoReleases(t *testing.T) {
	w, _ := held(t)
	for _, by := range []access.Actor{w.Agent, w.Supervisor, w.Manager, w.Auditor} {
		if _, err := installation.Release(w.Ctx, w.Store, by, installation.Send, "x"); !fault.Of(err, fault.Forbidden) {
			t.Errorf("%s: %v", by.Role, err)
		}
	}
	if _, err := installation.Release(w.Ctx, w.Store, w.Administrator, "", "x"); !fault.Is(err, "invalid") {
		t.Errorf("without a choice: %v", err)
	}
	if _, err := installation.Release(w.Ctx, w.Store, w.Administrator, installation.Send, " "); !fault.Is(err, "invalid") {
		t.Errorf("without a reason: %v", err)
	}
	if !look(t, w.Store).Held {
		t.Error("a refused release let go")
	}
	var done sync.WaitGroup
	results := make([]error, 4)
	for i := range results {
		done.Go(func() {
			_, results[i] = installation.Release(w.Ctx, w.Store, w.Administrator, installation.Choices[i%2], "二人同時")
		})
	}
	done.Wait()
	released := 0
	for _, err := range results {
		if err == nil {
			released++
		} else if !fault.Is(err, "installation_not_held") {
			t.Error(err)
		}
	}
	if released != 1 || look(t, w.Store).Held || w.Number("select count(*) from audit_entries where action = 'installation.released'") != 1 {
		t.Errorf("%d released: %v", released, errors.Join(results...))
	}
}

func TestAHeldCopyLeavesOutsideSystemsAlone(t *testing.T) {
	w, _ := held(t)
	system := w.Connect(t)
	id := w.Case(apptest.LossLogin(0)).ID
	if _, err := resets.Release(w.Ctx, w.Store, w.Supervisor, id, "誤って制限"); err != nil {
		t.Fatal(err)
	}
	send := func() {
		t.Helper()
		if err := directories.Send(w.Ctx, w.Store); err != nil {
			t.Fatal(err)
		}
	}
	if send(); len(system.Asked) != 0 {
		t.Errorf("asked %d times", len(system.Asked))
	}
	if _, err := installation.Release(w.Ctx, w.Store, w.Administrator, installation.Send, "切替"); err != nil {
		t.Fatal(err)
	}
	if send(); system.Count(directories.Release) != 1 {
		t.Errorf("asked %d times", len(system.Asked))
	}
}
