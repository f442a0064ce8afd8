package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/notices"
	"hoten/app/reimbursements"
	"hoten/app/reports"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/verbs"
	"hoten/i18n"
	"hoten/ui"
)

// auditSince is how far back the trail is looked through for an action of anybody, about
// anything, where no first day is given: no index leads to it.
const auditSince = -31

// mostMails is how many mails of a case its part of the trail is looked for.
const mostMails = 1000

func showAudit(p *page) error {
	p.section("audit")
	shown, f, err := p.auditQuery()
	refused, typed := fault.As(err)
	if typed && len(refused.Fields) > 0 && (refused.Fields[0].Name == "case" || refused.Fields[0].Name == "to") {
		// The form says what is wrong with what was typed into it.
		p.refuse(refused, "")
	} else if err != nil {
		return err
	}
	words, err := p.auditWords()
	if err != nil {
		return err
	}
	if err := words.learn(nil, shown.Query.Subject); err != nil {
		return err
	}
	words.choices(&shown)
	if !typed {
		if err := words.list(&shown, f); err != nil {
			return err
		}
	}
	if shown.Chain, err = p.chainState(); err != nil {
		return err
	}
	shown.Actions = p.auditActions()
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// auditQuery reads the address of the trail.
func (p *page) auditQuery() (shown ui.AuditIndex, f audit.Filter, err error) {
	q := ui.AuditQuery{Case: strings.TrimSpace(p.QueryParam("case")), Subject: p.QueryParam("subject"), Actor: p.QueryParam("actor"), Action: p.QueryParam("action"), From: p.QueryParam("from"), To: p.QueryParam("to")}
	var names []string
	for _, v := range verbs.All() {
		names = append(names, v.Name)
	}
	f = audit.Filter{Subject: q.Subject, Actor: q.Actor, Action: p.known("action", q.Action, names...), Before: p.QueryParam("cursor"), Limit: pageSize, To: p.midnight("to", 1)}
	shown = ui.AuditIndex{Query: q, Scope: "own"}
	switch {
	case p.by.May(access.ReadAuditCenter):
		shown.Scope = "center"
	case p.by.May(access.ReadAuditDesk) && p.by.DeskID != 0:
		shown.Scope = "desk"
	}
	if q.Action != "" && q.From == "" && q.Case+q.Subject+q.Actor == "" && shown.Scope == "center" {
		shown.Query.From = jptext.DateOf(p.w.s.Clock()).AddDays(auditSince).String()
	}
	f.From = p.midnightOf("from", shown.Query.From, 0)
	if err := staff.CheckActor(p.db, f.Actor); err != nil {
		return shown, f, err
	}
	if q.From != "" && q.To != "" && !f.To.IsZero() && !f.From.Before(f.To) {
		return shown, f, fault.Input("to", "days_reversed")
	}
	if q.Case != "" {
		f.About, err = p.aboutCase(q.Case)
	}
	return shown, f, err
}

// aboutCase are the subjects of entries about a case: it, its reimbursements and its mails.
func (p *page) aboutCase(number string) ([]string, error) {
	id, is := cases.ParseNumber(number)
	if !is && cases.RuleOf(number) == cases.RuleCheckDigit {
		return nil, fault.Input("case", "case_check_digit")
	} else if !is {
		return nil, fault.Input("case", "case_number_invalid")
	}
	known, err := cases.Known(p.db, id)
	if err != nil {
		return nil, err
	} else if !known {
		return nil, fault.Input("case", "case_unknown")
	}
	var reads store.Reads
	requests, mails := reimbursements.AskOfCase(&reads, id), notices.AskFind(&reads, notices.Filter{CaseID: id, Limit: mostMails})
	if err := reads.Run(p.db); err != nil {
		return nil, err
	}
	about := []string{cases.Subject(id)}
	for _, r := range *requests {
		about = append(about, verbs.About("reimbursement", r.ID))
	}
	for _, m := range *mails {
		about = append(about, verbs.About("mail", m.ID))
	}
	return about, nil
}

// list fills the rows.
func (p auditWords) list(shown *ui.AuditIndex, f audit.Filter) error {
	rows, err := audit.Find(p.db, p.by, f)
	if err != nil {
		return err
	}
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		shown.NextCursor = rows[pageSize-1].ID.String()
	}
	shown.Rows, err = p.rows(rows)
	return err
}

// choices fills what the trail can be filtered by.
func (p auditWords) choices(shown *ui.AuditIndex) {
	if shown.Scope != "own" {
		for _, s := range p.people {
			shown.People = append(shown.People, ui.Choice{Value: "staff:" + strconv.FormatInt(s.ID, 10), Label: s.NameIn(i18n.Lang(p.ctx))})
		}
		if q := shown.Query.Actor; q != "" && !slices.ContainsFunc(shown.People, func(c ui.Choice) bool { return c.Value == q }) {
			shown.People = append(shown.People, ui.Choice{Value: q, Label: q})
		}
	}
	if shown.Query.Subject != "" {
		shown.About = p.about(shown.Query.Subject)
	}
}

// exportAudit sends the trail as filtered, in words, as the kind of file that the address
// ends with.
func exportAudit(p *page) error {
	shown, f, err := p.auditQuery()
	if err == nil {
		err = p.bad.Err()
	}
	if err != nil {
		return err
	}
	f.Before, f.Limit = "", mostExported
	q := shown.Query
	found, err := reports.ExportAudit(p.ctx, p.w.s, p.by, f, asked("case", q.Case, "subject", q.Subject, "actor", q.Actor, "action", q.Action, "from_at", q.From, "until_at", q.To))
	if err != nil {
		return err
	}
	words, err := p.auditWords()
	if err != nil {
		return err
	}
	tb := reports.Table{ID: "audit", Title: i18n.T(p.ctx, "audit.index.title")}
	for _, title := range []string{i18n.T(p.ctx, "audit.seq"), i18n.T(p.ctx, "audit.at"), i18n.T(p.ctx, "audit.actor"), i18n.T(p.ctx, "audit.action"),
		i18n.T(p.ctx, "audit.subject"), i18n.T(p.ctx, "audit.reason_given"), i18n.T(p.ctx, "audit.told")} {
		tb.Columns = append(tb.Columns, reports.Column{Title: title})
	}
	rows, err := words.rows(found[:min(len(found), mostExported)])
	if err != nil {
		return err
	}
	for _, r := range rows {
		var changes []string
		for _, c := range r.Changes {
			if c.Before == nothing { // no change: what is told of it
				changes = append(changes, i18n.T(p.ctx, "audit.fact", "what", c.What, "is", c.Now))
			} else {
				changes = append(changes, i18n.T(p.ctx, "audit.change", "what", c.What, "before", c.Before, "now", c.Now))
			}
		}
		tb.Rows = append(tb.Rows, []reports.Cell{reports.Text(ui.SealOf(p.ctx, r)), reports.Text(r.At.In(i18n.JST).Format(time.DateTime)), reports.Text(r.Actor),
			reports.Text(ui.Deed(p.ctx, r.Action)), reports.Text(r.About), reports.Text(r.Reason), reports.Text(strings.Join(changes, i18n.T(p.ctx, "list.comma")))})
	}
	return p.download("audit", []reports.Table{p.cutExport(tb, len(found))})
}

func (p *page) chainState() (c ui.Chain, err error) {
	last, err := audit.LastCheck(p.db)
	if err != nil || last == nil {
		return c, err
	}
	now, err := audit.Entries(p.db)
	return ui.Chain{CheckedAt: last.At, Whole: last.Broken == "", Entries: last.Sealed, Now: max(now, last.Sealed), Broken: last.Sealed + 1}, err
}

// midnight is 0:00 in Japan of the day that a parameter names, some days later;
// zero without one.
func (p *page) midnight(name string, later int) time.Time {
	return p.midnightOf(name, p.QueryParam(name), later)
}

func (p *page) midnightOf(name, day string, later int) time.Time {
	if day == "" {
		return time.Time{}
	}
	d, err := jptext.ParseDate(day)
	if err != nil {
		p.bad.Add(name, "date_invalid")
		return time.Time{}
	}
	return d.AddDays(later).At(0)
}
