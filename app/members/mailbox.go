package members

import (
	"strings"

	"hoten/app/jptext"
	"hoten/app/operators"
	"hoten/app/vault"
)

// Mailbox makes the keyed hashes that mailboxes are compared by, those of login IDs with
// those of contacts: of the name, and of the domain (nil for none). Names at any of the
// domains of IDs' own mailboxes, and a login ID without a domain, are one mailbox; that is
// asked when they are compared (mailbox_ids), because the domains may change.
func Mailbox(v *vault.Vault, address string) (name, domain []byte) {
	local, at, _ := strings.Cut(jptext.MailboxKey(address), "@")
	return v.Blind("mailbox", local+"@"), operators.DomainKey(v, at)
}
