package points

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/installation"
	"hoten/app/members"
	"hoten/app/outside"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Send sends the legs that are due to all point systems, until none is left; for those that take
// files it cuts those that are due, and settles legs by the results that were taken in. A copy of the
// database that was not released sends nothing.
func Send(ctx context.Context, s *store.Store) error {
	here, err := installation.Look(ctx, s)
	if err != nil || here.Held {
		return err
	}
	due, err := store.Select[Connection](store.Read(ctx, s), "select * from point_systems y where y.by_file or coalesce(y.rests_until <= $1, true) and exists (select from point_legs l where l.system_id = y.id and l.state "+outside.Unsettled+" and l.next_at <= $1)", s.Clock())
	if err != nil {
		return err
	}
	var all errgroup.Group
	for _, c := range due {
		all.Go(func() error { return c.send(ctx, s) })
	}
	return all.Wait()
}

func (c Connection) send(ctx context.Context, s *store.Store) error {
	system, err := systems.Open(s.Vault, c.System)
	if err != nil {
		return fmt.Errorf("point system %s: %w", c.Code, err)
	}
	if b, is := system.(Batch); is {
		return c.exchange(ctx, s, b)
	}
	return outside.Drain(c.System, func(n int) ([]taken, error) { return c.due(ctx, s, n) },
		func(l taken) error { return l.deliver(ctx, s, system.(Online)) }, func() (outside.System, error) {
			now, err := ByID(store.Read(ctx, s), c.ID)
			if err != nil {
				return outside.System{}, err
			}
			return now.System, nil
		})
}

// taken is a leg that this program sends now.
type taken struct {
	Leg
	Lost  bool   // it was sent before, and nobody knows whether it was done
	login string // whose it is, which no answer is kept with
}

// due takes up to n legs that are due, oldest first: each the first of its ID and program that
// is not done, and of no other program.
func (c Connection) due(ctx context.Context, s *store.Store, n int) (out []taken, err error) {
	err = store.Keep(ctx, s, func(tx *store.Tx) error {
		out = nil
		rows, err := store.Select[Leg](tx.DB, "select l.* from point_legs l where l.system_id = $3 and l.next_at <= $1 and l.state "+outside.Unsettled+` and coalesce(l.taken_until <= $1, true)
			and not exists (select from point_legs b where b.identity_id = l.identity_id and b.program_id = l.program_id and b.id < l.id and b.state `+open+`)
			order by l.next_at, l.id limit $2 for update skip locked`, tx.Now, n, c.ID)
		if err != nil {
			return err
		}
		ids := make([]int64, len(rows))
		for i, l := range rows {
			ids[i] = l.ID
			out = append(out, taken{Leg: l, Lost: l.State == outside.Uncertain})
		}
		_, err = store.Exec(tx, "update point_legs set state = '"+outside.Uncertain+"', attempts = attempts + 1, sent_at = $2, taken_until = $3 where id = any($1)", ids, tx.Now, tx.Now.Add(outside.Lease))
		return err
	})
	return out, err
}

// deliver sends a leg that was taken and keeps what became of it. Its error is ours, not the
// point system's.
func (l taken) deliver(ctx context.Context, s *store.Store, system Online) error {
	m, err := l.movement(ctx, s)
	if err != nil {
		return errors.Join(err, l.later(ctx, s, &outside.Unready{Said: "hoten: " + err.Error()}))
	}
	receipt, answer := l.move(ctx, system, m)
	if answer == nil {
		return l.settle(ctx, s, outside.Completed, "", "", receipt.Reference)
	}
	if refused, is := errors.AsType[*outside.Refused](answer); is {
		return l.settle(ctx, s, outside.Declined, refused.Code, refused.Said, "")
	}
	return l.later(ctx, s, answer)
}

// move has the system do the movement, which is read first where its answer was lost.
func (l taken) move(ctx context.Context, system Online, m Movement) (Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, outside.Patience)
	defer cancel()
	if l.Lost {
		settled, receipt, err := system.Read(ctx, m)
		switch _, refused := errors.AsType[*outside.Refused](err); {
		case refused:
			return receipt, err
		case err != nil:
			return receipt, fmt.Errorf("the movement could not be read: %w", err)
		case settled == outside.Done:
			return receipt, nil
		}
	}
	receipt, err := system.Move(ctx, m)
	if refused, is := errors.AsType[*outside.Refused](err); is && refused.Code != KeyConflict {
		return l.confirm(ctx, system, m, refused)
	}
	return receipt, err
}

// confirm reads whether a movement that was refused was done all the same: once that holds it may
// be undone here, and decided anew under another key.
func (l taken) confirm(ctx context.Context, system Online, m Movement, refusal *outside.Refused) (Receipt, error) {
	settled, receipt, err := system.Read(ctx, m)
	switch _, refused := errors.AsType[*outside.Refused](err); {
	case err == nil && settled == outside.Done:
		return receipt, nil
	case refused:
		return receipt, err
	case err != nil:
		return receipt, fmt.Errorf("the movement was refused (%s), and could not be read: %w", refusal.Code, err)
	}
	return receipt, refusal
}

func (l *taken) movement(ctx context.Context, s *store.Store) (m Movement, err error) {
	db := store.Read(ctx, s)
	of, err := members.ByID(db, l.IdentityID)
	if err != nil {
		return m, err
	}
	m = Movement{Key: l.Key, Points: l.Points, DecidedAt: l.DecidedAt}
	if m.Login, err = of.PlainLogin(s.Vault); err != nil {
		return m, err
	}
	l.login = m.Login
	if err := json.Unmarshal([]byte(l.Parts), &m.Parts); err != nil {
		return m, err
	}
	return m, store.Scan(db, "select code from programs where id = $1", []any{l.ProgramID}, &m.Program)
}

// later has the leg sent again after a while, and the system rest after several failures.
func (l taken) later(ctx context.Context, s *store.Store, answer error) error {
	state, after, said := outside.Uncertain, outside.Wait(l.Attempts), answer.Error()
	if unready, is := errors.AsType[*outside.Unready](answer); is {
		if !l.Lost {
			state = outside.Waiting
		}
		after, said = max(after, min(unready.After, outside.LongWait)), unready.Said
	}
	said = outside.Said(said, l.login)
	return store.Keep(context.WithoutCancel(ctx), s, func(tx *store.Tx) error {
		tx.Queue("update point_legs set state = $2, next_at = $3, taken_until = null, said = $4 where id = $1 and state "+outside.Unsettled+" and attempts = $5",
			l.ID, state, tx.Now.Add(after), said, l.Attempts+1)
		systems.Failed(tx, l.SystemID, said)
		return nil
	})
}

// settle keeps the definite answer to a leg, and what follows from it.
func (l taken) settle(ctx context.Context, s *store.Store, state, code, said, reference string) error {
	return verbs.Run(context.WithoutCancel(ctx), s, access.System("points"), ToSettle, verbs.About("leg", l.ID), "", func(tx *store.Tx) error {
		now := l.Leg
		now.State, now.Code, now.Said, now.Reference = state, code, outside.Said(said, l.login), Referred(reference, l.login)
		settled, err := now.close(tx)
		if err != nil || !settled {
			return err
		}
		systems.Answered(tx, l.SystemID)
		return audit.Record(tx, audit.Change{After: now.told()})
	})
}

// told is what the audit trail tells of a leg.
func (l Leg) told() map[string]any {
	out := map[string]any{"reimbursement": l.ReimbursementID, "key": l.Key, "points": l.Points, "state": l.State, "attempts": l.Attempts}
	if l.Code != "" {
		out["code"] = l.Code
	}
	if l.Reference != "" {
		out["reference"] = l.Reference
	}
	return out
}
