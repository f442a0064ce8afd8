package notices

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/app/verbs"
)

// ToResend is the verb of Resend.
var ToResend = verbs.Declare(verbs.Verb{Name: "mail.resent", Needs: access.WorkCases, Subject: "mail"})

// Redirect queues what a mail was to tell for another contact of its member.
func Redirect(tx *store.Tx, m Mail, contact int64, address string) error {
	facts, err := m.facts(tx.Vault())
	if err != nil {
		return err
	}
	_, err = Queue(tx, Draft{CaseID: m.CaseID, MemberID: m.MemberID, ContactID: &contact, Kind: m.Kind, Language: m.Language, To: address, Facts: facts})
	return err
}

// Resend queues a mail again that was given up or refused, or that was only kept, as SendKept
// does; server says whether a mail server is set up. Codes and links are not sent again: their
// secret is gone, a new one is made instead.
func Resend(ctx context.Context, s *store.Store, by access.Actor, id int64, server bool) (*Mail, error) {
	return verbs.Do(ctx, s, by, ToResend, verbs.About("mail", id), "", func(tx *store.Tx) (*Mail, error) {
		m, err := store.Lock[Mail](tx, id)
		if err != nil {
			return nil, err
		}
		before := m.State
		switch {
		case m.Kept && server:
			ids, err := sendKept(tx, id, id)
			if err != nil {
				return nil, err
			}
			if len(ids) == 0 {
				return nil, fault.New(fault.Conflict, "mail_not_resendable")
			}
			m.State, m.Kept, m.Attempts, m.DueAt, m.SentAt = Queued, false, 0, tx.Now, nil
		case m.State != Failed && m.State != Bounced || m.Secretive():
			return nil, fault.New(fault.Conflict, "mail_not_resendable")
		default:
			m.State, m.Attempts, m.DueAt, m.Error, m.Reason = Queued, 0, tx.Now, "", ""
			if err := store.Save(tx, m, "state", "attempts", "due_at", "error", "reason"); err != nil {
				return nil, err
			}
		}
		if err := enqueue(tx, []int64{id}); err != nil {
			return nil, err
		}
		return m, audit.Record(tx, audit.Change{
			Before: map[string]string{"state": before}, After: map[string]string{"state": Queued}})
	})
}
