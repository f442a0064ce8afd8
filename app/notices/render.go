package notices

import (
	"fmt"
	"net/url"
	"strings"
)

// Hidden stands where the code or link was, in every copy that is kept or shown.
const Hidden = "●●●●●●"

// Message is a mail in words. Text and HTML say the same; Text is wrapped at 35
// full-width columns (docs/domain.md section 6).
type Message struct{ Subject, Text, HTML string }

// Env is what holds on the day a mail is sent, in the language of the mail: who answers
// for the incident, and the ID and the programs that it is about.
type Env struct {
	Desks     []DeskLine
	From      string   // the From address; empty: the Postman's
	Company   string   // signs the mail
	Signature []string // lines below the company
	TopPage   string   // the name of the official page, in English with its article; never its address
	Site      string   // the domain that a reset link lies on; empty: not said
	ID        string   // what members call the ID
	Mailbox   bool     // the ID has a mailbox of its own
	GoesOn    string   // what goes on while the ID is restricted; may be empty
	Happened  string   // what happened; empty: a sentence that fits any incident
	// PointPassword is what members call the password for points; empty: there is none.
	PointPassword   string
	OneTimePassword bool     // offered at sign-in
	Units           []string // what points of its programs are called: points, miles
	Transfers       bool     // there are programs to transfer points between
	// Services are sentences about services that members cannot use as ever.
	Services []string
	// Transfer is how points can be transferred: "suspended", with the
	// "point_password", or as ever when empty.
	Transfer string
}

// DeskLine is a desk as a mail names it. Hours are those of the day, "10:00–21:00",
// or say that the desk is closed; Regular are those of a usual week, empty where it has none.
type DeskLine struct{ Name, Phone, Hours, Regular string }

// Render puts a mail into words. secret is the code or the whole link; the kinds
// that need none ignore it. Kept copies are rendered with Hidden instead.
func Render(kind, lang string, f Facts, secret string, env Env) (Message, error) {
	t, ok := letters[kind+"."+lang]
	if !ok {
		return Message{}, fmt.Errorf("there is no mail %q in %q", kind, lang)
	}
	secret, err := checkSecret(kind, secret)
	if err != nil {
		return Message{}, err
	}
	var b strings.Builder
	if err := t.body.Execute(&b, newWords(lang, f, secret, env)); err != nil {
		return Message{}, err
	}
	doc := parse(sentences(b.String()), kind, secret)
	subject, err := t.subjectIn(lang, f, env)
	if err != nil {
		return Message{}, err
	}
	out := Message{Subject: subject, Text: doc.text(lang)}
	out.HTML, err = doc.html(lang, subject)
	return out, err
}

// SubjectOf is the subject of a kind of mail where nothing is known of the member: it holds
// no more than whether something is still owed, and how points were put back. Unknown kinds have none.
func SubjectOf(kind, lang string, env Env) string {
	t, known := letters[kind+"."+lang]
	if !known {
		return ""
	}
	subject, err := t.subjectIn(lang, Facts{}, env)
	if err != nil {
		return ""
	}
	return subject
}

// widestSubject is how many columns a subject may have (docs/domain.md section 6).
const widestSubject = 60

// subjectIn is the subject with the names of the incident, or with general ones where
// those would make it too long.
func (t letter) subjectIn(lang string, f Facts, env Env) (string, error) {
	told := Facts{PointsOpen: f.PointsOpen, ContactOpen: f.ContactOpen, Points: f.Points, Before: f.Before}
	named, short := newWords(lang, told, "", env), newWords(lang, told, "", Env{Units: env.Units, Transfers: env.Transfers})
	if env.Units == nil && f.Points == nil {
		named.Own = "" // nobody knows what they are called
	}
	plainest := short
	plainest.Own = ""
	for _, w := range []words{named, short, plainest} {
		var b strings.Builder
		if err := t.subject.Execute(&b, w); err != nil {
			return "", err
		}
		if subject := strip(sentences(b.String())); columnsOf(subject, lang == "ja") <= widestSubject {
			return subject, nil
		}
	}
	return "", fmt.Errorf("the subject of %s is too long", t.body.Name())
}

// general is what points are called where nobody said so.
func general(lang string) string {
	if lang == "en" {
		return "points"
	}
	return "ポイント"
}

// checkSecret refuses to write a mail about a code or a link that is not there,
// or a link that could be anything but a link.
func checkSecret(kind, secret string) (string, error) {
	switch {
	case kind != VerificationCode && kind != ResetLink:
		return "", nil
	case secret == "" || secret != plain(secret):
		return "", fmt.Errorf("a %s needs its code or link", kind)
	case kind == ResetLink && secret != Hidden:
		u, err := url.Parse(secret)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsAny(secret, " \"<>") {
			return "", fmt.Errorf("the link of a %s is not an address", kind)
		}
	}
	return secret, nil
}
