package web

import (
	"slices"
	"strconv"
	"strings"

	"hoten/app/access"
	"hoten/app/desks"
	"hoten/app/incidents"
	"hoten/app/operators"
	"hoten/app/setup"
	"hoten/i18n"
	"hoten/ui"
)

// showSetup is what is set up, and what is still missing.
func showSetup(p *page) error {
	p.section("setup")
	missing, err := p.missing()
	if err != nil {
		return err
	}
	people, err := setup.StaffOf(p.db)
	if err != nil {
		return err
	}
	lang := i18n.Lang(p.ctx)
	shown := ui.SetupIndex{NoAgent: people.Agents == 0, Approvers: people.MoreApprovers(), Training: p.w.training != nil, MayManage: p.by.May(access.ManageIncidents), MayStaff: p.by.May(access.ManageStaff)}
	for _, step := range setup.Steps {
		shown.Steps = append(shown.Steps, ui.SetupStep{Name: step, Done: !slices.Contains(missing, step)})
	}
	if people.Enough() && !people.Ready {
		shown.Invited = people.Invited
	}
	companies, err := operators.List(p.db)
	if err != nil {
		return err
	}
	names := map[int16]string{}
	for _, o := range companies {
		names[o.ID] = o.Name(lang)
		shown.Operators = append(shown.Operators, ui.SetupRow{URL: "/operators/" + o.Code, Name: o.Name(lang), Note: o.MailAddress})
	}
	ids, err := operators.IDs(p.db)
	if err != nil {
		return err
	}
	for _, i := range ids {
		shown.IDs = append(shown.IDs, ui.SetupRow{URL: "/ids/" + i.Code, Name: i.Name(lang), Note: names[i.OperatorID]})
	}
	list, err := desks.List(p.db)
	if err != nil {
		return err
	}
	for _, i := range setup.Unserved(ids, list) {
		shown.Unserved = append(shown.Unserved, i.Name(lang))
	}
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return err
	}
	for _, program := range programs {
		shown.Programs = append(shown.Programs, ui.SetupRow{URL: "/programs/" + program.Code, Name: program.Name(lang), Note: names[program.OperatorID]})
	}
	bare, err := incidents.Bare(p.db)
	if err != nil {
		return err
	}
	for _, i := range bare {
		shown.Bare = append(shown.Bare, ui.SetupRow{URL: "/incidents/" + i.Reference + "/edit", Name: i.Reference})
	}
	if shown.Kept, err = p.kept(); err != nil {
		return err
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// missing are the steps of setting up that are not done. Where callers are played, mails
// are meant to be kept.
func (p *page) missing() ([]string, error) {
	return setup.Missing(p.db, p.w.mails && !p.frame.Alarms.MailServer || p.w.training != nil)
}

// unfinished is what the guide shows as missing, in words, for those who cannot set it up
// themselves.
func (p *page) unfinished() (out []string, err error) {
	if p.by.May(access.ManageIncidents) {
		return nil, nil // they are led to the guide
	}
	missing, err := p.missing()
	for _, step := range missing {
		out = append(out, i18n.T(p.ctx, "setup.step."+step))
	}
	return out, err
}

// seenVersion is the version that a form was made from; 0 for what is to be made.
func (p *page) seenVersion() int64 {
	n, err := strconv.ParseInt(p.FormValue("version"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// toSet is what a form sets, the version that it was made from, and what shows the form
// again: what the address names, else what is to be made.
func (p *page) toSet(edit, make func(*page) error) (code string, seen int64, show func(*page) error) {
	if code = p.Param("code"); code == "" {
		return p.line("code"), 0, make
	}
	return code, max(p.seenVersion(), 1), edit
}

// line is a field of one line as it was typed, without spaces around it.
func (p *page) line(name string) string { return strings.TrimSpace(p.FormValue(name)) }

// lines is a field of several lines.
func (p *page) lines(name string) string {
	return strings.TrimSpace(strings.ReplaceAll(p.FormValue(name), "\r\n", "\n"))
}

// showStanding shows the values of a form to those who may only read them.
func (p *page) showStanding(kind, code, name string, values map[string]string, fields []setField) error {
	shown := ui.SetupShow{Frame: p.frame, Kind: kind, Code: code, Name: name, MayAudit: p.by.May(access.ReadAuditCenter)}
	for _, f := range fields {
		shown.Pairs = append(shown.Pairs, ui.SetupPair{Label: f.label, Value: f.word(values[f.name])})
	}
	return p.render(shown.Page())
}

func newOperator(p *page) error { return p.operatorForm(operators.Operator{}) }

func editOperator(p *page) error {
	o, err := operators.ByCode(p.db, p.Param("code"))
	if err != nil {
		return err
	}
	return p.operatorForm(*o)
}

func (p *page) operatorForm(o operators.Operator) error {
	p.section("setup")
	values := map[string]string{
		"name_ja": o.NameJa, "name_en": o.NameEn, "sender_ja": o.SenderJa, "sender_en": o.SenderEn, "mail_address": o.MailAddress,
		"signature_ja": o.SignatureJa, "signature_en": o.SignatureEn, "page_ja": o.PageJa, "page_en": o.PageEn, "page_url": o.PageURL,
	}
	fields := slices.Concat(p.inBoth("name", i18n.T(p.ctx, "setup.name")), field("mail_address", i18n.T(p.ctx, "setup.mail_address")), p.inBoth("sender", i18n.T(p.ctx, "setup.sender")),
		p.inBoth("signature", i18n.T(p.ctx, "setup.signature")), p.inBoth("page", i18n.T(p.ctx, "setup.page.name")), field("page_url", i18n.T(p.ctx, "setup.page_url")))
	if !p.by.May(access.ManageIncidents) {
		return p.showStanding("operator", o.Code, o.Name(i18n.Lang(p.ctx)), values, fields)
	}
	p.bothOfSetup(o.Version, values, fields)
	return p.render(ui.OperatorsEdit{Frame: p.frame, Code: o.Code, Version: o.Version, Mark: o.MarkURL(), Values: values, MayAudit: p.by.May(access.ReadAuditCenter)}.Page())
}

func setOperator(p *page) error {
	code, seen, show := p.toSet(editOperator, newOperator)
	changed, err := operators.Set(p.ctx, p.w.s, p.by, seen, operators.Operator{Code: code, NameJa: p.line("name_ja"), NameEn: p.line("name_en"),
		SenderJa: p.line("sender_ja"), SenderEn: p.line("sender_en"), MailAddress: p.line("mail_address"),
		SignatureJa: p.lines("signature_ja"), SignatureEn: p.lines("signature_en"), PageJa: p.line("page_ja"), PageEn: p.line("page_en"), PageURL: p.line("page_url")})
	return p.wasSet(changed, err, show)
}

// wasSet leads back to the setting up, or to the form where something was refused.
func (p *page) wasSet(changed bool, err error, show func(*page) error) error {
	switch {
	case err != nil:
		return p.again(err, "", show)
	case changed:
		return p.to("/setup", "setup_set")
	}
	return p.to("/setup", "setup_unchanged")
}

// operatorChoices are the operators to choose from, with none first where that is one.
func (p *page) operatorChoices(none string) (out []ui.Choice, codes map[int16]string, err error) {
	list, err := operators.List(p.db)
	if none != "" {
		out = append(out, ui.Choice{Label: none})
	}
	codes = map[int16]string{}
	names := map[string]int{}
	for _, o := range list {
		names[o.Name(i18n.Lang(p.ctx))]++
	}
	for _, o := range list {
		name := o.Name(i18n.Lang(p.ctx))
		if names[name] > 1 {
			name += " (" + o.Code + ")"
		}
		out, codes[o.ID] = append(out, ui.Choice{Value: o.Code, Label: name}), o.Code
	}
	return out, codes, err
}

func newID(p *page) error { return p.idForm(operators.ID{Language: "ja"}) }

func editID(p *page) error {
	i, err := operators.IDByCode(p.db, p.Param("code"))
	if err != nil {
		return err
	}
	return p.idForm(*i)
}

func (p *page) idForm(i operators.ID) error {
	p.section("setup")
	choices, codes, err := p.operatorChoices("")
	if err != nil {
		return err
	}
	values := map[string]string{
		"operator": codes[i.OperatorID], "name_ja": i.NameJa, "name_en": i.NameEn, "form": i.Form, "language": i.Language, "domains": strings.Join(i.Domains, "\n"),
		"opens_ja": i.OpensJa, "opens_en": i.OpensEn, "goes_on_ja": i.GoesOnJa, "goes_on_en": i.GoesOnEn,
		"point_password_ja": i.PointPasswordJa, "point_password_en": i.PointPasswordEn, "one_time_password": strconv.FormatBool(i.OneTimePassword),
	}
	fields := slices.Concat(field("operator", i18n.T(p.ctx, "setup.operator"), choices...), p.inBoth("name", i18n.T(p.ctx, "setup.id.name")), field("form", i18n.T(p.ctx, "setup.form")),
		field("language", i18n.T(p.ctx, "setup.language"), ui.Choice{Value: "ja", Label: i18n.T(p.ctx, "setup.language.ja")}, ui.Choice{Value: "en", Label: i18n.T(p.ctx, "setup.language.en")}), field("domains", i18n.T(p.ctx, "setup.domains")),
		p.inBoth("opens", i18n.T(p.ctx, "setup.opens")), p.inBoth("point_password", i18n.T(p.ctx, "setup.point_password")),
		field("one_time_password", i18n.T(p.ctx, "setup.one_time_password"), ui.Choice{Value: "false", Label: i18n.T(p.ctx, "setup.one_time_password.no")}, ui.Choice{Value: "true", Label: i18n.T(p.ctx, "setup.one_time_password.yes")}),
		p.inBoth("goes_on", i18n.T(p.ctx, "setup.goes_on")))
	if !p.by.May(access.ManageIncidents) {
		return p.showStanding("id", i.Code, i.Name(i18n.Lang(p.ctx)), values, fields)
	}
	p.bothOfSetup(i.Version, values, fields)
	return p.render(ui.IdsEdit{Frame: p.frame, Code: i.Code, Version: i.Version, Operators: choices, Values: values, MayAudit: p.by.May(access.ReadAuditCenter)}.Page())
}

func setID(p *page) error {
	code, seen, show := p.toSet(editID, newID)
	changed, err := operators.SetID(p.ctx, p.w.s, p.by, seen, operators.ID{Code: code, NameJa: p.line("name_ja"), NameEn: p.line("name_en"),
		Form: p.line("form"), Language: p.line("language"), Domains: operators.Lines(strings.ToLower(p.lines("domains"))),
		OpensJa: p.lines("opens_ja"), OpensEn: p.lines("opens_en"), GoesOnJa: p.lines("goes_on_ja"), GoesOnEn: p.lines("goes_on_en"),
		PointPasswordJa: p.line("point_password_ja"), PointPasswordEn: p.line("point_password_en"), OneTimePassword: p.line("one_time_password") == "true"}, p.line("operator"))
	return p.wasSet(changed, onOneField(err, "domains"), show)
}

func newProgram(p *page) error { return p.programForm(incidents.Program{}) }

func editProgram(p *page) error {
	program, err := incidents.ProgramOf(p.db, p.Param("code"))
	if err != nil {
		return err
	}
	return p.programForm(*program)
}

func (p *page) programForm(program incidents.Program) error {
	p.section("setup")
	choices, codes, err := p.operatorChoices("")
	if err != nil {
		return err
	}
	values := map[string]string{
		"operator": codes[program.OperatorID], "name_ja": program.NameJa, "name_en": program.NameEn, "unit_ja": program.UnitJa, "unit_en": program.UnitEn, "unit_en_one": program.UnitEnOne,
	}
	fields := slices.Concat(field("operator", i18n.T(p.ctx, "setup.program.operator"), choices...), p.inBoth("name", i18n.T(p.ctx, "setup.name")), p.inBoth("unit", i18n.T(p.ctx, "setup.unit")), field("unit_en_one", i18n.T(p.ctx, "setup.unit_en_one")))
	if !p.by.May(access.ManageIncidents) {
		return p.showStanding("program", program.Code, program.Name(i18n.Lang(p.ctx)), values, fields)
	}
	p.bothOfSetup(program.Version, values, fields)
	return p.render(ui.ProgramsEdit{Frame: p.frame, Code: program.Code, Version: program.Version, Operators: choices, Values: values, MayAudit: p.by.May(access.ReadAuditCenter)}.Page())
}

func setProgram(p *page) error {
	code, seen, show := p.toSet(editProgram, newProgram)
	changed, err := incidents.SetProgram(p.ctx, p.w.s, p.by, seen, incidents.Program{Code: code, NameJa: p.line("name_ja"), NameEn: p.line("name_en"),
		UnitJa: p.line("unit_ja"), UnitEn: p.line("unit_en"), UnitEnOne: p.line("unit_en_one")}, p.line("operator"))
	return p.wasSet(changed, err, show)
}
