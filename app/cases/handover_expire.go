package cases

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/verbs"
)

// expirer is the actor of offers that run out: nobody did it.
var expirer = access.System("handovers")

// expireBatch bounds one run of ExpireHandovers, in offers.
const expireBatch = 100

// ExpireHandovers closes the offers whose time has run out and tells their cases, each
// once however many programs do it.
func ExpireHandovers(ctx context.Context, s *store.Store) error {
	type due struct{ ID, CaseID int64 }
	rows, err := store.Select[due](store.Read(ctx, s), `select h.id, k.case_id from handovers h join calls k on k.id = h.call_id
		where h.state = 'offered' and h.expires_at <= $1 order by h.id limit $2`, s.Clock(), expireBatch)
	for _, d := range rows {
		if err := expireHandover(ctx, s, d.ID, d.CaseID); err != nil {
			return err
		}
	}
	return err
}

// expireHandover closes one of them, unless somebody else has meanwhile.
func expireHandover(ctx context.Context, s *store.Store, id, caseID int64) error {
	return verbs.Run(ctx, s, expirer, ToExpireHandover, Subject(caseID), "", func(tx *store.Tx) error {
		if _, _, err := Lock(tx, caseID); err != nil {
			return err
		}
		h, err := store.Find[Handover](tx.DB, "id = ?", id)
		if err != nil {
			return err
		}
		call, err := store.Lock[Call](tx, h.CallID)
		if err != nil {
			return err
		}
		if h, err = store.Lock[Handover](tx, id); err != nil {
			return err
		}
		if h.State != Offered || tx.Now.Before(h.ExpiresAt) {
			return nil
		}
		if err := h.runOut(tx, call); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{After: map[string]any{"call": h.CallID, "handover": h.ID, "state": h.State}})
	})
}

// runOut closes an offer whose time is over, and tells it. One whose call ended first was
// over with the call, whose end is told already. Its call is locked.
func (h *Handover) runOut(tx *store.Tx, c *Call) error {
	if c.EndedAt != nil && c.EndedAt.Before(h.ExpiresAt) {
		return h.close(tx, HandoverWithdrawn)
	}
	if err := h.close(tx, HandoverExpired); err != nil {
		return err
	}
	names, err := staff.Names(tx.DB, "ja", []int64{h.ToID})
	if err != nil {
		return err
	}
	return Tell(tx, Happened{CaseID: c.CaseID, Kind: HandoverRanOut, By: &expirer,
		Data: map[string]any{"call": c.ID, "handover": h.ID, "to": names[h.ToID]}})
}
