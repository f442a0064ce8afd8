package api

import (
	"net/http"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jobs"
	"hoten/app/jptext"
	"hoten/app/operators"
	"hoten/app/reports"
	"hoten/app/resets"
)

// incidentFacts are what is said of an incident, in and out.
type incidentFacts struct {
	Reference         string            `json:"reference"`
	TitleJa           string            `json:"title_ja"`
	TitleEn           string            `json:"title_en"`
	PeriodFrom        string            `json:"period_from"`
	PeriodTo          string            `json:"period_to"`
	DetectedOn        string            `json:"detected_on"`
	ReleasedOn        string            `json:"released_on,omitempty"`
	ReleasedIDs       *int              `json:"released_ids,omitempty"`
	ReleasedExchanged *int              `json:"released_exchanged,omitempty"`
	ID                string            `json:"id,omitempty"` // code of the ID that was misused
	HappenedJa        string            `json:"happened_ja,omitempty"`
	HappenedEn        string            `json:"happened_en,omitempty"`
	Bearers           map[string]string `json:"bearers,omitempty"` // operators by program; empty: undecided
}

type incidentJSON struct {
	incidentFacts
	CreatedAt time.Time        `json:"created_at"`
	Version   int64            `json:"version"`
	Figures   *reports.Figures `json:"figures,omitempty"`
}

func incidentOf(db *gorm.DB, i incidents.Incident) (out incidentJSON, err error) {
	out = incidentJSON{CreatedAt: i.CreatedAt, Version: i.Version, incidentFacts: incidentFacts{Reference: i.Reference, TitleJa: i.TitleJa, TitleEn: i.TitleEn,
		PeriodFrom: i.PeriodFrom.String(), PeriodTo: i.PeriodTo.String(), DetectedOn: i.DetectedOn.String(), ReleasedIDs: i.ReleasedIds,
		ReleasedExchanged: i.ReleasedExchanged, HappenedJa: i.HappenedJa, HappenedEn: i.HappenedEn}}
	if i.ReleasedOn != nil {
		out.ReleasedOn = i.ReleasedOn.String()
	}
	if i.IDKindID != nil {
		id, err := operators.IDByID(db, *i.IDKindID)
		if err != nil {
			return out, err
		}
		out.ID = id.Code
	}
	out.Bearers, err = incidents.Bearers(db, i.ID)
	return out, err
}

// noun is the facts as the action takes them; days that cannot be read are Invalid.
func (in incidentFacts) noun() (incidents.New, error) {
	var refused fault.Problems
	n := incidents.New{Reference: in.Reference, TitleJa: in.TitleJa, TitleEn: in.TitleEn, PeriodFrom: date(&refused, "period_from", in.PeriodFrom),
		PeriodTo: date(&refused, "period_to", in.PeriodTo), DetectedOn: date(&refused, "detected_on", in.DetectedOn), ReleasedIds: in.ReleasedIDs,
		ReleasedExchanged: in.ReleasedExchanged, ID: in.ID, HappenedJa: in.HappenedJa, HappenedEn: in.HappenedEn, Bearers: in.Bearers}
	if in.ReleasedOn != "" {
		d := date(&refused, "released_on", in.ReleasedOn)
		n.ReleasedOn = &d
	}
	return n, refused.Err()
}

// date reads a day that may be left out.
func date(refused *fault.Problems, field, s string) (d jptext.Date) {
	if s == "" {
		return d
	}
	d, err := jptext.ParseDate(s)
	if err != nil {
		refused.Add(field, "date_invalid")
	}
	return d
}

// asSent is err with its fields named as the body names them: a program and who bears its
// cost are a key of bearers and its value.
func asSent(err error) error {
	f, ok := fault.As(err)
	if !ok {
		return err
	}
	for i := range f.Fields {
		if program, is := strings.CutPrefix(f.Fields[i].Name, "programs."); is {
			f.Fields[i].Name = "bearers." + strings.TrimSuffix(program, ".bearer")
		}
	}
	return f
}

func createIncident(a *API, r *request) error {
	var in incidentFacts
	if err := r.body(&in); err != nil {
		return err
	}
	facts, err := in.noun()
	if err != nil {
		return err
	}
	made, err := incidents.Create(r.Request().Context(), a.s, r.by, facts)
	if err != nil {
		return asSent(err)
	}
	out, err := incidentOf(r.db, *made)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusCreated, out)
}

// changeIncident sets what the body says over what stands; the bearers it names stay in
// place of all that stood.
func changeIncident(a *API, r *request) error {
	stands, err := incidents.ByReference(r.db, r.Param("reference"))
	if err != nil {
		return err
	}
	shown, err := incidentOf(r.db, *stands)
	if err != nil {
		return err
	}
	in := struct {
		incidentFacts
		Version int64 `json:"version"`
	}{incidentFacts: shown.incidentFacts}
	in.Bearers = nil
	if err := r.body(&in); err != nil {
		return err
	}
	if err := seen(stands.Reference, &in.Reference, &in.Version); err != nil {
		return err
	}
	facts, err := in.noun()
	if err != nil {
		return err
	}
	if _, err := incidents.Change(r.Request().Context(), a.s, r.by, in.Version, facts); err != nil {
		return asSent(err)
	}
	return showIncident(a, r)
}

func listIncidents(a *API, r *request) error {
	all, err := incidents.List(r.db)
	if err != nil {
		return err
	}
	out := list[incidentJSON]{Items: []incidentJSON{}}
	for _, i := range all {
		one, err := incidentOf(r.db, i)
		if err != nil {
			return err
		}
		out.Items = append(out.Items, one)
	}
	return r.JSON(http.StatusOK, out)
}

func showIncident(a *API, r *request) error {
	i, err := incidents.ByReference(r.db, r.Param("reference"))
	if err != nil {
		return err
	}
	out, err := incidentOf(r.db, *i)
	if err != nil {
		return err
	}
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
