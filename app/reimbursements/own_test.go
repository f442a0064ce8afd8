package reimbursements_test

import (
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/reimbursements"
)

// Own use may be found without a verified call, and it is kept whether there was one: by the
// member or a representative whose papers stand, about any case of the ID, not taken back.
func TestOwnUseKeepsWhetherTheMemberWasVerified(t *testing.T) {
	const outside = "a letter of the member"
	by := func(relation string) func(*testing.T, *apptest.World, int64) *cases.Call {
		return func(t *testing.T, w *apptest.World, of int64) *cases.Call {
			call, err := cases.StartCall(w.Ctx, w.Store, w.Agent, of, cases.NewCall{Direction: "inbound", Relation: relation})
			must(t, err)
			for i, said := 0, apptest.LossSays(0); i < len(said); i += 2 {
				_, err := cases.Answer(w.Ctx, w.Store, w.Agent, call.ID, said[i], said[i+1], false)
				must(t, err)
			}
			return call
		}
	}
	ended := func(outcome string, after func(*testing.T, *apptest.World, int64, *cases.Call)) func(*testing.T, *apptest.World, int64) {
		return func(t *testing.T, w *apptest.World, of int64) {
			call := by(cases.Self)(t, w, of)
			if outcome != "" {
				_, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, outcome)
				must(t, err)
			}
			_, err := cases.EndCall(w.Ctx, w.Store, w.Agent, call.ID)
			must(t, err)
			if after != nil {
				after(t, w, of, call)
			}
		}
	}
	doubted := func(t *testing.T, w *apptest.World, of int64, call *cases.Call) {
		_, err := cases.Conclude(w.Ctx, w.Store, w.Supervisor, call.ID, cases.ImpostorSuspected)
		must(t, err)
		_, err = cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor, of, "別人でした", nil)
		must(t, err)
	}
	for name, test := range map[string]struct {
		before    func(*testing.T, *apptest.World, int64)
		elsewhere bool // in another case of the ID
		want      bool
	}{
		"nobody called":                 {before: func(*testing.T, *apptest.World, int64) {}},
		"a call without a right answer": {before: func(_ *testing.T, w *apptest.World, of int64) { w.Call(w.Agent, of) }},
		"a call that goes on":           {before: func(t *testing.T, w *apptest.World, of int64) { by(cases.Self)(t, w, of) }, want: true},
		"family":                        {before: func(t *testing.T, w *apptest.World, of int64) { by(cases.Family)(t, w, of) }},
		"a proxy without papers":        {before: func(t *testing.T, w *apptest.World, of int64) { by(cases.Proxy)(t, w, of) }},
		"a proxy with papers": {before: func(t *testing.T, w *apptest.World, of int64) {
			_, err := cases.RecordRepresentative(w.Ctx, w.Store, w.Supervisor, of, cases.Proxy, "委任状")
			must(t, err)
			by(cases.Proxy)(t, w, of)
		}, want: true},
		"verified":                         {before: ended(cases.Verified, nil), want: true},
		"verified, and the agent said not": {before: ended("", nil), want: true},
		"about another case":               {before: ended(cases.Verified, nil), elsewhere: true, want: true},
		"a mismatch":                       {before: ended(cases.Mismatch, nil)},
		"doubted since":                    {before: ended(cases.Verified, doubted)},
		"the ID was suspected since, and the agent had said nothing": {before: ended("", func(t *testing.T, w *apptest.World, of int64, _ *cases.Call) {
			doubted(t, w, of, w.Call(w.Supervisor, of))
		})},
	} {
		t.Run(name, func(t *testing.T) {
			w, of := importLosses(t, small)
			c := of[0]
			called := c.ID
			if test.elsewhere {
				incident := w.Number("insert into incidents (reference, title_ja, title_en, period_from, period_to, detected_on, created_at) select 'SECOND', title_ja, title_en, period_from, period_to, detected_on, now() from incidents returning id")
				called = w.Number("insert into cases (incident_id, identity_id, origin, class, opened_at, changed_at) select $1, identity_id, origin, class, opened_at, changed_at from cases where id = $2 returning id", incident, c.ID)
			}
			test.before(t, w, called)
			decide := func(finding string) {
				_, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor, c.ID, "E0", finding, outside)
				must(t, err)
			}
			decide("own")
			count := map[bool]int64{test.want: 1}
			for _, verified := range []bool{true, false} {
				if n := w.Number("select count(*) from case_events where case_id = $1 and kind = 'finding' and data->>'to' = 'own' and (data->>'verified')::boolean = $2", c.ID, verified); n != count[verified] {
					t.Errorf("%d events with verified %v", n, verified)
				}
				if n := w.Number("select count(*) from audit_entries where action = 'finding.decided' and (after->>'verified')::boolean = $1", verified); n != count[verified] {
					t.Errorf("%d entries with verified %v", n, verified)
				}
			}
			r, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent2, c.ID, "")
			must(t, err)
			if want := map[bool]string{true: "own_use", false: "own_unverified own_use"}[test.want]; r.Flags != want {
				t.Errorf("flags %q, want %q", r.Flags, want)
			}
			decide("confirmed")
			if n := w.Number("select count(*) from case_events where kind = 'finding' and data ? 'verified'"); n != 1 {
				t.Errorf("%d events tell of verification", n)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
