package reports

import (
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"hoten/app/incidents"
	"hoten/app/reconciliations"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// overview is what one look at an incident counts.
type overview struct {
	Figures          Figures
	Days             []Day
	Posted, Approved reimbursements.Totals
	Unreconciled     map[int16]int64 // reconciliations.Waiting
}

func count(db *gorm.DB, incident int64, now time.Time) (*overview, error) {
	o := &overview{Figures: Figures{At: now, ByClass: map[string]int64{"A": 0, "B": 0, "C": 0, "D": 0}, Cases: map[string]int64{}, PointsOpen: map[string]int64{}}}
	err := o.Figures.count(db, incident)
	if err == nil {
		o.Figures.Waiting, err = waiting(db, incident)
	}
	if err == nil {
		o.Days, err = countDays(db, incident)
	}
	if err == nil {
		o.Posted, o.Approved, err = decided(db, incident)
	}
	if err == nil {
		o.Unreconciled, err = reconciliations.Waiting(db, incident)
	}
	for _, d := range o.Days {
		o.Figures.Reached += d.Reached
	}
	return o, err
}

// Overview gives the figures of an incident as they are kept, and what happened on
// each day.
func Overview(db *gorm.DB, incident *incidents.Incident, now time.Time) (*Figures, []Day, error) {
	k, err := keptOf(db, []int64{incident.ID})
	if err != nil {
		return nil, nil, err
	}
	kept := k[incident.ID].counts != nil
	f, err := k[incident.ID].figures(db, incident.ID, now)
	if err != nil {
		return nil, nil, err
	}
	f.Kept = kept
	return f, k[incident.ID].counts.Days, nil
}

// Of gives the figures of an incident as they are now, but for large ones.
func Of(db *gorm.DB, incident *incidents.Incident, now time.Time) (*Figures, error) {
	large, err := isLarge(db, incident.ID)
	if err != nil {
		return nil, err
	}
	if large {
		f, _, err := Overview(db, incident, now)
		return f, err
	}
	return new(kept).figures(db, incident.ID, now)
}

// Row is how far an incident has come, in a list of them.
type Row struct {
	incidents.Incident
	IDs, Added, IDsExchange, Resumed, MadeWhole, WithPlan, Unknown int64
}

// List gives how far each incident has come, as it is kept.
func List(db *gorm.DB, now time.Time) ([]Row, error) {
	list, err := incidents.List(db)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	all, err := keptOf(db, ids)
	out := make([]Row, 0, len(list))
	for _, i := range list {
		if err == nil {
			err = all[i.ID].count(db, i.ID, now)
		}
		if err != nil {
			return nil, err
		}
		f, p := all[i.ID].counts.Figures, all[i.ID].plan
		out = append(out, Row{Incident: i, IDs: f.IDs, Added: f.Added, IDsExchange: f.IDsExchange, Resumed: f.Resumed, MadeWhole: f.MadeWhole, WithPlan: p.WithPlan, Unknown: p.Unknown})
	}
	return out, nil
}

// kept are the parts of an incident's figures; what is nil is to be counted.
type kept struct {
	counts *overview
	plan   *planned
}

// keptOf reads what is kept of incidents.
func keptOf(db *gorm.DB, ids []int64) (map[int64]*kept, error) {
	out := make(map[int64]*kept, len(ids))
	for _, id := range ids {
		out[id] = &kept{}
	}
	type row struct {
		IncidentID  int64
		Part, Value string
	}
	rows, err := store.Select[row](db, "select incident_id, part, value from incident_figures where incident_id = any($1)", ids)
	for _, r := range rows {
		if err != nil {
			return nil, err
		}
		k := out[r.IncidentID]
		if r.Part == "plan" {
			err = json.Unmarshal([]byte(r.Value), &k.plan)
		} else {
			err = json.Unmarshal([]byte(r.Value), &k.counts)
		}
	}
	return out, err
}

// count counts the parts that are not there.
func (k *kept) count(db *gorm.DB, incident int64, now time.Time) (err error) {
	if k.counts == nil {
		k.counts, err = count(db, incident, now)
	}
	if k.plan == nil && err == nil {
		k.plan, err = plan(db, incident, now)
	}
	return err
}

// figures puts the parts together; what is overdue is counted at every look.
func (k *kept) figures(db *gorm.DB, incident int64, now time.Time) (*Figures, error) {
	if err := k.count(db, incident, now); err != nil {
		return nil, err
	}
	programs, err := incidents.Programs(db)
	if err != nil {
		return nil, err
	}
	o, p := k.counts, k.plan
	p.Totals.AddAll(o.Approved) // which includes what is posted
	f := &o.Figures
	f.PlannedAt, f.WithPlan, f.Unknown = p.At, p.WithPlan, p.Unknown
	f.Plan, f.Approved, f.Posted = WithCodes(p.Totals, programs), WithCodes(o.Approved, programs), WithCodes(o.Posted, programs)
	if f.Overdue, err = overdue(db, incident, now); err != nil {
		return nil, err
	}
	f.Owed, err = owed(db, incident, p.Totals, o.Posted, o.Unreconciled)
	return f, err
}
