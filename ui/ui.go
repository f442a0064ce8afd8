// Package ui draws the pages of hoten. A page is a struct, declared at the top
// of its .templ file with its URL, and a method Page: a pure function from the
// struct and the language of the context to HTML. Nothing here reads a
// database, calls an action or decides what somebody may do; the handlers in
// app/web fill the structs.
//
// Every page works as plain forms. htmx, where it is built in, only spares
// reloading the whole page.
package ui

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/i18n"
)

var (
	t     = i18n.T
	count = i18n.Count
)

// Frame is what a page needs around its content.
type Frame struct {
	Path        string // path and query of this page; the language switch comes back to it
	Cursor      string // where the list on this page begins; empty: at its beginning
	CSRF        string
	Mark        string // of this drawing of the page: its forms are known by it when they are sent twice
	Section     string // the rail's entry this page belongs to: "cases"
	Person      Person
	Desks       []DeskPill
	Waiting     Waits
	Contacts    Waits       // changes of contacts to be confirmed
	Suspected   Waits       // IDs of which an impostor is suspected
	Suspicions  []Suspicion // that arose just now
	Returned    Waits       // proposals that came back to this person
	Corrections Waits       // cases that are due otherwise than was posted
	Board       int64       // announcements that this person has not confirmed
	InCall      InCall      // this person's call about another case than the page's
	Due         CallbacksDue
	Alarms      Alarms
	Rings       bool    // a telephone system tells of the calls that this person answers
	Training    bool    // callers are played here
	MailsKept   bool    // no mail server is set up, so mails reach nobody; pages warn where many are sent
	Offers      []Offer // of calls to take over, to this person
	Query       string  // what stands in the search box
	Caller      string  // in addresses, for the number that rings: a search leads to its call; empty: none rings
	Member      bool    // the page is a member's, who knows the company and not this program
	Company     string  // the name that signs the mails, on pages of members and of enrolment
	Logo        string  // address of the company's mark; empty: none
	Topic       string  // what the caller asks about, where one was chosen; forms carry it on
	Flash       Flash
	Versions    []Versions // of a conflict: what others made of it beside what was typed
	Problems    []Problem
	StillOwed   string            // "completed" or "out_of_scope": the case owes something and was not closed so
	Secret      bool              // the form came back because it held a secret: nothing may keep it
	Refused     string            // the name of the form that comes back, where a page has several
	Answer      bool              // the page answers a form that was sent
	Typed       map[string]string // what was typed, by field ID, when a form comes back
}

// Versions is a field that two people changed.
type Versions struct {
	What  string
	Now   string
	Yours string
}

// Offer is a call that another agent offers to hand over to this person.
type Offer struct {
	ID       int64
	Case     string // its number
	From     string
	Relation string    // of the caller to the member
	Language string    // the member's; empty where it is not known
	Level    int       // that holds now
	Verified time.Time // until when; zero at level 0
	Note     string
	Until    time.Time
	InCall   bool // accepting ends the reader's own call
}

// Suspicion is that a caller about a case is taken for an impostor.
type Suspicion struct {
	Case string // its number
	By   string // who suspects
	At   time.Time
}

// Waits is the reimbursements, or the changed contacts, that wait for this person's decision.
type Waits struct {
	Count int64
	More  bool   // than Count, where counting stopped
	Late  int64  // of all that wait: longer than they should
	Alarm bool   // they cannot wait
	Sign  string // tells the badge from those beside it; empty: a mark where it is late
	Mine  int64  // this person is the substitute
}

// CallbacksDue is what this person's callbacks ask for now.
type CallbacksDue struct {
	Count   int64     // overdue or due soon
	Overdue int64     // of these
	First   time.Time // the earliest to be reminded of; zero for none
}

// Person is the member of staff who is signed in.
type Person struct {
	ID       int64
	Name     string
	Role     access.Role
	Theme    string // "auto", "light" or "dark"
	TextSize string // "standard", "large" or "largest"
}

// DeskPill is a desk's state in the top bar.
type DeskPill struct {
	Name  string // the short one: 技術, ポイント
	Open  bool
	Until time.Time // of today's hours; zero when closed all day
}

// Flash is one sentence about what was just done.
type Flash struct {
	Tone  string // "done", "attention" or "error"
	Text  string
	About Choice // URL and name of what it was done to, where that is another page
	Undo  Undo   // what takes it back, where that is offered
}

// Undo takes back what was just done.
type Undo struct {
	Count int    // changes that it takes back; 0: one thing, which stands beside it
	URL   string // where the form leads; empty: it is not offered
	Until time.Time
}

// Problem is a refused field of a form.
type Problem struct {
	Form  string // empty where the page has one form
	Field string
	Text  string
	Note  bool // tells who may go on, and is nothing to correct
}

// ID is the id of the problem's field in the page.
func (p Problem) ID() string { return fieldID(p.Form, p.Field) }

// Choice is one entry of a select.
type Choice struct {
	Value string
	Label string
}

// ProblemsOf turns the refused fields of a fault into words.
func ProblemsOf(ctx context.Context, form string, f *fault.Fault) []Problem {
	problems := make([]Problem, 0, len(f.Fields))
	for _, field := range f.Fields {
		problems = append(problems, Problem{Form: form, Field: field.Name, Text: problemText(ctx, field), Note: field.Code == "owes_supervisor"})
	}
	return problems
}

// problemText shows people a day as the console writes days, and how many digits an ID has;
// programs are shown theirs, and the form of the ID.
func problemText(ctx context.Context, field fault.Field) string {
	example := time.Date(2014, 7, 28, 18, 4, 0, 0, i18n.JST)
	switch field.Code {
	case "date_invalid":
		return t(ctx, "form.date_invalid", "example", i18n.Date(ctx, example))
	case "login_id_form":
		if n := slices.Index(field.Args, any("count")); n >= 0 && field.Args[n+1] != 0 {
			return t(ctx, "fault.field.login_id_form.digits", field.Args...)
		}
	case "characters_invalid":
		return t(ctx, "fault.field.characters_invalid", "character", character(ctx, fmt.Sprint(field.Args[1])))
	case "time_invalid":
		return t(ctx, "form.time_invalid", "example", i18n.TimeFull(ctx, example))
	}
	return t(ctx, "fault.field."+field.Code, field.Args...)
}

// character is a character with its name, where people know one: "U+200B (zero width space)".
func character(ctx context.Context, code string) string {
	if name := i18n.Said(ctx, "form.character."+code); name != "" {
		return t(ctx, "form.character", "code", code, "name", name)
	}
	return code
}

// FlashOf turns a fault into a flash.
func FlashOf(ctx context.Context, f *fault.Fault) Flash {
	return Flash{Tone: "error", Text: t(ctx, "fault."+f.Code, f.Args...)}
}

func fieldID(form, name string) string {
	if form == "" {
		return name
	}
	return form + "-" + name
}

// toCorrect counts the problems that are no notes.
func (f Frame) toCorrect() (n int) {
	for _, p := range f.Problems {
		if !p.Note {
			n++
		}
	}
	return n
}

func (f Frame) problem(id string) string {
	for _, p := range f.Problems {
		if p.ID() == id {
			return p.Text
		}
	}
	return ""
}

// refused tells whether the form of this name came back.
func (f Frame) refused(form string) bool { return form != "" && f.Refused == form }

func (f Frame) typed(id, value string) string {
	if typed, ok := f.Typed[id]; ok {
		return typed
	}
	return value
}

// rail is where each entry leads and who sees it.
var rail = []struct {
	section, url string
	needs        []access.Permission // any of them
}{
	{"calls", "/calls", []access.Permission{access.WorkCases}},
	{"callbacks", "/callbacks", []access.Permission{access.ReadCases}},
	{"cases", "/cases", []access.Permission{access.ReadCases}},
	{"reimbursements", "/reimbursements", []access.Permission{access.ReadCases}},
	{"incidents", "/incidents", []access.Permission{access.ReadCases}},
	{"bulletins", "/bulletins", []access.Permission{access.ReadCases}},
	{"reports", "/reports/daily", []access.Permission{access.ReadCases}},
	{"mails", "/mails", []access.Permission{access.ReadCases}},
	{"imports", "/imports", []access.Permission{access.ReadSettings}},
	{"desks", "/desks", []access.Permission{access.ReadCases}},
	{"services", "/services", []access.Permission{access.ReadCases}},
	{"scripts", "/scripts", []access.Permission{access.ReadCases}},
	{"audit", "/audit", []access.Permission{access.ReadAuditOwn, access.ReadAuditDesk, access.ReadAuditCenter}},
	{"staff", "/staff", []access.Permission{access.ReadStaff}},
	{"setup", "/setup", []access.Permission{access.ReadSettings}},
	{trainingEntry, "/training", []access.Permission{access.WorkCases}},
}

// trainingEntry is there where callers are played.
const trainingEntry = "training"

func mayOpen(role access.Role, needs []access.Permission) bool {
	for _, p := range needs {
		if role.May(p) {
			return true
		}
	}
	return false
}

// query builds the address of a filtered list; empty values stay out of it.
func query(path string, pairs ...string) string {
	var parts []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			parts = append(parts, pairs[i]+"="+url.QueryEscape(pairs[i+1]))
		}
	}
	if len(parts) == 0 {
		return path
	}
	base, own, _ := strings.Cut(path, "?")
	if kept, err := url.ParseQuery(own); err == nil && own != "" {
		for i := 0; i+1 < len(pairs); i += 2 {
			kept.Del(pairs[i])
		}
		if len(kept) > 0 {
			parts = append([]string{kept.Encode()}, parts...)
		}
	}
	return base + "?" + strings.Join(parts, "&")
}
