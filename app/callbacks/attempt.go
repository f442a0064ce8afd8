package callbacks

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/notices"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Tried is what POST /callbacks/{id}/attempts takes. Version is the callback's as
// the agent saw it; 0 for any.
type Tried struct {
	Outcome string
	Despite bool
	Version int64
}

// Attempt logs an attempt of calling the member, made now. One that reaches them ends
// the callback; the third unsuccessful one ends it too and names the next
// channel.
func Attempt(ctx context.Context, s *store.Store, by access.Actor, id int64, a Tried) (*Callback, error) {
	return change(ctx, s, by, ToAttempt, id, a.Version, "", func(tx *store.Tx, c *cases.Case, back *Callback) ([]cases.Happened, error) {
		desk, err := deskByID(tx.DB, back.DeskID)
		if err != nil {
			return nil, err
		}
		if err := cases.MayRing("despite", desk.Desk, tx.Now, a.Despite); err != nil {
			return nil, err
		}
		if err := back.attempt(a.Outcome); err != nil {
			return nil, err
		}
		tx.Queue("insert into callback_attempts (callback_id, at, staff_id, outcome, despite) values ($1, $2, $3, $4, $5)",
			back.ID, tx.Now, by.ID, a.Outcome, a.Despite)
		told := []cases.Happened{{CaseID: c.ID, Kind: cases.CallbackAttempted, Data: map[string]any{"outcome": a.Outcome, "attempt": back.Attempts}}}
		if back.State == Exhausted {
			channel, err := nextChannel(tx, c)
			if err != nil {
				return nil, err
			}
			back.NextChannel = &channel
			told = append(told, cases.Happened{CaseID: c.ID, Kind: cases.CallbackExhausted, Data: map[string]any{"channel": channel}})
		}
		return told, nil
	})
}

// nextChannel is how a member is written to who cannot be reached by phone: by
// mail where an address may be used, else by letter.
func nextChannel(tx *store.Tx, c *cases.Case) (string, error) {
	to, err := cases.Addressees(tx.DB, tx.Vault(), []int64{c.ID}, notices.RestrictionNotice)
	if err != nil || to[c.ID].Address == "" {
		return ByLetter, err
	}
	return ByMail, nil
}

// change runs what happens to an open callback. It locks the case before the callback, so
// that two who work on one take their turns, and the second finds that the version has
// moved on. Nobody is rung while somebody may pass for the member.
func change(ctx context.Context, s *store.Store, by access.Actor, v *verbs.Verb, id, version int64, reason string,
	fn func(tx *store.Tx, c *cases.Case, back *Callback) ([]cases.Happened, error)) (*Callback, error) {
	return verbs.Do(ctx, s, by, v, verbs.About("callback", id), reason, func(tx *store.Tx) (*Callback, error) {
		seen, err := store.Find[Callback](tx.DB, "id = ?", id)
		if err != nil {
			return nil, err
		}
		tx.Subject = cases.Subject(seen.CaseID)
		c, of, err := cases.Lock(tx, seen.CaseID)
		if err != nil {
			return nil, err
		}
		if v == ToAttempt {
			if err := cases.Unsuspected(of.Standing); err != nil {
				return nil, err
			}
		}
		back, err := store.Lock[Callback](tx, id)
		if err != nil {
			return nil, err
		}
		if err := back.goingOn(version); err != nil {
			return nil, err
		}
		before := back.summary()
		told, err := fn(tx, c, back)
		if err != nil {
			return nil, err
		}
		if err := cases.Tell(tx, told...); err != nil {
			return nil, err
		}
		if err := back.save(tx, c); err != nil {
			return nil, err
		}
		return back, audit.Record(tx, audit.Change{Before: before, After: back.summary()})
	})
}

// save writes the callback, and takes its case back to work when it ended.
func (c *Callback) save(tx *store.Tx, of *cases.Case) error {
	c.closed(tx.By, tx.Now)
	c.Version++
	if err := store.Save(tx, c, "due_at", "despite", "state", "attempts", "next_channel", "closed_at", "closed_by", "reason", "version"); err != nil {
		return err
	}
	if c.State == Open || of.Status != cases.CallbackDue {
		return nil
	}
	return cases.Follow(tx, of, cases.InProgress)
}
