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

// Redirect queues what a mail was to tell for another contact of its member. It keeps the
// mail's time, and its place among the mails of the member.
func Redirect(tx *store.Tx, m Mail, contact int64, address string) error {
	facts, err := m.facts(tx.Vault())
	if err != nil {
		return err
	}
	ids, err := store.TakeIDs(tx.DB, "mails", 1)
	if err != nil {
		return err
	}
	moved, err := compose(tx, ids[0], Draft{Kind: m.Kind, Language: m.Language, To: address, Facts: facts})
	if err != nil {
		return err
	}
	_, err = store.Exec(tx, `insert into mails (id, case_id, member_id, contact_id, kind, language, message_id, recipient, data, queued_at, due_at, first_id)
		select $2, case_id, member_id, $3, kind, language, $4, $5, $6, queued_at, $7, coalesce(first_id, id) from mails where id = $1`,
		m.ID, moved.ID, contact, moved.MessageID, moved.Recipient, moved.Data, tx.Now)
	return err
}

// Place is what mails of a member are in order by, in SQL.
func Place(mail string) string { return "coalesce(" + mail + ".first_id, " + mail + ".id)" }

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
			var holds bool
			if err := store.Scan(tx.DB, "select "+tells+" from mails m where m.id = $1", []any{id}, &holds); err != nil {
				return nil, err
			}
			if !holds {
				return nil, fault.New(fault.Conflict, "mail_not_resendable")
			}
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
