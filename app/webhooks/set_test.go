package webhooks_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/installation"
	"hoten/app/store"
	"hoten/app/webhooks"
)

func TestASecretThatIsReplacedSignsForADay(t *testing.T) {
	r := receive(t, "case")
	fresh, err := webhooks.Rotate(r.Ctx, r.Store, r.Administrator, r.made.ID)
	must(t, err)
	if fresh.Secret == r.made.Secret || !strings.HasPrefix(fresh.Secret, "whsec_") {
		t.Fatal(fresh)
	}
	send := func() message {
		r.note(1)
		r.pass()
		return r.got[len(r.got)-1]
	}
	if m := send(); !verify(m, fresh.Secret) || !verify(m, r.made.Secret) || strings.Count(m.Signature, " ") != 1 {
		t.Errorf("%+v", m)
	}
	r.Clock.Add(24*time.Hour + time.Second)
	if m := send(); !verify(m, fresh.Secret) || verify(m, r.made.Secret) || strings.Contains(m.Signature, " ") {
		t.Errorf("after a day: %+v", m)
	}
	must(t, webhooks.Forget(r.Ctx, r.Store))
	if r.Number("select count(*) from webhook_secrets") != 1 {
		t.Error("a secret that signs no more is kept")
	}
	for _, secret := range []string{fresh.Secret, r.made.Secret} {
		if r.Number("select count(*) from audit_entries where after::text like '%' || $1 || '%'", secret[6:]) != 0 {
			t.Error("a secret stands in the audit trail")
		}
	}
}

func TestTheLogIsKeptForAMonth(t *testing.T) {
	r := receive(t, "case")
	r.note(1)
	r.pass()
	r.Clock.Add(29 * 24 * time.Hour)
	must(t, webhooks.Test(r.Ctx, r.Store, r.Administrator, r.made.ID))
	must(t, webhooks.Forget(r.Ctx, r.Store))
	if len(r.log()) != 2 {
		t.Error("forgotten too early")
	}
	r.Clock.Add(2 * 24 * time.Hour)
	must(t, webhooks.Forget(r.Ctx, r.Store))
	if list := r.log(); len(list) != 1 || list[0].State != webhooks.Waiting {
		t.Error("what waits was forgotten, or nothing was")
	}
}

// A name that leads to this machine is refused when it is dialled, whatever it was when it was entered.
func TestPrivateAddressesAreRefused(t *testing.T) {
	r := receive(t, "case")
	for _, address := range []string{"http://example.jp", "https://127.0.0.1/x", "https://[::1]/", "https://10.1.2.3", "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/", "https://user:pass@example.jp", "https://example.jp/#x",
		"ftp://example.jp", "https:///x", "example.jp", "", "https://example.jp/" + strings.Repeat("x", 1000)} {
		_, err := webhooks.Add(r.Ctx, r.Store, r.Administrator, webhooks.Internet, webhooks.Plan{URL: address, Note: "BI", Kinds: []string{"case"}})
		if !fault.Of(err, fault.Invalid) {
			t.Errorf("%s: %v", address, err)
		}
	}
	plan := webhooks.Plan{URL: strings.Replace(r.URL, "http://127.0.0.1", "https://localhost", 1), Note: "BI", Kinds: []string{"case"}}
	must(t, webhooks.Change(r.Ctx, r.Store, r.Administrator, webhooks.Internet, r.made.ID, 1, plan))
	r.sender.Reach = webhooks.Internet
	r.note(1)
	r.pass()
	if d := r.log()[0]; len(r.got) != 0 || d.State != webhooks.Waiting || !strings.HasSuffix(d.PlainSaid(r.Store.Vault), "is not a public address") {
		t.Errorf("%+v: %q", d, d.PlainSaid(r.Store.Vault))
	}
}

func TestChanges(t *testing.T) {
	r := receive(t, "case")
	plan := webhooks.Plan{URL: "https://example.jp/secret-path", Note: "集計", Kinds: []string{"call", "import"}}
	must(t, webhooks.Change(r.Ctx, r.Store, r.Administrator, webhooks.Internet, r.made.ID, 1, plan))
	if e := r.endpoint(); e.URL != plan.URL || e.Note != plan.Note || !slices.Equal(e.KindList(), plan.Kinds) || e.Version != 2 {
		t.Errorf("%+v", e)
	}
	if err := webhooks.Change(r.Ctx, r.Store, r.Administrator, webhooks.Internet, r.made.ID, 1, plan); !fault.Of(err, fault.Conflict) {
		t.Error(err)
	}
	if r.Number("select count(*) from audit_entries where action = 'webhook.changed' and after::text like '%https://example.jp%' and after::text not like '%secret-path%'") != 1 {
		t.Error("the trail does not hold the change, or the path")
	}
	for field, wrong := range map[string]webhooks.Plan{"kinds": {URL: plan.URL, Note: "x"}, "note": {URL: plan.URL, Kinds: plan.Kinds}, "url": {Note: "x", Kinds: plan.Kinds}} {
		err := webhooks.Change(r.Ctx, r.Store, r.Administrator, webhooks.Internet, r.made.ID, 2, wrong)
		if f, _ := fault.As(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestATestTellsOfNothing(t *testing.T) {
	r := receive(t, "import")
	must(t, webhooks.Test(r.Ctx, r.Store, r.Administrator, r.made.ID))
	must(t, webhooks.Test(r.Ctx, r.Store, r.Administrator, r.made.ID))
	r.pass()
	if len(r.got) != 2 || r.got[0].Type != "webhook.tested" || !verify(r.got[0], r.made.Secret) || r.got[0].ID == r.got[1].ID {
		t.Errorf("%+v", r.got)
	}
}

// A copy of the database that nobody released tells nobody.
func TestAHeldCopySendsNothing(t *testing.T) {
	r := receive(t, "case")
	r.note(1)
	r.seal()
	must(t, webhooks.Spread(r.Ctx, r.Store))
	must(t, installation.Settle(r.Ctx, r.Store))
	copied := apptest.Open(t, apptest.CopyOf(t, r.Address()), r.Clock.Now)
	there := &webhooks.Sender{Store: copied, Reach: webhooks.Anywhere}
	must(t, there.Send(r.Ctx))
	if len(r.got) != 0 {
		t.Fatal("the copy told of it")
	}
	original := &webhooks.Sender{Store: apptest.Open(t, r.Address(), r.Clock.Now), Reach: webhooks.Anywhere} // copying ends its connections
	must(t, original.Send(r.Ctx))
	if len(r.got) != 1 {
		t.Error("the original did not")
	}
}

// What is under way when the program ends is sent again by another when its lease has ended.
func TestAProgramThatEnds(t *testing.T) {
	r := receive(t, "case")
	r.note(1)
	r.seal()
	must(t, webhooks.Spread(r.Ctx, r.Store))
	ctx, cancel := context.WithCancel(r.Ctx)
	r.answer = func(_ http.ResponseWriter, _ *http.Request) { cancel() }
	must(t, r.sender.Send(ctx))
	r.answer = nil
	if r.pass(); len(r.got) != 1 {
		t.Error("sent by two")
	}
	r.Clock.Add(time.Minute)
	if r.pass(); len(r.got) != 2 || r.got[0].ID != r.got[1].ID || r.log()[0].Attempts != 1 {
		t.Errorf("%d sent, %+v", len(r.got), r.log()[0])
	}
}

func TestFeed(t *testing.T) {
	r := receive(t, "case")
	r.note(5)
	r.seal()
	db := store.Read(r.Ctx, r.Store)
	var all []webhooks.Event
	for after := int64(0); ; {
		events, next, err := webhooks.Feed(db, after, 2)
		must(t, err)
		all = append(all, events...)
		if next == 0 {
			break
		}
		after = next
	}
	whole, next, err := webhooks.Feed(db, 0, 1000)
	must(t, err)
	if !slices.Equal(all, whole) || next != 0 || !slices.IsSortedFunc(all, func(a, b webhooks.Event) int { return int(a.Seq - b.Seq) }) {
		t.Errorf("%v\n%v", all, whole)
	}
	if int64(len(all)) != r.Number("select count(*) from audit_seals s join audit_entries e on e.id = s.entry_id where e.action = any($1)", webhooks.Types(webhooks.Kinds...)) {
		t.Errorf("%d events", len(all))
	}
	if none, next, err := webhooks.Feed(db, 1<<40, 10); len(none) != 0 || next != 0 || err != nil {
		t.Errorf("%v, %d, %v", none, next, err)
	}
}
