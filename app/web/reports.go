package web

import (
	"bytes"
	"cmp"
	"net/http"
	"path"
	"slices"
	"strings"

	"hoten/app/access"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/reports"
	"hoten/i18n"
	"hoten/ui"
)

// downloadFigures sends the figures of an incident as a file.
func downloadFigures(p *page) error {
	i, err := incidents.ByReference(p.db, p.Param("reference"))
	if err != nil {
		return err
	}
	f, days, err := reports.Overview(p.db, i, p.w.s.Clock())
	if err != nil {
		return err
	}
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return err
	}
	return p.download(i.Reference+"-figures", reports.Tables(p.ctx, f, days, programs))
}

// download sends tables, or the one that is asked for, as the kind of file that the
// address ends with. The file is whole before the first byte goes out: a broken one
// would look like one.
func (p *page) download(name string, tables []reports.Table) error {
	if id := p.QueryParam("table"); id != "" {
		i := slices.IndexFunc(tables, func(t reports.Table) bool { return t.ID == id })
		if i < 0 {
			return fault.Missing()
		}
		name, tables = name+"-"+id, tables[i:i+1]
	}
	write, kind := reports.WriteCSV, "text/csv; charset=utf-8"
	extension := path.Ext(p.Path())
	if extension == ".xlsx" {
		write, kind = reports.WriteXLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	var b bytes.Buffer
	if err := write(&b, tables...); err != nil {
		return err
	}
	p.Response().Header().Set("Content-Disposition", `attachment; filename="`+name+extension+`"`)
	return p.Blob(http.StatusOK, kind, b.Bytes())
}

// dailyQuery reads which report is asked for; without a day it is today's, and
// without a desk in the address the reader's own.
func (p *page) dailyQuery() (q reports.Query, err error) {
	q = reports.Query{Incident: p.QueryParam("incident"), Desk: p.QueryParam("desk")}
	if given := p.QueryParam("date"); given != "" {
		if q.Date, err = jptext.ParseDate(given); err != nil {
			return q, fault.Input("date", "date_invalid")
		}
	}
	switch q.Desk {
	case "":
		q.Desk, err = p.ownDesk()
	case "all":
		q.Desk = ""
	}
	return q, err
}

func (p *page) ownDesk() (string, error) {
	list, err := desks.List(p.db)
	for _, d := range list {
		if d.ID == p.by.DeskID {
			return d.Code, err
		}
	}
	return "", err
}

// daily is a report and its tables.
func (p *page) daily(q reports.Query) (*reports.Daily, []reports.Table, error) {
	d, err := reports.DailyOf(p.db, p.w.s.Vault, p.by, q, p.w.s.Clock())
	if err != nil {
		return nil, nil, err
	}
	list, err := desks.List(p.db)
	if err != nil {
		return nil, nil, err
	}
	programs, err := incidents.Programs(p.db)
	return d, d.Tables(p.ctx, reports.NamesOf(p.ctx, list, programs)), err
}

func showDaily(p *page) error {
	p.section("reports")
	var d *reports.Daily
	var tables []reports.Table
	q, err := p.dailyQuery()
	if err == nil {
		d, tables, err = p.daily(q)
	}
	if f, ok := fault.As(err); ok && len(f.Fields) > 0 {
		// What was asked for is none: today's report says so.
		p.refuse(f, "")
		d, tables, err = p.daily(reports.Query{})
	}
	if fault.Of(err, fault.NotFound) && q.Incident == "" {
		return p.render(ui.ReportsNone{Frame: p.frame}.Page())
	}
	if err != nil {
		return err
	}
	shown := ui.ReportsDaily{Incident: d.Incident, Date: d.Date.At(0), Today: jptext.DateOf(p.w.s.Clock()).At(0), Desk: cmp.Or(d.Desk, "all"), Tables: tables, At: d.At, Printed: p.w.s.Clock(),
		MayNote: p.by.May(access.WorkCases), DeskName: i18n.T(p.ctx, "reports.daily.all_desks")}
	for _, c := range p.deskChoices() {
		if c.Value == d.Desk {
			shown.DeskName = c.Label
		}
	}
	shown.Desks = append([]ui.Choice{{Value: "all", Label: i18n.T(p.ctx, "reports.daily.all_desks")}}, p.deskChoices()...)
	if shown.Incidents, err = p.incidentChoices(); err != nil {
		return err
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

func downloadDaily(p *page) error {
	q, err := p.dailyQuery()
	if err != nil {
		return err
	}
	d, tables, err := p.daily(q)
	if err != nil {
		return err
	}
	return p.download(strings.Trim("daily-"+d.Date.String()+"-"+d.Desk, "-"), tables)
}

func noteDaily(p *page) error {
	q, err := p.dailyQuery()
	if err == nil {
		err = reports.AddNote(p.ctx, p.w.s, p.by, q, p.FormValue("text"))
	}
	if err != nil {
		return p.again(err, "", showDaily)
	}
	return p.to("/reports/daily?"+p.QueryString(), "handover_saved")
}
