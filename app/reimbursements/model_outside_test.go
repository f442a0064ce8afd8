package reimbursements_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/points"
	"hoten/app/points/simulator"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// TestModelOfIDsOfTwoIncidents where both programs live in a point system outside, which refuses
// what it likes and loses answers; what is half done is sent again or undone. Once all is sent,
// what was moved outside for each ID is what its plans that stand move.
func TestModelOfPointsOutside(t *testing.T) {
	apptest.Rapidly(t, "8", "25")
	w := apptest.NewWorld(t)
	twice(w)
	y := w.ConnectPoints(t, []string{"goo", "pointtalk"})
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		m := &idModel{World: w, outside: y}
		m.draw(r, fmt.Sprint("o", run))
		r.Repeat(map[string]func(*rapid.T){
			"movement": m.movement, "movement2": m.movement, "cancellation": m.cancellation, "balance": m.balance, "finding": m.finding,
			"settle": m.settleOne, "settle2": m.settleOne, "fail": m.fail, "send": m.send, "again": m.again, "undo": m.undo, "undo2": m.undo, "": m.check,
		})
		y.Refuse(nil)
		y.Behave(simulator.Faults{})
		m.sendAll(r)
		m.finish(r)
	})
}

// fail has the system refuse a program, or lose answers, from now on, or behave.
func (m *idModel) fail(t *rapid.T) {
	refused := rapid.SampledFrom([]string{"", "goo", "pointtalk", "both"}).Draw(t, "refused")
	m.outside.Refuse(func(_, program string, _ int64) string {
		if refused == program || refused == "both" {
			return points.AccountClosed
		}
		return ""
	})
	m.outside.Behave(rapid.SampledFrom([]simulator.Faults{{}, {After: 0.5}, {Before: 0.5, Error: 0.3}, {Twice: 0.5, Wrong: 0.3}}).Draw(t, "faults"))
}

func (m *idModel) send(t *rapid.T) {
	m.Clock.Add(time.Hour)
	if err := points.Send(m.Ctx, m.Store); err != nil {
		t.Fatal(err)
	}
}

// legs are those in a state, by id.
func (m *idModel) legs(t *rapid.T, state string) []points.Leg {
	of, err := store.Select[points.Leg](store.Read(m.Ctx, m.Store), "select * from point_legs where state = $1 order by id", state)
	if err != nil {
		t.Fatal(err)
	}
	return of
}

func (m *idModel) again(t *rapid.T) {
	for _, l := range m.legs(t, "refused") {
		if err := points.SendAgain(m.Ctx, m.Store, m.Supervisor, l.ID); err != nil {
			t.Fatal(err)
		}
	}
}

// undo has a request that is half done undone, unless what it gave is gone, or it is another one
// meanwhile.
func (m *idModel) undo(t *rapid.T) {
	refused := m.legs(t, "refused")
	if len(refused) == 0 {
		return
	}
	m.Clock.Add(time.Second)
	u, err := reimbursements.ProposeUndo(m.Ctx, m.Store, m.Agent, rapid.SampledFrom(refused).Draw(t, "leg").ReimbursementID, "口座が閉鎖されている")
	switch {
	case fault.Is(err, "undo_exceeds") || fault.Is(err, "undo_uncertain") || fault.Is(err, "undo_not_under_way"):
		return
	case err != nil:
		t.Fatal(err)
	}
	m.approve(t, u.ID)
}

// sendAll sends until every leg is done.
func (m *idModel) sendAll(t *rapid.T) {
	for range 10 {
		m.again(t)
		if m.send(t); m.Number("select count(*) from point_legs where state not in ('done', 'dropped')") == 0 {
			return
		}
	}
	t.Fatal("legs are left")
}

// checkOutside compares what was moved outside for an ID with what its plans say.
func (m *idModel) checkOutside(t *rapid.T, c *cases.Case, login string) {
	for _, program := range []string{"pointtalk", "goo"} {
		want := m.Number(`select coalesce(sum(l.points), 0)::bigint from reimbursement_points l join reimbursements r on r.id = l.reimbursement_id
			join cases c on c.id = r.case_id join programs p on p.id = l.program_id where r.transfer_id is not null and c.identity_id = $1 and p.code = $2`, c.IdentityID, program)
		if moved := m.outside.Balance(login, program); moved != want {
			t.Fatalf("%s %s: %d was moved outside, the plans say %d", login, program, moved, want)
		}
	}
}
