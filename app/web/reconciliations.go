package web

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/imports"
	"hoten/app/imports/csvin"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/points"
	"hoten/app/reconciliations"
	"hoten/app/reports"
	"hoten/app/staff"
	"hoten/i18n"
	"hoten/ui"
)

// unsigned filters the days that nobody has signed as they stand.
const unsigned = "unsigned"

func showReconciliations(p *page) error {
	p.section("setup")
	states := append([]string{unsigned}, reconciliations.States...)
	shown := ui.ReconciliationsIndex{State: p.known("state", p.QueryParam("state"), states...), States: states, MayTake: p.by.May(reconciliations.ToTake.Needs),
		Day: jptext.DateOf(p.w.s.Clock()).AddDays(-1).String()}
	f := reconciliations.Filter{State: shown.State, Limit: pageSize + 1}
	if shown.State == unsigned {
		f.State, f.Unsigned = "", true
	}
	if day, id, more := strings.Cut(p.QueryParam("cursor"), "."); more {
		n, err := strconv.ParseInt(id, 10, 64)
		if f.BeforeID = n; err == nil {
			err = f.Before.UnmarshalText([]byte(day))
		}
		if err != nil || n < 1 {
			p.bad.Add("cursor", "cursor_invalid")
		}
	} else if p.QueryParam("cursor") != "" {
		p.bad.Add("cursor", "cursor_invalid")
	}
	if err := p.bad.Err(); err != nil {
		return err
	}
	rows, err := reconciliations.Find(p.db, f)
	if err != nil {
		return err
	}
	all, err := points.List(p.db)
	if err != nil {
		return err
	}
	rows, shown.Next = cut(rows, func(r reconciliations.Reconciliation) int64 { return r.ID })
	if shown.Next != "" {
		shown.Next = rows[len(rows)-1].Day.String() + "." + shown.Next
	}
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return err
	}
	for _, c := range all {
		shown.Systems = append(shown.Systems, ui.Choice{Value: c.Code, Label: c.Name})
		if reconciliations.Asks(c) {
			shown.Asked = append(shown.Asked, ui.Choice{Value: c.Code, Label: c.Name})
		}
	}
	for _, r := range rows {
		row := ui.ReconciliationRow{ID: r.ID, Day: r.Day, State: r.State, Stale: r.Stale(), Sums: p.reconciled(r.Counted(), programs), Differences: r.Counted().Differences(), Unexplained: r.Unexplained}
		if i := slices.IndexFunc(all, func(c points.Connection) bool { return c.ID == r.SystemID }); i >= 0 {
			row.System = all[i].Name
		}
		shown.Rows = append(shown.Rows, row)
	}
	shown.Columns = columnsOf(i18n.Lang(p.ctx), imports.Sample{}, csvin.Columns(csvin.StatementFile))
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// reconciled are the sums of both sides, with the names of the programs.
func (p *page) reconciled(f reconciliations.Figures, programs []incidents.Program) (out []ui.ReconciliationSums) {
	for _, s := range f.Programs {
		out = append(out, ui.ReconciliationSums{Program: p.programNamed(s.Program, programs), Here: s.Here, There: s.There, Matched: s.Matched,
			PointsHere: s.PointsHere, PointsThere: s.PointsThere, PointsSet: s.PointsSet})
	}
	return out
}

// programNamed is the name of the program with a code; another system's code as it is.
func (p *page) programNamed(code string, programs []incidents.Program) string {
	for _, g := range programs {
		if g.Code == code {
			return g.Name(i18n.Lang(p.ctx))
		}
	}
	return code
}

// takeStatement streams a file: what it is about comes first in the form.
func takeStatement(p *page) error {
	imports.Paced(p.Response().Writer, p.Request())
	p.Request().Body = http.MaxBytesReader(p.Response(), p.Request().Body, int64(p.policies.UploadMegabytes)<<20)
	parts, err := p.Request().MultipartReader()
	if err != nil {
		return fault.Input("file", "multipart_expected")
	}
	values := map[string]string{}
	for {
		part, err := parts.NextPart()
		if err != nil {
			imports.Refused(p.Response().Writer)
			if err := p.sameToken(values["csrf"]); err != nil {
				return err
			}
			return p.again(fault.Input("file", "required"), "file", showReconciliations)
		}
		if part.FileName() == "" {
			b, err := io.ReadAll(io.LimitReader(part, 4096))
			if err != nil {
				return fault.Input("file", "multipart_expected")
			}
			values[part.FormName()] = string(b)
			continue
		}
		if err := p.sameToken(values["csrf"]); err != nil {
			imports.Refused(p.Response().Writer)
			return err
		}
		day, err := statementDay(values["day"])
		var taken reconciliations.Taken
		if err == nil {
			body := &watched{Reader: part}
			taken, err = reconciliations.Upload(p.ctx, p.w.s, p.by, values["system"], day, body)
			err = body.explain(err, int64(p.policies.UploadMegabytes))
		}
		if err != nil {
			imports.Refused(p.Response().Writer)
			return p.again(err, "file", showReconciliations)
		}
		return p.statementTaken(taken)
	}
}

// watched keeps why a body could not be read to its end.
type watched struct {
	io.Reader
	err error
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.Reader.Read(b)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

func (w *watched) explain(err error, megabytes int64) error {
	switch _, long := errors.AsType[*http.MaxBytesError](w.err); {
	case w.err == nil:
		return err
	case long:
		return fault.New(fault.TooLarge, "too_large", "max", megabytes<<20)
	}
	return imports.BrokenOff("file", w.err)
}

// statementDay reads the day of a statement.
func statementDay(text string) (jptext.Date, error) {
	day, err := jptext.ParseDate(text)
	if err != nil {
		return day, fault.Input("day", "date_invalid")
	}
	return day, nil
}

func (p *page) statementTaken(taken reconciliations.Taken) error {
	to := "statement_same"
	if taken.New {
		to = "statement_taken"
	}
	return p.to("/reconciliations/"+strconv.FormatInt(taken.ID, 10), to)
}

func askStatement(p *page) error {
	day, err := statementDay(p.line("day"))
	var taken reconciliations.Taken
	if err == nil {
		taken, err = reconciliations.Ask(p.ctx, p.w.s, p.by, p.line("system"), day)
	}
	if err != nil {
		return p.again(err, "ask", showReconciliations)
	}
	return p.statementTaken(taken)
}

// reconciliationQuery reads which differences of which version are asked for.
func (p *page) reconciliationQuery() (r *reconciliations.Reconciliation, version int, kind string, err error) {
	id, err := p.id()
	if err != nil {
		return nil, 0, "", err
	}
	if r, err = reconciliations.ByID(p.db, id); err != nil {
		return nil, 0, "", err
	}
	kind = p.known("kind", p.FormValue("kind"), reconciliations.Kinds...)
	if text := p.QueryParam("version"); text != "" {
		if version, err = strconv.Atoi(text); err != nil || version < 1 {
			p.bad.Add("version", "filter_unknown")
		}
	}
	return r, version, kind, p.bad.Err()
}

func showReconciliation(p *page) error {
	p.section("setup")
	r, version, kind, err := p.reconciliationQuery()
	if err != nil {
		return err
	}
	c, err := points.ByID(p.db, r.SystemID)
	if err != nil {
		return err
	}
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return err
	}
	shown := ui.ReconciliationsShow{ID: r.ID, Day: r.Day, System: c.Name, SystemCode: c.Code, State: r.State, Version: r.Version, Stale: r.Stale(), Said: r.Said, Unexplained: r.Unexplained, Kind: kind,
		MayAsk: reconciliations.Asks(*c) && p.by.May(reconciliations.ToTake.Needs), MayWork: r.Workable() && p.by.May(access.Supervise), MaySign: r.State == reconciliations.Prepared && p.by.May(reconciliations.ToSign.Needs)}
	signed, err := reconciliations.Signatures(p.db, r.ID)
	if err != nil {
		return err
	}
	figures := r.Counted()
	for _, s := range signed {
		shown.Signatures = append(shown.Signatures, ui.ReconciliationSignature{Version: s.Version, Preparer: s.Preparer.In(i18n.Lang(p.ctx)), Signer: s.Signer.In(i18n.Lang(p.ctx)), PreparedAt: s.PreparedAt, SignedAt: s.SignedAt})
		if version == s.Version && version != r.Version {
			shown.Old, shown.MayWork, shown.MaySign, figures = version, false, false, reconciliations.Reconciliation{Figures: s.Figures}.Counted()
		}
	}
	if version != 0 && version != r.Version && shown.Old == 0 {
		return fault.Missing()
	}
	shown.Sums = p.reconciled(figures, programs)
	for _, k := range reconciliations.Kinds {
		if n := figures.Kinds[k]; n > 0 {
			shown.Kinds = append(shown.Kinds, ui.ReconciliationKind{Kind: k, Count: n})
		}
	}
	for _, cause := range reconciliations.Causes {
		shown.Causes = append(shown.Causes, ui.Choice{Value: cause, Label: i18n.T(p.ctx, "reconciliations.cause."+cause)})
	}
	rows, err := reconciliations.Differences(p.db, r.ID, shown.Old, kind, p.cursor(), pageSize+1)
	if err != nil {
		return err
	}
	rows, shown.Next = cut(rows, func(d reconciliations.Row) int64 { return d.ID })
	for _, d := range rows {
		shown.Rows = append(shown.Rows, p.difference(d, programs))
	}
	if err := p.whoReconciled(&shown, r); err != nil {
		return err
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// whoReconciled fills who had a hand in a day, and the statements of it.
func (p *page) whoReconciled(shown *ui.ReconciliationsShow, r *reconciliations.Reconciliation) error {
	if r.PreparedBy != nil {
		who, err := staff.Get(p.db, *r.PreparedBy)
		if err != nil {
			return err
		}
		shown.Preparer, shown.PreparedAt = who.NameIn(i18n.Lang(p.ctx)), *r.PreparedAt
		hands, err := r.Hands(p.db)
		if err != nil {
			return err
		}
		shown.OwnHand = shown.MaySign && slices.Contains(hands, p.by.ID)
	}
	sources, err := reconciliations.Statements(p.db, r.ID)
	for _, s := range sources {
		shown.Statements = append(shown.Statements, ui.ReconciliationStatement{Source: s.Source, Rows: s.Rows, At: s.TakenAt, By: s.Taker.In(i18n.Lang(p.ctx))})
	}
	return err
}

// difference is a difference as pages and files show it.
func (p *page) difference(d reconciliations.Row, programs []incidents.Program) ui.ReconciliationDifference {
	out := ui.ReconciliationDifference{ID: d.ID, Kind: d.Kind, Likely: d.Likely(), Key: d.Key, Reimbursement: d.ReimbursementID, Program: p.programNamed(d.Program, programs), Here: d.PointsHere, There: d.PointsThere,
		Reference: d.Reference, ReferenceHere: d.LegReference, DoneAt: moment(d.DoneAt), SettledAt: moment(d.SettledAt), Needs: reconciliations.Needs(d.Kind)}
	if d.Cause != nil {
		out.Cause, out.Reason, out.By, out.At = *d.Cause, d.PlainReason(p.w.s.Vault), d.ExplainerName.In(i18n.Lang(p.ctx)), moment(d.ExplainedAt)
	}
	return out
}

func exportDifferences(p *page) error {
	r, version, kind, err := p.reconciliationQuery()
	if err != nil {
		return err
	}
	if version == r.Version {
		version = 0
	}
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return err
	}
	side := func(n *int64) string {
		if n == nil {
			return ""
		}
		return strconv.FormatInt(*n, 10)
	}
	return exportList(p, "differences", i18n.T(p.ctx, "reconciliations.differences"), asked("reconciliation", strconv.FormatInt(r.ID, 10), "kind", kind),
		func(db *gorm.DB) ([]reconciliations.Row, error) {
			return reconciliations.Differences(db, r.ID, version, kind, 0, mostExported+1)
		},
		func(rows []reconciliations.Row) (out []ui.ReconciliationDifference, err error) {
			for _, d := range rows {
				out = append(out, p.difference(d, programs))
			}
			return out, nil
		}, []column[ui.ReconciliationDifference]{
			{i18n.T(p.ctx, "reconciliations.day"), func(ui.ReconciliationDifference) reports.Cell { return reports.Date(r.Day) }},
			textColumn(i18n.T(p.ctx, "reconciliations.kind"), func(d ui.ReconciliationDifference) string { return i18n.T(p.ctx, "reconciliations.kind."+d.Kind) }),
			textColumn(i18n.T(p.ctx, "reconciliations.likely"), func(d ui.ReconciliationDifference) string { return i18n.T(p.ctx, "reconciliations.likely."+d.Likely) }),
			textColumn(i18n.T(p.ctx, "reconciliations.key"), func(d ui.ReconciliationDifference) string { return d.Key }),
			textColumn(i18n.T(p.ctx, "reports.program"), func(d ui.ReconciliationDifference) string { return d.Program }),
			textColumn(i18n.T(p.ctx, "reconciliations.here"), func(d ui.ReconciliationDifference) string { return side(d.Here) }),
			textColumn(i18n.T(p.ctx, "reconciliations.there"), func(d ui.ReconciliationDifference) string { return side(d.There) }),
			textColumn(i18n.T(p.ctx, "points.reference"), func(d ui.ReconciliationDifference) string { return d.Reference }),
			textColumn(i18n.T(p.ctx, "reconciliations.cause"), func(d ui.ReconciliationDifference) string { return i18n.Said(p.ctx, "reconciliations.cause."+d.Cause) }),
			textColumn(i18n.T(p.ctx, "form.reason"), func(d ui.ReconciliationDifference) string { return d.Reason }),
		})
}

// onReconciliation does something to a day as the reader saw it, and leads back to it.
func (p *page) onReconciliation(form, done string, do func(id int64, seen int) error) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	seen, err := strconv.Atoi(p.FormValue("version"))
	if err != nil {
		seen = 0 // which no reconciliation has
	}
	if err := do(id, seen); err != nil {
		return p.again(err, form, showReconciliation)
	}
	return p.to("/reconciliations/"+strconv.FormatInt(id, 10), done)
}

func explainDifferences(p *page) error {
	of, err := strconv.ParseInt(p.FormValue("difference"), 10, 64)
	if err != nil {
		return fault.Missing()
	}
	form := "explain-" + strconv.FormatInt(of, 10)
	if of == 0 {
		form = "all"
	}
	return p.onReconciliation(form, "difference_explained", func(id int64, seen int) error {
		return reconciliations.Explain(p.ctx, p.w.s, p.by, id, seen, of, p.FormValue("kind"), p.FormValue("cause"), p.FormValue("reason"))
	})
}

func prepareReconciliation(p *page) error {
	return p.onReconciliation("sign", "reconciliation_prepared", func(id int64, seen int) error {
		return reconciliations.Prepare(p.ctx, p.w.s, p.by, id, seen)
	})
}

func signReconciliation(p *page) error {
	return p.onReconciliation("sign", "reconciliation_signed", func(id int64, seen int) error {
		return reconciliations.Sign(p.ctx, p.w.s, p.by, id, seen)
	})
}

func returnReconciliation(p *page) error {
	return p.onReconciliation("return", "reconciliation_returned", func(id int64, seen int) error {
		return reconciliations.Return(p.ctx, p.w.s, p.by, id, seen, p.FormValue("reason"))
	})
}
