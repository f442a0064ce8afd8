package cases_test

import (
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
)

// Whatever became of its verification, what is asked of a call that has ended is refused
// because it has ended.
func TestEndedCallsSaySo(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	for _, outcome := range []string{"", cases.Mismatch, cases.Unable, cases.Mismatch} { // two mismatches close level 2
		call := w.Call(w.Agent, c.ID)
		if outcome != "" {
			if _, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, outcome); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := cases.EndCall(w.Ctx, w.Store, w.Agent, call.ID); err != nil {
			t.Fatal(err)
		}
		for name, act := range actsOf(w, call.ID) {
			t.Run(outcome+" "+name, func(t *testing.T) { refused(t, act(), "call_ended") })
		}
	}
}

// Of a call that somebody else has taken over nothing is done in its old agent's page any more, and
// nothing is told as done there: not the end of it either.
func TestHandedOverCallsSaySo(t *testing.T) {
	w := world(t)
	call := w.Call(w.Agent, w.Case("m1@ocn.example").ID)
	took := handOver(t, w, w.Agent, call.ID, w.Supervisor)
	acts := actsOf(w, call.ID)
	acts["end"] = func() error { _, err := cases.EndCall(w.Ctx, w.Store, w.Agent, call.ID); return err }
	for name, act := range acts {
		t.Run(name, func(t *testing.T) { refused(t, act(), "call_handed_over") })
	}
	if callNow(t, w, took.ID).EndedAt != nil {
		t.Error("the call has ended for who took it over")
	}
}

// actsOf is what the agent may ask of a call that goes on, by name; ending it may be asked twice.
func actsOf(w *apptest.World, call int64) map[string]func() error {
	return map[string]func() error{
		"answer": func() error {
			_, err := cases.Answer(w.Ctx, w.Store, w.Agent, call, cases.ItemName, "x", false)
			return err
		},
		"code":     func() error { _, err := cases.SendCode(w.Ctx, w.Store, w.Agent, call); return err },
		"check":    func() error { _, err := cases.CheckCode(w.Ctx, w.Store, w.Agent, call, "123456"); return err },
		"callback": func() error { _, err := cases.ConfirmCallback(w.Ctx, w.Store, w.Agent, call); return err },
		"verified": func() error { _, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call, cases.Verified); return err },
		"handover": func() error {
			_, err := cases.OfferHandover(w.Ctx, w.Store, w.Agent, call, w.Agent2.ID, "")
			return err
		},
	}
}

// A code goes out for the member and documented representatives only.
func TestWhomCodesAreSentFor(t *testing.T) {
	for relation, documented := range map[string]bool{cases.Self: false, cases.Relay: false, cases.Family: false, cases.Proxy: true, cases.Guardian: true, cases.Corporate: true} {
		w := world(t)
		c := w.Case("m1@ocn.example")
		send := func() error {
			call, err := cases.StartCall(w.Ctx, w.Store, w.Agent, c.ID, cases.NewCall{Direction: "inbound", Relation: relation})
			if err == nil {
				_, err = cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID)
			}
			return err
		}
		if relation == cases.Self || relation == cases.Relay {
			if err := send(); err != nil {
				t.Errorf("%s: %v", relation, err)
			}
			continue
		}
		refused(t, send(), "caller_not_entitled")
		if !documented {
			continue
		}
		if _, err := cases.RecordRepresentative(w.Ctx, w.Store, w.Supervisor, c.ID, relation, "委任状を確認"); err != nil {
			t.Fatal(err)
		}
		if err := send(); err != nil {
			t.Errorf("%s, documented: %v", relation, err)
		}
	}
}
