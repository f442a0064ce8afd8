package web

import (
	"crypto/rand"
	"slices"
	"strconv"
	"strings"

	"hoten/app/access"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/reimbursements"
	"hoten/app/store"
	"hoten/i18n"
	"hoten/ui"
)

// longPage is how many requests a supervisor may have on one page, so that hundreds
// need few batches.
const longPage = 200

// givenRows is how many of those that the reader has approved stand below the list.
const givenRows = 20

func showReimbursements(p *page) error {
	p.section("reimbursements")
	shown := ui.ReimbursementsIndex{Once: rand.Text()}
	f := p.waitingFilter(&shown)
	if err := f.Check(p.db); err != nil {
		return err
	}
	var reads store.Reads
	found, programs := reimbursements.AskFind(&reads, f), incidents.AskPrograms(&reads)
	var late *[]reimbursements.Late
	var given *[]reimbursements.Row
	if f.Ungiven {
		g := f
		g.Ungiven, g.Late, g.After, g.Limit = false, reimbursements.Given, 0, givenRows
		given = reimbursements.AskFind(&reads, g)
	}
	if f.OutliersFirst {
		late = reimbursements.AskLateFor(&reads, f.Incident, p.by.ID)
	}
	if err := reads.Run(p.db); err != nil {
		return err
	}
	rows, cursor := cutAt(*found, f.Limit, func(r reimbursements.Row) int64 { return r.Reimbursement.ID })
	if shown.NextCursor = cursor; cursor != "" && f.OutliersFirst {
		shown.NextCursor = strconv.FormatBool(rows[len(rows)-1].Flags == "") + "." + cursor
	}
	if shown.Total = -1; cursor == "" && p.QueryParam("cursor") == "" {
		shown.Total = int64(len(rows))
	}
	for _, program := range *programs {
		shown.Programs = append(shown.Programs, ui.Choice{Value: program.Code, Label: program.Name(i18n.Lang(p.ctx))})
	}
	var err error
	if shown.Rows, err = p.reimbursementRows(rows, *programs); err != nil {
		return err
	}
	if given != nil && cursor == "" {
		few, more := cutAt(*given, givenRows, func(r reimbursements.Row) int64 { return r.Reimbursement.ID })
		if shown.Given, err = p.reimbursementRows(few, *programs); err != nil {
			return err
		}
		if shown.MoreGiven = more != ""; shown.Total >= 0 {
			shown.Total += int64(len(few))
		}
	}
	if f.OutliersFirst {
		shown.RemindHours, shown.EscalateHours, shown.Late = p.policies.RemindHours, p.policies.EscalateHours, ui.Late((*late)[0])
		if err := p.waitingGroups(&shown, *programs); err != nil {
			return err
		}
	}
	if shown.MayDecide {
		if shown.Agents, err = p.agentTotals(*programs); err != nil {
			return err
		}
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// waitingFilter reads the filters.
func (p *page) waitingFilter(shown *ui.ReimbursementsIndex) reimbursements.Filter {
	shown.State = p.known("state", p.FormValue("state"), append(slices.Clone(reimbursements.States), "all")...)
	if shown.State == "" {
		shown.State = reimbursements.Submitted
	}
	shown.Incident, shown.Class, shown.Flag = p.FormValue("incident"), p.known("class", p.FormValue("class"), "A", "B", "C"), p.known("flag", p.FormValue("flag"), reimbursements.Flags...)
	shown.Flags, shown.Bands, shown.MayDecide, shown.Day = reimbursements.Flags, reimbursements.Bands, p.by.May(access.Decide), p.w.s.Clock()
	f := reimbursements.Filter{Incident: shown.Incident, State: shown.State, Class: shown.Class, Flag: shown.Flag, Limit: pageSize}
	if band := p.FormValue("band"); band != "" {
		n, err := strconv.Atoi(band)
		if err != nil {
			n = -1 // which no band has
		}
		f.Band, shown.Band = &n, band
	}
	if shown.State == "all" {
		f.State = ""
	}
	if f.OutliersFirst = f.State == reimbursements.Submitted; !f.OutliersFirst {
		f.Before = p.cursor()
		return f
	}
	if shown.Long, shown.LongRows = p.FormValue("long") == "true", longPage; shown.Long {
		f.Limit = longPage
	}
	shown.Step = p.known("late", p.FormValue("late"), reimbursements.Steps...)
	f.Late, f.Reader, f.Ungiven = shown.Step, p.by.ID, shown.MayDecide && shown.Step == ""
	if cursor := p.QueryParam("cursor"); cursor != "" {
		plain, after, _ := strings.Cut(cursor, ".")
		n, err := strconv.ParseInt(after, 10, 64)
		if err != nil || n < 1 || plain != "true" && plain != "false" {
			p.bad.Add("cursor", "cursor_invalid")
		}
		f.Plain, f.After = plain == "true", n
	}
	return f
}

// waitingGroups tells what waits by incident, and by class and cost.
func (p *page) waitingGroups(shown *ui.ReimbursementsIndex, programs []incidents.Program) error {
	var incident int64
	if shown.Incident != "" {
		of, err := incidents.ByReference(p.db, shown.Incident)
		if err != nil {
			return err
		}
		incident = of.ID
	}
	found, err := p.w.surveys.Of(p.db, p.w.s, incident)
	if err != nil {
		return err
	}
	if shown.CountedAt = found.At; shown.Total < 0 && shown.Address() == (ui.ReimbursementsIndex{State: shown.State, Incident: shown.Incident, Long: shown.Long}).Address() {
		shown.Total = found.Waiting
	}
	for _, g := range found.Groups {
		shown.Groups = append(shown.Groups, ui.ReimbursementGroup{Class: g.Class, Band: g.Band, Count: g.Count, More: g.More})
	}
	for _, w := range found.Piles {
		i := slices.IndexFunc(programs, func(x incidents.Program) bool { return x.ID == w.ProgramID })
		shown.Piles = append(shown.Piles, ui.ReimbursementPile{Incident: w.Reference, Count: w.Count, More: w.More, Oldest: w.Oldest,
			Program: programs[i].Name(i18n.Lang(p.ctx)), Rollback: w.Rollback, Cost: w.Cost})
	}
	return nil
}

// reimbursementRows are the rows of a page, which thereby were on screen.
func (p *page) reimbursementRows(rows []reimbursements.Row, programs []incidents.Program) ([]ui.ReimbursementRow, error) {
	out, shown, err := p.waitingRows(rows, programs)
	if err != nil {
		return nil, err
	}
	// What stands out in nothing is looked at where its figures stand.
	return out, reimbursements.LookedAt(p.ctx, p.w.s, p.by, shown)
}

// waitingRows are the rows of the list, and the plans that are looked at once their rows are seen.
func (p *page) waitingRows(rows []reimbursements.Row, programs []incidents.Program) ([]ui.ReimbursementRow, map[int64][]byte, error) {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.Reimbursement.ID
	}
	var reads store.Reads
	again, seen := reimbursements.AskLookAgain(&reads, rows), reimbursements.AskLooks(&reads, p.by.ID, ids)
	if err := reads.Run(p.db); err != nil {
		return nil, nil, err
	}
	looked, err := again()
	if err != nil {
		return nil, nil, err
	}
	looks := seen()
	out := make([]ui.ReimbursementRow, len(rows))
	shown := map[int64][]byte{}
	for i, r := range rows {
		l := looked[r.Reimbursement.ID]
		login, err := p.loginOf(l.IdentityID, l.Login)
		if err != nil {
			return nil, nil, err
		}
		own, given := r.ProposerID == p.by.ID || slices.Contains(l.Editors, p.by.ID), slices.Contains(l.Given, p.by.ID)
		out[i] = ui.ReimbursementRow{ID: r.Reimbursement.ID, Case: r.Number(), LoginID: login, Class: text(r.Class), State: stateOf(r.Reimbursement), Amounts: amounts(l.Lines, programs),
			Proposer: r.ProposerName.In(i18n.Lang(p.ctx)), SubmittedAt: r.SubmittedAt, Approvals: r.Given, Needed: int(r.ApprovalsNeeded), Reminded: r.Pending() && r.RemindedAt != nil, Escalated: r.Pending() && r.EscalatedAt != nil,
			Changed: r.Pending() && l.Changed, Double: r.Pending() && len(l.Now.Doubles) > 0, Own: own, Given: r.Pending() && given,
			MayApprove: r.Pending() && p.by.May(access.Decide) && !own && !given && !l.Changed && len(l.Now.Doubles) == 0}
		switch {
		case r.Pending():
			if out[i].Flags, err = p.flagsOf(r.Reimbursement, programs); err != nil {
				return nil, nil, err
			}
		case r.Undoes != nil:
			out[i].Flags = []ui.Flag{{Name: reimbursements.Undo}}
		}
		out[i].Looked = looks[r.Reimbursement.ID] || len(out[i].Flags) == 0
		if out[i].MayApprove && out[i].Looked && !looks[r.Reimbursement.ID] {
			shown[r.Reimbursement.ID] = r.PlanHash
		}
	}
	return out, shown, nil
}

// flagsOf are why a proposal stands out, each with what it was measured against.
func (p *page) flagsOf(r reimbursements.Reimbursement, programs []incidents.Program) ([]ui.Flag, error) {
	measured, err := r.Measured()
	if err != nil {
		return nil, err
	}
	var out []ui.Flag
	lang := i18n.Lang(p.ctx)
	for _, name := range strings.Fields(r.Flags) {
		flag := ui.Flag{Name: name}
		for _, m := range measured {
			if i := slices.IndexFunc(programs, func(x incidents.Program) bool { return x.ID == m.ProgramID }); m.Flag == name && i >= 0 {
				flag.Above = append(flag.Above, ui.Cost{Program: programs[i].Name(lang), Amount: ledger.Amount{Program: programs[i], Points: m.Above}.Name(lang)})
			}
		}
		out = append(out, flag)
	}
	return out, nil
}
