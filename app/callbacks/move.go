package callbacks

import (
	"context"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/store"
)

// Moved is what POST /callbacks/{id}/move takes.
type Moved struct {
	DueAt   time.Time
	Reason  string
	Despite bool
	Version int64
}

// Move gives an open callback another time, with the reason.
func Move(ctx context.Context, s *store.Store, by access.Actor, id int64, m Moved) (*Callback, error) {
	return change(ctx, s, by, ToMove, id, m.Version, m.Reason, func(tx *store.Tx, c *cases.Case, back *Callback) ([]cases.Happened, error) {
		desk, err := deskByID(tx.DB, back.DeskID)
		if err != nil {
			return nil, err
		}
		if err := promisable(desk.Desk, m.DueAt, tx.Now, m.Despite); err != nil {
			return nil, err
		}
		back.DueAt, back.Despite = m.DueAt, m.Despite
		return []cases.Happened{{CaseID: c.ID, Kind: cases.CallbackMoved, Data: map[string]any{"due": back.due()}, Text: tx.Reason}}, nil
	})
}

// Drop ends an open callback that is no longer wanted, with the reason.
func Drop(ctx context.Context, s *store.Store, by access.Actor, id, version int64, reason string) (*Callback, error) {
	return change(ctx, s, by, ToDrop, id, version, reason, func(tx *store.Tx, c *cases.Case, back *Callback) ([]cases.Happened, error) {
		back.State = Dropped
		back.Reason = tx.Vault().Seal("callbacks", "reason", back.ID, tx.Reason)
		return []cases.Happened{{CaseID: c.ID, Kind: cases.CallbackDropped, Text: tx.Reason}}, nil
	})
}

func deskByID(db *gorm.DB, id int64) (desks.Kept, error) {
	list, err := desks.List(db)
	for _, d := range list {
		if d.ID == id {
			return d, nil
		}
	}
	if err == nil {
		err = fault.Missing()
	}
	return desks.Kept{}, err
}
