// Package scripts is what agents say aloud at each step of a call. A part of the script has
// the sentences that are shipped (i18n, calls.script.*) until a center manager puts others in
// their place, in both languages at once, from that moment on. Every version is kept, with
// who made it and why; version 0 is what is shipped.
//
// A text names the values that the program puts in by placeholders, {{.desk}}: exactly those
// of the shipped text. Nothing else in it is looked at.
package scripts

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/i18n"
)

// Step is a stretch of a call and the parts of the script that may be said in it.
type Step struct {
	Name  string
	Parts []string
}

// Steps are all parts, in the order of a call.
var Steps = []Step{
	{"opening", []string{"greeting", "identify", "callback"}},
	{"verification", []string{"verify", "verify_of_holder", "more", "more_of_holder", "others", "others_of_holder", "name", "name_of_holder",
		"send_code", "code", "call_back", "call_back_later", "on_number", "again"}},
	{"refusal", []string{"mismatch", "unable", "closed", "suspected"}},
	{"entitlement", []string{"published", "holder_only", "papers_first.proxy", "papers_first.guardian", "papers_first.corporate"}},
	{"reset", []string{"confirmed", "restricted", "offer_reset", "reset", "reset_sent", "no_contact", "contact_waits", "no_reset", "in_use"}},
	{"points", []string{"points", "put_back", "checking", "no_action", "mailed", "lettered"}},
	{"closing", []string{"farewell"}},
}

// Known reports whether the script has the part.
func Known(part string) bool {
	return slices.ContainsFunc(Steps, func(s Step) bool { return slices.Contains(s.Parts, part) })
}

// Text is what is said of a part, in both languages.
type Text struct {
	Ja string `json:"text_ja"`
	En string `json:"text_en"`
}

// In is the text in the language.
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.En
	}
	return t.Ja
}

// Shipped is the text of a part that comes with the program.
func Shipped(part string) Text {
	return Text{i18n.Text("ja", "calls.script."+part), i18n.Text("en", "calls.script."+part)}
}

// Placeholders names those of a part.
func Placeholders(part string) []string { return i18n.Placeholders(Shipped(part).Ja) }

// Version is one version of a part.
type Version struct {
	ID      int64
	Part    string
	Version int64
	TextJa  *string // nil: the shipped one, as TextEn
	TextEn  *string
	Reason  string
	SetAt   time.Time
	SetBy   *int64 // nil: the program itself
}

// TableName names the table for gorm.
func (Version) TableName() string { return "scripts" }

// Text is what the version has agents say. One whose placeholders are not those of the
// shipped text any more, after an upgrade, gives way to that.
func (v Version) Text() Text {
	shipped := Shipped(v.Part)
	if v.TextJa == nil {
		return shipped
	}
	for _, text := range []string{*v.TextJa, *v.TextEn} {
		if why, _ := misfit(v.Part, text); why != "" {
			return shipped
		}
	}
	return Text{*v.TextJa, *v.TextEn}
}

// InForce are the texts that are in force in the place of shipped ones, by part.
type InForce map[string]Text

// Of is what is said of a part now.
func (f InForce) Of(part string) Text {
	if t, is := f[part]; is {
		return t
	}
	return Shipped(part)
}

const latest = "select distinct on (part) * from scripts order by part, version desc"

// AskInForce reads the texts in force; what it returns gives them once the reads have run.
func AskInForce(reads *store.Reads) func() InForce {
	rows := store.Ask[Version](reads, latest)
	return func() InForce {
		out := InForce{}
		for _, v := range *rows {
			if Known(v.Part) {
				out[v.Part] = v.Text()
			}
		}
		return out
	}
}

// Named is a version with the name of who set it.
type Named struct {
	Version
	Setter staff.Name
}

func named(versions string) string {
	return "select s.*, " + staff.NameOf("f") + " as setter from (" + versions + ") s left join staff f on f.id = s.set_by "
}

// Latest is the last version of each part that was ever changed.
func Latest(db *gorm.DB) ([]Named, error) { return store.Select[Named](db, named(latest)) }

// mostVersions is how many versions of a part are listed.
const mostVersions = 100

// History is the versions of a part, the last first. A part that the script does not have:
// NotFound.
func History(db *gorm.DB, part string) ([]Named, error) {
	if !Known(part) {
		return nil, fault.Missing()
	}
	return store.Select[Named](db, named("select * from scripts where part = $1")+"order by s.version desc limit $2", part, mostVersions)
}
