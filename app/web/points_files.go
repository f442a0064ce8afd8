package web

import (
	"net/http"
	"strconv"

	"hoten/app/fault"
	"hoten/app/points"
	"hoten/app/staff"
	"hoten/i18n"
	"hoten/ui"
)

// newestFiles is how many files and results a page of something else shows.
const newestFiles = 5

// batchSystem is the point system that the address names, which takes files. Another: NotFound.
func (p *page) batchSystem() (*points.Connection, points.Terms, error) {
	c, err := points.ByCode(p.db, p.Param("code"))
	if err != nil {
		return nil, points.Terms{}, err
	}
	b, err := c.Batch(p.w.s.Vault)
	if err == nil && b == nil {
		err = fault.Missing()
	}
	if err != nil {
		return nil, points.Terms{}, err
	}
	return c, b.Terms(), nil
}

// pointFile is a file as pages show it.
func (p *page) pointFile(c points.Connection, terms points.Terms, f points.Filed) (ui.PointFile, error) {
	shown := ui.PointFile{Code: c.Code, Number: f.Number, Name: f.Name(c.Code, terms.Extension), State: f.State(), Late: f.Late(c, p.w.s.Clock()), CutAt: f.CutAt, Count: f.Count, Credit: f.Credit, Debit: f.Debit,
		Open: f.Open, Refused: f.Refused, Pending: f.Pending, Hash: points.Hash(f.SHA256), Written: moment(f.WrittenAt), Fetched: moment(f.FetchedAt)}
	var people []int64
	for _, id := range []*int64{f.CutBy, f.FetchedBy} {
		if id != nil {
			people = append(people, *id)
		}
	}
	names, err := staff.Names(p.db, i18n.Lang(p.ctx), people)
	if f.CutBy != nil {
		shown.CutBy = names[*f.CutBy]
	}
	if f.FetchedBy != nil {
		shown.Fetcher = names[*f.FetchedBy]
	}
	return shown, err
}

// pointFiles are files as a table shows them.
func (p *page) pointFiles(c points.Connection, terms points.Terms, list []points.Filed) (out []ui.PointFile, err error) {
	for _, f := range list {
		shown, err := p.pointFile(c, terms, f)
		if err != nil {
			return nil, err
		}
		out = append(out, shown)
	}
	return out, nil
}

// newFiles fills the newest files of a system that takes them.
func (p *page) newFiles(shown *ui.PointsShow, c points.Connection) error {
	b, err := c.Batch(p.w.s.Vault)
	if err != nil || b == nil {
		return err
	}
	list, err := points.Files(p.db, c.ID, 0, newestFiles)
	if err != nil {
		return err
	}
	shown.NextCut, shown.MayCut = b.Terms().Next(p.w.s.Clock()), p.by.May(points.ToCut.Needs)
	shown.Files, err = p.pointFiles(c, b.Terms(), list)
	return err
}

func showPointFiles(p *page) error {
	p.section("setup")
	c, terms, err := p.batchSystem()
	if err != nil {
		return err
	}
	list, err := points.Files(p.db, c.ID, p.cursor(), pageSize+1)
	if err != nil {
		return err
	}
	shown := ui.PointsFiles{Code: c.Code, Name: c.Name}
	list, shown.Next = cut(list, func(f points.Filed) int64 { return f.Number })
	if shown.Files, err = p.pointFiles(*c, terms, list); err != nil {
		return err
	}
	if shown.Arrivals, err = p.arrivals(c.ID, 0); err != nil {
		return err
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// arrivals are the newest result files of a system, or of one of its files.
func (p *page) arrivals(system int16, file int64) (out []ui.PointAnswer, err error) {
	list, err := points.Arrivals(p.db, system, file, 0, pageSize)
	if err != nil {
		return nil, err
	}
	var people, files []int64
	for _, a := range list {
		if a.ReceivedBy != nil {
			people = append(people, *a.ReceivedBy)
		}
		if a.FileID != nil {
			files = append(files, *a.FileID)
		}
	}
	names, err := staff.Names(p.db, i18n.Lang(p.ctx), people)
	if err != nil {
		return nil, err
	}
	numbers, err := points.FileNumbers(p.db, files)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		shown := ui.PointAnswer{At: a.ReceivedAt, Source: a.Source, State: a.State, Size: a.Size}
		if a.ReceivedBy != nil {
			shown.By = names[*a.ReceivedBy]
		}
		if a.FileID != nil {
			shown.File = numbers[*a.FileID]
		}
		if a.Answer != nil {
			shown.Answer = *a.Answer
		}
		if why := a.Why(); why != nil {
			shown.Why = i18n.T(p.ctx, "fault.field."+why.Code, why.Arguments()...)
		}
		out = append(out, shown)
	}
	return out, nil
}

func showPointFile(p *page) error {
	p.section("setup")
	c, terms, err := p.batchSystem()
	if err != nil {
		return err
	}
	f, err := p.fileOf(c.ID)
	if err != nil {
		return err
	}
	shown := ui.PointsFile{Code: c.Code, Name: c.Name, Folder: terms.Folder, MayAct: p.by.May(points.ToTakeIn.Needs)}
	if shown.File, err = p.pointFile(*c, terms, *f); err != nil {
		return err
	}
	if shown.Arrivals, err = p.arrivals(c.ID, f.ID); err != nil {
		return err
	}
	rows, err := points.Rows(p.db, f.ID, p.cursor(), pageSize+1)
	if err != nil {
		return err
	}
	rows, shown.Next = cut(rows, func(r points.FiledLeg) int64 { return int64(r.Row) })
	legs, err := p.filedLegs(rows)
	if err != nil {
		return err
	}
	for i, r := range rows {
		shown.Rows = append(shown.Rows, ui.PointRow{Row: r.Row, Leg: legs[i], Outcome: text(r.Outcome), Code: r.RowCode, Said: r.RowSaid, Reference: r.RowRef})
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// fileOf is the file that the address names.
func (p *page) fileOf(system int16) (*points.Filed, error) {
	number, err := strconv.ParseInt(p.Param("number"), 10, 64)
	if err != nil {
		return nil, fault.Missing()
	}
	return points.FileByNumber(p.db, system, number)
}

// filedLegs are legs of files as pages show them.
func (p *page) filedLegs(rows []points.FiledLeg) (out []ui.PointLeg, err error) {
	legs := make([]points.Leg, len(rows))
	for i, r := range rows {
		legs[i] = r.Leg
	}
	if out, err = p.legs(legs); err != nil {
		return nil, err
	}
	for i, r := range rows {
		out[i].File, out[i].Row = r.File, r.Row
	}
	return out, nil
}

func cutPointFile(p *page) error {
	f, err := points.CutNow(p.ctx, p.w.s, p.by, p.Param("code"))
	if err != nil {
		return p.again(err, "cut", showPointSystem)
	}
	return p.to("/points/"+p.Param("code")+"/files/"+strconv.FormatInt(f.Number, 10), "point_file_cut", "count", f.Count)
}

func fetchPointFile(p *page) error {
	number, err := strconv.ParseInt(p.Param("number"), 10, 64)
	if err != nil {
		return fault.Missing()
	}
	f, err := points.Fetch(p.ctx, p.w.s, p.by, p.Param("code"), number)
	if err != nil {
		return err
	}
	p.Response().Header().Set("Content-Disposition", `attachment; filename="`+f.Name+`"`)
	return p.Blob(http.StatusOK, "application/octet-stream", f.Content)
}

func takePointResult(p *page) error {
	c, _, err := p.batchSystem()
	if err != nil {
		return err
	}
	f, err := p.fileOf(c.ID)
	if err != nil {
		return err
	}
	given, err := p.parts("result", points.MaxResult+1<<16, fault.Input("result", "result_too_large", "megabytes", points.MaxResult>>20))
	if err != nil {
		return p.again(err, "", showPointFile)
	}
	if err := p.sameToken(string(given["csrf"])); err != nil {
		return err
	}
	if len(given["result"]) == 0 {
		return p.again(fault.Input("result", "required"), "", showPointFile)
	}
	told, err := points.TakeIn(p.ctx, p.w.s, p.by, c.Code, points.Incoming{Source: points.FromConsole, Number: f.Number, Content: given["result"]})
	if err != nil {
		return p.again(err, "", showPointFile)
	}
	to := "/points/" + c.Code + "/files/" + strconv.FormatInt(f.Number, 10)
	if told.Again {
		return p.to(to, "point_result_again")
	}
	return p.to(to, "point_result_taken", "done", told.Done, "refused", told.Refused, "missing", told.Missing)
}

func sayLegNotDone(p *page) error {
	return p.onLeg("not_done", func(id int64) error { return points.SayNotDone(p.ctx, p.w.s, p.by, id, p.FormValue("reason")) })
}
