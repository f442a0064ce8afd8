package incidents

import (
	"context"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/operators"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/verbs"
)

// New is what POST /incidents takes; dates are days of JST. ID is the code of the ID
// whose passwords were used; empty: as it stands, or the only one there is.
type New struct {
	Reference         string       `json:"reference"`
	TitleJa           string       `json:"title_ja"`
	TitleEn           string       `json:"title_en"`
	PeriodFrom        jptext.Date  `json:"period_from"`
	PeriodTo          jptext.Date  `json:"period_to"`
	DetectedOn        jptext.Date  `json:"detected_on"`
	ReleasedOn        *jptext.Date `json:"released_on"`
	ReleasedIds       *int         `json:"released_ids"`
	ReleasedExchanged *int         `json:"released_exchanged"`
	ID                string       `json:"id"`
	HappenedJa        string       `json:"happened_ja"`
	HappenedEn        string       `json:"happened_en"`
	// Bearers are the operators who bear the cost, by program, all by code; empty:
	// undecided. Nil: those of Usual, or as it stands.
	Bearers map[string]string `json:"programs"`
}

var referenceForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)

// maxTitle and maxHappened bound texts, in characters.
const (
	maxTitle    = 200
	maxHappened = 600
)

// maxReleased bounds the figures of a press release.
const maxReleased = 1_000_000_000

// Check refuses facts that cannot be meant, with an Invalid fault that names each field.
func (n New) Check() error {
	var p fault.Problems
	if !referenceForm.MatchString(n.Reference) || n.Reference == "new" {
		p.Add("reference", "reference_invalid")
	} else {
		secrets.Text(&p, "reference", n.Reference, maxTitle)
	}
	for name, v := range map[string]string{"title_ja": n.TitleJa, "title_en": n.TitleEn} {
		secrets.Label(&p, name, v, maxTitle)
	}
	for name, v := range map[string][2]string{"happened_ja": {n.HappenedJa, n.HappenedEn}, "happened_en": {n.HappenedEn, n.HappenedJa}} {
		if v[0] != "" || v[1] != "" {
			secrets.Label(&p, name, v[0], maxHappened)
		}
	}
	n.checkDays(&p)
	for name, v := range map[string]*int{"released_ids": n.ReleasedIds, "released_exchanged": n.ReleasedExchanged} {
		if v != nil && *v < 0 {
			p.Add(name, "must_be_positive")
		} else if v != nil && *v > maxReleased {
			p.Add(name, "too_large", "max", maxReleased)
		}
	}
	if n.ReleasedIds != nil && n.ReleasedExchanged != nil && *n.ReleasedExchanged > *n.ReleasedIds && *n.ReleasedExchanged <= maxReleased {
		p.Add("released_exchanged", "exchanged_above_ids")
	}
	return p.Err()
}

func (n New) checkDays(p *fault.Problems) {
	if n.PeriodFrom.IsZero() {
		p.Add("period_from", "required")
	}
	if n.PeriodTo.IsZero() {
		p.Add("period_to", "required")
	} else if n.PeriodTo.Before(n.PeriodFrom) {
		p.Add("period_to", "period_reversed")
	}
	if n.DetectedOn.IsZero() {
		p.Add("detected_on", "required")
	} else if n.DetectedOn.Before(n.PeriodFrom) {
		p.Add("detected_on", "detected_before_period")
	}
}

// happened refuses days that are not yet, in Japan: mails tell members of them as of what
// was, and a misuse that goes on is recorded until today.
func (n New) happened(now time.Time) error {
	var p fault.Problems
	days := map[string]jptext.Date{"period_from": n.PeriodFrom, "period_to": n.PeriodTo, "detected_on": n.DetectedOn}
	if n.ReleasedOn != nil {
		days["released_on"] = *n.ReleasedOn
	}
	for field, day := range days {
		if day.After(jptext.DateOf(now)) {
			p.Add(field, "date_in_future")
		}
	}
	return p.Err()
}

// What can be done about incidents, each named To and its function.
var (
	ToCreate = verbs.Declare(verbs.Verb{Name: "incident.created", Needs: access.ManageIncidents, Subject: "incident"})
	ToChange = verbs.Declare(verbs.Verb{Name: "incident.changed", Needs: access.ManageIncidents, Subject: "incident"})
)

// Create records an incident. A known reference is a conflict; one that differs from it in
// upper and lower case alone, which people do not tell apart: Invalid.
func Create(ctx context.Context, s *store.Store, by access.Actor, n New) (*Incident, error) {
	return verbs.Do(ctx, s, by, ToCreate, verbs.About("incident", n.Reference), "", func(tx *store.Tx) (*Incident, error) {
		return create(tx, n)
	})
}

// Change puts other facts of an incident in force for somebody who looked at the version
// seen; it tells whether anything changed. Changed since: Conflict.
func Change(ctx context.Context, s *store.Store, by access.Actor, seen int64, n New) (bool, error) {
	return verbs.Do(ctx, s, by, ToChange, verbs.About("incident", n.Reference), "", func(tx *store.Tx) (bool, error) {
		kept, err := store.LockBy[Incident](tx, "reference = ?", n.Reference)
		if err != nil {
			return false, err
		}
		if kept.Version != seen {
			return false, fault.New(fault.Conflict, "conflict", "version", kept.Version)
		}
		return change(tx, kept, n)
	})
}

// Put records the incident or changes the one with its reference; it tells whether
// anything changed. It is part of another action, which has asked for the permission.
func Put(tx *store.Tx, n New) (bool, error) {
	kept, err := store.LockBy[Incident](tx, "reference = ?", n.Reference)
	if fault.Of(err, fault.NotFound) {
		_, err = create(tx, n)
		return true, err
	}
	if err != nil {
		return false, err
	}
	return change(tx, kept, n)
}

// Recorded are all incidents as they would be recorded, by reference.
func Recorded(db *gorm.DB) (map[string]New, error) {
	list, err := List(db)
	if err != nil {
		return nil, err
	}
	ids, err := operators.IDs(db)
	if err != nil {
		return nil, err
	}
	bearers, err := allBearers(db)
	out := make(map[string]New, len(list))
	for _, i := range list {
		n := New{Reference: i.Reference, TitleJa: i.TitleJa, TitleEn: i.TitleEn, PeriodFrom: i.PeriodFrom, PeriodTo: i.PeriodTo, DetectedOn: i.DetectedOn,
			ReleasedOn: i.ReleasedOn, ReleasedIds: i.ReleasedIds, ReleasedExchanged: i.ReleasedExchanged, HappenedJa: i.HappenedJa, HappenedEn: i.HappenedEn, Bearers: map[string]string{}}
		for _, id := range ids {
			if i.IDKindID != nil && id.ID == *i.IDKindID {
				n.ID = id.Code
			}
		}
		maps.Copy(n.Bearers, bearers[i.ID])
		out[i.Reference] = n
	}
	return out, err
}

// facts is an incident as the audit trail shows it.
type facts struct {
	Incident
	Bearers map[string]string `json:"bearers"`
}

func create(tx *store.Tx, n New) (*Incident, error) {
	kind, err := n.resolve(tx, nil)
	if err != nil {
		return nil, err
	}
	alike, err := store.Select[Incident](tx.DB, "select * from incidents where lower(reference) = lower($1) and reference <> $1", n.Reference)
	if err != nil {
		return nil, err
	}
	if len(alike) > 0 {
		return nil, fault.Input("reference", "reference_taken", "reference", alike[0].Reference)
	}
	made := &Incident{Reference: n.Reference, CreatedAt: tx.Now, Version: 1}
	n.fill(made, kind)
	if err := store.Insert(tx, made); err != nil {
		return nil, err
	}
	if n.Bearers == nil {
		if n.Bearers, err = usualBearers(tx.DB, kind); err != nil {
			return nil, err
		}
	}
	if err := setBearers(tx, made.ID, n.Bearers); err != nil {
		return nil, err
	}
	return made, audit.Record(tx, audit.Change{Action: ToCreate.Name, Subject: made.Subject(), After: facts{*made, n.Bearers}})
}

func change(tx *store.Tx, kept *Incident, n New) (bool, error) {
	kind, err := n.resolve(tx, kept.IDKindID)
	if err != nil {
		return false, err
	}
	bearers, err := Bearers(tx.DB, kept.ID)
	if err != nil {
		return false, err
	}
	if err := n.keepsUsed(tx, kept, kind, bearers); err != nil {
		return false, err
	}
	before := facts{*kept, bearers}
	n.fill(kept, kind)
	same := n.Bearers == nil || maps.Equal(n.Bearers, bearers)
	if same && reflect.DeepEqual(before.Incident, *kept) {
		return false, nil
	}
	kept.Version++
	if err := store.Save(tx, kept, "title_ja", "title_en", "period_from", "period_to", "detected_on", "released_on", "released_ids", "released_exchanged",
		"id_kind_id", "happened_ja", "happened_en", "version"); err != nil {
		return false, err
	}
	if kept.PeriodFrom.Before(before.PeriodFrom) {
		if err := beginsEarlier(tx); err != nil {
			return false, err
		}
	}
	if before.PeriodTo.Before(kept.PeriodTo) {
		if err := endsLater(tx, kept); err != nil {
			return false, err
		}
	}
	if before.IDKindID == nil && kind != nil {
		if err := setID(tx, kept.ID, *kind); err != nil {
			return false, err
		}
	}
	if !same {
		if err := setBearers(tx, kept.ID, n.Bearers); err != nil {
			return false, err
		}
		bearers = n.Bearers
	}
	return true, audit.Record(tx, audit.Change{Action: ToChange.Name, Subject: kept.Subject(), Before: before, After: facts{*kept, bearers}})
}

// keepsUsed refuses to give the cases of an incident another ID, whose operator would then
// write to their members, to take away programs that points were moved in, and to leave
// fraudulent movements outside its period.
func (n New) keepsUsed(tx *store.Tx, kept *Incident, kind *int16, bearers map[string]string) error {
	var p fault.Problems
	if kept.IDKindID != nil && *kind != *kept.IDKindID {
		used, err := hasCases(tx.DB, kept.ID)
		if err != nil {
			return err
		}
		if used {
			p.Add("id", "id_in_use")
		}
	}
	var early, late int64
	err := store.Scan(tx.DB, `select count(*) filter (where occurred_at < $2), count(*) filter (where occurred_at >= $3) from movements
		where incident_id = $1 and finding in ('suspected', 'confirmed') and kind in ('transfer', 'exchange')`,
		[]any{kept.ID, n.PeriodFrom.At(0), n.PeriodTo.AddDays(1).At(0)}, &early, &late)
	if err != nil {
		return err
	}
	if early > 0 && kept.PeriodFrom.Before(n.PeriodFrom) {
		p.Add("period_from", "movements_outside", "count", early)
	}
	if late > 0 && n.PeriodTo.Before(kept.PeriodTo) {
		p.Add("period_to", "movements_outside", "count", late)
	}
	if n.Bearers != nil {
		var reads store.Reads
		moved := store.AskValues[string](&reads, `select distinct p.code from movements m join programs p on p.id in (m.from_program, m.to_program) where m.incident_id = $1 order by p.code`, kept.ID)
		if err := reads.Run(tx.DB); err != nil {
			return err
		}
		for _, code := range *moved {
			_, stood := bearers[code]
			if _, stays := n.Bearers[code]; stood && !stays {
				p.Add("programs."+code, "program_in_use")
			}
		}
	}
	return p.Err()
}

// resolve checks the facts and finds the ID that they name; where they name none it stays
// as it stands, or is the only one there is.
func (n New) resolve(tx *store.Tx, stands *int16) (*int16, error) {
	if err := n.Check(); err != nil {
		return nil, err
	}
	if err := n.happened(tx.Now); err != nil {
		return nil, err
	}
	ids, err := operators.Settled(tx)
	if err != nil {
		return nil, err
	}
	switch {
	case n.ID == "" && stands != nil:
		return stands, nil
	case n.ID == "" && len(ids) == 1:
		return &ids[0].ID, nil
	case n.ID == "" && len(ids) == 0:
		return nil, nil
	case n.ID == "":
		return nil, fault.Input("id", "required")
	}
	i := slices.IndexFunc(ids, func(i operators.ID) bool { return i.Code == n.ID })
	if i < 0 {
		return nil, fault.Input("id", "id_unknown")
	}
	return &ids[i].ID, nil
}

func (n New) fill(i *Incident, kind *int16) {
	i.TitleJa, i.TitleEn, i.HappenedJa, i.HappenedEn, i.IDKindID = n.TitleJa, n.TitleEn, n.HappenedJa, n.HappenedEn, kind
	i.PeriodFrom, i.PeriodTo, i.DetectedOn, i.ReleasedOn = n.PeriodFrom, n.PeriodTo, n.DetectedOn, n.ReleasedOn
	i.ReleasedIds, i.ReleasedExchanged = n.ReleasedIds, n.ReleasedExchanged
}
