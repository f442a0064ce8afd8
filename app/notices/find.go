package notices

import (
	"encoding/json"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"hoten/app/store"
	"hoten/app/vault"
)

// Filter narrows the list of mails; zero values do not. Before is the keyset cursor.
type Filter struct {
	CaseID      int64
	Kind, State string
	Shown       string // one of Shown; the state as people see it
	Before      int64
	Limit       int
}

// Find lists mails, newest first: Limit and one more when there are more.
func Find(db *gorm.DB, f Filter) ([]Mail, error) {
	return store.Now(db, func(reads *store.Reads) *[]Mail { return AskFind(reads, f) })
}

// AskFind reads what Find lists.
func AskFind(reads *store.Reads, f Filter) *[]Mail {
	conditions, args := []string{"true"}, []any{}
	add := func(condition string, arg any) {
		args = append(args, arg)
		conditions = append(conditions, fmt.Sprintf(condition, len(args)))
	}
	if f.CaseID > 0 {
		add("case_id = $%d", f.CaseID)
	}
	if f.Kind != "" {
		add("kind = $%d", f.Kind)
	}
	if f.State != "" {
		add("state = $%d", f.State)
	}
	if f.Shown != "" {
		conditions = append(conditions, shownAs[f.Shown])
	}
	if f.Before > 0 {
		add("id < $%d", f.Before)
	}
	return store.Ask[Mail](reads, `select id, case_id, member_id, contact_id, kind, language, recipient, data, state, attempts, message_id, subject, error, reason, queued_at, due_at, sent_at, kept
		from mails where `+strings.Join(conditions, " and ")+fmt.Sprintf(" order by id desc limit %d", f.Limit+1), args...)
}

// ByID finds a mail. Unknown: NotFound.
func ByID(db *gorm.DB, id int64) (*Mail, error) { return store.Find[Mail](db, "id = ?", id) }

// PlainRecipient opens the address.
func (m Mail) PlainRecipient(v *vault.Vault) (string, error) {
	return v.Read("mails", "recipient", m.ID, m.Recipient), nil
}

func (m Mail) facts(v *vault.Vault) (f Facts, err error) {
	plain, err := v.Unseal("mails", "data", m.ID, m.Data)
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal([]byte(plain), &f)
}

// Show is the mail as the member sees it, with the addressee's name masked and
// the code or link hidden: what was sent, or what would be sent now.
func (m Mail) Show(v *vault.Vault, env Env) (Message, error) {
	f, err := m.facts(v)
	if err != nil {
		return Message{}, err
	}
	out := Message{Subject: m.Subject}
	if m.SentAt == nil {
		f.Name = vault.MaskName(f.Name)
		return Render(m.Kind, m.Language, f, Hidden, env)
	}
	out.Text, out.HTML = v.Read("mails", "body_text", m.ID, m.BodyText), v.Read("mails", "body_html", m.ID, m.BodyHTML)
	return out, nil
}
