package api

import (
	"net/http"

	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/reports"
)

// dailyReport answers the day of a desk, or of all of them.
func dailyReport(a *API, r *request) error {
	q := reports.Query{Incident: r.QueryParam("incident"), Desk: r.QueryParam("desk")}
	if given := r.QueryParam("date"); given != "" {
		var err error
		if q.Date, err = jptext.ParseDate(given); err != nil {
			return fault.Input("date", "date_invalid")
		}
	}
	d, err := reports.DailyOf(r.db, a.s.Vault, r.by, q, a.s.Clock())
	if err != nil {
		return err
	}
	for i, p := range d.Points { // as in the totals of an incident
		d.Points[i].Rollback = max(p.Rollback, -p.Rollback)
	}
	return r.JSON(http.StatusOK, d)
}
