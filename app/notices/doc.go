// Package notices writes the mails to members, keeps them in the outbox and
// delivers them (docs/domain.md section 6).
//
// A mail is a row in the transaction of the action that causes it (Queue), with
// the facts and the secret sealed. It is put into words when it is sent (Render),
// because mails quote the hours of that day: the template of its kind and
// language writes one document, and both parts are made of that, so they say the
// same. What is kept afterwards has neither the code or link nor the name.
//
//	queued ──► sent      handed to the mail server; that is not delivered
//	   │  ▲
//	   │  └── a temporary error: later again, eight attempts in all
//	   ├────► bounced    the address was refused: the case is unreachable by mail
//	   └────► failed     refused for another reason, given up, or expired; Resend queues it again
//
// A program takes a mail by moving its due time, sends it, and notes what became
// of it, in two transactions. If it dies between them the mail is sent again under
// the same Message-ID: it may come twice, and is never lost.
package notices
