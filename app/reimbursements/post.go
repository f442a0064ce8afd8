package reimbursements

import (
	"encoding/json"
	"slices"
	"time"

	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/notices"
	"hoten/app/points"
	"hoten/app/store"
)

// post puts the points back where the approval was the last one: one transfer a plan
// over all programs, and the movements marked as compensated for ever. Where programs live
// outside their legs are recorded, and the rest follows once these are done; else the cases are
// made whole and the members told. The plans were computed on locked accounts.
func (p *preparation) post(tx *store.Tx, approved []*approval) error {
	var booked []*approval
	var drafts []ledger.Draft
	behind := map[int64]int64{}
	for i, a := range approved {
		if !a.last {
			continue
		}
		state, err := Posted, error(nil)
		if a.legs, err = p.legs(a); err != nil {
			return err
		}
		if a.legs != nil {
			state = Approved
		}
		decidedNow(a.Reimbursement, state, a.by, tx.Now)
		a.TransferID, a.mail = &p.transfers[i], p.mails[i]
		drafts = append(drafts, ledger.Draft{ID: p.transfers[i], Key: a.TransferKey(), Postings: postings(a.plan, a.accounts, p.companies)})
		for _, b := range a.plan.Balances {
			if b.Behind != 0 {
				behind[a.accounts[b.ProgramID]] = b.Behind
			}
		}
		booked = append(booked, a)
	}
	if len(booked) == 0 {
		return nil
	}
	ledger.Post(tx, drafts)
	ledger.CaughtUp(tx, behind)
	compensated(tx, booked)
	results, err := p.results(tx, booked)
	if err != nil {
		return err
	}
	if err := markBooked(tx, booked, results); err != nil {
		return err
	}
	if err := p.tellMembers(tx, booked, results); err != nil {
		return err
	}
	if err := undo(tx, booked); err != nil {
		return err
	}
	return reviewSiblings(tx, p.siblings, booked)
}

// markBooked notes in which state proposals are now, and their cases, and has the point systems
// outside do their legs.
func markBooked(tx *store.Tx, booked []*approval, results map[int64]result) error {
	var ids, transfers, deciders, owing, proposers []int64
	var told []*string
	var states []string
	var legs []*points.Draft
	cased := map[string][]int64{}
	for _, a := range booked {
		ids, transfers, deciders = append(ids, a.Reimbursement.ID), append(transfers, *a.TransferID), append(deciders, a.by.ID)
		states = append(states, a.Reimbursement.State)
		switch {
		case a.undoes == nil:
			cased[a.Reimbursement.State] = append(cased[a.Reimbursement.State], a.CaseID)
		case a.legs == nil:
			owing, proposers = append(owing, a.CaseID), append(proposers, a.undoes.ProposerID)
		}
		legs = append(legs, a.legs...)
		if a.legs != nil && a.undoes == nil {
			kept, err := json.Marshal(results[a.CaseID])
			if err != nil {
				return err
			}
			a.Told = new(string(kept))
		}
		told = append(told, a.Told)
	}
	tx.Queue(`update reimbursements r set state = p.s, decided_at = $3, decided_by = p.d, transfer_id = p.t, told = p.m::jsonb
		from unnest($1::bigint[], $2::bigint[], $4::bigint[], $5::text[], $6::text[]) as p(id, t, d, m, s) where r.id = p.id`, ids, transfers, tx.Now, deciders, told, states)
	for _, state := range []string{Posted, Approved} {
		if cased[state] != nil {
			cases.MarkProposal(tx, cased[state], state)
		}
	}
	if owing != nil {
		owesAgain(tx, owing, proposers)
	}
	return points.Decide(tx, legs)
}

// legs are what a plan moves for the member in programs outside, a program each. What had left
// an account before and is posted with the plan is no part of them: it had left there as well.
// What undoes another plan takes back what was done of that.
func (p *preparation) legs(a *approval) (legs []*points.Draft, err error) {
	if a.undoes != nil {
		return a.undoes.legsBack(a.Reimbursement.ID)
	}
	for _, h := range p.homes {
		d := &points.Draft{ReimbursementID: a.Reimbursement.ID, IdentityID: a.IdentityID, Home: h, Parts: map[string]int64{}}
		for _, l := range a.plan.Lines {
			for program, moved := range l.Effects() {
				if program == h.ProgramID {
					d.Points += moved
					d.Parts[l.Kind] += moved
				}
			}
		}
		if d.Points != 0 {
			legs = append(legs, d)
		}
	}
	return legs, nil
}

// reviewSiblings looks again at the other cases of the IDs of proposals that were posted or
// rejected: what was absorbed is of the ID, and what is owed elsewhere is no use by the member.
// A case whose plan was undone owes again as it did before.
func reviewSiblings(tx *store.Tx, siblings []sibling, decided []*approval) error {
	var ids []int64
	for _, s := range siblings {
		if slices.ContainsFunc(decided, func(a *approval) bool { return a.IdentityID == s.IdentityID }) &&
			!slices.ContainsFunc(decided, func(a *approval) bool { return a.CaseID == s.ID && a.undoes == nil }) {
			ids = append(ids, s.ID)
		}
	}
	for _, a := range decided {
		if a.undoes != nil && a.legs == nil && !slices.Contains(ids, a.CaseID) {
			ids = append(ids, a.CaseID)
		}
	}
	if ids == nil {
		return nil
	}
	if err := tx.Flush(); err != nil {
		return err
	}
	return Review(tx, nil, "select unnest($1::bigint[])", ids)
}

// postings turns a plan into double entry, one posting an account and purpose: its lines,
// and what had left the accounts before that could not be posted.
func postings(plan Plan, member map[int16]int64, companies map[string]map[int16]int64) []ledger.Posting {
	other := map[string]string{Rollback: ledger.Restored, Reimburse: ledger.Reimbursed, Absorb: ledger.Absorbed, Adjust: ledger.Adjusted, ledger.Moved: ledger.Opening}
	type place struct {
		account int64
		program int16
		purpose string
	}
	sums := map[place]int64{}
	var order []place
	move := func(account int64, program int16, purpose string, points int64) {
		p := place{account, program, purpose}
		if _, seen := sums[p]; !seen {
			order = append(order, p)
		}
		sums[p] += points
	}
	give := func(kind string, program int16, points int64) {
		move(member[program], program, kind, points)
		move(companies[other[kind]][program], program, kind, -points)
	}
	for _, l := range plan.Lines {
		give(l.Kind, l.ProgramID, l.Points)
		if l.CounterProgramID != nil {
			give(l.Kind, *l.CounterProgramID, -*l.CounterPoints)
		}
	}
	for _, b := range plan.Balances {
		if b.Behind != 0 {
			give(ledger.Moved, b.ProgramID, -b.Behind)
		}
	}
	var out []ledger.Posting
	for _, p := range order {
		if sums[p] != 0 {
			out = append(out, ledger.Posting{AccountID: p.account, ProgramID: p.program, Purpose: p.purpose, Points: sums[p]})
		}
	}
	return out
}

// compensated marks what was made good, for each movement with the number of the entry:
// the unique keys refuse a second time, whatever was retried, reimported or clicked twice.
func compensated(tx *store.Tx, posted []*approval) {
	var ids []int64
	var movements, adjustments []*int64
	var entries []int16
	for _, a := range posted {
		for _, l := range a.plan.Lines {
			if l.Kind == Absorb {
				continue
			}
			entry := int16(1)
			if l.MovementID != nil {
				entry += a.facts.Posted[*l.MovementID].Count
			} else {
				entry += a.facts.Given[*l.AdjustmentID]
			}
			ids, movements, adjustments, entries = append(ids, a.Reimbursement.ID), append(movements, l.MovementID), append(adjustments, l.AdjustmentID), append(entries, entry)
		}
	}
	tx.Queue(`insert into compensations (reimbursement_id, movement_id, adjustment_id, entry)
		select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::smallint[])`, ids, movements, adjustments, entries)
}

// earlier is what was posted for a case before its correction, and what happened on the
// accounts since.
type earlier struct {
	points  map[int16]int64     // by program
	moved   map[int16]int64     // by program, what happened since the last posting of the case, in others of the ID too
	asOf    map[int16]time.Time // by program, of when the balance was stated: what is dated before was in it
	learned map[int64]bool      // the cancellations that came since
	ways    notices.PutBack
}

// postedBefore sums up what was posted for the cases whose plan corrects it, by case.
func postedBefore(tx *store.Tx, posted []*approval) (map[int64]earlier, error) {
	out := map[int64]earlier{}
	var of []int64
	for _, a := range posted {
		if a.plan.Corrects {
			of, out[a.CaseID] = append(of, a.CaseID), earlier{map[int16]int64{}, map[int16]int64{}, map[int16]time.Time{}, map[int64]bool{}, notices.PutBack{}}
		}
	}
	if of == nil {
		return out, nil
	}
	type sum struct {
		CaseID               int64
		ProgramID            int16
		Points               int64
		Restored, Reimbursed bool
	}
	rows, err := store.Select[sum](tx.DB, `select r.case_id, l.program_id, sum(l.points)::bigint as points,
		bool_or(l.kind = 'rollback') as restored, bool_or(l.kind in ('reimburse', 'adjust')) as reimbursed from reimbursements r join reimbursement_points l on l.reimbursement_id = r.id
		where r.case_id = any($1) and r.state = 'posted' and r.undoes is null group by 1, 2`, of)
	for _, r := range rows {
		e := out[r.CaseID]
		e.points[r.ProgramID] = r.Points
		e.ways = notices.PutBack{Restored: e.ways.Restored || r.Restored, Reimbursed: e.ways.Reimbursed || r.Reimbursed}
		out[r.CaseID] = e
	}
	if err != nil {
		return nil, err
	}
	type since struct {
		CaseID    int64
		ProgramID int16
		AsOf      time.Time
		Moved     int64
	}
	happened, err := store.Select[since](tx.DB, `select c.id as case_id, a.program_id, a.as_of, coalesce(sum(p.points) filter (where p.purpose <> 'opening'), 0)::bigint as moved
		from cases c join accounts a on a.identity_id = c.identity_id
		cross join lateral (select max(transfer_id) as id from reimbursements where case_id = c.id and state = 'posted' and undoes is null) r
		left join postings p on p.account_id = a.id and p.transfer_id > r.id
		where c.id = any($1) group by c.id, a.id`, of)
	for _, s := range happened {
		out[s.CaseID].moved[s.ProgramID], out[s.CaseID].asOf[s.ProgramID] = s.Moved, s.AsOf
	}
	if err != nil {
		return nil, err
	}
	type cancel struct{ CaseID, ID int64 }
	learned, err := store.Select[cancel](tx.DB, `select c.id as case_id, m.id from cases c join movements m on m.identity_id = c.identity_id and m.incident_id = c.incident_id and m.kind = 'cancel'
		where c.id = any($1) and m.learned_at > (select max(t.at) from reimbursements r join transfers t on t.id = r.transfer_id where r.case_id = c.id and r.state = 'posted' and r.undoes is null)`, of)
	for _, m := range learned {
		out[m.CaseID].learned[m.ID] = true
	}
	return out, err
}

// returned is what canceled exchanges returned, by program, as far as it is what the plan
// takes back and was not told before: what is dated before a balance was stated was in that,
// and moved nothing.
func (a *approval) returned(before earlier) map[int16]int64 {
	came := map[int64]int64{}
	for _, m := range a.facts.Movements {
		if m.Kind == incidents.Cancel && m.ExchangeID != nil && m.ToProgram != nil && !m.Is(incidents.Double) && m.OccurredAt.After(before.asOf[*m.ToProgram]) && before.learned[m.ID] {
			came[*m.ExchangeID] += m.PointsReceived
		}
	}
	out := map[int16]int64{}
	for _, l := range a.plan.Lines {
		if l.Kind == Reimburse && l.Points < 0 {
			out[l.ProgramID] += min(-l.Points, came[*l.MovementID])
		}
	}
	return out
}

// moves reports whether anything of what is told changes.
func moves(p notices.Points) bool {
	return p.Restored != 0 || p.Reimbursed != 0 || p.Absorbed != 0 || p.Adjusted != 0
}

// pointsFacts tells a member what was posted, a program each and only those touched; before
// is what a correction adds to. The balance follows from the one that was told before.
func pointsFacts(a *approval, programs []incidents.Program, before earlier) (out []notices.Points, of []int16) {
	p, returned, cancelled := a.plan, a.returned(before), a.facts.cancelled()
	for _, program := range programs {
		f := notices.Points{NameJa: program.NameJa, NameEn: program.NameEn, UnitJa: program.UnitJa, UnitEn: program.UnitEn, UnitEnOne: program.UnitEnOne}
		touched := false
		f.Unknown = true
		for _, l := range p.Lines {
			if l.CounterProgramID != nil && *l.CounterProgramID == program.ID {
				f.Restored -= *l.CounterPoints
				touched = true
			}
			if l.ProgramID != program.ID {
				continue
			}
			touched = true
			switch l.Kind {
			case Rollback:
				f.Restored, f.Undue = f.Restored+l.Points, f.Undue || l.Points < 0
			case Reimburse:
				f.Reimbursed, f.Undue = f.Reimbursed+l.Points, f.Undue || l.Points < 0
				if !p.Corrects {
					f.Cancelled += cancelled[*l.MovementID]
				}
			case Absorb:
				f.Absorbed += l.Points
			case Adjust:
				f.Adjusted += l.Points
			}
		}
		for _, b := range p.Balances {
			if b.ProgramID == program.ID {
				f.Moved, f.Balance, f.Unknown = -b.Behind, b.Final, false
			}
		}
		if before.points != nil {
			whole := before.points[program.ID] + f.Total()
			f.Whole, f.Returned = &whole, returned[program.ID]
			f.Moved += before.moved[program.ID] - f.Returned
		}
		if touched {
			out, of = append(out, f), append(of, program.ID)
		}
	}
	return out, of
}
