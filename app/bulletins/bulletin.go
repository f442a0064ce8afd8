package bulletins

import (
	"time"

	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/secrets"
)

// Bulletin is one announcement.
type Bulletin struct {
	ID          int64
	SubjectJa   string
	SubjectEn   string // empty with TextEn: in Japanese alone
	TextJa      string
	TextEn      string
	FromOn      jptext.Date
	UntilOn     *jptext.Date // the last day; nil: until it is withdrawn
	DeskID      *int64       // whose people it is for; nil: all
	PostedBy    int64
	PostedAt    time.Time
	WithdrawnBy *int64
	WithdrawnAt *time.Time
	Why         []byte // why it was withdrawn, sealed
}

// States of a bulletin on a day.
const (
	InForce = "in_force"
	Coming  = "coming"
	Past    = "past" // its last day is over, or it was withdrawn
)

// States lists them, as the board does.
var States = []string{InForce, Coming, Past}

// State is the bulletin's on the day.
func (b Bulletin) State(day jptext.Date) string {
	switch {
	case b.WithdrawnAt != nil || b.UntilOn != nil && b.UntilOn.Before(day):
		return Past
	case b.FromOn.After(day):
		return Coming
	}
	return InForce
}

// In is the bulletin's subject and text in a language, and the language they are in:
// Japanese where nobody wrote them in the other.
func (b Bulletin) In(lang string) (subject, text, in string) {
	if lang == "en" && b.TextEn != "" {
		return b.SubjectEn, b.TextEn, lang
	}
	return b.SubjectJa, b.TextJa, "ja"
}

// limits, in characters: a bulletin is read before a call.
const (
	longestSubject = 80
	longestText    = 1000
)

func (b Bulletin) check(today jptext.Date) error {
	var p fault.Problems
	text := func(field, text string) {
		if jptext.Blank(text) {
			p.Add(field, "required")
		} else {
			secrets.Text(&p, field, text, longestText)
		}
	}
	secrets.Label(&p, "subject_ja", b.SubjectJa, longestSubject)
	text("text_ja", b.TextJa)
	if b.SubjectEn != "" || b.TextEn != "" {
		secrets.Label(&p, "subject_en", b.SubjectEn, longestSubject)
		text("text_en", b.TextEn)
	}
	switch {
	case b.UntilOn == nil:
	case b.UntilOn.Before(b.FromOn):
		p.Add("until_on", "last_before_first")
	case b.UntilOn.Before(today):
		p.Add("until_on", "day_passed")
	}
	return p.Err()
}
