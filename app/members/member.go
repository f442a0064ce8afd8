package members

import (
	"time"

	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/app/vault"
)

// Member is one person; sealed fields open with Person.
type Member struct {
	ID             int64
	Name           []byte
	NameKana       []byte
	BirthDate      []byte
	PostalCode     []byte
	Address        []byte
	CustomerNumber []byte
	CustomerKey    []byte
	NameGrams      string `gorm:"-"`
	Language       string
}

// Identity is one login ID: its record, and its row in the built-in directory. MemberID
// is nil for an ID that somebody asked about and nobody knows.
// IDKindID is the ID (operators.ID) that it is one of, as its incidents have it: two
// operators give the same login ID to two people. Nil where no ID is set up.
type Identity struct {
	ID       int64
	MemberID *int64
	IDKindID *int16 `gorm:"column:id_kind_id"`
	Login    []byte
	LoginKey []byte
	Standing
	PasswordHash          string
	PasswordChangedAt     *time.Time
	SessionsEndedAt       *time.Time
	PointPasswordVoidedAt *time.Time
	OneTimePassword       bool
}

// PointPasswordStands is, in SQL of an identity i, that a thief may have set its password for
// points: nobody voided it since the ID was restricted.
const PointPasswordStands = "coalesce(i.point_password_voided_at < i.restricted_at, i.point_password_voided_at is null)"

// Kinds of contacts.
const (
	Email = "email"
	Phone = "phone"
)

// Contact is one way to reach a member, with what decides whether it may be
// used: since when it stands and whether it depends on the ID (docs/domain.md section 4).
type Contact struct {
	ID              int64
	MemberID        int64
	Kind            string
	Value           []byte
	ValueKey        []byte
	RegisteredOn    jptext.Date // zero: not known
	DependsOnLogin  bool        // the mailbox is the ID's own
	DependsOnOther  bool        // the mailbox is that of another affected ID
	Source          string
	UndeliverableAt *time.Time
	InDoubt         bool       // documents showed it, and somebody may pass for the member
	ProvedAt        *time.Time // when it was last proved to be the member's (Prove); nil: never
}

// TableName is the view that knows what mailboxes depend on.
func (Contact) TableName() string { return "contact_ways" }

// Why a contact may not be used (Contact.Barred).
const (
	InDoubt           = "in_doubt"
	Undeliverable     = "undeliverable"
	DependsOnID       = "depends_on_id"
	DependsOnOther    = "depends_on_other"
	ChangedInIncident = "changed_in_incident"
)

// Usable reports whether the contact may be used as far as it alone decides: it is Safe,
// and takes what is sent.
func (c Contact) Usable(firstDay jptext.Date) bool { return c.Barred(firstDay) == "" }

// Barred says why the contact is not Usable; empty: it is.
func (c Contact) Barred(firstDay jptext.Date) string {
	if !c.InDoubt && c.UndeliverableAt != nil {
		return Undeliverable
	}
	return c.unsafe(firstDay)
}

// Safe reports whether what is sent to the contact reaches nobody but the member: it
// depends neither on the ID nor on another affected one, and was not set or changed on
// or after the first day of any incident of the ID. A mail address of unknown age cannot
// be shown to be older than the thief; a phone number without a date is the one of the
// contract. What documents showed and a second person confirmed was set by no thief,
// whenever that was, unless somebody is suspected of passing for the member.
func (c Contact) Safe(firstDay jptext.Date) bool { return c.unsafe(firstDay) == "" }

func (c Contact) unsafe(firstDay jptext.Date) string {
	switch {
	case c.InDoubt:
		return InDoubt
	case c.DependsOnLogin:
		return DependsOnID
	case c.DependsOnOther:
		return DependsOnOther
	case c.Source == Documents, c.Kind == Phone && c.RegisteredOn.IsZero():
		return ""
	case c.RegisteredOn.IsZero(), !c.RegisteredOn.Before(firstDay):
		return ChangedInIncident
	}
	return ""
}

// MailUsable is Usable, in SQL, of the mail address k of contact_ways, with the SQL of the
// first day.
func MailUsable(firstDay string) string {
	return "k.undeliverable_at is null and not k.in_doubt and " + Sound(firstDay)
}

// Sound is Safe, in SQL, of the contact k of contact_ways, whether or not somebody may pass
// for the member.
func Sound(firstDay string) string {
	return "not k.depends_on_login and not k.depends_on_other and (k.source = '" + Documents + "' or k.kind = '" + Phone + "' and k.registered_on is null or k.registered_on < " + firstDay + ")"
}

// Plain opens the contact's value; a damaged one is vault.Damaged.
func (c Contact) Plain(v *vault.Vault) (string, error) {
	return v.Read("contacts", "value", c.ID, c.Value), nil
}

// PlainLogin opens the login ID in the spelling that came in (earlier releases kept its
// key); a damaged one is vault.Damaged.
func (i Identity) PlainLogin(v *vault.Vault) (string, error) {
	return v.Read("identities", "login", i.ID, i.Login), nil
}

// Person is a member in the clear: for comparing, masking and addressing, never
// to be stored or logged.
type Person struct {
	Name, Kana, BirthDate, PostalCode, Address, CustomerNumber string
	Language                                                   string
}

// Person opens the member's sealed fields; damaged ones are vault.Damaged.
func (m Member) Person(v *vault.Vault) (p Person, err error) {
	p.Language = m.Language
	for _, f := range []struct {
		to     *string
		column string
		sealed []byte
	}{
		{&p.Name, "name", m.Name}, {&p.Kana, "name_kana", m.NameKana}, {&p.BirthDate, "birth_date", m.BirthDate},
		{&p.PostalCode, "postal_code", m.PostalCode}, {&p.Address, "address", m.Address},
		{&p.CustomerNumber, "customer_number", m.CustomerNumber},
	} {
		*f.to = v.Read("members", f.column, m.ID, f.sealed)
	}
	return p, nil
}

// MarkDeliverable notes that addresses took a mail, or are tried again, whatever they did before.
func MarkDeliverable(tx *store.Tx, contacts ...int64) {
	tx.Queue("update contacts set undeliverable_at = null where id in (select id from contacts where id = any($1) and undeliverable_at is not null order by id for no key update)", contacts)
}

// MarkUndeliverable notes that an address is not known to its server; it is not used
// until it takes a mail.
func MarkUndeliverable(tx *store.Tx, contact int64) error {
	_, err := store.Exec(tx, "update contacts set undeliverable_at = $2 where id = $1 and undeliverable_at is null", contact, tx.Now)
	return err
}
