package resets_test

import (
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/resets"
	"hoten/app/store"
)

// What is out when somebody may pass for the member is void for good, whichever agent
// gave it: ending the suspicion gives none of it back.
func TestSuspicionVoidsWhatIsOut(t *testing.T) {
	for name, try := range map[string]func(w *apptest.World, c *cases.Case, call, level2 *cases.Call, link, code string) error{
		"link": func(w *apptest.World, _ *cases.Case, _, _ *cases.Call, link, _ string) error {
			_, err := resets.Look(w.Ctx, w.Store, link, true)
			return err
		},
		"link, used": func(w *apptest.World, _ *cases.Case, _, _ *cases.Call, link, _ string) error {
			return second(resets.Complete(w.Ctx, w.Store, link, "a long new secret 7", "a long new secret 7", false))
		},
		"code": func(w *apptest.World, _ *cases.Case, call, _ *cases.Call, _, code string) error {
			_, err := cases.CheckCode(w.Ctx, w.Store, w.Agent2, call.ID, code)
			return err
		},
		"verification": func(w *apptest.World, c *cases.Case, _, _ *cases.Call, _, _ string) error {
			w.Clock.Add(2 * time.Minute)
			_, err := resets.Send(w.Ctx, w.Store, w.Agent, c.ID, "https://hoten.example")
			return err
		},
	} {
		w := apptest.NewWorld(t)
		affected, movements := apptest.Losses(1)
		w.Import(affected, movements)
		c := w.Case(apptest.LossLogin(0))
		level2 := w.Verified(w.Agent, c.ID, apptest.LossSays(0)...)
		if _, err := resets.Send(w.Ctx, w.Store, w.Agent, c.ID, "https://hoten.example"); err != nil {
			t.Fatal(err)
		}
		link := w.Secret(c.ID)[len("https://hoten.example/reset/"):]
		w.Clock.Add(2 * time.Minute)
		call := w.Call(w.Agent2, c.ID)
		if _, err := cases.SendCode(w.Ctx, w.Store, w.Agent2, call.ID); err != nil {
			t.Fatal(err)
		}
		code := w.Secret(c.ID)
		third := w.Call(w.Supervisor2, c.ID)
		if _, err := cases.Conclude(w.Ctx, w.Store, w.Supervisor2, third.ID, cases.ImpostorSuspected); err != nil {
			t.Fatal(err)
		}
		if _, err := cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor, c.ID, "確認済み", nil); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"code": "no_code_waiting", "verification": "verification_required"}[name]
		if want == "" {
			want = "not_found"
		}
		if err := try(w, c, call, level2, link, code); !fault.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A call in which somebody was verified, or had begun to be, when a suspicion was raised
// verifies nobody any more, and says so; one in which nothing was right goes on.
func TestSuspicionEndsVerificationsForGood(t *testing.T) {
	w := apptest.NewWorld(t)
	affected, movements := apptest.Losses(1)
	w.Import(affected, movements)
	c := w.Case(apptest.LossLogin(0))
	says := apptest.LossSays(0)
	verified, begun, fresh := w.Verified(w.Agent, c.ID, says...), w.Call(w.Agent2, c.ID, says[:2]...), w.Call(w.Manager, c.ID)
	suspect := w.Call(w.Supervisor2, c.ID)
	if _, err := cases.Conclude(w.Ctx, w.Store, w.Supervisor2, suspect.ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	if _, err := cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor, c.ID, "確認済み", nil); err != nil {
		t.Fatal(err)
	}
	for _, old := range []*cases.Call{verified, begun} {
		by := w.Agent
		if old == begun {
			by = w.Agent2
		}
		_, answered := cases.Answer(w.Ctx, w.Store, by, old.ID, says[2], says[3], false)
		_, sent := cases.SendCode(w.Ctx, w.Store, by, old.ID)
		_, checked := cases.CheckCode(w.Ctx, w.Store, by, old.ID, "123456")
		_, reached := cases.ConfirmCallback(w.Ctx, w.Store, by, old.ID)
		for what, err := range map[string]error{"answer": answered, "code": sent, "check": checked, "call back": reached} {
			if !fault.Is(err, "verification_over") {
				t.Errorf("%s in call %d: %v", what, old.ID, err)
			}
		}
	}
	if a, err := cases.Answer(w.Ctx, w.Store, w.Manager, fresh.ID, says[0], says[1], false); err != nil || !a.Match {
		t.Errorf("%+v %v", a, err)
	}
	if again := w.Call(w.Agent, c.ID, says...); again.Valid(w.Clock.Now()) < 1 {
		t.Errorf("a new call gives no level: %+v", again)
	}
}

// An ID is told to have a link only while the link works, and a new one can be sent.
func TestALinkThatIsVoidIsNotOut(t *testing.T) {
	for name, c := range map[string]struct {
		end func(w *apptest.World, c *cases.Case) error
		out bool
	}{
		"in time":     {func(w *apptest.World, _ *cases.Case) error { w.Clock.Add(29 * time.Minute); return nil }, true},
		"out of time": {func(w *apptest.World, _ *cases.Case) error { w.Clock.Add(30 * time.Minute); return nil }, false},
		"suspicion": {func(w *apptest.World, c *cases.Case) error {
			_, err := cases.Conclude(w.Ctx, w.Store, w.Agent2, w.Call(w.Agent2, c.ID).ID, cases.ImpostorSuspected)
			return err
		}, false},
		"suspicion, cleared": {func(w *apptest.World, c *cases.Case) error {
			if _, err := cases.Conclude(w.Ctx, w.Store, w.Agent2, w.Call(w.Agent2, c.ID).ID, cases.ImpostorSuspected); err != nil {
				return err
			}
			_, err := cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor, c.ID, "確認済み", nil)
			return err
		}, false},
		"contact in doubt": {func(w *apptest.World, _ *cases.Case) error {
			_, err := w.Pool.Exec(w.Ctx, "update contacts set registered_on = '2014-07-20' where kind = 'email'")
			return err
		}, false},
	} {
		w := apptest.NewWorld(t)
		affected, movements := apptest.Losses(1)
		w.Import(affected, movements)
		of := w.Case(apptest.LossLogin(0))
		w.Verified(w.Agent, of.ID, apptest.LossSays(0)...)
		if _, err := resets.Send(w.Ctx, w.Store, w.Agent, of.ID, "https://hoten.example"); err != nil {
			t.Fatal(err)
		}
		if err := c.end(w, of); err != nil {
			t.Fatal(name, err)
		}
		db := store.Read(w.Ctx, w.Store)
		row, err := cases.Get(db, of.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := members.Restricted
		if c.out {
			want = members.LinkSent
		}
		if states, err := resets.States(db, w.Clock.Now(), *row); err != nil || states[row.IdentityID] != want {
			t.Errorf("%s: %v %v", name, states, err)
		}
		_, err = resets.Look(w.Ctx, w.Store, w.Secret(of.ID)[len("https://hoten.example/reset/"):], true)
		if (err == nil) != c.out {
			t.Errorf("%s: the link itself: %v", name, err)
		}
	}
}

// A case that another agent talks about is not completed, unless a supervisor says why;
// then nothing that call verified, or would have, counts.
func TestCasesAreNotCompletedUnderACall(t *testing.T) {
	w := apptest.NewWorld(t)
	affected, movements := apptest.Losses(1)
	w.Import(affected, movements)
	c := w.Case(apptest.LossLogin(0))
	w.Call(w.Agent2, c.ID)
	to := cases.Completed
	c = w.Case(apptest.LossLogin(0))
	_, err := cases.Update(w.Ctx, w.Store, w.Agent, c.ID, cases.Change{Status: &to, Version: c.Version})
	f, is := fault.As(err)
	if !is || f.Code != "still_owed" {
		t.Fatal(err)
	}
	listed := false
	for _, one := range f.Fields {
		listed = listed || one.Code == "owes_call"
	}
	if !listed {
		t.Errorf("%+v", f.Fields)
	}
	if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Change{Status: &to, Version: c.Version, Reason: "別途対応"}); err != nil {
		t.Fatal(err)
	}
	calls, err := cases.OpenCalls(store.Read(w.Ctx, w.Store), w.Agent2.ID)
	if err != nil || len(calls) != 1 || calls[0].ExpiresAt == nil {
		t.Errorf("%+v %v", calls, err)
	}
}
