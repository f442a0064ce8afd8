package web

import (
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/callbacks"
	"hoten/app/incidents"
	"hoten/app/notices"
	"hoten/app/reimbursements"
	"hoten/app/reports"
	"hoten/i18n"
	"hoten/ui"
)

// mostExported is how many rows of a list one file holds.
const mostExported = 10_000

// column is a column of a list in a file.
type column[R any] struct {
	title string
	of    func(R) reports.Cell
}

func textColumn[R any](title string, of func(R) string) column[R] {
	return column[R]{title, func(r R) reports.Cell { return reports.Text(of(r)) }}
}

func numberColumn[R any](title string, of func(R) int64) column[R] {
	return column[R]{title, func(r R) reports.Cell { return reports.Number(of(r)) }}
}

func timeColumn[R any](title string, of func(R) time.Time) column[R] {
	return textColumn(title, func(r R) string { return of(r).In(i18n.JST).Format(time.DateTime) })
}

// exportList sends a list as it is seen, as the kind of file that the address ends with.
// find reads up to mostExported rows and one more, shown makes of them what the list shows.
func exportList[R, S any](p *page, name, title string, filters map[string]string, find func(*gorm.DB) ([]R, error), shown func([]R) ([]S, error), columns []column[S]) error {
	found, err := reports.ExportList(p.ctx, p.w.s, p.by, name, mostExported, filters, find)
	if err != nil {
		return err
	}
	rows, err := shown(found[:min(len(found), mostExported)])
	if err != nil {
		return err
	}
	tb := reports.Table{ID: name, Title: title}
	for _, c := range columns {
		tb.Columns = append(tb.Columns, reports.Column{Title: c.title})
	}
	for _, r := range rows {
		line := make([]reports.Cell, len(columns))
		for i, c := range columns {
			line[i] = c.of(r)
		}
		tb.Rows = append(tb.Rows, line)
	}
	return p.download(name, []reports.Table{p.cutExport(tb, len(found))})
}

// cutExport says in the last line of a file that there were more rows than it holds.
func (p *page) cutExport(tb reports.Table, found int) reports.Table {
	if found > mostExported {
		tb.Total = []reports.Cell{reports.Text(i18n.T(p.ctx, "list.export_cut", "count", mostExported))}
	}
	return tb
}

// asked are those of the filters that are set, by the names that the audit trail has for them.
func asked(pairs ...string) map[string]string {
	out := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out[pairs[i]] = pairs[i+1]
		}
	}
	return out
}

func exportMails(p *page) error {
	shown, f, err := p.mailsQuery()
	if err == nil {
		err = p.bad.Err()
	}
	if err != nil {
		return err
	}
	f.Before, f.Limit = 0, mostExported
	return exportList(p, "mails", i18n.T(p.ctx, "mails.index.title"), asked("kind", shown.Kind, "state", shown.State, "case", shown.Case),
		func(db *gorm.DB) ([]notices.Mail, error) { return notices.Find(db, f) }, p.mailRows, []column[ui.MailRow]{
			timeColumn(i18n.T(p.ctx, "mails.queued_at"), func(r ui.MailRow) time.Time { return r.At }),
			textColumn(i18n.T(p.ctx, "mails.subject"), func(r ui.MailRow) string { return r.Subject }),
			textColumn(i18n.T(p.ctx, "mails.kind"), func(r ui.MailRow) string { return i18n.T(p.ctx, "mails.kind."+r.Kind) }),
			textColumn(i18n.T(p.ctx, "mails.to"), func(r ui.MailRow) string { return r.To }),
			textColumn(i18n.T(p.ctx, "cases.number"), func(r ui.MailRow) string { return r.Case }),
			textColumn(i18n.T(p.ctx, "cases.status"), func(r ui.MailRow) string { return i18n.T(p.ctx, "mails.state."+r.State) }),
		})
}

func exportCallbacks(p *page) error {
	shown, f := p.callbacksQuery()
	if err := p.bad.Err(); err != nil {
		return err
	}
	f.After, f.Limit = callbacks.Place{}, mostExported
	return exportList(p, "callbacks", i18n.T(p.ctx, "callbacks.index.title"), asked("view", shown.View),
		func(db *gorm.DB) ([]callbacks.Row, error) { return callbacks.Find(db, f) }, p.callbackRows, []column[ui.Callback]{
			timeColumn(i18n.T(p.ctx, "callbacks.due"), func(r ui.Callback) time.Time { return r.DueAt }),
			textColumn(i18n.T(p.ctx, "cases.status"), func(r ui.Callback) string { return i18n.T(p.ctx, "callbacks.state."+r.State) }),
			textColumn(i18n.T(p.ctx, "cases.number"), func(r ui.Callback) string { return r.Case }),
			textColumn(i18n.T(p.ctx, "cases.login_id"), func(r ui.Callback) string { return r.LoginID }),
			textColumn(i18n.T(p.ctx, "callbacks.member"), func(r ui.Callback) string { return r.Name }),
			textColumn(i18n.T(p.ctx, "calls.callback"), func(r ui.Callback) string { return r.Phone }),
			textColumn(i18n.T(p.ctx, "calls.desk"), func(r ui.Callback) string { return r.Desk }),
			textColumn(i18n.T(p.ctx, "cases.assignee"), func(r ui.Callback) string { return r.Assignee }),
			numberColumn(i18n.T(p.ctx, "callbacks.attempts"), func(r ui.Callback) int64 { return int64(r.Attempts) }),
			textColumn(i18n.T(p.ctx, "callbacks.outcome"), func(r ui.Callback) string { return i18n.Said(p.ctx, "callbacks.outcome."+r.Last) }),
		})
}

// exportReimbursements sends what the reader has approved already among the others.
func exportReimbursements(p *page) error {
	var shown ui.ReimbursementsIndex
	f := p.waitingFilter(&shown)
	if err := p.bad.Err(); err != nil {
		return err
	}
	if err := f.Check(p.db); err != nil {
		return err
	}
	f.Before, f.After, f.Plain, f.Ungiven, f.Limit = 0, 0, false, false, mostExported
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return err
	}
	columns := []column[ui.ReimbursementRow]{
		textColumn(i18n.T(p.ctx, "cases.number"), func(r ui.ReimbursementRow) string { return r.Case }),
		textColumn(i18n.T(p.ctx, "cases.login_id"), func(r ui.ReimbursementRow) string { return r.LoginID }),
		textColumn(i18n.T(p.ctx, "cases.class"), func(r ui.ReimbursementRow) string { return r.Class }),
	}
	for _, program := range programs {
		name := program.Name(i18n.Lang(p.ctx)) + " "
		columns = append(columns,
			numberColumn(name+i18n.T(p.ctx, "reimbursements.rollback"), func(r ui.ReimbursementRow) int64 { return r.Amounts[program.Code].Rollback }),
			numberColumn(name+i18n.T(p.ctx, "reimbursements.reimburse"), func(r ui.ReimbursementRow) int64 { return r.Amounts[program.Code].Reimburse }),
			numberColumn(name+i18n.T(p.ctx, "reimbursements.absorbed"), func(r ui.ReimbursementRow) int64 { return r.Amounts[program.Code].Absorbed }),
			numberColumn(name+i18n.T(p.ctx, "reimbursements.line.adjust"), func(r ui.ReimbursementRow) int64 { return r.Amounts[program.Code].Adjusted }))
	}
	columns = append(columns,
		textColumn(i18n.T(p.ctx, "reimbursements.proposer"), func(r ui.ReimbursementRow) string { return r.Proposer }),
		timeColumn(i18n.T(p.ctx, "reimbursements.submitted_at"), func(r ui.ReimbursementRow) time.Time { return r.SubmittedAt }),
		numberColumn(i18n.T(p.ctx, "audit.field.approvals"), func(r ui.ReimbursementRow) int64 { return int64(r.Approvals) }),
		numberColumn(i18n.T(p.ctx, "audit.field.approvals_needed"), func(r ui.ReimbursementRow) int64 { return int64(r.Needed) }),
		textColumn(i18n.T(p.ctx, "cases.status"), func(r ui.ReimbursementRow) string { return i18n.T(p.ctx, "reimbursements.state."+r.State) }),
		textColumn(i18n.T(p.ctx, "reimbursements.flags"), func(r ui.ReimbursementRow) string {
			words := make([]string, len(r.Flags))
			for i, flag := range r.Flags {
				words[i] = flag.Word(p.ctx)
			}
			return strings.Join(words, i18n.T(p.ctx, "list.comma"))
		}))
	return exportList(p, "reimbursements", i18n.T(p.ctx, "reimbursements.index.title"), asked("incident", shown.Incident, "state", shown.State, "class", shown.Class, "flag", shown.Flag, "band", shown.Band, "late", shown.Step),
		func(db *gorm.DB) ([]reimbursements.Row, error) { return reimbursements.Find(db, f) },
		func(rows []reimbursements.Row) ([]ui.ReimbursementRow, error) {
			out, _, err := p.waitingRows(rows, programs)
			return out, err
		}, columns)
}
