package callbacks

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/secrets"
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
	return change(ctx, s, by, id, m.Version, "callback.moved", m.Reason, func(tx *store.Tx, c *cases.Case, back *Callback) ([]cases.Happened, error) {
		if err := reasonable(m.Reason); err != nil {
			return nil, err
		}
		desk, err := deskByID(tx.DB, back.DeskID)
		if err != nil {
			return nil, err
		}
		if err := promisable(desk.Desk, m.DueAt, tx.Now, m.Despite); err != nil {
			return nil, err
		}
		back.DueAt, back.Despite = m.DueAt, m.Despite
		return []cases.Happened{{CaseID: c.ID, Kind: cases.CallbackMoved, Data: map[string]any{"due": back.due()}, Text: m.Reason}}, nil
	})
}

// Drop ends an open callback that is no longer wanted, with the reason.
func Drop(ctx context.Context, s *store.Store, by access.Actor, id, version int64, reason string) (*Callback, error) {
	return change(ctx, s, by, id, version, "callback.dropped", reason, func(tx *store.Tx, c *cases.Case, back *Callback) ([]cases.Happened, error) {
		if err := reasonable(reason); err != nil {
			return nil, err
		}
		back.State = Dropped
		back.Reason = tx.Vault().Seal("callbacks", "reason", back.ID, reason)
		return []cases.Happened{{CaseID: c.ID, Kind: cases.CallbackDropped, Text: reason}}, nil
	})
}

func reasonable(reason string) error {
	if strings.TrimSpace(reason) == "" {
		return fault.Input("reason", "required")
	}
	return secrets.Refuse("reason", reason)
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
