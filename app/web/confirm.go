package web

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/forms"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/app/store"
	"hoten/i18n"
	"hoten/ui"
)

// An action on many has a step between: what it would do is counted and shown, the form
// carries what was shown, and no more than that is done. What fell out has a row.

// confirmNotices shows what sending the notices of an incident would do.
func confirmNotices(p *page) error {
	p.section("incidents")
	i, err := incidents.ByReference(p.db, p.Param("reference"))
	if err != nil {
		return err
	}
	v, err := resets.PreviewNotices(p.db, p.w.s.Vault, i.ID)
	if _, refused := fault.As(err); refused {
		return p.again(err, "", showIncident)
	}
	if err != nil {
		return err
	}
	shown := p.confirm("notices", "/incidents/"+i.Reference, i.Reference+" "+i.Title(i18n.Lang(p.ctx)), "/incidents/"+i.Reference+"/notices", v.Shown)
	if shown.Stopped, err = p.refusal(p.here.Refusal()); err != nil {
		return err
	}
	shown.More = v.More
	shown.Facts = []ui.Choice{{Label: i18n.T(p.ctx, "confirm.notices.mails"), Value: i18n.Count(p.ctx, "cases", v.Mails)},
		{Label: i18n.T(p.ctx, "confirm.notices.none"), Value: i18n.Count(p.ctx, "cases", int64(len(v.Shown))-v.Mails)}}
	if v.Waiting > 0 {
		shown.Facts = append(shown.Facts, ui.Choice{Label: i18n.T(p.ctx, "confirm.notices.unconfirmed"), Value: i18n.Count(p.ctx, "cases", v.Waiting)})
	}
	languages := ui.ConfirmGroup{Title: i18n.T(p.ctx, "confirm.languages")}
	for _, lang := range i18n.Langs {
		languages.Add(p.ctx, i18n.T(p.ctx, "confirm.language."+lang), "cases", v.Languages[lang])
	}
	shown.Groups = append(p.standing(v.Classes, v.Statuses, "cases"), languages)
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// confirmProposals shows what proposing for all of an incident would do.
func confirmProposals(p *page) error {
	p.section("incidents")
	i, err := incidents.ByReference(p.db, p.Param("reference"))
	if err != nil {
		return err
	}
	v, err := reimbursements.PreviewAll(p.db, p.w.s.Clock(), p.by, i.ID)
	if err != nil {
		return err
	}
	return p.confirmPoints(v, p.confirm("proposals", "/incidents/"+i.Reference, i.Reference+" "+i.Title(i18n.Lang(p.ctx)), "/incidents/"+i.Reference+"/reimbursements", v.Shown))
}

func (p *page) confirmPoints(v *reimbursements.Preview, shown ui.ConfirmShow) error {
	shown.Groups = p.standing(v.Classes, v.Statuses, "cases")
	shown.More, shown.PassedAll = v.More, int64(len(v.Passed))
	shown.Passed = p.fell(v.Passed[:min(len(v.Passed), pageSize)])
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return err
	}
	shown.Programs, shown.Affected = p.confirmSums(v.Totals, programs), p.affected(v.Each, programs)
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// confirmSums are the sums by program of a step.
func (p *page) confirmSums(totals reimbursements.Totals, programs []incidents.Program) (out []ui.ProgramTotals) {
	lang := i18n.Lang(p.ctx)
	for _, program := range programs {
		id := program.ID
		s := ui.ProgramTotals{Program: program.Name(lang), Rollback: totals.Rollback[id], Reimburse: totals.Reimburse[id],
			Absorbed: totals.Absorbed[id], Adjusted: totals.Adjusted[id], Points: totals.Cost(id), Cost: ledger.Amount{Program: program, Points: totals.Cost(id)}.Name(lang)}
		if s.Rollback != 0 || s.Reimburse != 0 || s.Absorbed != 0 || s.Adjusted != 0 {
			out = append(out, s)
		}
	}
	return out
}

// affected names the first cases that an action is about, with what each is put back.
func (p *page) affected(each []reimbursements.Affected, programs []incidents.Program) (out []ui.AffectedCase) {
	for _, a := range each {
		var sums []string
		for _, s := range p.confirmSums(a.Totals, programs) {
			sums = append(sums, s.Program+" "+i18n.Signed(s.Rollback+s.Reimburse+s.Adjusted))
		}
		out = append(out, ui.AffectedCase{Number: cases.Number(a.CaseID), Class: a.Class, Sums: strings.Join(sums, i18n.T(p.ctx, "list.comma"))})
	}
	return out
}

func (p *page) confirm(kind, back, label, action string, of []cases.AsShown) ui.ConfirmShow {
	return ui.ConfirmShow{Kind: kind, Back: back, BackLabel: label, Action: action, Count: int64(len(of)), CountedAt: p.w.s.Clock(),
		Fields: []ui.Choice{{Label: "shown", Value: cases.PackShown(p.w.s.Vault, p.by, kind, of)}, {Label: "step", Value: rand.Text()}}}
}

// asShown is what a form of that kind of step carries, which this person was shown.
func (p *page) asShown(kind string) ([]cases.AsShown, error) {
	return cases.UnpackShown(p.w.s.Vault, p.by, kind, p.FormValue("shown"))
}

// standing groups cases, or requests, by class and status of the case.
func (p *page) standing(classes map[string]int64, statuses map[cases.Status]int64, unit string) []ui.ConfirmGroup {
	class, status := ui.ConfirmGroup{Title: i18n.T(p.ctx, "cases.class")}, ui.ConfirmGroup{Title: i18n.T(p.ctx, "cases.status")}
	for _, c := range []string{"A", "B", "C", "D"} {
		class.Add(p.ctx, c+" "+i18n.T(p.ctx, "cases.class."+c), unit, classes[c])
	}
	for _, s := range cases.Statuses {
		status.Add(p.ctx, i18n.T(p.ctx, "cases.status."+string(s)), unit, statuses[s])
	}
	return []ui.ConfirmGroup{class, status}
}

// fell says of each case why nothing was done.
func (p *page) fell(list []cases.Fell) []ui.ResultRow {
	out := make([]ui.ResultRow, len(list))
	for i, f := range list {
		out[i] = ui.ResultRow{Case: cases.Number(f.CaseID), Why: p.refusedBecause(f.Err)}
	}
	return out
}

// refusedBecause is the sentence of a refusal, or what is wrong with its field.
func (p *page) refusedBecause(err error) string {
	f, ok := fault.As(err)
	if !ok {
		f = fault.New(fault.Conflict, "internal")
	}
	if len(f.Fields) > 0 && f.Code == "invalid" {
		return i18n.T(p.ctx, "fault."+f.Fields[0].Code, f.Fields[0].Args...)
	}
	return i18n.T(p.ctx, "fault."+f.Code, f.Args...)
}

func notifyAll(p *page) error {
	incident := "/incidents/" + p.Param("reference")
	shown, err := p.asShown("notices")
	if err != nil {
		return p.to(incident+"/notices", "")
	}
	n, fell, err := resets.NotifyShown(p.ctx, p.w.s, p.by, p.Param("reference"), shown)
	if err != nil {
		return p.again(err, "", showIncident)
	}
	if len(fell) == 0 {
		done := "notices_queued"
		if n.Unreachable > 0 {
			done = "notices_queued_some"
		}
		return p.to(incident, done, "queued", n.Queued, "unreachable", n.Unreachable)
	}
	return p.results("incidents", "notices", incident, p.Param("reference"), n.Queued+n.Unreachable, fell)
}

func proposeAll(p *page) error {
	incident := "/incidents/" + p.Param("reference")
	shown, err := p.asShown("proposals")
	if err != nil {
		return p.to(incident+"/reimbursements", "")
	}
	return p.proposeShown("incidents", incident, p.Param("reference"), shown, showIncident)
}

// proposeMany shows what proposing for the chosen cases would do, and does it once that was
// confirmed.
func proposeMany(p *page) error {
	if p.Request().PostForm.Has("shown") {
		shown, err := p.asShown("proposals")
		if err != nil {
			return p.again(err, "", showCases)
		}
		return p.proposeShown("cases", p.casesList(), i18n.T(p.ctx, "cases.index.title"), shown, showCases)
	}
	if err := reimbursements.ChosenCases(p.chosen()); err != nil {
		return p.again(err, "", showCases)
	}
	return p.toStep(step{Kind: "proposals", IDs: p.chosen(), Back: p.casesList(), Fields: []ui.Choice{{Label: "back", Value: p.FormValue("back")}}})
}

// showProposalsStep shows what proposing for the chosen cases would do as they stand now.
func (p *page) showProposalsStep(s step) error {
	p.section("cases")
	v, err := reimbursements.PreviewOf(p.db, p.w.s.Clock(), p.by, s.IDs)
	if err != nil {
		return err
	}
	shown := p.confirm("proposals", s.Back, i18n.T(p.ctx, "cases.index.title"), "/cases/reimbursements", v.Shown)
	shown.Fields = append(shown.Fields, s.Fields...)
	return p.confirmPoints(v, shown)
}

func (p *page) proposeShown(section, back, label string, shown []cases.AsShown, show func(*page) error) error {
	done, fell, err := reimbursements.ProposeShown(p.ctx, p.w.s, p.by, shown)
	if err != nil {
		return p.again(err, "", show)
	}
	if len(fell) == 0 {
		return p.to(back, "cases_proposed", "count", done)
	}
	return p.results(section, "proposals", back, label, int64(done), fell)
}

// results tells how many were done, and why each of the others was not.
func (p *page) results(section, kind, back, label string, done int64, fell []cases.Fell) error {
	return p.toResults(ui.ConfirmResults{Section: section, Title: i18n.T(p.ctx, "confirm.results."+kind), Back: back, BackLabel: label, Rows: p.fell(fell),
		Figures: []ui.Choice{{Label: i18n.T(p.ctx, "confirm.count_done."+kind), Value: i18n.Number(done)},
			{Label: i18n.T(p.ctx, "confirm.not_done"), Value: i18n.Number(int64(len(fell)))}}})
}

// toResults keeps what became of each of many, and leads to the page that tells it: loaded or
// sent again it is the same.
func (p *page) toResults(r ui.ConfirmResults) error {
	told, err := json.Marshal(r)
	if err != nil {
		return err
	}
	id, err := forms.KeepResult(p.ctx, p.w.s, p.by, string(told))
	if err != nil {
		return err
	}
	return p.to(fmt.Sprint("/results/", id), "")
}

// result reads what was told of an action on many, to whoever did it.
func (p *page) result() (of ui.ConfirmResults, at time.Time, err error) {
	id, err := p.id()
	if err != nil {
		return of, at, err
	}
	told, at, err := forms.ResultOf(p.db, p.w.s, id, p.by.ID)
	if err != nil {
		return of, at, err
	}
	return of, at, json.Unmarshal([]byte(told), &of)
}

func showResults(p *page) error {
	shown, at, err := p.result()
	if err != nil {
		return err
	}
	id, _ := p.id()
	if shown.Undo, err = p.undoOfMany(shown, id, at); err != nil {
		return err
	}
	p.section(shown.Section)
	shown.Frame, shown.At = p.frame, at
	return p.render(shown.Page())
}

// confirmImpostor shows what was done in a call, and what follows from suspecting its caller,
// to whoever may say so. Where it was said already the case tells.
func confirmImpostor(p *page) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	call, err := store.Find[cases.Call](p.db, "id = ?", id)
	if err != nil {
		return err
	}
	if call.AgentID != p.by.ID {
		if lack := p.by.Require(access.Supervise); lack != nil {
			return errors.Join(fault.New(fault.Forbidden, "call_of_another"), lack) // and who may
		}
	}
	if err := p.viewed(call.CaseID); err != nil {
		return err
	}
	v, err := p.caseView(call.CaseID)
	if err != nil {
		return err
	}
	number := cases.Number(call.CaseID)
	if v.CallClosed == "impostor" && text(call.Outcome) == cases.ImpostorSuspected {
		return p.to("/cases/"+number, "")
	}
	of, err := cases.SameID(p.db, call.CaseID)
	if err != nil {
		return err
	}
	progress, err := cases.ProgressOf(p.db, call, p.policies.Verification, p.w.s.Clock())
	if err != nil {
		return err
	}
	shown := ui.ConfirmShow{Kind: "impostor", Back: "/cases/" + number, BackLabel: number, Count: int64(len(of)), Answers: p.answers(call, progress), Groups: []ui.ConfirmGroup{p.otherCases(of, call.CaseID)},
		Action: "/calls/" + p.Param("id") + "/conclude", Fields: []ui.Choice{{Label: "outcome", Value: cases.ImpostorSuspected}},
		Facts: []ui.Choice{{Label: i18n.T(p.ctx, "cases.number"), Value: number}, {Label: i18n.T(p.ctx, "cases.login_id"), Value: v.LoginID},
			{Label: i18n.T(p.ctx, "calls.relation"), Value: i18n.T(p.ctx, "calls.relation."+call.Relation)}}}
	for _, e := range v.Timeline {
		if !e.At.Before(call.StartedAt) && (call.EndedAt == nil || !e.At.After(*call.EndedAt)) {
			shown.Events = append(shown.Events, e)
		}
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// otherCases are the cases that a suspicion about the caller of one concerns as well, with
// what waits in them.
func (p *page) otherCases(of []cases.Case, caller int64) ui.ConfirmGroup {
	group := ui.ConfirmGroup{Title: i18n.T(p.ctx, "confirm.impostor.others")}
	for _, c := range of {
		if c.ID == caller {
			continue
		}
		stands := i18n.T(p.ctx, "cases.status."+string(c.Status))
		if (reimbursements.Reimbursement{State: text(c.ReimbursementState)}).Pending() {
			stands += i18n.T(p.ctx, "list.comma") + i18n.T(p.ctx, "confirm.impostor.request")
		}
		group.Rows = append(group.Rows, ui.Choice{Label: c.Number(), Value: stands})
	}
	return group
}

// answers says how many items were answered rightly and wrongly in a call; nothing where nobody
// asked.
func (p *page) answers(call *cases.Call, progress cases.Progress) string {
	right := 0
	for _, state := range progress.Items {
		if state == "match" {
			right++
		}
	}
	if right == 0 && call.Wrong == 0 {
		return ""
	}
	return i18n.T(p.ctx, "confirm.impostor.answers", "right", right, "wrong", call.Wrong)
}
