// Package operators holds who answers to members, all of it data (docs/domain.md
// section 2): the operators, who sign the mails and name the official page, and the IDs
// that their members sign in with, with what the password of an ID opens besides. A new
// installation has none; app/setup and the console make them.
package operators
