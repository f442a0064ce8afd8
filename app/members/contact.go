package members

import (
	"strings"

	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/app/vault"
)

// Documents is the source of a contact that was set because documents were seen; the
// others came with an import.
const Documents = "documents"

// NewContact is a contact as somebody gives it, checked.
type NewContact struct {
	Kind  string
	Value string
	key   string // what it is compared and found by
}

// ReadContact checks a contact as it is typed: Invalid kind or value.
func ReadContact(kind, value string) (n NewContact, err error) {
	n.Kind = kind
	switch kind {
	case Email:
		n.Value, err = jptext.ParseEmail(value)
		if n.key = jptext.EmailKey(n.Value); err != nil || n.key == "" {
			return n, fault.Input("value", "email_invalid")
		}
	case Phone:
		n.Value, n.key = value, jptext.PhoneKey(value)
		if !jptext.ValidPhone(n.key) {
			return n, fault.Input("value", "phone_invalid")
		}
	default:
		return n, fault.Input("kind", "contact_kind_unknown")
	}
	return n, nil
}

// Blind is the keyed hash that the contact is found by.
func (n NewContact) Blind(v *vault.Vault) []byte { return v.Blind(n.Kind, n.key) }

// Same is the keyed hash that is equal for contacts of one mailbox or number, however they
// are written.
func (n NewContact) Same(v *vault.Vault) []byte {
	if n.Kind == Email {
		return v.Blind("same email", jptext.MailboxKey(n.Value))
	}
	return v.Blind("same phone", n.key)
}

// In reports whether a text holds the contact, however it is written there.
func (n NewContact) In(text string) bool {
	text = strings.ToLower(norm.NFKC.String(text))
	if n.Kind == Phone {
		text = strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, text)
	}
	return strings.Contains(text, n.key)
}

// Independent refuses a mailbox that the thief may read: the ID's own, or that of another
// affected ID (docs/domain.md section 4).
func (n NewContact) Independent(db *gorm.DB, v *vault.Vault, member int64) error {
	if n.Kind != Email {
		return nil
	}
	name, domain := Mailbox(v, n.Value)
	var own, other bool
	err := store.Scan(db, `select coalesce(bool_or(member_id = $3), false), coalesce(bool_or(member_id is distinct from $3 and affected), false)
		from mailbox_ids($1, $2)`, []any{name, domain, member}, &own, &other)
	switch {
	case err != nil:
		return err
	case own:
		return fault.Input("value", "contact_depends_on_id")
	case other:
		return fault.Input("value", "contact_depends_on_other")
	}
	return nil
}

// Replace sets a contact that documents showed, in place of those of its kind, since today.
func (n NewContact) Replace(tx *store.Tx, member int64) (id int64, err error) {
	ids, err := store.TakeIDs(tx.DB, "contacts", 1)
	if err != nil {
		return 0, err
	}
	id = ids[0]
	var mailbox, domain []byte
	if n.Kind == Email {
		mailbox, domain = Mailbox(tx.Vault(), n.Value)
	}
	_, err = store.Exec(tx, `insert into contacts (id, member_id, kind, value, value_key, mailbox_key, domain_key, start_5, start_8, start_12, registered_on, depends_on_login, source)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, false, $12)`, append(append([]any{id, member, n.Kind,
		tx.Vault().Seal("contacts", "value", id, n.Value), n.Blind(tx.Vault()), mailbox, domain}, Starts(tx.Vault(), n.key)...), jptext.DateOf(tx.Now), Documents)...)
	if err == nil && n.Kind == Phone {
		err = hashEnd(tx, member, n.Value)
	}
	if err != nil {
		return 0, err
	}
	_, err = store.Exec(tx, "update contacts set replaced_by = $1 where member_id = $2 and kind = $3 and id <> $1 and replaced_by is null and withdrawn_at is null", id, member, n.Kind)
	return id, err
}

// WithdrawContact takes a contact back: what it had replaced is in its place again, unless
// another has replaced it since, whose place is then that of all of them.
func WithdrawContact(tx *store.Tx, id int64) (replaced bool, err error) {
	type row struct{ Replaced bool }
	rows, err := store.Returning[row](tx, "update contacts set withdrawn_at = $2 where id = $1 returning replaced_by is not null as replaced", id, tx.Now)
	if err != nil || len(rows) == 0 {
		return false, err
	}
	_, err = store.Exec(tx, "update contacts k set replaced_by = x.replaced_by from contacts x where x.id = $1 and k.replaced_by = $1", id)
	return rows[0].Replaced, err
}

// Doubtful is the condition, in SQL, that nobody knows any more who reads what is sent to the
// contact: it was undone, documents showed it and somebody may pass for the member, or its
// mailbox is that of another affected ID, or (unless own) the ID's own.
func Doubtful(contact, own string) string {
	return "(exists (select from contacts where id = " + contact + " and withdrawn_at is not null) or exists (select from contact_ways where id = " + contact +
		" and (in_doubt or depends_on_other or depends_on_login and not " + own + ")))"
}

// Replaced is the condition, in SQL, that another contact took the place of the contact.
func Replaced(contact string) string {
	return "exists (select from contacts where id = " + contact + " and replaced_by is not null)"
}

// ofMailbox is, in SQL, the IDs (i) whose own mailbox a contact (o) is, whether or not
// another has taken its place.
const ofMailbox = "select from contacts o cross join lateral mailbox_ids(o.mailbox_key, o.domain_key) i where o.id = "

// OwnMailbox is the condition, in SQL, that the contact is the mailbox of its member's ID.
func OwnMailbox(contact string) string {
	return "(exists (select from contacts where id = " + contact + " and depends_on_login) or exists (" + ofMailbox + contact + " and i.member_id = o.member_id))"
}

// AnothersMailbox is the condition, in SQL, that the contact is the mailbox of an affected
// ID that is not its member's.
func AnothersMailbox(contact string) string {
	return "exists (" + ofMailbox + contact + " and i.member_id is distinct from o.member_id and i.affected)"
}

// Mistaken is the condition, in SQL, that a contact, to which a mail went that its member
// had to read, was undone, or is the mailbox of the member's own ID or of another affected ID.
func Mistaken(contact string) string {
	return "(" + Undone(contact) + " or " + OwnMailbox(contact) + " or " + AnothersMailbox(contact) + ")"
}

// SetSince is the condition, in SQL, that the contact was set on or after the first day, by
// whoever had the password, and not with documents.
func SetSince(contact, firstDay string) string {
	return "exists (select from contacts where id = " + contact + " and source <> '" + Documents + "' and registered_on >= " + firstDay + ")"
}

// Undone is the condition, in SQL, that the contact was undone.
func Undone(contact string) string {
	return "exists (select from contacts where id = " + contact + " and withdrawn_at is not null)"
}

// Withdrawn reports whether the contact was undone.
func Withdrawn(db *gorm.DB, id int64) (bool, error) {
	is, err := store.Now(db, func(reads *store.Reads) *[]bool { return store.AskValues[bool](reads, "select "+Undone("$1"), id) })
	return err == nil && is[0], err
}
