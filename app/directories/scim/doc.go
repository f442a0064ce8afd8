// Package scim speaks SCIM 2.0 (RFC 7643, 7644) to the service provider that IDs live in.
//
//	find the user of the login by a filter → PATCH it
//
// Each change is a PATCH of its own, on the version that was read where there is one:
//
//	Restrict     inactive · random password
//	SetPassword  password · active
//	others       one PATCH
package scim
