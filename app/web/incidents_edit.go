package web

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/operators"
	"hoten/i18n"
	"hoten/ui"
)

func newIncident(p *page) error {
	p.section("incidents")
	form, err := p.incidentForm(nil)
	if err != nil {
		return err
	}
	return p.render(ui.IncidentsNew{Frame: p.frame, Form: form}.Page())
}

func editIncident(p *page) error {
	p.section("incidents")
	i, err := incidents.ByReference(p.db, p.Param("reference"))
	if err != nil {
		return err
	}
	form, err := p.incidentForm(i)
	if err != nil {
		return err
	}
	return p.render(ui.IncidentsEdit{Frame: p.frame, Reference: i.Reference, Version: i.Version, Form: form, MayAudit: p.by.May(access.ReadAuditCenter)}.Page())
}

// incidentForm is what the form of an incident offers, and what stands; nil: a new one.
func (p *page) incidentForm(i *incidents.Incident) (f ui.IncidentForm, err error) {
	lang := i18n.Lang(p.ctx)
	if f.Bearers, _, err = p.operatorChoices(i18n.T(p.ctx, "incidents.bearer.none")); err != nil {
		return f, err
	}
	f.Values = map[string]string{}
	for _, id := range p.ids {
		f.IDs = append(f.IDs, ui.Choice{Value: id.Code, Label: id.Name(lang)})
		if i != nil && i.IDKindID != nil && *i.IDKindID == id.ID {
			f.Values["id"] = id.Code
		}
	}
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return f, err
	}
	bearers, fields := map[string]string{}, []setField{}
	if i == nil {
		f.New = true
		// Where several operators run IDs, the programs are those of whichever is chosen.
		if !operators.Several(p.ids) {
			for _, program := range programs {
				bearers[program.Code] = ""
			}
		}
	} else {
		incidentValues(f.Values, i)
		if bearers, err = incidents.Bearers(p.db, i.ID); err != nil {
			return f, err
		}
	}
	for _, program := range programs {
		bearer, involved := bearers[program.Code]
		f.Programs = append(f.Programs, ui.Choice{Value: program.Code, Label: program.Name(lang)})
		f.Values["bearer_"+program.Code] = bearer
		f.Values["program_"+program.Code] = strconv.FormatBool(involved)
		name := program.Name(lang)
		fields = append(fields, setField{"program_" + program.Code, name, []ui.Choice{{Value: "false", Label: i18n.T(p.ctx, "incidents.program.out")}, {Value: "true", Label: i18n.T(p.ctx, "incidents.program.in")}}},
			setField{"bearer_" + program.Code, i18n.T(p.ctx, "incidents.bearer.of", "program", name), f.Bearers})
	}
	if i != nil {
		p.bothOfSetup(i.Version, f.Values, field("title_ja", i18n.T(p.ctx, "incidents.title_ja")), field("title_en", i18n.T(p.ctx, "incidents.title_en")), field("id", i18n.T(p.ctx, "incidents.id"), f.IDs...),
			field("period_from", i18n.T(p.ctx, "incidents.period_from")), field("period_to", i18n.T(p.ctx, "incidents.period_to")), field("detected_on", i18n.T(p.ctx, "incidents.detected_on")), fields,
			field("released_on", i18n.T(p.ctx, "incidents.released_on")), field("released_ids", i18n.T(p.ctx, "incidents.released_ids")), field("released_exchanged", i18n.T(p.ctx, "incidents.released_exchanged")),
			p.inBoth("happened", i18n.T(p.ctx, "incidents.happened")))
	}
	f.Seen = maps.Clone(f.Values)
	if p.frame.Typed != nil {
		for _, program := range programs {
			f.Values["program_"+program.Code] = p.FormValue("program_" + program.Code)
		}
	}
	return f, nil
}

// day reads a day of a form, which may be left out.
func (p *page) day(problems *fault.Problems, name string) (d jptext.Date) {
	if p.line(name) == "" {
		return d
	}
	d, err := jptext.ParseDate(p.FormValue(name))
	if err != nil {
		problems.Add(name, "date_invalid")
	}
	return d
}

func incidentValues(v map[string]string, i *incidents.Incident) {
	v["title_ja"], v["title_en"], v["happened_ja"], v["happened_en"] = i.TitleJa, i.TitleEn, i.HappenedJa, i.HappenedEn
	v["period_from"], v["period_to"], v["detected_on"] = i.PeriodFrom.String(), i.PeriodTo.String(), i.DetectedOn.String()
	if i.ReleasedOn != nil {
		v["released_on"] = i.ReleasedOn.String()
	}
	for name, n := range map[string]*int{"released_ids": i.ReleasedIds, "released_exchanged": i.ReleasedExchanged} {
		if n != nil {
			v[name] = strconv.Itoa(*n)
		}
	}
}

// typedIncident reads the form of an incident.
func (p *page) typedIncident(reference string) (incidents.New, error) {
	var problems fault.Problems
	n := incidents.New{Reference: reference, TitleJa: p.FormValue("title_ja"), TitleEn: p.FormValue("title_en"), ID: p.FormValue("id"),
		PeriodFrom: p.day(&problems, "period_from"), PeriodTo: p.day(&problems, "period_to"), DetectedOn: p.day(&problems, "detected_on"), HappenedJa: p.line("happened_ja"), HappenedEn: p.line("happened_en")}
	if p.line("released_on") != "" {
		day := p.day(&problems, "released_on")
		n.ReleasedOn = &day
	}
	for name, to := range map[string]**int{"released_ids": &n.ReleasedIds, "released_exchanged": &n.ReleasedExchanged} {
		if typed := p.line(name); typed != "" {
			points, err := jptext.ParsePoints(typed)
			if err != nil {
				problems.Add(name, "whole_number")
			}
			count := int(points)
			*to = &count
		}
	}
	var err error
	if n.Bearers, err = p.typedBearers(&problems, n.ID); err != nil {
		return n, err
	}
	return n, problems.Err()
}

// typedBearers are the programs that are chosen, with who bears their cost; nil where the
// form says nothing of them. A new incident with none chosen is about the usual ones of the
// ID, which keep the bearers that were chosen for them. A bearer of any other program is
// refused, unless it stood when the program was taken away: it would be lost unnoticed.
func (p *page) typedBearers(problems *fault.Problems, id string) (map[string]string, error) {
	programs, err := incidents.Programs(p.db)
	if err != nil || len(programs) == 0 {
		return nil, err
	}
	seen := p.seenValues()
	bearers, alone := map[string]string{}, map[string]string{}
	for _, program := range programs {
		field := "bearer_" + program.Code
		bearer := p.FormValue(field)
		if p.FormValue("program_"+program.Code) == "true" {
			bearers[program.Code] = bearer
		} else if bearer != "" && bearer != seen[field] {
			alone[program.Code] = bearer
		}
	}
	if p.Param("reference") == "" && len(bearers) == 0 {
		if len(alone) == 0 {
			return nil, nil
		}
		var of *operators.ID
		if i := slices.IndexFunc(p.ids, func(i operators.ID) bool { return i.Code == id }); i >= 0 {
			of = &p.ids[i]
		}
		for _, program := range incidents.Usual(programs, p.ids, of) {
			bearers[program.Code] = alone[program.Code]
			delete(alone, program.Code)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(alone)) {
		problems.Add("bearer_"+code, "bearer_without_program")
	}
	return bearers, nil
}

// ofForm names the fields of a refused incident as its form does, and says of a period that
// ends after today what to enter where the misuse goes on.
func ofForm(err error) error {
	f, ok := fault.As(err)
	if !ok {
		return err
	}
	for i, field := range f.Fields {
		if field.Code == "date_in_future" && strings.HasPrefix(field.Name, "period_") {
			f.Fields[i].Code = "period_in_future"
		}
		if program, is := strings.CutSuffix(field.Name, ".bearer"); is {
			f.Fields[i].Name = "bearer_" + strings.TrimPrefix(program, "programs.")
		}
	}
	return f
}

func createIncident(p *page) error {
	n, err := p.typedIncident(p.FormValue("reference"))
	if err == nil {
		_, err = incidents.Create(p.ctx, p.w.s, p.by, n)
	}
	if fault.Is(err, "conflict") {
		err = fault.Input("reference", "reference_taken", "reference", n.Reference)
	}
	if err != nil {
		return p.again(ofForm(err), "", newIncident)
	}
	return p.to("/incidents/"+n.Reference, "incident_created")
}

func changeIncident(p *page) error {
	n, err := p.typedIncident(p.Param("reference"))
	changed := false
	if err == nil {
		changed, err = incidents.Change(p.ctx, p.w.s, p.by, p.seenVersion(), n)
	}
	if err != nil {
		return p.again(ofForm(err), "", editIncident)
	}
	if !changed {
		return p.to("/incidents/"+n.Reference, "setup_unchanged")
	}
	return p.to("/incidents/"+n.Reference, "incident_changed")
}
