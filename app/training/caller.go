package training

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"unicode"

	"gorm.io/gorm"

	"hoten/app/cases"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/store"
	"hoten/app/vault"
	"hoten/i18n"
)

// What a caller can be asked beside the items of the verification.
const (
	askLogin    = "login"
	askCode     = "code"
	askMailbox  = "mailbox" // whether mails to the registered address can be read
	askArrived  = "arrived" // whether the mail with the link is there
	askFarewell = "farewell"
)

// Questions is all that a caller can be asked, in the order of a call.
var Questions = slices.Concat([]string{askLogin}, cases.Items, []string{askMailbox, askCode, askArrived, askFarewell})

// Line is something that was asked, what the caller said, and that in the reader's language
// where it is another.
type Line struct{ Question, Said, Meaning string }

// Caller is what somebody who rings shows and says, in the member's language.
type Caller struct {
	Number   string // that rings
	Language string
	Opening  string // what is said first
	Meaning  string // of that, in the reader's language; empty where it is the same
	Lines    []Line
	Mails    []notices.Mail // that were sent to the member since the call rang, oldest first
}

// elsewhere is where the thief wants mails to go.
const elsewhere = "quick.reply@freemail.example"

// rings is the number that the call comes from: a thief's own, another one each time, or that
// of the member, which whoever has a program for it can show.
func (c Call) rings(registered string) string {
	if c.Character != Thief || c.ID%3 == 0 {
		return jptext.FormatPhone(registered)
	}
	return fmt.Sprintf("%s-0000-%04d", []string{"050", "090", "070"}[c.ID%7%3], c.ID*7919%10000)
}

// opening is what the caller says first: thieves know what members say.
func (c Call) opening(ctx context.Context) string {
	as := c.Character
	if as == Thief && c.ID%2 == 0 {
		as = Honest
	}
	return i18n.T(ctx, "training.opens."+as)
}

// Caller reads what the caller shows and has said so far. Codes are read out of the mails in
// the mailbox, as a member does.
func (c Call) Caller(ctx context.Context, db *gorm.DB, v *vault.Vault, mailbox notices.Mailbox) (*Caller, error) {
	of, err := registeredOf(db, v, c.CaseID)
	if err != nil {
		return nil, err
	}
	mails, err := store.Select[notices.Mail](db, "select id, kind, language, message_id, subject, state, queued_at from mails where case_id = $1 and queued_at >= $2 order by id", c.CaseID, c.RangAt)
	if err != nil {
		return nil, err
	}
	if of.code, err = codeIn(mails, mailbox); err != nil {
		return nil, err
	}
	of.arrived = slices.ContainsFunc(mails, func(m notices.Mail) bool { return m.Kind == notices.ResetLink && m.State == notices.Sent })
	reader := ctx
	ctx = i18n.With(ctx, of.Language)
	foreign := i18n.Lang(reader) != i18n.Lang(ctx)
	out := &Caller{Number: c.rings(of.phone), Language: of.Language, Opening: c.opening(ctx), Mails: mails}
	if foreign {
		out.Meaning = c.opening(reader)
	}
	slip := slices.IndexFunc(c.Asked, func(q string) bool { return slices.Contains(forgotten, q) })
	for i, q := range c.Asked {
		line := Line{Question: q, Said: of.says(ctx, c.Character, q, i == slip)}
		if foreign {
			line.Meaning = of.says(reader, c.Character, q, i == slip)
		}
		out.Lines = append(out.Lines, line)
	}
	return out, nil
}

// forgotten is what the forgetful say wrongly the first time that they are asked one of it.
var forgotten = []string{cases.ItemPhone, cases.ItemAddress}

// registered is what is registered of the member who rings, in the clear.
type registered struct {
	members.Person
	login, phone string
	code         string // of the newest mail with one; empty: none has arrived
	arrived      bool   // the mail with the link has
}

func registeredOf(db *gorm.DB, v *vault.Vault, caseID int64) (r registered, err error) {
	c, err := store.Find[cases.Case](db, "id = ?", caseID)
	if err != nil {
		return r, err
	}
	of, err := members.ByID(db, c.IdentityID)
	if err != nil {
		return r, err
	}
	m, err := members.Find(db, *of)
	if err != nil {
		return r, err
	}
	if r.Person, err = m.Person(v); err != nil {
		return r, err
	}
	if r.login, err = of.PlainLogin(v); err != nil {
		return r, err
	}
	contacts, err := members.Contacts(db, m.ID)
	for _, k := range contacts {
		if err == nil && k.Kind == members.Phone && r.phone == "" {
			r.phone, err = k.Plain(v)
		}
	}
	return r, err
}

var codeLine = regexp.MustCompile(`(?m)^\s*(\d{6})\s*$`)

// codeIn is the code in the newest of the mails that has one.
func codeIn(mails []notices.Mail, mailbox notices.Mailbox) (string, error) {
	for _, m := range slices.Backward(mails) {
		if m.Kind != notices.VerificationCode {
			continue
		}
		got, err := mailbox.Read(m.MessageID)
		if errors.Is(err, fs.ErrNotExist) {
			return "", nil // on its way
		}
		if err != nil {
			return "", err
		}
		if found := codeLine.FindStringSubmatch(got.Text); found != nil {
			return found[1], nil
		}
		return "", fmt.Errorf("training: no code in mail %d", m.ID)
	}
	return "", nil
}

// says is what a character says when asked; slip: it is what the forgetful have wrong.
func (r registered) says(ctx context.Context, character, question string, slip bool) string {
	born := r.BirthDate
	if day, err := jptext.ParseDate(r.BirthDate); err == nil {
		if character == Thief {
			day = day.AddDays(400)
		}
		born = i18n.Date(ctx, day.At(0))
	}
	args := []any{"login", r.login, "name", r.Name, "kana", r.Kana, "date", born, "phone", jptext.FormatPhone(r.phone), "number", r.CustomerNumber, "address", r.Address,
		"code", r.code, "email", elsewhere}
	by := character
	switch {
	case character == Thief && question == cases.ItemCustomerNumber:
		args = append([]any{"number", misremembered(r.CustomerNumber, 4)}, args...)
	case character == Thief && question == cases.ItemPhone:
		args = append([]any{"phone", jptext.FormatPhone(misremembered(r.phone, 3))}, args...)
	case character == Forgetful && slip:
		args = append([]any{"phone", jptext.FormatPhone(misremembered(r.phone, 6)), "address", misremembered(r.Address, 1)}, args...)
	case character == Forgetful && question != cases.ItemCustomerNumber, question == askLogin:
		by = Honest
	}
	if by != Thief && (question == askCode && r.code == "" || question == askArrived && !r.arrived) {
		question = "not_arrived"
	}
	line := by + "." + question
	return i18n.T(ctx, "training.says."+line, args...)
}

// misremembered is a value with another digit in place of its nth, or of its last where it has
// fewer, so that it is not what is registered.
func misremembered(s string, nth int) string {
	rs, at, digits := []rune(s), -1, 0
	for i, r := range rs {
		if unicode.IsDigit(r) && digits < nth {
			at, digits = i, digits+1
		}
	}
	if at < 0 {
		return s + "1"
	}
	if next := rs[at] + 1; unicode.IsDigit(next) {
		rs[at] = next
	} else {
		rs[at]--
	}
	return string(rs)
}
