package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"hoten/app/audit"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/reports"
	"hoten/app/staff"
	"hoten/i18n"
	"hoten/ui"
)

// auditWords is what says entries of the audit trail in words.
type auditWords struct {
	*page
	programs []incidents.Program
	people   []staff.Staff
	things   map[string]reports.Thing // by subject, as learn found them
}

func (p *page) auditWords() (auditWords, error) {
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return auditWords{}, err
	}
	people, err := staff.List(p.db)
	return auditWords{p, programs, people, map[string]reports.Thing{}}, err
}

func (p auditWords) rows(entries []audit.Sealed) ([]ui.AuditRow, error) {
	if err := p.learn(entries, ""); err != nil {
		return nil, err
	}
	out := make([]ui.AuditRow, len(entries))
	for i, e := range entries {
		reason, err := e.PlainReason(p.w.s.Vault)
		if err != nil {
			return nil, err
		}
		out[i] = ui.AuditRow{At: e.At, Actor: p.actorOf(e), Action: e.Action, Subject: e.Subject, About: p.about(e.Subject), Opens: p.opens(e.Subject), Reason: reason,
			Changes: p.recorded(e), Foreign: !e.Own(p.w.s.Vault), Lost: e.Lost()}
		if e.Seq != nil {
			out[i].Seq = *e.Seq
		}
	}
	return out, nil
}

// actorOf is who did it: the name of a person, and in words what of the program did.
func (p auditWords) actorOf(e audit.Sealed) string {
	switch {
	case e.ActorKind == "member":
		return i18n.T(p.ctx, "actor.member")
	case e.ActorKind == "system" && e.ActorName == "command line":
		return i18n.T(p.ctx, "actor.command")
	case e.ActorKind == "system":
		return i18n.T(p.ctx, "actor.system")
	case i18n.Lang(p.ctx) != "ja":
		return cmp.Or(p.person(e.ActorID), e.ActorName)
	}
	return e.ActorName
}

func (p auditWords) person(id int64) string {
	if i := slices.IndexFunc(p.people, func(s staff.Staff) bool { return s.ID == id }); i >= 0 {
		return p.people[i].NameIn(i18n.Lang(p.ctx))
	}
	return ""
}

func (p auditWords) deskName(code string) string {
	for _, c := range p.deskChoices() {
		if c.Value == code {
			return c.Label
		}
	}
	return ""
}

func (p auditWords) program(code string) int {
	return slices.IndexFunc(p.programs, func(program incidents.Program) bool { return program.Code == code })
}

// programName is the name of the program with the code, or the code.
func (p auditWords) programName(code string) string {
	if i := p.program(code); i >= 0 {
		return p.programs[i].Name(i18n.Lang(p.ctx))
	}
	return code
}

// recorded are the differences of an entry, in words where its values have any.
func (p auditWords) recorded(e audit.Sealed) []ui.Change {
	was, is := fields(e.Before), fields(e.After)
	names := map[string]bool{}
	for _, of := range []map[string]any{was, is} {
		for name := range of {
			names[name] = true
		}
	}
	var out []ui.Change
	for _, name := range slices.SortedFunc(maps.Keys(names), func(a, b string) int { return cmp.Compare(audit.Field(a), audit.Field(b)) }) {
		if before, now := p.value(e.Subject, name, was[name]), p.value(e.Subject, name, is[name]); before != now {
			out = append(out, ui.Change{What: p.field(name), Before: before, Now: now})
		}
	}
	return out
}

// field is the word for a field, which may be the code of a program.
func (p auditWords) field(name string) string {
	if name == "" {
		return i18n.T(p.ctx, "audit.changes")
	}
	if said := i18n.Said(p.ctx, "audit.field."+audit.Field(name)); said != "" {
		return said
	}
	if i := p.program(name); i >= 0 {
		return p.programs[i].Name(i18n.Lang(p.ctx))
	}
	return cmp.Or(p.deskName(name), audit.Field(name))
}

// nothing stands for what has no value.
const nothing = "–"

// value says what a field holds; of what holds others, each of them.
func (p auditWords) value(subject, name string, v any) string {
	if v == nil || v == "" {
		return nothing
	}
	if said := cmp.Or(p.whose(name, v), p.inWords(subject, name, v)); said != "" {
		return said
	}
	var all []string
	switch v := v.(type) {
	case float64: // JSON
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		for _, each := range v {
			all = append(all, p.value(subject, name, each))
		}
	case map[string]any:
		for _, of := range slices.Sorted(maps.Keys(v)) {
			each := of
			if audit.Field(name) == "substitutes" {
				each = name // by code of a desk
			}
			all = append(all, i18n.T(p.ctx, "audit.holds", "what", p.field(of), "value", p.value(subject, each, v[of])))
		}
	default:
		return fmt.Sprint(v)
	}
	return cmp.Or(strings.Join(all, i18n.T(p.ctx, "list.comma")), nothing)
}

// valueWords are where the words of values stand, by field; of a state by what has it. The
// last resort is audit.value.
var valueWords = map[string][]string{
	"status": {"cases.status."}, "from": {"cases.finding.", "cases.double."}, "to": {"cases.finding.", "cases.double."},
	"direction": {"calls.direction."}, "relation": {"calls.relation."}, "outcome": {"calls.outcome."}, "item": {"calls.item.", "audit.item."},
	"role": {"staff.role."}, "language": {"language."}, "languages": {"language."}, "service": {"services."}, "class": {"cases.class."}, "queue": {"cases.queue."}, "order": {"cases.order."},
	"origin": {"cases.origin."}, "kind": {"cases.contact.kind."}, "identity_state": nil, "password": nil, "point_password": nil, "file": nil, "mails": nil,
	"webhook:why": {"webhooks.disabled."}, "webhook:kinds": {"webhooks.kind."}, "protocol": {"directories.", "points."}, "leg:state": {"points.leg."}, "reconciliation:state": {"reconciliations.state."}, "reconciliation:kind": {"reconciliations.kind."}, "cause": {"reconciliations.cause."}, "reconciliation:source": {"reconciliations.source."}, "leg:code": {"points.code."}, "failing": {"directories.check."}, "act": {"directories.act."}, "order:state": {"directories.order."}, "order:code": {"directories.code."},
	"reimbursement:state": {"reimbursements.state."}, "mail:state": {"mails.state."}, "service:state": {"services.state."}, "state": {"callbacks.state."},
}

// whose is the name of the person or the desk that a value is the number of, and the words of
// a filter of the trail; empty for all others.
func (p auditWords) whose(name string, v any) string {
	n, _ := v.(float64) // JSON
	s, filter := v.(string)
	switch audit.Field(name) {
	case "action":
		return ui.Deed(p.ctx, s)
	case "actor":
		return p.about(s)
	case "assignee", "substitute":
		if filter && s == "none" {
			return i18n.T(p.ctx, "cases.unassigned")
		} else if filter {
			n, _ = strconv.ParseFloat(s, 64) // not a number: nobody has 0
		}
		return p.person(int64(n))
	case "desk":
		if filter {
			return p.deskName(s)
		}
		return p.deskCodes()[int64(n)].Label
	case "program_id":
		if i := slices.IndexFunc(p.programs, func(of incidents.Program) bool { return int64(of.ID) == int64(n) }); i >= 0 {
			return p.programs[i].Name(i18n.Lang(p.ctx))
		}
	case "id_kind_id":
		for _, of := range p.ids {
			if int64(of.ID) == int64(n) {
				return of.Name(i18n.Lang(p.ctx))
			}
		}
	}
	return p.numbered(audit.Field(name), int64(n))
}

// numbered is whom or what a number stands for, of the case that the entry is about.
func (p auditWords) numbered(field string, n int64) string {
	if slices.Contains(personFields, field) {
		return p.person(n)
	}
	if t, known := p.things[fmt.Sprint(thingFields[field], ":", n)]; known {
		return p.said(t, "")
	}
	return ""
}

// wordOf is the word of an enumerated value; empty for none.
func (p auditWords) wordOf(subject, name, value string) string {
	kind, _, _ := strings.Cut(subject, ":")
	prefixes, known := valueWords[kind+":"+name]
	if !known {
		if prefixes, known = valueWords[name]; !known {
			return ""
		}
	}
	for _, prefix := range append(slices.Clone(prefixes), "audit.value.") {
		if said := i18n.Said(p.ctx, prefix+value); said != "" {
			return said
		}
	}
	return ""
}

// inWords says the values of an entry that have words: among them the state of a request, and
// what a plan does and leaves. It is empty for all others.
func (p auditWords) inWords(subject, name string, v any) string {
	programs := p.programs
	lang, word := i18n.Lang(p.ctx), fmt.Sprint(v)
	request := strings.HasPrefix(subject, "reimbursement:")
	if said := p.wordOf(subject, audit.Field(name), word); said != "" {
		return said
	}
	switch {
	case name == "code" && i18n.Fixed(lang, "fault."+word): // why an action was refused
		return i18n.T(p.ctx, "fault."+word)
	case word == "true" || word == "false":
		return i18n.T(p.ctx, "audit.is."+word)
	case name == "program":
		if i := p.program(word); i >= 0 {
			return programs[i].Name(lang)
		}
		return ""
	case name == "points" && !request:
		if n, is := v.(float64); is { // JSON
			return i18n.Number(int64(n))
		}
		return ""
	case isTime(word):
		at, _ := time.Parse(time.RFC3339, word)
		return i18n.TimeFull(p.ctx, at)
	case !request || name != "balances" && name != "lines":
		return ""
	}
	list, _ := v.([]any)
	var said []string
	for _, each := range list {
		of, _ := each.(map[string]any)
		number := func(field string) int64 { n, _ := of[field].(float64); return int64(n) } // JSON
		at := func(field string) int {
			return slices.IndexFunc(programs, func(program incidents.Program) bool { return int64(program.ID) == number(field) })
		}
		i := at("program")
		kind := fmt.Sprint(of["kind"])
		switch {
		case i < 0:
			return ""
		case name == "balances":
			said = append(said, programs[i].Name(lang)+" "+i18n.Number(number("now"))+" → "+ledger.Amount{Program: programs[i], Points: number("final")}.Name(lang))
		case !i18n.Has(lang, "reimbursements.line."+kind):
			return ""
		default:
			said = append(said, i18n.T(p.ctx, "reimbursements.line."+kind)+" "+programs[i].Name(lang)+" "+ledger.Amount{Program: programs[i], Points: number("points")}.Name(lang))
			if j := at("counter_program"); j >= 0 {
				said = append(said, programs[j].Name(lang)+" "+ledger.Amount{Program: programs[j], Points: -number("counter_points")}.Name(lang))
			}
		}
	}
	return strings.Join(said, i18n.T(p.ctx, "list.comma"))
}

// isTime reports whether a value is a time as JSON writes it.
func isTime(v string) bool {
	_, err := time.Parse(time.RFC3339, v)
	return err == nil
}

// fields are what one side of an entry holds, by name; one without names has the empty one.
func fields(raw *string) map[string]any {
	if raw == nil {
		return nil
	}
	var v any
	if err := json.Unmarshal([]byte(*raw), &v); err != nil {
		v = *raw
	}
	if of, is := v.(map[string]any); is {
		return of
	}
	return map[string]any{"": v}
}
