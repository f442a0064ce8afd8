package notices

import (
	"context"
	"strconv"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/store"
)

// Resend queues a mail again that was given up or refused. Codes and links are
// not sent again: their secret is gone, a new one is made instead.
func Resend(ctx context.Context, s *store.Store, by access.Actor, id int64) (*Mail, error) {
	return store.Write(ctx, s, by, func(tx *store.Tx) (*Mail, error) {
		if err := by.Require(access.WorkCases); err != nil {
			return nil, err
		}
		m, err := store.Lock[Mail](tx, id)
		if err != nil {
			return nil, err
		}
		if m.State != Failed && m.State != Bounced || m.secretive() {
			return nil, fault.New(fault.Conflict, "mail_not_resendable")
		}
		before := m.State
		m.State, m.Attempts, m.DueAt, m.Error = Queued, 0, tx.Now, ""
		if err := tx.Model(m).Select("state", "attempts", "due_at", "error").Updates(m).Error; err != nil {
			return nil, err
		}
		if err := enqueue(tx, []int64{id}); err != nil {
			return nil, err
		}
		return m, audit.Record(tx, audit.Change{Action: "mail.resent", Subject: "mail:" + strconv.FormatInt(id, 10),
			Before: map[string]string{"state": before}, After: map[string]string{"state": Queued}})
	})
}
