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

// Env is what holds on the day a mail is sent, in the language of the mail.
type Env struct {
	Desks   []DeskLine
	Company string // signs the mail
	TopPage string // the name of the official top page, in English with its article; never its address
	// Services are sentences about services that members cannot use as ever.
	Services []string
	// Transfer is how points can be transferred: "suspended", with the
	// "point_password", or as ever when empty.
	Transfer string
}

// DeskLine is a desk as a mail names it. Hours are those of the day, "10:00–21:00",
// or say that the desk is closed.
type DeskLine struct{ Name, Phone, Hours string }

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
	doc := parse(b.String(), kind, secret)
	out := Message{Subject: t.subject, Text: doc.text(lang)}
	out.HTML, err = doc.html(lang, t.subject)
	return out, err
}

// SubjectOf is the subject of a kind of mail; it is the same for everybody, since
// it holds nothing about the member. Unknown kinds have none.
func SubjectOf(kind, lang string) string { return letters[kind+"."+lang].subject }

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
