package resets_test

import (
	"errors"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/outside"
	"hoten/app/resets"
	"hoten/app/store"
)

// connected is world with IDs that live in a directory, their restriction confirmed there.
func connected(t *testing.T) (*apptest.World, *apptest.Directory) {
	t.Helper()
	w := world(t)
	d := w.Connect(t)
	sendAll(t, w)
	return w, d
}

func sendAll(t *testing.T, w *apptest.World) {
	t.Helper()
	if err := directories.Send(w.Ctx, w.Store); err != nil {
		t.Fatal(err)
	}
}

func notify(t *testing.T, w *apptest.World, login string) int64 {
	t.Helper()
	n, err := resets.Notify(w.Ctx, w.Store, w.Agent, w.Case(login).ID)
	if err != nil {
		t.Fatal(err)
	}
	return n.Queued
}

// IDs that were restricted before their directory was known are restricted in it; members are
// told that we changed their password only once that is true.
func TestRestrictionIsToldOnceItIsConfirmed(t *testing.T) {
	w := world(t)
	d := w.Connect(t)
	d.Answer = func(directories.Request) error { return errors.New("no answer") }
	sendAll(t, w)
	refused(t, second(resets.Notify(w.Ctx, w.Store, w.Agent, w.Case("m1@ocn.example").ID)), "restriction_unconfirmed")
	if all, err := resets.NotifyAll(w.Ctx, w.Store, w.Manager, apptest.Reference); err != nil || all.Queued != 0 {
		t.Errorf("%+v told before it was confirmed: %v", all, err)
	}
	if v, err := resets.PreviewNotices(store.Read(w.Ctx, w.Store), w.Vault, w.Case("m1@ocn.example").IncidentID); err != nil || len(v.Shown) != 0 || v.Waiting != 3 {
		t.Errorf("the step before it says %+v, %v", v, err)
	}
	d.Answer = nil
	w.Clock.Add(time.Minute)
	sendAll(t, w)
	w.Clock.Add(time.Minute)
	sendAll(t, w)
	if !d.Look("m1@ocn.example").Restricted || w.ID("m1@ocn.example").UnconfirmedAt != nil {
		t.Fatalf("%+v", d.Look("m1@ocn.example"))
	}
	if n := notify(t, w, "m1@ocn.example"); n != 1 {
		t.Errorf("%d told", n)
	}
	if w.Number("select count(*) from directory_orders where state <> 'done'") != 0 {
		t.Error("orders are left")
	}
}

// A password that the member chose is set in the directory before use resumes: points and
// one-time passwords first, so that the ID opens last.
func TestThePasswordIsSetInTheDirectory(t *testing.T) {
	w, d := connected(t)
	c := w.Case("m1@ocn.example")
	verify(w, w.Agent, c, 1)
	order, err := resets.Complete(w.Ctx, w.Store, send(w, w.Agent, c), chosen, chosen, true)
	if err != nil || order != nil {
		t.Fatalf("%+v %v", order, err)
	}
	if got := d.Look("m1@ocn.example"); got != (apptest.DirectoryID{Password: chosen, OneTime: true, PointsVoid: true, Sets: 1}) {
		t.Errorf("%+v", got)
	}
	of := w.ID("m1@ocn.example")
	if of.State != members.Resumed || of.PasswordHash != "" || !of.OneTimePassword {
		t.Errorf("%+v", of)
	}
	last := d.Asked[len(d.Asked)-1]
	if last.Act != directories.SetPassword || last.Login != "m1@ocn.example" || len(last.Key) != 36 {
		t.Errorf("%+v", last)
	}
	if w.Number("select count(*) from directory_orders where password is not null") != 0 {
		t.Error("the password is kept")
	}
	if w.Number("select count(*) from mails where kind = $1", notices.ResetCompleted) == 0 {
		t.Error("the member was not told")
	}
}

// An answer that is lost leaves the ID restricted and the member waiting; the state is read
// before anything is sent again, and use resumes once, with one mail.
func TestALostAnswerIsReadBack(t *testing.T) {
	for name, unread := range map[string]bool{"the state shows it": false, "the state cannot tell": true} {
		t.Run(name, func(t *testing.T) {
			w, d := connected(t)
			c := w.Case("m1@ocn.example")
			verify(w, w.Agent, c, 1)
			token := send(w, w.Agent, c)
			lost := 1
			d.Unread = unread
			d.Lost = func(r directories.Request) bool { lost--; return r.Act == directories.SetPassword && lost > -2 }
			order, err := resets.Complete(w.Ctx, w.Store, token, chosen, chosen, false)
			if err != nil || order == nil || order.State != directories.Uncertain {
				t.Fatalf("%+v %v", order, err)
			}
			if of := w.ID("m1@ocn.example"); of.State == members.Resumed || w.Number("select count(*) from mails where kind = $1", notices.ResetCompleted) != 0 {
				t.Errorf("assumed: %+v", of)
			}
			refused(t, complete(w, token), "not_found") // the page cannot be sent again meanwhile
			refused(t, try(w, w.Agent, c), "link_under_way")
			w.Clock.Add(time.Minute)
			sendAll(t, w)
			if of := w.ID("m1@ocn.example"); of.State != members.Resumed {
				t.Fatalf("%+v", of)
			}
			want := 1
			if unread {
				want = 2
			}
			if got := d.Look("m1@ocn.example"); got.Sets != want || got.Password != chosen {
				t.Errorf("%+v", got)
			}
			keys := map[string]bool{}
			for _, r := range d.Asked {
				if r.Act == directories.SetPassword {
					keys[r.Key] = true
				}
			}
			if len(keys) != 1 || w.Number("select count(*) from mails where kind = $1", notices.ResetCompleted) != 1 {
				t.Errorf("%d keys", len(keys))
			}
		})
	}
}

// A password that the directory's rules forbid is the member's to choose again, by the same link.
func TestADirectoryRefusesAPassword(t *testing.T) {
	w, d := connected(t)
	c := w.Case("m1@ocn.example")
	verify(w, w.Agent, c, 1)
	token := send(w, w.Agent, c)
	d.Answer = func(r directories.Request) error {
		if r.Act == directories.SetPassword && r.Password == chosen {
			return &outside.Refused{Code: directories.PasswordRefused, Said: "too weak: " + r.Password + " of " + r.Login}
		}
		return nil
	}
	refused(t, complete(w, token), "password_refused_elsewhere")
	if w.Number("select count(*) from directory_orders where said like '%'||$1||'%' or said like '%m1@%'", chosen) != 0 {
		t.Error("the password or the ID is kept with the answer")
	}
	if _, err := resets.Complete(w.Ctx, w.Store, token, "ichijo-modori-bashi-8", "ichijo-modori-bashi-8", false); err != nil {
		t.Fatal(err)
	}
	if got := d.Look("m1@ocn.example"); got.Password != "ichijo-modori-bashi-8" {
		t.Errorf("%+v", got)
	}
}

// What is learned while the answer is awaited stands: a suspicion makes the link void, so the
// password that was set meanwhile is taken back at once and use does not resume.
func TestASuspicionOverALostAnswer(t *testing.T) {
	w, d := connected(t)
	c := w.Case("m1@ocn.example")
	verify(w, w.Agent, c, 1)
	d.Lost = func(r directories.Request) bool { return r.Act == directories.SetPassword }
	if _, err := resets.Complete(w.Ctx, w.Store, send(w, w.Agent, c), chosen, chosen, false); err != nil {
		t.Fatal(err)
	}
	call := w.Call(w.Agent2, c.ID)
	if _, err := cases.Conclude(w.Ctx, w.Store, w.Agent2, call.ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Minute)
	sendAll(t, w)
	sendAll(t, w)
	of := w.ID("m1@ocn.example")
	if got := d.Look("m1@ocn.example"); !got.Restricted || got.Password != "" || of.State == members.Resumed {
		t.Errorf("%+v, %s", got, of.State)
	}
	if w.Number("select count(*) from case_events where kind = $1", cases.PasswordNotSet) != 1 {
		t.Error("the case does not say so")
	}
}

// An ID that is restricted again while its password is under way ends restricted, whatever
// of it arrived.
func TestARestrictionOvertakesAPassword(t *testing.T) {
	w, d := connected(t)
	c := w.Case("m1@ocn.example")
	verify(w, w.Agent, c, 1)
	d.Answer = func(r directories.Request) error {
		if r.Act == directories.SetPassword {
			return errors.New("cut")
		}
		return nil
	}
	if _, err := resets.Complete(w.Ctx, w.Store, send(w, w.Agent, c), chosen, chosen, false); err != nil {
		t.Fatal(err)
	}
	if err := store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error { return resets.RestrictIDs(tx, []int64{c.IdentityID}) }); err != nil {
		t.Fatal(err)
	}
	d.Answer = nil
	w.Clock.Add(time.Minute)
	sendAll(t, w)
	sendAll(t, w)
	if got := d.Look("m1@ocn.example"); !got.Restricted || got.Sets != 0 {
		t.Errorf("%+v", got)
	}
	if w.Number("select count(*) from directory_orders where state in ('waiting', 'uncertain')") != 0 {
		t.Error("orders are left")
	}
}

// A password that could not be set for an hour is given up, erased, and the ID restricted anew:
// nobody knows whether it was set.
func TestAPasswordIsGivenUp(t *testing.T) {
	w, d := connected(t)
	c := w.Case("m1@ocn.example")
	verify(w, w.Agent, c, 1)
	d.Answer = func(r directories.Request) error {
		if r.Act == directories.SetPassword {
			return errors.New("cut")
		}
		return nil
	}
	if _, err := resets.Complete(w.Ctx, w.Store, send(w, w.Agent, c), chosen, chosen, false); err != nil {
		t.Fatal(err)
	}
	before := d.Count(directories.Restrict)
	w.Clock.Add(61 * time.Minute)
	sendAll(t, w)
	w.Clock.Add(time.Minute)
	sendAll(t, w)
	if w.Number("select count(*) from directory_orders where password is not null") != 0 || d.Count(directories.Restrict) != before+1 {
		t.Errorf("kept, or restricted %d times", d.Count(directories.Restrict)-before)
	}
	if n := w.Number("select count(*) from directory_orders where state = 'refused' and code = 'too_late'"); n != 1 {
		t.Errorf("%d given up", n)
	}
}

// What a directory refuses is settled by people: again, or by hand.
func TestRefusedOrdersAreSettled(t *testing.T) {
	w := world(t)
	d := w.Connect(t)
	d.Answer = func(r directories.Request) error { return &outside.Refused{Code: outside.UnknownID} }
	sendAll(t, w)
	open, err := directories.Open(store.Read(w.Ctx, w.Store), 1, true, 0, 10)
	if err != nil || len(open) != 3 {
		t.Fatal(open, err)
	}
	refused(t, second(resets.Notify(w.Ctx, w.Store, w.Agent, w.Case("m1@ocn.example").ID)), "restriction_unconfirmed")
	if err := directories.SendAgain(w.Ctx, w.Store, w.Agent, open[0].ID); !fault.Is(err, "forbidden") {
		t.Error(err)
	}
	d.Answer = nil
	for _, o := range open[:2] {
		if err := directories.SendAgain(w.Ctx, w.Store, w.Supervisor, o.ID); err != nil {
			t.Fatal(err)
		}
	}
	sendAll(t, w)
	if err := directories.SettleByHand(w.Ctx, w.Store, w.Supervisor, open[2].ID, "台帳で無効化した"); err != nil {
		t.Fatal(err)
	}
	if n, err := directories.SendAllAgain(w.Ctx, w.Store, w.Supervisor, "outside"); err != nil || n != 0 {
		t.Errorf("%d again of none: %v", n, err)
	}
	if err := directories.SettleByHand(w.Ctx, w.Store, w.Supervisor, open[0].ID, "台帳で無効化した"); !fault.Is(err, "order_settled") {
		t.Error(err)
	}
	if w.Number("select count(*) from identities where unconfirmed_at is not null") != 0 || w.Number("select count(*) from directory_orders where state <> 'done'") != 0 {
		t.Error("not confirmed")
	}
}

// A restriction that is lifted ends in the directory first.
func TestReleaseWaitsForTheDirectory(t *testing.T) {
	w, d := connected(t)
	c := w.Case("m1@ocn.example")
	if _, err := resets.Release(w.Ctx, w.Store, w.Supervisor, c.ID, "誤って制限"); err != nil {
		t.Fatal(err)
	}
	if of := w.ID("m1@ocn.example"); of.State != members.Restricted {
		t.Errorf("assumed: %s", of.State)
	}
	sendAll(t, w)
	if of := w.ID("m1@ocn.example"); of.State != members.Resumed || d.Look("m1@ocn.example").Restricted {
		t.Errorf("%s, %+v", of.State, d.Look("m1@ocn.example"))
	}
}

// A restriction that was refused is not sent again over the reset that came after it.
func TestARefusedRestrictionIsOverAfterTheReset(t *testing.T) {
	w := world(t)
	d := w.Connect(t)
	d.Answer = func(r directories.Request) error {
		if r.Act == directories.Restrict {
			return &outside.Refused{Code: outside.NotAble}
		}
		return nil
	}
	sendAll(t, w)
	c := w.Case("m1@ocn.example")
	verify(w, w.Agent, c, 1)
	if err := complete(w, send(w, w.Agent, c)); err != nil {
		t.Fatal(err)
	}
	d.Answer = nil
	if n, err := directories.SendAllAgain(w.Ctx, w.Store, w.Supervisor, "outside"); err != nil || n != 2 {
		t.Errorf("%d sent again: %v", n, err)
	}
	sendAll(t, w)
	if got := d.Look("m1@ocn.example"); got.Restricted || got.Password != chosen || w.ID("m1@ocn.example").UnconfirmedAt != nil {
		t.Errorf("%+v", got)
	}
}
