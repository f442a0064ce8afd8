package members

import (
	"slices"
	"strings"

	"gorm.io/gorm"

	"hoten/app/jptext"
	"hoten/app/operators"
	"hoten/app/store"
	"hoten/app/vault"
)

func init() { operators.WhenDomainsMove(forgetMailboxes) }

// Mailboxes makes the keyed hashes of mailboxes: those of login IDs and of contacts are
// compared with each other. A name at any of the domains of IDs' own mailboxes, or without
// a domain, is one mailbox.
type Mailboxes struct {
	vault   *vault.Vault
	domains []string
	known   bool // whether an ID was set up; until then any domain may be an ID's own
}

// ReadMailboxes reads the domains of IDs' own mailboxes.
func ReadMailboxes(db *gorm.DB, v *vault.Vault) (m Mailboxes, err error) {
	m.vault = v
	m.domains, m.known, err = operators.Domains(db)
	return m, err
}

// OfLogin hashes the mailbox that a login ID names.
func (m Mailboxes) OfLogin(login string) []byte {
	name, domain := m.split(login)
	return m.blind(name, domain)
}

// OfContact hashes the mailbox of a mail address; local is its name without the domain,
// nil where a login ID without one does not name it.
func (m Mailboxes) OfContact(address string) (mailbox, local []byte) {
	name, domain := m.split(address)
	if !m.known {
		local = m.blind(name, "")
	}
	return m.blind(name, domain), local
}

func (m Mailboxes) split(address string) (name, domain string) {
	name, domain, _ = strings.Cut(jptext.MailboxKey(address), "@")
	if slices.Contains(m.domains, domain) {
		domain = ""
	}
	return name, domain
}

func (m Mailboxes) blind(name, domain string) []byte {
	return m.vault.Blind("mailbox", name+"@"+domain)
}

// forgetMailboxes has the mailboxes of all IDs and contacts compared anew (Complete).
func forgetMailboxes(tx *store.Tx) error {
	for _, table := range []string{"identities", "contacts"} {
		if _, err := store.Exec(tx, "update "+table+" set mailbox_key = null where mailbox_key is not null"); err != nil {
			return err
		}
	}
	return nil
}
