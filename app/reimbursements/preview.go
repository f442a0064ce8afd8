package reimbursements

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/notices"
	"hoten/app/store"
	"hoten/app/vault"
	"hoten/app/verbs"
)

// Preview is what proposing for many cases would do as they stand: who confirms it has
// ProposeShown do that, and no more.
type Preview struct {
	Shown    []cases.AsShown // those that are proposed for
	Passed   []cases.Fell    // those that the rules refuse
	More     int64           // more of the incident, which are not looked at: one confirmation holds cases.MostShown
	Totals   Totals
	Classes  map[string]int64
	Statuses map[cases.Status]int64
	Each     []Affected // the first of Shown
}

// PreviewAll looks at the cases of an incident that ProposeAll would propose for.
func PreviewAll(db *gorm.DB, now time.Time, by access.Actor, incident int64) (*Preview, error) {
	of, err := store.Select[cases.Case](db, "select * from cases c where incident_id = $1 and "+unproposed+" order by id limit $2", incident, cases.MostShown)
	if err != nil {
		return nil, err
	}
	p, err := preview(db, now, by, of)
	if err == nil && len(of) == cases.MostShown {
		err = store.Scan(db, "select count(*) from cases c where incident_id = $1 and "+unproposed+" and id > $2", []any{incident, of[len(of)-1].ID}, &p.More)
	}
	return p, err
}

// PreviewOf looks at chosen cases of any incident, at most cases.MostShown.
func PreviewOf(db *gorm.DB, now time.Time, by access.Actor, ids []int64) (*Preview, error) {
	if err := ChosenCases(ids); err != nil {
		return nil, err
	}
	of, err := store.Select[cases.Case](db, "select * from cases where id = any($1) order by id", ids)
	if err != nil {
		return nil, err
	}
	return preview(db, now, by, of)
}

// ChosenCases refuses a selection of nothing, and one of more than cases.MostShown.
func ChosenCases(ids []int64) error {
	switch {
	case len(ids) == 0:
		return fault.New(fault.Conflict, "nothing_chosen")
	case len(ids) > cases.MostShown:
		return fault.New(fault.Conflict, "too_many_cases", "max", cases.MostShown)
	}
	return nil
}

func preview(db *gorm.DB, now time.Time, by access.Actor, of []cases.Case) (*Preview, error) {
	p := &Preview{Totals: NewTotals(), Classes: map[string]int64{}, Statuses: map[cases.Status]int64{}}
	d, err := deskOf(db, now, by.ID)
	if err != nil {
		return nil, err
	}
	elsewhere, err := pendingElsewhere(db, of)
	if err != nil {
		return nil, err
	}
	pointers := make([]*cases.Case, len(of))
	for i := range of {
		pointers[i] = &of[i]
	}
	subjects, err := loadNow(db, pointers)
	if err != nil {
		return nil, err
	}
	for _, c := range of {
		s := subjects[c.ID]
		refused := pendingOutside(elsewhere, c.ID)
		if refused == nil {
			refused = d.refuse(db, s)
		}
		if _, ruled := fault.As(refused); refused != nil && !ruled {
			return nil, refused
		}
		if refused != nil {
			p.Passed = append(p.Passed, cases.Fell{CaseID: c.ID, Err: refused})
			continue
		}
		p.Shown = append(p.Shown, cases.AsShown{ID: c.ID, Mark: s.mark()})
		p.Totals.AddAll(s.plan.Totals())
		if len(p.Each) < mostNamed {
			p.Each = append(p.Each, Affected{c.ID, s.plan.Class, s.plan.Totals()})
		}
		p.Classes[s.plan.Class]++
		p.Statuses[c.Status]++
	}
	return p, nil
}

// pendingOutside refuses a case of whose ID a proposal waits in another incident.
func pendingOutside(elsewhere []int64, id int64) error {
	if slices.Contains(elsewhere, id) {
		return fault.New(fault.Conflict, "pending_elsewhere")
	}
	return nil
}

// mark is of what a preview shows of a case: where it stands and its plan.
func (s subject) mark() uint32 { return cases.MarkOf(string(s.Status), string(s.plan.Hash())) }

// ProposeShown proposes for cases that were shown, each on its own: done counts the
// proposals, fell are the cases without one, among them those that changed since.
func ProposeShown(ctx context.Context, s *store.Store, by access.Actor, shown []cases.AsShown) (done int, fell []cases.Fell, err error) {
	for part := range slices.Chunk(shown, batchChunk) {
		out, err := verbs.Do(ctx, s, by, ToPropose, "reimbursements", "", func(tx *store.Tx) ([]cases.Fell, error) { return proposeShown(tx, part) })
		if err != nil {
			return done, fell, err
		}
		done += len(part) - len(out)
		fell = append(fell, out...)
	}
	return done, fell, nil
}

func proposeShown(tx *store.Tx, part []cases.AsShown) (fell []cases.Fell, err error) {
	marks := make(map[int64]uint32, len(part))
	ids := make([]int64, len(part))
	for i, c := range part {
		ids[i], marks[c.ID] = c.ID, c.Mark
	}
	of, err := store.Select[cases.Case](tx.DB, "select * from cases where id = any($1) order by id for no key update", ids)
	if err != nil {
		return nil, err
	}
	elsewhere, err := pendingElsewhere(tx.DB, of)
	if err != nil {
		return nil, err
	}
	why := make(map[int64]error, len(part))
	for _, id := range ids {
		why[id] = fault.Missing()
	}
	byIncident := map[int64][]*cases.Case{}
	for i, c := range of {
		if why[c.ID] = pendingOutside(elsewhere, c.ID); why[c.ID] == nil {
			byIncident[c.IncidentID] = append(byIncident[c.IncidentID], &of[i])
		}
	}
	for _, list := range byIncident {
		_, refused, err := propose(tx, list, "", marks)
		if err != nil {
			return nil, err
		}
		for id, err := range refused {
			why[id] = err
		}
	}
	for _, id := range ids {
		if why[id] != nil {
			fell = append(fell, cases.Fell{CaseID: id, Err: why[id]})
		}
	}
	return fell, nil
}

// Why a chosen proposal is left out of a batch, before it is confirmed.
const (
	LeftSettled = "settled" // it waits no more
	LeftOwn     = "own"     // the actor proposed or edited it
	LeftGiven   = "given"   // the actor has approved it
	LeftUnseen  = "unseen"  // it stands out, and the actor has not opened it
	LeftChanged = "changed" // findings or balances have changed since
)

// LeftOut are the reasons in the order in which they are told.
var LeftOut = []string{LeftSettled, LeftOwn, LeftGiven, LeftUnseen, LeftChanged}

// ApprovalsPreview is what approving chosen proposals would do as they stand.
type ApprovalsPreview struct {
	Shown   []cases.AsShown  // those that the actor may approve, by id, with postsMark or waitsMark
	Left    map[string]int64 // of the chosen, by why they are left out
	Last    int64            // that the approval would post
	Totals  Totals           // of those that it would post
	Waiting Totals           // of the others, which another supervisor approves
	Letters int64            // of those that it would post, whose members no mail may tell
	Classes map[string]int64
	Flags   map[string]int64
	Each    []Affected // the first of Shown
}

// Affected is a case that an action on many is about.
type Affected struct {
	CaseID int64
	Class  string
	Totals Totals
}

// mostNamed is how many cases a step names.
const mostNamed = 50

// Marks of what a step showed of a proposal: that the approval posts it, or that it waits for
// another. Its plan cannot change.
const (
	waitsMark = iota
	postsMark
)

// PreviewApprovals looks at chosen proposals, as their actor could approve them. Refused: none
// chosen, more than MostChosen.
func PreviewApprovals(db *gorm.DB, v *vault.Vault, by access.Actor, ids []int64) (*ApprovalsPreview, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if err := Chosen(ids); err != nil {
		return nil, err
	}
	type row struct {
		Row
		LetterAbout int16
	}
	chosen, err := store.Select[row](db, "select r.*, c.class, c.letter_about from reimbursements r join cases c on c.id = r.case_id where r.id = any($1) and r.state = 'submitted' order by r.id", ids)
	if err != nil {
		return nil, err
	}
	var reads store.Reads
	rows := make([]Row, len(chosen))
	for i, r := range chosen {
		rows[i] = r.Row
	}
	again, looks, addressees := AskLookAgain(&reads, rows), AskLooks(&reads, by.ID, ids), cases.AskAddressees(&reads, ofProposals, ids)
	if err := reads.Run(db); err != nil {
		return nil, err
	}
	p := &ApprovalsPreview{Left: map[string]int64{LeftSettled: int64(len(ids) - len(rows))}, Totals: NewTotals(), Waiting: NewTotals(), Classes: map[string]int64{}, Flags: map[string]int64{}}
	found, err := again()
	if err != nil {
		return nil, err
	}
	to, err := addressees(v, notices.ReimbursementCompleted)
	if err != nil {
		return nil, err
	}
	seen := looks()
	for i, r := range rows {
		l := found[r.ID]
		if why := l.leaves(by.ID, r, seen[r.ID]); why != "" {
			p.Left[why]++
		} else {
			p.add(r, l, byLetter(&cases.Case{LetterAbout: chosen[i].LetterAbout}, to[r.CaseID]))
		}
	}
	return p, nil
}

// leaves is why a proposal is left out of the person's batch; empty: it is not.
func (l *Looked) leaves(person int64, r Row, seen bool) string {
	switch {
	case r.ProposerID == person || slices.Contains(l.Editors, person):
		return LeftOwn
	case slices.Contains(l.Given, person):
		return LeftGiven
	case l.Changed:
		return LeftChanged
	case !seen:
		return LeftUnseen
	}
	return ""
}

func (p *ApprovalsPreview) add(r Row, l *Looked, letter bool) {
	class, mark, sum := "", uint32(waitsMark), p.Waiting
	if r.Class != nil {
		class = *r.Class
	}
	totals := Plan{Lines: l.Lines}.Totals()
	if int(r.ApprovalsNeeded)-len(l.Given) <= 1 {
		mark, sum = postsMark, p.Totals
		p.Last++
		if letter && r.Undoes == nil && totals.moves() {
			p.Letters++
		}
	}
	for _, flag := range strings.Fields(r.Flags) {
		p.Flags[flag]++
	}
	sum.AddAll(totals)
	p.Classes[class]++
	p.Shown = append(p.Shown, cases.AsShown{ID: r.ID, Mark: mark})
	if len(p.Each) < mostNamed {
		p.Each = append(p.Each, Affected{r.CaseID, class, totals})
	}
}
