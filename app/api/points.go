package api

import (
	"net/http"
	"strconv"
	"time"

	"hoten/app/fault"
	"hoten/app/points"
)

type pointFileJSON struct {
	Number     int64      `json:"number"`
	Name       string     `json:"name"`
	State      string     `json:"state"`
	Late       bool       `json:"late"`
	CutAt      time.Time  `json:"cut_at"`
	Count      int64      `json:"count"`
	Credit     int64      `json:"credit"`
	Debit      int64      `json:"debit"`
	Open       int64      `json:"open"`
	Refused    int64      `json:"refused"`
	SHA256     string     `json:"sha256"`
	AnsweredAt *time.Time `json:"answered_at"`
}

// batchSystem is the point system that the path names, which takes files. Another: NotFound.
func (a *API) batchSystem(r *request) (*points.Connection, points.Terms, error) {
	c, err := points.ByCode(r.db, r.Param("code"))
	if err != nil {
		return nil, points.Terms{}, err
	}
	b, err := c.Batch(a.s.Vault)
	if err == nil && b == nil {
		err = fault.Missing()
	}
	if err != nil {
		return nil, points.Terms{}, err
	}
	return c, b.Terms(), nil
}

func (a *API) pointFile(c points.Connection, terms points.Terms, f points.Filed) pointFileJSON {
	return pointFileJSON{f.Number, f.Name(c.Code, terms.Extension), f.State(), f.Late(c, a.s.Clock()), f.CutAt, f.Count, f.Credit, f.Debit, f.Open, f.Refused, points.Hash(f.SHA256), f.AnsweredAt}
}

func listPointFiles(a *API, r *request) error {
	limit, before, err := r.page()
	if err != nil {
		return err
	}
	c, terms, err := a.batchSystem(r)
	if err != nil {
		return err
	}
	rows, err := points.Files(r.db, c.ID, before, limit+1)
	if err != nil {
		return err
	}
	page, err := paged(r, rows, limit, func(f points.Filed) int64 { return f.Number }, func(f points.Filed) (pointFileJSON, error) { return a.pointFile(*c, terms, f), nil })
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, page)
}

func showPointFile(a *API, r *request) error {
	return a.writePointFile(r, http.StatusOK, fileNumber(r))
}

// fileNumber is the number of the file that the path names; 0: it names none.
func fileNumber(r *request) int64 {
	n, _ := strconv.ParseInt(r.Param("number"), 10, 64) // not a number: nothing has 0
	return max(n, 0)
}

func (a *API) writePointFile(r *request, status int, number int64) error {
	c, terms, err := a.batchSystem(r)
	if err != nil {
		return err
	}
	f, err := points.FileByNumber(r.db, c.ID, number)
	if err != nil {
		return err
	}
	return r.JSON(status, a.pointFile(*c, terms, *f))
}

func cutPointFile(a *API, r *request) error {
	f, err := points.CutNow(r.Request().Context(), a.s, r.by, r.Param("code"))
	if err != nil {
		return err
	}
	return a.writePointFile(r, http.StatusCreated, f.Number)
}

func fetchPointFile(a *API, r *request) error {
	f, err := points.Fetch(r.Request().Context(), a.s, r.by, r.Param("code"), fileNumber(r))
	if err != nil {
		return err
	}
	r.Response().Header().Set("Content-Disposition", `attachment; filename="`+f.Name+`"`)
	return r.Blob(http.StatusOK, "application/octet-stream", f.Content)
}

func takePointResult(a *API, r *request) error {
	number := fileNumber(r)
	if number == 0 {
		return fault.Missing()
	}
	told, err := points.TakeIn(r.Request().Context(), a.s, r.by, r.Param("code"), points.Incoming{Source: points.FromAPI, Number: number, Content: r.raw})
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"number": told.Number, "again": told.Again, "done": told.Done, "refused": told.Refused, "missing": told.Missing})
}
