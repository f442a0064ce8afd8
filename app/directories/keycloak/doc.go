// Package keycloak speaks the admin REST interface of Keycloak, as a client with a service
// account.
//
//	token → find the user of the login → read it → change it
//
// Until the first change whatever fails is Unready.
//
//	Restrict     disabled · random password · consents, offline tokens and sessions end
//	SetPassword  password · consents, offline tokens and sessions end · enabled
//	others       the user as it was read, with one thing changed
package keycloak
