package callbacks

import (
	"context"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/verbs"
)

// New is what POST /cases/{number}/callbacks takes. Desk is a desk's code, empty
// for the agent's own.
type New struct {
	DueAt   time.Time
	Desk    string
	Note    string
	Despite bool
}

// Promise notes that a member is called back at a time, by whoever has the case,
// else by whoever promises. A case with an open callback, a closed one or one
// without a phone that may be called: Conflict.
func Promise(ctx context.Context, s *store.Store, by access.Actor, caseID int64, n New) (*Callback, error) {
	return verbs.Do(ctx, s, by, ToPromise, cases.Subject(caseID), "", func(tx *store.Tx) (*Callback, error) {
		c, of, err := cases.Lock(tx, caseID)
		if err != nil {
			return nil, err
		}
		if err := cases.Unsuspected(of.Standing); err != nil {
			return nil, err
		}
		desk, err := c.ChooseDesk(tx.DB, n.Desk, by.DeskID)
		if err == nil && desk == nil {
			err = fault.Input("desk", "required")
		}
		if err != nil {
			return nil, err
		}
		if err := promisable(desk.Desk, n.DueAt, tx.Now, n.Despite); err != nil {
			return nil, err
		}
		if err := secrets.Refuse("note", n.Note); err != nil {
			return nil, err
		}
		if err := mayBeCalled(tx, c); err != nil {
			return nil, err
		}
		made, err := insert(tx, c, desk.ID, n)
		if err != nil {
			return nil, err
		}
		told := cases.Happened{CaseID: c.ID, Kind: cases.CallbackPromised, Data: map[string]any{"due": made.due()}, Text: n.Note}
		if err := cases.Tell(tx, told); err != nil {
			return nil, err
		}
		if err := cases.Follow(tx, c, cases.CallbackDue); err != nil {
			return nil, err
		}
		return made, audit.Record(tx, audit.Change{After: made.summary()})
	})
}

// mayBeCalled refuses a case that nobody should be called about, or cannot.
func mayBeCalled(tx *store.Tx, c *cases.Case) error {
	if c.Status.Closed() {
		return fault.New(fault.Conflict, "case_closed")
	}
	phones, err := cases.Phones(tx.DB, tx.Vault(), []int64{c.ID})
	if err != nil {
		return err
	}
	if phones[c.ID] == "" {
		return fault.New(fault.Conflict, "no_usable_phone")
	}
	open, err := OfCase(tx.DB, c.ID)
	if err == nil && open != nil && open.State == Open {
		err = fault.New(fault.Conflict, "callback_open")
	}
	return err
}

func insert(tx *store.Tx, c *cases.Case, desk int64, n New) (*Callback, error) {
	ids, err := store.TakeIDs(tx.DB, "callbacks", 1)
	if err != nil {
		return nil, err
	}
	made := &Callback{ID: ids[0], CaseID: c.ID, DeskID: desk, DueAt: n.DueAt, Despite: n.Despite, PromisedBy: tx.By.ID, PromisedAt: tx.Now,
		AssigneeID: tx.By.ID, State: Open, Version: 1, Note: tx.Vault().Seal("callbacks", "note", ids[0], n.Note)}
	if c.AssigneeID != nil {
		made.AssigneeID = *c.AssigneeID
	}
	return made, store.Insert(tx, made)
}

// due is the promised time as timelines keep it.
func (c Callback) due() string { return c.DueAt.UTC().Format(time.RFC3339) }
