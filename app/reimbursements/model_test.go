package reimbursements_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// model is random people at work on a few cases.
type model struct {
	*apptest.World
	first     int
	losses    []loss
	cases     []*cases.Case
	people    []access.Actor
	proposals []int64
	edited    map[int64]bool // cases whose findings or adjustments somebody changed
	last      func() error   // for clicking twice
}

func drawLoss(t *rapid.T) loss {
	l := loss{talk: rapid.Int64Range(0, 500).Draw(t, "talk"), goo: rapid.Int64Range(0, 900).Draw(t, "goo")}
	if rapid.IntRange(0, 3).Draw(t, "transfer?") > 0 {
		l.sent, l.received = rapid.Int64Range(1, 9000).Draw(t, "sent"), rapid.Int64Range(1, 1800).Draw(t, "received")
	}
	if rapid.IntRange(0, 3).Draw(t, "exchange?") > 0 {
		l.exchanged = rapid.SampledFrom([]int64{1, 700, 5000, 5001, 9000}).Draw(t, "exchanged")
		if rapid.Bool().Draw(t, "cancel?") {
			l.cancelled = rapid.Int64Range(1, l.exchanged).Draw(t, "cancelled")
		}
	}
	return l
}

// Whoever does what in whatever order: the books are right, nobody is paid
// twice, and nothing is posted that too few or the wrong people approved.
func TestModelOfProposalsAndDecisions(t *testing.T) {
	apptest.Rapidly(t, "10", "25")
	w := apptest.NewWorld(t)
	first := 0
	rapid.Check(t, func(r *rapid.T) {
		// Each run has its own IDs in one database; a database each would take most of the time.
		m := &model{World: w, first: first, losses: rapid.SliceOfN(rapid.Custom(drawLoss), 3, 3).Draw(r, "losses"), edited: map[int64]bool{}}
		first += len(m.losses)
		m.reimport(r) // the first time
		m.cases = casesOf(w, m.first, len(m.losses))
		m.people = []access.Actor{m.Agent, m.Agent2, m.Supervisor, m.Supervisor2, m.Manager}
		r.Repeat(map[string]func(*rapid.T){
			"propose":  m.propose,
			"propose2": m.propose,
			"approve":  m.approve,
			"approve2": m.approve,
			"batch":    m.batch,
			"decide":   m.decide,
			"finding":  m.finding,
			"adjust":   m.adjust,
			"reimport": m.reimport,
			"retry":    m.retry,
			"":         m.check,
		})
	})
}

func (m *model) by(t *rapid.T) access.Actor { return rapid.SampledFrom(m.people).Draw(t, "by") }
func (m *model) of(t *rapid.T) *cases.Case  { return rapid.SampledFrom(m.cases).Draw(t, "case") }

// proposal is one that was made, or one that never was.
func (m *model) proposal(t *rapid.T) int64 {
	return rapid.SampledFrom(append([]int64{999}, m.proposals...)).Draw(t, "proposal")
}

// try runs an action; it may be refused, but only with a fault.
func (m *model) try(t *rapid.T, action func() error) error {
	m.last = action
	err := action()
	if _, ok := fault.As(err); err != nil && !ok {
		t.Fatalf("not a fault: %v", err)
	}
	return err
}

func (m *model) propose(t *rapid.T) {
	by, c := m.by(t), m.of(t)
	_ = m.try(t, func() error {
		r, err := reimbursements.Propose(m.Ctx, m.Store, by, c.ID, "")
		if err == nil {
			m.proposals = append(m.proposals, r.ID)
		}
		return err
	})
}

func (m *model) approve(t *rapid.T) {
	by, id := m.by(t), m.proposal(t)
	_ = m.try(t, func() error { _, err := reimbursements.Approve(m.Ctx, m.Store, by, id); return err })
}

func (m *model) batch(t *rapid.T) {
	by := m.by(t)
	ids := rapid.SliceOfN(rapid.Custom(m.proposal), 1, 5).Draw(t, "ids")
	_ = m.try(t, func() error {
		results, err := reimbursements.ApproveMany(m.Ctx, m.Store, by, ids)
		if err == nil && len(results) != len(ids) {
			return fmt.Errorf("%d results for %d ids", len(results), len(ids))
		}
		for i, r := range results {
			if _, ok := fault.As(r.Err); r.ID != ids[i] || r.Err != nil && !ok || (r.State == "") == (r.Err == nil) {
				return fmt.Errorf("result %+v of %d", r, ids[i])
			}
		}
		return err
	})
}

func (m *model) decide(t *rapid.T) {
	by, id := m.by(t), m.proposal(t)
	how := rapid.SampledFrom([]func() error{
		func() error {
			_, err := reimbursements.Return(m.Ctx, m.Store, by, id, "金額を見直す")
			return err
		},
		func() error { _, err := reimbursements.Reject(m.Ctx, m.Store, by, id, "duplicate"); return err },
		func() error { _, err := reimbursements.Withdraw(m.Ctx, m.Store, by, id, "誤り"); return err },
	}).Draw(t, "how")
	_ = m.try(t, how)
}

func (m *model) finding(t *rapid.T) {
	by, c := m.by(t), m.of(t)
	movement := rapid.SampledFrom([]string{"T", "E", "C"}).Draw(t, "movement") + fmt.Sprint(m.first+rapid.IntRange(0, len(m.cases)-1).Draw(t, "of"))
	finding := rapid.SampledFrom([]string{incidents.Own, incidents.Suspected, incidents.Confirmed}).Draw(t, "finding")
	err := m.try(t, func() error {
		_, err := reimbursements.DecideFinding(m.Ctx, m.Store, by, c.ID, movement, finding, "会員に確認")
		return err
	})
	m.edited[c.ID] = m.edited[c.ID] || err == nil
}

func (m *model) adjust(t *rapid.T) {
	by, c := m.by(t), m.of(t)
	points := rapid.Int64Range(-3000, 3000).Draw(t, "points")
	program := rapid.SampledFrom([]string{"pointtalk", "goo"}).Draw(t, "program")
	err := m.try(t, func() error {
		_, err := reimbursements.AddAdjustment(m.Ctx, m.Store, by, c.ID, program, points, "端数の調整")
		return err
	})
	m.edited[c.ID] = m.edited[c.ID] || err == nil
}

func (m *model) reimport(t *rapid.T) {
	if i := m.Import(files(m.first, m.losses)); i.Rejected != 0 || m.cases != nil && i.Accepted != 0 {
		t.Fatalf("the same files again: %+v", i)
	}
}

// retry clicks twice: the same action by the same person.
func (m *model) retry(t *rapid.T) {
	if m.last != nil {
		_ = m.try(t, m.last)
	}
}

func (m *model) check(t *rapid.T) {
	books(t, m.World)
	none := func(what, query string) {
		t.Helper()
		var n int64
		if err := store.Scan(store.Read(m.Ctx, m.Store), "select count(*) from ("+query+") q", nil, &n); err != nil || n != 0 {
			t.Fatalf("%s: %d, %v", what, n, err)
		}
	}
	none("movements paid twice, or taken back twice", `select l.movement_id from reimbursement_lines l join reimbursements r on r.id = l.reimbursement_id join movements m on m.id = l.movement_id
		where r.state = 'posted' group by 1, m.points having sum(l.points) < 0 or sum(l.points) > m.points`)
	none("entries of a movement that are not one after the other", `select movement_id from compensations where movement_id is not null group by 1 having max(entry) <> count(*)`)
	none("approved by who made the loss", `select a.id from approvals a join reimbursements r on r.id = a.reimbursement_id join reimbursement_lines l on l.reimbursement_id = r.id and l.points > 0
		join loss_authors o on o.movement_id = l.movement_id and o.staff_id = a.staff_id where r.state = 'posted' and a.voided_at is null and o.at <= a.at`)
	none("adjustments paid twice", `select l.adjustment_id from reimbursement_lines l join reimbursements r on r.id = l.reimbursement_id
		where r.state = 'posted' and l.adjustment_id is not null group by 1 having count(*) > 1`)
	none("posted with too few approvals", `select r.id from reimbursements r left join approvals a on a.reimbursement_id = r.id and a.voided_at is null
		where r.state = 'posted' group by r.id having count(distinct a.staff_id) < r.approvals_needed`)
	none("approved by the proposer or an author", `select a.id from approvals a join reimbursements r on r.id = a.reimbursement_id where r.state = 'posted' and a.voided_at is null
		and (a.staff_id = r.proposer_id or a.staff_id in (select j.staff_id from reimbursement_lines l join adjustments j on j.id = l.adjustment_id where l.reimbursement_id = r.id))`)
	none("approved by somebody who may not", `select a.id from approvals a join staff s on s.id = a.staff_id where s.role not in ('supervisor', 'center_manager')`)
	none("adjustments with one approval", `select r.id from reimbursements r join reimbursement_lines l on l.reimbursement_id = r.id where l.kind = 'adjust' and r.approvals_needed < 2`)
	none("pending proposals of one case", `select case_id from reimbursements where state in ('submitted', 'approved') group by 1 having count(*) > 1`)
	none("cases that do not say what became of their proposal", `select c.id from cases c join lateral
		(select state from reimbursements r where r.case_id = c.id order by id desc limit 1) r on true where c.reimbursement_state is distinct from r.state
		or (c.status = 'awaiting_approval') <> (r.state in ('submitted', 'approved'))`)
	none("posted without a transfer of its own", `select r.id from reimbursements r left join transfers t on t.id = r.transfer_id and t.key = 'reimbursement:' || r.id
		where (r.state = 'posted') <> (t.id is not null)`)
	m.checkBalances(t)
}

// checkBalances: a balance is what the last posted plan said it would be, and
// where nobody changed findings it is what there was before the incident.
func (m *model) checkBalances(t *rapid.T) {
	db := store.Read(m.Ctx, m.Store)
	for i, c := range m.cases {
		posted, err := store.Select[reimbursements.Reimbursement](db, "select * from reimbursements where case_id = $1 and state = 'posted' order by decided_at, transfer_id", c.ID)
		if err != nil {
			t.Fatalf("%v", err)
		}
		talk, goo := balances(m.T, m.World, c)
		if len(posted) == 0 {
			if talk != m.losses[i].talk || goo != m.losses[i].goo {
				t.Fatalf("case %d moved without a plan: %d %d", i, talk, goo)
			}
			continue
		}
		var said []reimbursements.Balance
		if err := json.Unmarshal([]byte(posted[len(posted)-1].Balances), &said); err != nil {
			t.Fatalf("%v", err)
		}
		if said[0].Final != talk || said[1].Final != goo {
			t.Fatalf("case %d: %d %d, the plan said %+v", i, talk, goo, said)
		}
		wantTalk, wantGoo := m.losses[i].whole()
		if !m.edited[c.ID] && (talk != wantTalk || goo != wantGoo) {
			t.Fatalf("case %d of %+v: %d %d, whole is %d %d", i, m.losses[i], talk, goo, wantTalk, wantGoo)
		}
	}
}
