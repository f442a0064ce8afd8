package web

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/directories"
	"hoten/app/operators"
	"hoten/app/points"
	"hoten/app/reports"
	"hoten/app/scripts"
	"hoten/i18n"
)

// thingFields are the fields whose values are numbers of things, by kind.
var thingFields = map[string]string{
	"call": "call", "of_call": "call", "handover": "handover", "callback": "callback", "contact": "way", "change": "contact", "adjustment": "adjustment",
}

// personFields are the fields whose values are numbers of people; so are from and to.
var personFields = []string{"agent", "proposed_by", "set_by", "substitutes", "from", "to"}

// openedAt is where what a subject names is opened, and what that needs.
var openedAt = map[string]struct {
	path  string
	needs access.Permission
}{
	"case": {"/cases/%s", access.ReadCases}, "reimbursement": {"/reimbursements/%s", access.ReadCases}, "mail": {"/mails/%s", access.ReadCases},
	"incident": {"/incidents/%s", access.ReadCases}, "bulletin": {"/bulletins/%s", access.ReadCases}, "directory": {"/directories/%s", access.ReadCases}, "points": {"/points/%s", access.ReadCases}, "reconciliation": {"/reconciliations/%s", access.ReadCases},
	"import": {"/imports/%s", access.ReadSettings}, "question": {"/questions/%s", access.ReadSettings}, "script": {"/scripts/%s", access.ReadSettings},
	"operator": {"/operators/%s", access.ReadSettings}, "id": {"/ids/%s", access.ReadSettings}, "program": {"/programs/%s", access.ReadSettings},
	"staff": {"/staff/%s", access.ReadStaff}, "webhook": {"/webhooks/%s", access.ReadSettings},
}

// caseThings are the kinds of things that are opened with their case.
var caseThings = []string{"contact", "call", "handover", "callback", "order", "leg"}

// learn reads what the entries and a subject name by numbers and codes, all at once.
func (p auditWords) learn(entries []audit.Sealed, subject string) error {
	numbers, kinds := map[string][]int64{}, map[string]bool{}
	note := func(kind string, id int64) {
		if id != 0 && reports.HasThings(kind) {
			numbers[kind] = append(numbers[kind], id)
		}
	}
	about := func(subject string) {
		kind, id, _ := strings.Cut(subject, ":")
		kinds[kind] = true
		n, _ := strconv.ParseInt(id, 10, 64) // not a number: nothing has 0
		note(kind, n)
	}
	about(subject)
	for _, e := range entries {
		about(e.Subject)
		for _, side := range []*string{e.Before, e.After} {
			for name, v := range fields(side) {
				if n, is := v.(float64); is { // JSON
					note(thingFields[audit.Field(name)], int64(n))
				}
			}
		}
	}
	found, err := reports.Things(p.db, numbers)
	for _, t := range found {
		p.things[fmt.Sprint(t.Kind, ":", t.ID)] = t
	}
	if err == nil && kinds["operator"] {
		err = p.learnOperators()
	}
	if err == nil && kinds["directory"] {
		err = p.learnDirectories()
	}
	if err == nil && kinds["points"] {
		err = p.learnPoints()
	}
	return err
}

func (p auditWords) learnOperators() error {
	all, err := operators.List(p.db)
	for _, o := range all {
		p.things["operator:"+o.Code] = reports.Thing{Ja: o.Name("ja"), En: o.Name("en")}
	}
	return err
}

func (p auditWords) learnDirectories() error {
	all, err := directories.List(p.db)
	for _, d := range all {
		p.things["directory:"+d.Code] = reports.Thing{Ja: d.Name}
	}
	return err
}

func (p auditWords) learnPoints() error {
	all, err := points.List(p.db)
	for _, c := range all {
		p.things["points:"+c.Code] = reports.Thing{Ja: c.Name}
	}
	return err
}

// about says what an entry is about; what no word is known for stands as it is.
func (p auditWords) about(subject string) string {
	kind, id, _ := strings.Cut(subject, ":")
	if !i18n.Has(i18n.Lang(p.ctx), "audit.about."+kind) {
		return subject
	}
	return strings.TrimSpace(i18n.T(p.ctx, "audit.about."+kind, "id", p.named(subject, kind, id)))
}

// named is what people know by what the subject names it by: the name of whom or what has a
// number, and of what has a code or the code.
func (p auditWords) named(subject, kind, id string) string {
	n, _ := strconv.ParseInt(id, 10, 64) // not a number: nothing has 0
	unknown := i18n.T(p.ctx, "audit.not_found")
	switch kind {
	case "list":
		return cmp.Or(i18n.Said(p.ctx, id+".index.title"), id)
	case "staff":
		return cmp.Or(p.person(n), unknown)
	case "desk":
		return cmp.Or(p.deskName(id), id)
	case "script":
		if scripts.Known(id) {
			return i18n.T(p.ctx, "scripts.part."+id)
		}
	case "program":
		return p.programName(id)
	case "id":
		for _, of := range p.ids {
			if of.Code == id {
				return of.Name(i18n.Lang(p.ctx))
			}
		}
	case "operator", "directory", "points":
		return cmp.Or(p.thing(subject), id)
	}
	program, service, both := strings.Cut(id, "/")
	switch {
	case kind == "service" && both:
		return i18n.T(p.ctx, "services.of", "program", p.programName(program), "service", cmp.Or(i18n.Said(p.ctx, "services."+service), service))
	case kind == "mails" && n == 0: // all that were only kept
		return ""
	case reports.HasThings(kind):
		return cmp.Or(p.thing(subject), unknown)
	}
	return id
}

// thing says what people know a subject by; empty for what is not known by a number or code,
// or not found.
func (p auditWords) thing(subject string) string {
	t, known := p.things[subject]
	if !known {
		return ""
	}
	of := ""
	if number := t.Case(); number != "" {
		of = i18n.T(p.ctx, "audit.about.case", "id", number)
	}
	return p.said(t, of)
}

// said joins what is known of a thing: which it is, its name, when, and of what.
func (p auditWords) said(t reports.Thing, of string) string {
	lang, kind := i18n.Lang(p.ctx), t.Kind
	word := ""
	if t.Word != "" {
		prefix := map[string]string{"contact": "cases.contact.kind.", "way": "cases.contact.kind.", "mail": "mails.kind.", "service": "services.", "order": "directories.act.", "mails": "audit.scope_of."}[kind]
		word = cmp.Or(i18n.Said(p.ctx, prefix+t.Word), t.Word)
	}
	at := ""
	if t.At != nil {
		at = i18n.TimeFull(p.ctx, *t.At)
	}
	if kind == "service" {
		return i18n.T(p.ctx, "services.of", "program", t.Name(lang), "service", word)
	}
	all := slices.DeleteFunc([]string{of, t.Name(lang), word, at}, func(s string) bool { return s == "" })
	return strings.Join(all, i18n.T(p.ctx, "list.comma"))
}

// opens is where the reader opens what a subject names; empty for nowhere.
func (p auditWords) opens(subject string) string {
	kind, id, _ := strings.Cut(subject, ":")
	t, known := p.things[subject]
	if known && slices.Contains(caseThings, kind) {
		kind, id = "case", t.Case()
	}
	at, has := openedAt[kind]
	if !has || id == "" || reports.HasThings(kind) && !known || !p.by.May(at.needs) {
		return ""
	}
	return fmt.Sprintf(at.path, id)
}
