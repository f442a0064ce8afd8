package directories

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/installation"
	"hoten/app/members"
	"hoten/app/outside"
	"hoten/app/store"
	"hoten/app/verbs"
)

const (
	waits = 20 * time.Second // of somebody who waits for several
	// chosenFor is how long a password that its member chose is tried to be set. The member
	// does not wait longer, and it is not kept longer.
	chosenFor = time.Hour
)

// Send sends the orders that are due to all directories, until none is left. A copy of the
// database that was not released sends nothing.
func Send(ctx context.Context, s *store.Store) error {
	here, err := installation.Look(ctx, s)
	if err != nil || here.Held {
		return err
	}
	due, err := store.Select[Directory](store.Read(ctx, s), "select * from directories d where coalesce(d.rests_until <= $1, true) and exists (select from directory_orders o where o.directory_id = d.id and o.state "+unsettled+" and o.next_at <= $1)", s.Clock())
	if err != nil {
		return err
	}
	var all errgroup.Group
	for _, d := range due {
		all.Go(func() error { return d.send(ctx, s) })
	}
	return all.Wait()
}

func (d Directory) send(ctx context.Context, s *store.Store) error {
	system, err := systems.Open(s.Vault, d.System)
	if err != nil {
		return fmt.Errorf("directory %s: %w", d.Code, err)
	}
	return outside.Drain(d.System, func(n int) ([]taken, error) {
		return take(ctx, s, n, "o.directory_id = $3 and o.next_at <= $1", d.ID)
	}, func(o taken) error { return deliver(ctx, s, system, o) }, func() (outside.System, error) {
		now, err := ByID(store.Read(ctx, s), d.ID)
		if err != nil {
			return outside.System{}, err
		}
		return now.System, nil
	})
}

// Deliver sends one order now, after the earlier ones of its ID, for somebody who waits for its
// answer, and returns it as it stands then: settled, or not.
func Deliver(ctx context.Context, s *store.Store, id int64) (*Order, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(store.Apart(ctx)), waits)
	defer cancel()
	o, err := store.Find[Order](store.Read(ctx, s), "id = ?", id)
	if err != nil {
		return nil, err
	}
	d, err := ByID(store.Read(ctx, s), o.DirectoryID)
	if err != nil || d.Resting(s.Clock()) {
		return o, err
	}
	system, err := systems.Open(s.Vault, d.System)
	for err == nil && o.Unsettled() {
		var next []taken
		if next, err = take(ctx, s, 1, "o.id <= $3 and o.identity_id = (select identity_id from directory_orders where id = $3)", id); err != nil || len(next) == 0 {
			break
		}
		if err = deliver(ctx, s, system, next[0]); err == nil {
			o, err = store.Find[Order](store.Read(ctx, s), "id = ?", id)
		}
		if tried, _ := store.Find[Order](store.Read(ctx, s), "id = ?", next[0].ID); tried == nil || tried.Unsettled() {
			break
		}
	}
	return o, err
}

// taken is an order that this program sends now.
type taken struct {
	Order
	Lost   bool     // it was sent before, and nobody knows whether it was done
	hidden []string // what no answer may be kept with: the ID and the password
}

// take takes up to n orders that the condition describes, with $1 for now, oldest first: each
// the first unsettled one of its ID, and of no other program.
func take(ctx context.Context, s *store.Store, n int, which string, arg any) (out []taken, err error) {
	err = store.Keep(ctx, s, func(tx *store.Tx) error {
		out = nil
		rows, err := store.Select[Order](tx.DB, "select o.* from directory_orders o where o.state "+unsettled+" and coalesce(o.taken_until <= $1, true) and "+which+`
			and not exists (select from directory_orders b where b.identity_id = o.identity_id and b.id < o.id and b.state `+unsettled+`)
			order by o.next_at, o.id limit $2 for update skip locked`, tx.Now, n, arg)
		if err != nil {
			return err
		}
		ids := make([]int64, len(rows))
		for i, o := range rows {
			ids[i] = o.ID
			out = append(out, taken{Order: o, Lost: o.State == Uncertain})
		}
		_, err = store.Exec(tx, "update directory_orders set state = '"+Uncertain+"', attempts = attempts + 1, sent_at = $2, taken_until = $3 where id = any($1)", ids, tx.Now, tx.Now.Add(outside.Lease))
		return err
	})
	return out, err
}

// deliver sends an order that was taken and keeps what became of it. Its error is ours, not
// the directory's.
func deliver(ctx context.Context, s *store.Store, system System, o taken) error {
	answer, err := o.ask(ctx, s, system)
	if err != nil {
		return errors.Join(err, o.later(ctx, s, &outside.Unready{Said: "hoten: " + err.Error()}))
	}
	var refused *outside.Refused
	switch {
	case answer == nil:
		return o.settle(ctx, s, Completed, "", "")
	case errors.As(answer, &refused):
		return o.settle(ctx, s, Declined, refused.Code, refused.Said)
	case o.Act == SetPassword && s.Clock().Sub(o.OrderedAt) > chosenFor:
		return o.settle(ctx, s, Declined, TooLate, o.said(answer))
	}
	return o.later(ctx, s, answer)
}

// ask is what the directory answers: nil, *outside.Refused, *outside.Unready, or an error that tells that
// nobody knows. err is that it could not be asked.
func (o *taken) ask(ctx context.Context, s *store.Store, system System) (answer, err error) {
	if drop, err := dropped(ctx, s, o.Order); err != nil || drop {
		return &outside.Refused{Code: Overtaken}, err
	}
	if !system.Can(o.Act) {
		return &outside.Refused{Code: outside.NotAble}, nil
	}
	r, err := o.request(ctx, s)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, outside.Patience)
	defer cancel()
	if o.Lost {
		switch now, err := system.Settled(ctx, r); {
		case err != nil:
			return fmt.Errorf("the state could not be read: %w", err), nil
		case now == outside.Done:
			return nil, nil
		}
	}
	return system.Do(ctx, r), nil
}

func (o *taken) request(ctx context.Context, s *store.Store) (r Request, err error) {
	of, err := members.ByID(store.Read(ctx, s), o.IdentityID)
	if err != nil {
		return r, err
	}
	r = Request{Key: o.Key, Number: o.ID, Act: o.Act, OrderedAt: o.OrderedAt}
	if r.Login, err = of.PlainLogin(s.Vault); err != nil {
		return r, err
	}
	r.Password, err = s.Vault.Unseal("directory_orders", "password", o.ID, o.Password)
	o.hidden = []string{r.Login, r.Password}
	return r, err
}

// later has the order sent again after a while, and the directory rest after several failures.
func (o taken) later(ctx context.Context, s *store.Store, answer error) error {
	state, after := Uncertain, outside.Wait(o.Attempts)
	var unready *outside.Unready
	if errors.As(answer, &unready) {
		if !o.Lost {
			state = Waiting
		}
		after = max(after, min(unready.After, outside.LongWait))
	}
	return store.Keep(context.WithoutCancel(ctx), s, func(tx *store.Tx) error {
		tx.Queue("update directory_orders set state = $2, next_at = $3, taken_until = null, said = $4 where id = $1 and state "+unsettled+" and attempts = $5",
			o.ID, state, tx.Now.Add(after), o.said(answer), o.Attempts+1)
		systems.Failed(tx, o.DirectoryID, o.said(answer))
		return nil
	})
}

// said is an answer as it is kept: an identity system may name the ID, or worse.
func (o taken) said(err error) string {
	var unready *outside.Unready
	text := err.Error()
	if errors.As(err, &unready) {
		text = unready.Said
	}
	return o.hide(text)
}

func (o taken) hide(text string) string { return outside.Said(text, o.hidden...) }

// settle keeps the definite answer to an order, and what follows from it.
func (o taken) settle(ctx context.Context, s *store.Store, state, code, what string) error {
	by := access.System("directory")
	return verbs.Run(context.WithoutCancel(ctx), s, by, ToSettle, verbs.About("order", o.ID), "", func(tx *store.Tx) error {
		now := o.Order
		now.State, now.Code, now.Said = state, code, o.hide(what)
		if code == Overtaken || o.Act == SetPassword && code == PasswordRefused {
			now.State = Dropped // nobody has to do anything about it
		}
		settled, err := now.close(tx)
		if err != nil || !settled {
			return err
		}
		systems.Answered(tx, o.DirectoryID)
		return audit.Record(tx, audit.Change{After: now.told()})
	})
}

// told is what the audit trail tells of an order.
func (o Order) told() map[string]any {
	out := map[string]any{"act": o.Act, "state": o.State, "directory": o.DirectoryID, "attempts": o.Attempts + 1}
	if o.Code != "" {
		out["code"] = o.Code
	}
	return out
}
