package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/ledger"
	"hoten/app/staff"
	"hoten/i18n"
	"hoten/ui"
)

func showAudit(p *page) error {
	p.section("audit")
	shown := ui.AuditIndex{Subject: p.QueryParam("subject"), Actor: p.QueryParam("actor"), From: p.QueryParam("from"), To: p.QueryParam("to"), Scope: "own"}
	switch {
	case p.by.May(access.ReadAuditCenter):
		shown.Scope = "center"
	case p.by.May(access.ReadAuditDesk) && p.by.DeskID != 0:
		shown.Scope = "desk"
	}
	f := audit.Filter{Subject: shown.Subject, Actor: shown.Actor, Before: p.QueryParam("cursor"), Limit: pageSize, From: p.midnight("from", 0), To: p.midnight("to", 1)}
	if err := staff.CheckActor(p.db, f.Actor); err != nil {
		return err
	}
	rows, err := audit.Find(p.db, p.by, f)
	if err != nil {
		return err
	}
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		shown.NextCursor = rows[pageSize-1].ID.String()
	}
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return err
	}
	people, err := staff.List(p.db)
	if err != nil {
		return err
	}
	for _, e := range rows {
		row := ui.AuditRow{At: e.At, Actor: p.actorOf(e), Action: e.Action, Subject: e.Subject, Changes: p.recorded(e, programs, people), Foreign: !e.Own(p.w.s.Vault), Lost: e.Lost()}
		if e.Seq != nil {
			row.Seq = *e.Seq
		}
		if row.Reason, err = e.PlainReason(p.w.s.Vault); err != nil {
			return err
		}
		shown.Rows = append(shown.Rows, row)
	}
	if shown.Chain, err = p.chainState(); err != nil {
		return err
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// actorOf is who did it: the name of a person, and in words what of the program did.
func (p *page) actorOf(e audit.Sealed) string {
	switch {
	case e.ActorKind == "member":
		return i18n.T(p.ctx, "actor.member")
	case e.ActorKind == "system" && e.ActorName == "command line":
		return i18n.T(p.ctx, "actor.command")
	case e.ActorKind == "system":
		return i18n.T(p.ctx, "actor.system")
	}
	return e.ActorName
}

func (p *page) chainState() (c ui.Chain, err error) {
	last, err := audit.LastCheck(p.db)
	if err != nil || last == nil {
		return c, err
	}
	return ui.Chain{CheckedAt: last.At, Whole: last.Broken == "", Entries: last.Sealed, Broken: last.Sealed + 1}, nil
}

// midnight is 0:00 in Japan of the day that a parameter names, some days later;
// zero without one.
func (p *page) midnight(name string, later int) time.Time {
	v := p.QueryParam(name)
	if v == "" {
		return time.Time{}
	}
	d, err := jptext.ParseDate(v)
	if err != nil {
		p.bad.Add(name, "date_invalid")
		return time.Time{}
	}
	return d.AddDays(later).At(0)
}

// recorded are the differences of an entry, in words where its values have any.
func (p *page) recorded(e audit.Sealed, programs []incidents.Program, people []staff.Staff) []ui.Change {
	was, is := fields(e.Before), fields(e.After)
	for _, of := range []map[string]any{was, is} {
		for name := range of {
			if said := cmp.Or(p.whose(name, of[name], people), p.inWords(e.Subject, name, of[name], programs)); said != "" {
				of[name] = said
			}
		}
	}
	out := differences(was, is)
	for i, c := range out {
		c.What = audit.Field(c.What)
		if key := "audit.field." + c.What; i18n.Has(i18n.Lang(p.ctx), key) {
			out[i].What = i18n.T(p.ctx, "audit.field."+c.What)
		}
	}
	return out
}

// valueWords are where the words of values stand, by field; of a state by what has it. The
// last resort is audit.value.
var valueWords = map[string][]string{
	"status": {"cases.status."}, "from": {"cases.finding.", "cases.double."}, "to": {"cases.finding.", "cases.double."},
	"direction": {"calls.direction."}, "relation": {"calls.relation."}, "outcome": {"calls.outcome."}, "item": {"calls.item.", "audit.item."},
	"role": {"staff.role."}, "language": {"language."}, "languages": {"language."}, "service": {"services."}, "class": {"cases.class."},
	"origin": {"cases.origin."}, "kind": {"cases.contact.kind."}, "identity_state": nil, "password": nil, "point_password": nil, "file": nil, "mails": nil,
	"reimbursement:state": {"reimbursements.state."}, "mail:state": {"mails.state."}, "service:state": {"services.state."}, "state": {"callbacks.state."},
}

// whose is the name of the person or the desk that a value is the number of; empty for all
// others.
func (p *page) whose(name string, v any, people []staff.Staff) string {
	n, _ := v.(float64) // JSON
	switch audit.Field(name) {
	case "assignee", "substitute":
		if i := slices.IndexFunc(people, func(s staff.Staff) bool { return s.ID == int64(n) }); i >= 0 {
			return people[i].NameIn(i18n.Lang(p.ctx))
		}
	case "desk":
		return p.deskCodes()[int64(n)].Label
	}
	return ""
}

// wordOf is the word of an enumerated value; empty for none.
func (p *page) wordOf(subject, name, value string) string {
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
func (p *page) inWords(subject, name string, v any, programs []incidents.Program) string {
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
		if i := slices.IndexFunc(programs, func(program incidents.Program) bool { return program.Code == word }); i >= 0 {
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

// differences are what an entry says was before and is after, field by field.
func differences(was, is map[string]any) (out []ui.Change) {
	names := map[string]bool{}
	for name := range was {
		names[name] = true
	}
	for name := range is {
		names[name] = true
	}
	for name := range names {
		if a, b := shown(was, name), shown(is, name); a != b {
			out = append(out, ui.Change{What: name, Before: a, Now: b})
		}
	}
	slices.SortFunc(out, func(a, b ui.Change) int { return compare(a.What, b.What) })
	return out
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

func fields(raw *string) map[string]any {
	out := map[string]any{}
	if raw == nil {
		return out
	}
	if err := json.Unmarshal([]byte(*raw), &out); err != nil {
		out[""] = *raw
	}
	return out
}

// maxShown is how much of one value a row shows.
const maxShown = 120

func shown(m map[string]any, name string) string {
	v, is := m[name]
	if !is || v == nil {
		return "–"
	}
	s := fmt.Sprint(v)
	if b, err := json.Marshal(v); err == nil {
		if _, plain := v.(string); !plain {
			s = string(b)
		}
	}
	if r := []rune(s); len(r) > maxShown {
		return string(r[:maxShown]) + "…"
	}
	return s
}
