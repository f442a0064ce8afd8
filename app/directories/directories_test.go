package directories_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/outside"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// connected is a world of so many restricted IDs that live in a directory, which heard of none yet.
func connected(t *testing.T, ids int) (*apptest.World, *apptest.Directory) {
	t.Helper()
	w := apptest.NewWorld(t)
	w.Import(apptest.Losses(ids))
	return w, w.Connect(t)
}

func send(t *testing.T, w *apptest.World) {
	t.Helper()
	if err := directories.Send(w.Ctx, w.Store); err != nil {
		t.Fatal(err)
	}
}

// Any number of programs share the orders: each is sent once.
func TestManyProgramsSendEachOrderOnce(t *testing.T) {
	w, d := connected(t, 150)
	var all sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		all.Go(func() { errs[i] = directories.Send(w.Ctx, w.Store) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	send(t, w)
	if n := d.Count(directories.Restrict); n != 150 || w.Number("select count(*) from directory_orders where state = 'done'") != 150 {
		t.Errorf("%d sent", n)
	}
}

// A program that ends while it sends leaves the order uncertain; another reads the state first.
func TestAnOrderThatWasBeingSentIsReadBack(t *testing.T) {
	w, d := connected(t, 1)
	must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		_, err := store.Exec(tx, "update directory_orders set state = 'uncertain', attempts = 1, sent_at = $1, taken_until = $2", tx.Now, tx.Now.Add(45*time.Second))
		return err
	}))
	d.Of(apptest.LossLogin(0)).Restricted = true // it was done, and nobody heard
	if send(t, w); len(d.Asked) != 0 || w.Number("select count(*) from directory_orders where state = 'uncertain'") != 1 {
		t.Fatal("taken although somebody sends it")
	}
	w.Clock.Add(time.Minute)
	if send(t, w); len(d.Asked) != 0 || w.Number("select count(*) from directory_orders where state = 'done'") != 1 {
		t.Errorf("asked %d times", len(d.Asked))
	}
}

// A directory that does not answer rests, is asked again with one order, and the rest follows
// once it answers.
func TestADirectoryThatFailsRests(t *testing.T) {
	w, d := connected(t, 30)
	d.Answer = func(directories.Request) error { return &outside.Unready{Said: "connection refused"} }
	for range 60 {
		send(t, w)
		w.Clock.Add(time.Second)
	}
	now, err := directories.ByID(store.Read(w.Ctx, w.Store), 1)
	must(t, err)
	if now.Fails < 5 || now.FailingSince == nil || now.RestsUntil == nil || now.Said != "connection refused" {
		t.Fatalf("%+v", now)
	}
	if asked := len(d.Asked); asked > 60 { // the first batch was under way when the first failed
		t.Errorf("asked %d times", asked)
	}
	if w.Number("select count(*) from directory_orders where state = 'waiting'") != 30 {
		t.Error("what was certainly not done is called uncertain")
	}
	d.Answer = nil
	d.Findings = []outside.Finding{{Step: "connect", OK: true}}
	if _, err := directories.Check(w.Ctx, w.Store, w.Administrator, 1); err != nil { // a person mended it
		t.Fatal(err)
	}
	w.Clock.Add(20 * time.Minute)
	send(t, w)
	send(t, w)
	if n := w.Number("select count(*) from directory_orders where state = 'done'"); n != 30 {
		t.Errorf("%d done", n)
	}
}

// The orders of one ID keep their order, whatever becomes of the first.
func TestOrdersOfAnIDKeepTheirOrder(t *testing.T) {
	w, d := connected(t, 1)
	of := w.ID(apptest.LossLogin(0))
	must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		directories.Decide(tx, directories.VoidPointPassword, []int64{of.ID}, nil)
		return nil
	}))
	d.Answer = func(r directories.Request) error {
		if r.Act == directories.Restrict {
			return errors.New("cut")
		}
		return nil
	}
	send(t, w)
	if d.Count(directories.VoidPointPassword) != 0 {
		t.Error("the second was sent before the first was answered")
	}
	d.Answer = nil
	w.Clock.Add(time.Minute)
	send(t, w)
	send(t, w)
	if d.Count(directories.VoidPointPassword) != 1 {
		t.Error("the second was not sent")
	}
}

func TestSettings(t *testing.T) {
	w, _ := connected(t, 0)
	read := func() *directories.Directory {
		d, err := directories.ByCode(store.Read(w.Ctx, w.Store), "outside")
		must(t, err)
		return d
	}
	plan := func(change func(*directories.Plan)) directories.Plan {
		p := directories.Plan{Code: "outside", Name: "会員基盤", Kind: "test", IDs: []string{"ocn-id"}, Settings: map[string]string{"name": t.Name()}}
		change(&p)
		return p
	}
	before := read()
	if changed, err := directories.Set(w.Ctx, w.Store, w.Administrator, before.Version, plan(func(*directories.Plan) {})); err != nil || changed {
		t.Errorf("the same again: %v %v", changed, err)
	}
	if has, err := read().Has(w.Store.Vault); err != nil || !has["token"] || strings.Contains(string(before.Settings)+string(before.Secrets), "s3cret") {
		t.Error("the secret is gone, or readable")
	}
	if n := w.Number("select count(*) from audit_entries where coalesce(after::text, '') || coalesce(before::text, '') like '%s3cret%'"); n != 0 {
		t.Error("the secret stands in the audit trail")
	}
	for code, change := range map[string]func(*directories.Plan){
		"name:required":                func(p *directories.Plan) { p.Settings["name"] = "" },
		"how:choice_unknown":           func(p *directories.Plan) { p.Settings["how"] = "three" },
		"colour:setting_unknown":       func(p *directories.Plan) { p.Settings["colour"] = "red" },
		"kind:connection_kind_unknown": func(p *directories.Plan) { p.Kind = "carrier-pigeon" },
		"ids:id_unknown":               func(p *directories.Plan) { p.IDs = []string{"nobody"} },
	} {
		_, err := directories.Set(w.Ctx, w.Store, w.Administrator, before.Version, plan(change))
		f, is := fault.As(err)
		if !is || len(f.Fields) != 1 || f.Fields[0].Name+":"+f.Fields[0].Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	if _, err := directories.Set(w.Ctx, w.Store, w.Administrator, before.Version+7, plan(func(p *directories.Plan) { p.Name = "別" })); !fault.Is(err, "conflict") {
		t.Errorf("a stale page: %v", err)
	}
	if _, err := directories.Set(w.Ctx, w.Store, w.Manager, before.Version, plan(func(*directories.Plan) {})); !fault.Is(err, "forbidden") {
		t.Errorf("a manager: %v", err)
	}
	second := plan(func(p *directories.Plan) { p.Code, p.Name = "second", "予備" })
	if _, err := directories.Set(w.Ctx, w.Store, w.Administrator, 0, second); !fault.Is(err, "invalid") {
		t.Errorf("an ID in two directories: %v", err)
	}
}

// IDs that are taken out of a directory live in hoten's own again: nothing is left to be asked.
func TestTakingIDsOut(t *testing.T) {
	w, d := connected(t, 3)
	now, err := directories.ByCode(store.Read(w.Ctx, w.Store), "outside")
	must(t, err)
	p := directories.Plan{Code: "outside", Name: now.Name, Kind: now.Kind, Settings: now.Set()}
	if _, err := directories.Set(w.Ctx, w.Store, w.Administrator, now.Version, p); err != nil {
		t.Fatal(err)
	}
	if send(t, w); len(d.Asked) != 0 || w.Number("select count(*) from identities where unconfirmed_at is not null") != 0 {
		t.Errorf("asked %d times", len(d.Asked))
	}
}

// What was decided while an order was being sent stands, whatever is answered.
func TestTakingIDsOutWhileTheyAreSent(t *testing.T) {
	w, d := connected(t, 1)
	now, err := directories.ByCode(store.Read(w.Ctx, w.Store), "outside")
	must(t, err)
	d.Answer = func(directories.Request) error {
		_, err := directories.Set(w.Ctx, w.Store, w.Administrator, now.Version, directories.Plan{Code: "outside", Name: now.Name, Kind: now.Kind, Settings: now.Set()})
		return err
	}
	send(t, w)
	if n := w.Number("select count(*) from directory_orders where state = 'dropped'"); n != 1 {
		t.Errorf("%d dropped", n)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
