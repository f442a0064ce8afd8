package operators

import (
	"cmp"
	"net/mail"
	"net/url"
	"regexp"
	"strings"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/secrets"
	"hoten/app/store"
)

// Operator is a company that runs programs and answers to members. Where there is no
// sender, its name is one; where there is no mail address, mails come from the address of
// the program's configuration.
type Operator struct {
	ID          int16  `json:"-"`
	Code        string `json:"code"`
	NameJa      string `json:"name_ja"`
	NameEn      string `json:"name_en"`
	SenderJa    string `json:"sender_ja"` // the name in From
	SenderEn    string `json:"sender_en"`
	MailAddress string `json:"mail_address"` // in From and the envelope
	SignatureJa string `json:"signature_ja"` // lines below the name at the end of a mail
	SignatureEn string `json:"signature_en"`
	PageJa      string `json:"page_ja"` // what members call the official page; in English with its article
	PageEn      string `json:"page_en"`
	PageURL     string `json:"page_url"` // for the staff: no mail holds it
	MarkDigest  string `json:"-"`        // of the mark; empty where there is none
	Version     int64  `json:"-"`
}

// Name is the operator's name in the language.
func (o Operator) Name(lang string) string { return in(lang, o.NameJa, o.NameEn) }

// Page is what members call the official page, in the language.
func (o Operator) Page(lang string) string { return in(lang, o.PageJa, o.PageEn) }

// Signature are the lines below the name at the end of a mail.
func (o Operator) Signature(lang string) []string {
	return Lines(in(lang, o.SignatureJa, o.SignatureEn))
}

// From is the From address of mails in the language; otherwise is the address where the
// operator has none of its own.
func (o Operator) From(lang, otherwise string) string {
	from := mail.Address{Name: cmp.Or(in(lang, o.SenderJa, o.SenderEn), o.Name(lang)), Address: o.MailAddress}
	if from.Address == "" {
		given, err := mail.ParseAddress(otherwise)
		if err != nil {
			return otherwise // whoever sends says what is wrong with it
		}
		from.Name, from.Address = cmp.Or(given.Name, from.Name), given.Address
	}
	return from.String()
}

func in(lang, ja, en string) string {
	if lang == "en" {
		return en
	}
	return ja
}

// Lines are the lines of a text that holds something.
func Lines(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// List reads all operators, in the order they were set up.
func List(db *gorm.DB) ([]Operator, error) {
	return store.Select[Operator](db, "select * from operators order by id")
}

// ByCode finds an operator. Unknown: NotFound.
func ByCode(db *gorm.DB, code string) (*Operator, error) {
	return store.Find[Operator](db, "code = ?", code)
}

const (
	maxName = 60 // characters
	maxText = 500
)

var (
	codeForm = regexp.MustCompile(`^[a-z][a-z0-9-]{1,39}$`)
	// reserved are codes that addresses use for something else.
	reserved = "new"
)

// Check refuses what cannot be meant, with an Invalid fault that names each field.
func (o Operator) Check() error {
	var p fault.Problems
	checkCode(&p, o.Code)
	secrets.Label(&p, "name_ja", o.NameJa, maxName)
	secrets.Label(&p, "name_en", o.NameEn, maxName)
	for field, text := range map[string]string{"sender_ja": o.SenderJa, "sender_en": o.SenderEn} {
		optional(&p, field, text)
	}
	pair(&p, "page", o.PageJa, o.PageEn)
	secrets.Text(&p, "signature_ja", o.SignatureJa, maxText)
	secrets.Text(&p, "signature_en", o.SignatureEn, maxText)
	if a, err := mail.ParseAddress(o.MailAddress); o.MailAddress != "" && (err != nil || a.Address != o.MailAddress) {
		p.Add("mail_address", "email_invalid")
	}
	if u, err := url.Parse(o.PageURL); o.PageURL != "" && (err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil) {
		p.Add("page_url", "url_invalid")
	}
	return p.Err()
}

func checkCode(p *fault.Problems, code string) {
	switch {
	case code == reserved:
		p.Add("code", "code_reserved")
	case !codeForm.MatchString(code):
		p.Add("code", "code_invalid")
	}
}

// optional is a label that may be left out.
func optional(p *fault.Problems, field, text string) {
	if text != "" {
		secrets.Label(p, field, text, maxName)
	}
}

// pair is a label in both languages or in none.
func pair(p *fault.Problems, field, ja, en string) {
	if ja != "" || en != "" {
		secrets.Label(p, field+"_ja", ja, maxName)
		secrets.Label(p, field+"_en", en, maxName)
	}
}
