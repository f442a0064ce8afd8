// Package kratos speaks the admin interface of Ory Kratos.
//
//	find the identity of the login → change it
//
//	Restrict            inactive, with a random password, in one change · sessions end
//	SetPassword         password · sessions end · active
//	Release             active
//	OneTimePasswordOff  the generator and the spare codes are removed
//
// Kratos keeps no history of passwords and has no rules for those that administrators set, so
// whatever nobody can read is done again.
package kratos
