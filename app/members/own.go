package members

import (
	"slices"
	"strings"
)

// OwnMailbox reports whether a mail address is the own mailbox of a login ID, whose
// password reads it: the ID itself is the address, or the address is of one of the domains
// of IDs' own mailboxes and its local part is the ID, or the ID's local part. Both are keys
// (jptext.LoginKey, jptext.EmailKey).
func OwnMailbox(login, email string, domains []string) bool {
	local, domain, is := strings.Cut(email, "@")
	if !is || login == "" {
		return false
	}
	if email == login {
		return true
	}
	name, _, _ := strings.Cut(login, "@")
	return slices.Contains(domains, domain) && local == name
}
