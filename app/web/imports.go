package web

import (
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/imports"
	"hoten/app/imports/csvin"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/operators"
	"hoten/i18n"
	"hoten/ui"
)

func showImports(p *page) error {
	p.section("imports")
	rows, err := imports.Find(p.db, p.cursor(), pageSize)
	if err != nil {
		return err
	}
	shown := ui.ImportsIndex{MayManage: p.by.May(access.ManageIncidents)}
	rows, shown.NextCursor = cut(rows, func(r imports.Row) int64 { return r.Import.ID })
	for _, r := range rows {
		shown.Rows = append(shown.Rows, ui.ImportRow{ID: r.Import.ID, Incident: r.Reference, At: r.CreatedAt, By: r.By.In(i18n.Lang(p.ctx)), DryRun: r.DryRun, State: r.State,
			Accepted: r.Accepted, Ignored: r.Ignored, Rejected: r.Rejected})
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

func newImport(p *page) error {
	p.section("imports")
	list, err := incidents.List(p.db)
	if err != nil {
		return err
	}
	sample, err := p.sample(list)
	if err != nil {
		return err
	}
	shown := ui.ImportsNew{Incidents: p.choicesToOpen(list), Incident: p.QueryParam("incident")}
	for _, file := range []string{imports.AffectedFile, imports.MovementsFile} {
		shown.Files = append(shown.Files, ui.ImportFile{Name: file, Columns: columnsOf(i18n.Lang(p.ctx), sample, imports.Columns(file, sample.Programs))})
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

func columnsOf(lang string, s imports.Sample, of []csvin.Column) (out []ui.ImportColumn) {
	for _, c := range of {
		out = append(out, ui.ImportColumn{Header: c.In(lang), Format: c.Format(), Example: s.Example(c, lang), Required: c.Required})
	}
	return out
}

// sample fills examples from the incident that the address names, else from the newest of
// the list; its ID, else the only one there is.
func (p *page) sample(list []incidents.Incident) (s imports.Sample, err error) {
	if s.Programs, err = incidents.Programs(p.db); err != nil {
		return s, err
	}
	ids, err := operators.IDs(p.db)
	if err != nil {
		return s, err
	}
	of := max(0, slices.IndexFunc(list, func(i incidents.Incident) bool { return i.Reference == p.QueryParam("incident") }))
	for _, id := range ids {
		if len(ids) == 1 || of < len(list) && list[of].IDKindID != nil && *list[of].IDKindID == id.ID {
			s.Login = jptext.FormExample(id.Form)
		}
	}
	if of < len(list) {
		s.Day = list[of].PeriodFrom
	}
	return s, nil
}

// importTemplate is a file to fill in, in the reader's language.
func importTemplate(p *page) error {
	file, ok := strings.CutSuffix(p.Param("file"), ".csv")
	if !ok || file != imports.AffectedFile && file != imports.MovementsFile {
		return fault.Missing()
	}
	list, err := incidents.List(p.db)
	if err != nil {
		return err
	}
	sample, err := p.sample(list)
	if err != nil {
		return err
	}
	h := p.Response().Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+file+`.csv"`)
	return imports.Template(file, i18n.Lang(p.ctx), sample, p.Response())
}

// createImport streams an upload: the token and the incident come first in the
// form, then the files.
func createImport(p *page) error {
	imports.Paced(p.Response().Writer, p.Request())
	parts, err := p.Request().MultipartReader()
	if err != nil {
		return fault.Input("affected", "multipart_expected")
	}
	values := map[string]string{}
	var first *imports.Upload
	for first == nil {
		part, err := parts.NextPart()
		if err != nil {
			break
		}
		if part.FileName() != "" {
			first = &imports.Upload{File: part.FormName(), Content: part}
			break
		}
		if part.FormName() == imports.AffectedFile || part.FormName() == imports.MovementsFile {
			continue
		}
		b, err := io.ReadAll(io.LimitReader(part, 4096))
		if err != nil {
			return fault.Input("affected", "multipart_expected")
		}
		values[part.FormName()] = string(b)
	}
	if err := p.sameToken(values["csrf"]); err != nil {
		imports.Refused(p.Response().Writer)
		return err
	}
	dryRun, _ := strconv.ParseBool(p.QueryParam("dry_run")) // the button says true or false
	i, err := imports.Start(p.ctx, p.w.s, p.by, values["incident"], dryRun, uploads(parts, first))
	if fault.Is(err, "uploads_busy") {
		p.Response().Header().Set("Retry-After", imports.RetryAfter)
	}
	if err != nil {
		imports.Refused(p.Response().Writer)
		return p.again(err, "", newImport)
	}
	return p.to("/imports/"+strconv.FormatInt(i.ID, 10), "")
}

// uploads yields the first file, if there is one, and those behind it.
func uploads(parts *multipart.Reader, first *imports.Upload) func() (*imports.Upload, error) {
	return func() (*imports.Upload, error) {
		if u := first; u != nil {
			first = nil
			return u, nil
		}
		for {
			part, err := parts.NextPart()
			if err == io.EOF {
				return nil, nil
			}
			if err != nil {
				return nil, imports.BrokenOff(imports.AffectedFile, err)
			}
			if part.FileName() != "" {
				return &imports.Upload{File: part.FormName(), Content: part}, nil
			}
		}
	}
}

func showImport(p *page) error {
	p.section("imports")
	id, err := p.id()
	if err != nil {
		return err
	}
	i, err := imports.ByID(p.db, id)
	if err != nil {
		return err
	}
	incident, err := incidents.ByID(p.db, i.IncidentID)
	if err != nil {
		return err
	}
	shown := ui.ImportsShow{ID: i.ID, Incident: incident.Reference, At: i.CreatedAt, DryRun: i.DryRun, State: i.State, Total: i.Total, Processed: i.Processed,
		Accepted: i.Accepted, Ignored: i.Ignored, Rejected: i.Rejected, IgnoredColumns: i.Columns(), MayManage: p.by.May(access.ManageIncidents), MayRun: p.by.May(access.ManageIncidents) && i.DryRun && i.State == imports.Done && i.Accepted > 0}
	if i.Error != "" {
		shown.Error = i18n.T(p.ctx, "imports.error."+i.Error)
	}
	headers, _ := i.ReadHeaders(p.w.s) // what is damaged leaves the English names
	for _, n := range i.Told() {
		n.Column = headers.Called(n.File, n.Column)
		shown.Notices = append(shown.Notices, ui.ImportNotice(n))
	}
	if shown.By, err = p.nameOf(i.StaffID); err != nil {
		return err
	}
	rejected, err := imports.Rejections(p.db, id, p.cursor(), pageSize+1)
	if err != nil {
		return err
	}
	rejected, shown.NextCursor = cut(rejected, func(r imports.Rejection) int64 { return r.ID })
	for _, r := range rejected {
		shown.Rejections = append(shown.Rejections, ui.Rejection{File: r.File, Line: r.Line, Column: headers.Called(r.File, r.ColumnName), Reason: r.Reason, Message: r.Sentence(p.ctx)})
	}
	if shown.Files, err = imports.RejectedFiles(p.db, id); err != nil {
		return err
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

func runImport(p *page) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	if _, err := imports.Run(p.ctx, p.w.s, p.by, id); err != nil {
		return p.again(err, "", showImport)
	}
	return p.to("/imports/"+strconv.FormatInt(id, 10), "")
}

func rejectedRows(p *page) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	file := strings.TrimSuffix(p.Param("file"), ".csv")
	if file != imports.AffectedFile && file != imports.MovementsFile {
		return fault.Missing()
	}
	if _, err := imports.ByID(p.db, id); err != nil {
		return err
	}
	p.Response().Header().Set("Content-Type", "text/csv; charset=utf-8")
	p.Response().Header().Set("Content-Disposition", `attachment; filename="`+file+`.rejected.csv"`)
	p.Response().WriteHeader(http.StatusOK)
	return imports.WriteRejected(p.ctx, p.w.s, p.by, id, file, p.Response(), func(r imports.Rejection, called string) (string, string) {
		return called, r.Sentence(p.ctx)
	})
}
