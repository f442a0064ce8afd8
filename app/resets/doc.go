// Package resets is restriction and resumption of use (docs/domain.md section 5):
//
//	restricted ──notice mailed──▶ notified ──link to a verified caller──▶ link_sent ──new password──▶ resumed
//
// Staff never see or set a password: they send a link to a contact that neither
// depends on the ID nor was touched since the incident began, and the member
// chooses the password on a page of our own. A link works once, for half an
// hour, and only its hash is kept.
package resets
