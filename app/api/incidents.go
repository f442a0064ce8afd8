package api

import (
	"net/http"
	"time"

	"hoten/app/incidents"
	"hoten/app/jobs"
	"hoten/app/jptext"
	"hoten/app/reports"
	"hoten/app/resets"
)

type incidentJSON struct {
	Reference         string           `json:"reference"`
	TitleJa           string           `json:"title_ja"`
	TitleEn           string           `json:"title_en"`
	PeriodFrom        string           `json:"period_from"`
	PeriodTo          string           `json:"period_to"`
	DetectedOn        string           `json:"detected_on"`
	ReleasedOn        string           `json:"released_on,omitempty"`
	ReleasedIDs       *int             `json:"released_ids,omitempty"`
	ReleasedExchanged *int             `json:"released_exchanged,omitempty"`
	CreatedAt         time.Time        `json:"created_at"`
	Figures           *reports.Figures `json:"figures,omitempty"`
}

func incidentOf(i incidents.Incident) incidentJSON {
	out := incidentJSON{Reference: i.Reference, TitleJa: i.TitleJa, TitleEn: i.TitleEn, PeriodFrom: i.PeriodFrom.String(), PeriodTo: i.PeriodTo.String(),
		DetectedOn: i.DetectedOn.String(), ReleasedIDs: i.ReleasedIds, ReleasedExchanged: i.ReleasedExchanged, CreatedAt: i.CreatedAt}
	if i.ReleasedOn != nil {
		out.ReleasedOn = i.ReleasedOn.String()
	}
	return out
}

// date reads a day as callers write it; what is none stays zero and is refused
// by the action, which names the field.
func date(s string) jptext.Date {
	d, err := jptext.ParseDate(s)
	if err != nil {
		return jptext.Date{}
	}
	return d
}

func createIncident(a *API, r *request) error {
	var in struct {
		Reference         string `json:"reference"`
		TitleJa           string `json:"title_ja"`
		TitleEn           string `json:"title_en"`
		PeriodFrom        string `json:"period_from"`
		PeriodTo          string `json:"period_to"`
		DetectedOn        string `json:"detected_on"`
		ReleasedOn        string `json:"released_on"`
		ReleasedIDs       *int   `json:"released_ids"`
		ReleasedExchanged *int   `json:"released_exchanged"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	n := incidents.New{Reference: in.Reference, TitleJa: in.TitleJa, TitleEn: in.TitleEn, PeriodFrom: date(in.PeriodFrom), PeriodTo: date(in.PeriodTo),
		DetectedOn: date(in.DetectedOn), ReleasedIds: in.ReleasedIDs, ReleasedExchanged: in.ReleasedExchanged}
	if in.ReleasedOn != "" {
		d := date(in.ReleasedOn)
		n.ReleasedOn = &d
	}
	made, err := incidents.Create(r.Request().Context(), a.s, r.by, n)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusCreated, incidentOf(*made))
}

func listIncidents(a *API, r *request) error {
	all, err := incidents.List(r.db)
	if err != nil {
		return err
	}
	out := list[incidentJSON]{Items: []incidentJSON{}}
	for _, i := range all {
		out.Items = append(out.Items, incidentOf(i))
	}
	return r.JSON(http.StatusOK, out)
}

func showIncident(a *API, r *request) error {
	i, err := incidents.ByReference(r.db, r.Param("reference"))
	if err != nil {
		return err
	}
	out := incidentOf(*i)
	f, err := reports.Of(r.db, i, a.s.Clock())
	if err != nil {
		return err
	}
	f.Plan, f.Approved, f.Posted = f.Plan.Unsigned(), f.Approved.Unsigned(), f.Posted.Unsigned()
	out.Figures = f
	return r.JSON(http.StatusOK, out)
}

func notifyAll(a *API, r *request) error {
	done, err := resets.NotifyAll(r.Request().Context(), a.s, r.by, r.Param("reference"))
	if err != nil {
		return err
	}
	return r.JSON(http.StatusAccepted, done)
}

func showJob(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	j, err := jobs.ByID(r.db, id)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"id": j.ID, "kind": j.Kind, "state": j.State, "total": j.Total, "processed": j.Processed, "failed": j.Failed, "reasons": j.Refused()})
}
