// Package ldap speaks LDAPv3 (RFC 4511) to the directory that IDs live in: OpenLDAP, or
// another server with the Password Modify operation (RFC 3062).
//
// Each call has a connection of its own, which ends with it:
//
//	connect → TLS → bind as hoten's account → search the entry of the login → change it
//
// Until the entry is found nothing was changed, so that whatever fails there is Unready.
// A change whose answer is lost is uncertain; a result code is the server's definite word,
// since a modification is done as a whole or not at all.
//
//	Restrict     lock · random password · lock again, sessions end
//	SetPassword  password · sessions end, lock and pwdReset removed
//	others       one modification
package ldap
