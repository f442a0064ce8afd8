package members

import (
	"hoten/app/jptext"
	"hoten/app/vault"
)

// mailboxKind is the kind of the keyed hashes of mailboxes: those of login IDs and of
// contacts are compared with each other.
const mailboxKind = "mailbox"

// LoginMailbox hashes the mailbox that a login ID names.
func LoginMailbox(v *vault.Vault, login string) []byte {
	mailbox, _ := jptext.MailboxKeys(login)
	return v.Blind(mailboxKind, mailbox)
}

// ContactMailbox hashes the mailbox of a mail address, and its name without the domain.
func ContactMailbox(v *vault.Vault, address string) (mailbox, local []byte) {
	whole, name := jptext.MailboxKeys(address)
	return v.Blind(mailboxKind, whole), v.Blind(mailboxKind, name)
}
