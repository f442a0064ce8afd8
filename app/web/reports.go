package web

import (
	"bytes"
	"net/http"
	"path"

	"hoten/app/incidents"
	"hoten/app/reports"
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

// download sends tables as the kind of file that the address ends with. The file
// is whole before the first byte goes out: a broken one would look like one.
func (p *page) download(name string, tables []reports.Table) error {
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
