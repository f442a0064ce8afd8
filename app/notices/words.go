package notices

import (
	"cmp"
	"embed"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"hoten/app/jptext"
	"hoten/i18n"
)

//go:embed templates
var templates embed.FS

// letter is a template: its first line is the subject, the rest the document.
type letter struct {
	subject, body *template.Template
}

// letters holds every template by "kind.language". A template that does not
// parse is a mistake of ours that any test finds.
var letters = func() map[string]letter {
	all := map[string]letter{}
	files, err := fs.Glob(templates, "templates/*.txt")
	if err != nil {
		panic(err)
	}
	for _, file := range files {
		b, err := templates.ReadFile(file)
		if err != nil {
			panic(err)
		}
		head, body, _ := strings.Cut(string(b), "\n")
		name := strings.TrimSuffix(path.Base(file), ".txt")
		parse := func(text string) *template.Template {
			return template.Must(template.New(name).Option("missingkey=error").Parse(text))
		}
		all[name] = letter{parse(strings.TrimPrefix(head, "Subject: ")), parse(body)}
	}
	return all
}()

// words are the facts as a template says them. A value that came from outside
// stands between open and shut, so that it begins no heading, list or link.
type words struct {
	Name, Login, Case, Title, Secret string
	From, To, Detected               string // days
	Day, Clock                       string // of what happened, in Japan
	Minutes                          int
	Resumed, PointsOpen, Correction  bool
	ContactOpen                      bool // a change of a contact waits to be decided
	Open                             bool // it, or something about the points, is still to be done by the company
	Loss, PutBack                    bool // points of this member are to be put back, or were
	Phone                            bool // a phone number was changed, else an address
	Former                           bool // the address was taken back: nothing about the member
	Points                           []pointWords
	Desks                            []DeskLine
	Number                           string // what an English mail says of the desks' numbers below
	Company, TopPage, Site           string
	Signature                        []string
	ID, GoesOn, Happened             string
	PointPassword                    string
	Voided                           bool   // the PointPassword was, with what this mail tells
	Unit                             string // what points of the incident's programs are called, the one or the other
	Own                              string // what those are called that this mail is about, all of them
	Mailbox, OneTimePassword         bool
	Transfers                        bool
	Rolled, Paid, Both               bool // how points of this member were put back
	Adjustment                       bool // balances were adjusted, and nothing else was posted
	Settled                          bool // what was posted nets to neither of these
	Services                         []string
	Transfer                         string
}

type pointWords struct {
	Program, Balance                                string // no Balance: unknown
	Unit, Units                                     string // of the program; Units as a line begins with it
	Returned, Cancelled                             string // empty: a canceled exchange returned none, since or before
	Total                                           string // empty: there is one part, which says it
	Whole                                           string // what was put back in all, once corrected
	Restored, Reimbursed, Absorbed, Adjusted, Moved string // empty: no such part
	TakenBack                                       bool   // the restoring took points out
	Less                                            bool   // altogether points were taken
	Undue                                           bool   // some are not to be put back any more
	Borne                                           bool   // the company bears a shortfall; else Absorbed takes back what it bore before
}

// open and shut mark where a value begins and ends; plain takes them out of values.
const open, shut = "\x0e", "\x0f"

// sentences ends each sentence once: a value that ends with a full stop, as Co., Ltd. does,
// brings that of the sentence it ends.
func sentences(text string) string { return strings.ReplaceAll(text, "."+shut+".", "."+shut) }

func newWords(lang string, f Facts, secret string, env Env) words {
	w := words{
		Name: addressee(f.Name), Login: value(f.MaskedLogin), Case: value(f.CaseNumber), Title: value(f.TitleJa), Secret: secret,
		From: day(lang, f.PeriodFrom), To: day(lang, f.PeriodTo), Detected: day(lang, f.DetectedOn),
		Day: day(lang, f.At), Clock: f.At.In(jptext.JST).Format("15:04"), Minutes: f.Minutes, Resumed: f.Resumed, PointsOpen: f.PointsOpen, ContactOpen: f.ContactOpen, Open: f.PointsOpen || f.ContactOpen, Loss: f.Loss, PutBack: f.PutBack, Correction: f.Correction,
		Phone: f.Contact == "phone", Former: f.Former,
		Company: value(env.Company), TopPage: value(env.TopPage), Site: value(env.Site), Transfer: env.Transfer, Signature: values(env.Signature), Services: values(env.Services),
		ID: value(cmp.Or(env.ID, "ID")), GoesOn: value(env.GoesOn), Happened: value(env.Happened), PointPassword: value(env.PointPassword),
		Unit: value(cmp.Or(i18n.Either(lang, env.Units), general(lang))), Own: value(cmp.Or(i18n.Both(lang, f.units(lang)), i18n.Both(lang, env.Units), general(lang))), Mailbox: env.Mailbox, OneTimePassword: env.OneTimePassword, Transfers: env.Transfers,
	}
	ways := f.ways(env.Transfers)
	w.Rolled, w.Paid, w.Both = ways.Restored, ways.Reimbursed, ways.Restored && ways.Reimbursed
	w.Adjustment = f.Points != nil && !slices.ContainsFunc(f.Points, func(p Points) bool { return p.Restored != 0 || p.Reimbursed != 0 || p.Absorbed != 0 })
	w.Voided = f.PointPassword && w.PointPassword != ""
	w.Settled = f.Points != nil && !w.Adjustment && !slices.ContainsFunc(f.Points, func(p Points) bool { return p.Restored != 0 || p.Reimbursed != 0 })
	if lang == "en" {
		w.Title = value(f.TitleEn)
	}
	for _, p := range f.Points {
		w.Points = append(w.Points, p.words(lang))
	}
	for _, d := range env.Desks {
		w.Desks = append(w.Desks, DeskLine{value(d.Name), value(d.Phone), value(d.Hours), value(d.Regular)})
	}
	if w.Number = "one of the numbers below"; len(w.Desks) == 1 {
		w.Number = "the number below"
	}
	return w
}

func (p Points) words(lang string) pointWords {
	program := p.NameJa
	if lang == "en" {
		program = p.NameEn
	}
	part := func(n int64) string {
		if n == 0 {
			return ""
		}
		return p.signed(lang, n)
	}
	w := pointWords{Program: value(program), Unit: value(p.unit(lang)), Units: value(capital(p.unit(lang))), Returned: part(p.Returned), Restored: part(p.Restored), Reimbursed: part(p.Reimbursed), Absorbed: part(p.Absorbed), Adjusted: part(p.Adjusted),
		Moved: part(p.Moved), TakenBack: p.Restored < 0, Less: p.Total() < 0, Undue: p.Undue, Borne: p.Absorbed > 0}
	if p.parts() != 1 {
		w.Total = p.signed(lang, p.Total())
	}
	if p.Cancelled != 0 {
		w.Cancelled = p.points(lang, p.Cancelled)
	}
	if p.Whole != nil {
		w.Whole = p.signed(lang, *p.Whole)
	}
	if !p.Unknown {
		w.Balance = p.points(lang, p.Balance)
	}
	return w
}

// day writes a date out in full. Dates that are days are kept as midnight UTC or
// midnight in Japan; both are the same day in Japan.
func day(lang string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if t = t.In(jptext.JST); lang == "en" {
		return t.Format("2 January 2006")
	}
	return t.Format("2006年1月2日")
}

func (p Points) signed(lang string, n int64) string {
	if n > 0 {
		return "+" + p.points(lang, n)
	}
	return p.points(lang, n)
}

// points writes a number with the unit of the program.
func (p Points) points(lang string, n int64) string {
	switch s := i18n.Number(n); {
	case lang != "en":
		return s + plain(p.unit(lang))
	case n == 1:
		return s + " " + plain(cmp.Or(p.UnitEnOne, "point"))
	default:
		return s + " " + plain(p.unit(lang))
	}
}

// unit is what points of the program are called; mails of earlier releases do not say.
func (p Points) unit(lang string) string {
	if lang == "en" {
		return cmp.Or(p.UnitEn, general(lang))
	}
	return cmp.Or(p.UnitJa, general(lang))
}

// units are what the points are called that the mail is about, each once.
func (f Facts) units(lang string) (units []string) {
	for _, p := range f.Points {
		if unit := p.unit(lang); !slices.Contains(units, unit) {
			units = append(units, unit)
		}
	}
	return units
}

// capital is s with a capital first letter.
func capital(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[n:]
}

func values(list []string) (out []string) {
	for _, s := range list {
		out = append(out, value(s))
	}
	return out
}

func value(s string) string {
	if s = plain(s); s == "" {
		return ""
	}
	return open + s + shut
}

// addressee is the name for 宛名, empty where what is registered as a name would
// become a link in the member's mail program: names come from forms that a
// thief may have filled. The template says 様 itself.
func addressee(name string) string {
	name = jptext.CutHonorific(plain(name))
	if linkLike.MatchString(norm.NFKC.String(name)) {
		return ""
	}
	return value(name)
}

// linkLike is what mail programs make a link of: an address, a scheme, a path or
// a domain, which is a dot between letters ("J. Smith" has a space behind it).
var linkLike = regexp.MustCompile(`@|//|[\pL\pN][./][\pL\pN]{2}`)

// plain makes one line of s: line breaks and control characters become a space,
// and those that turn the direction of writing or that nobody sees are left out.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\u200c' || r == '\u200d':
			return r
		case unicode.Is(unicode.Cf, r):
			return -1
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	return strings.Trim(s, " ")
}
