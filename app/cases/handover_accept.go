package cases

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/verbs"
)

// offer is an open handover with its call, the case and the ID, all locked.
type offer struct {
	*Handover
	call *Call
	c    *Case
	of   *members.Identity
}

// lockOffer locks an open offer to the actor. Of two who decide about it at once, or
// where its call ends meanwhile, the second finds it closed.
func lockOffer(tx *store.Tx, id int64) (o offer, err error) {
	seen, err := store.Find[Handover](tx.DB, "id = ?", id)
	if err != nil {
		return o, err
	}
	call, err := store.Find[Call](tx.DB, "id = ?", seen.CallID)
	if err != nil {
		return o, err
	}
	tx.Subject = Subject(call.CaseID)
	if seen.ToID != tx.By.ID {
		return o, fault.New(fault.Forbidden, "handover_of_another")
	}
	if o.c, o.of, err = Lock(tx, call.CaseID); err != nil {
		return o, err
	}
	if o.call, err = store.Lock[Call](tx, call.ID); err != nil {
		return o, err
	}
	if o.Handover, err = store.Lock[Handover](tx, id); err != nil {
		return o, err
	}
	if !o.Open(tx.Now) || o.call.EndedAt != nil {
		return o, already("handover_over")
	}
	return o, nil
}

// AcceptHandover takes over a call that was offered to the actor. The first agent's call
// ends as handed over, and the actor's goes on with what was answered and the same end of
// the verification. An open call of the actor's is ended only where endOpen says so, else
// Conflict in_another_call. The case goes along if it was the first agent's and is open.
func AcceptHandover(ctx context.Context, s *store.Store, by access.Actor, id int64, endOpen bool) (*Call, error) {
	return verbs.Do(ctx, s, by, ToAcceptHandover, verbs.About("handover", id), "", func(tx *store.Tx) (*Call, error) {
		// An agent has one open call: this and taking another take their turns.
		if err := staff.Lock(tx, by.ID); err != nil {
			return nil, err
		}
		o, err := lockOffer(tx, id)
		if err != nil {
			return nil, err
		}
		if err := o.mayAccept(tx, endOpen); err != nil {
			return nil, err
		}
		if err := endCallsOf(tx, by.ID); err != nil {
			return nil, err
		}
		took, err := o.take(tx)
		if err != nil {
			return nil, err
		}
		return took, audit.Record(tx, audit.Change{After: map[string]any{"call": took.ID, "of_call": o.CallID, "from": o.FromID,
			"level": took.Level, "expires_at": took.ExpiresAt, "assignee": o.c.AssigneeID}})
	})
}

func (o *offer) mayAccept(tx *store.Tx, endOpen bool) error {
	if err := o.call.MayHandOver(o.of.Standing, tx.Now); err != nil {
		return err
	}
	var p fault.Problems
	if err := mayReceive(tx, o.of, tx.By.ID, &p); err != nil {
		return err
	}
	if err := p.Err(); err != nil {
		return err
	}
	own, err := OpenCalls(tx.DB, tx.By.ID)
	if err == nil && len(own) > 0 && !endOpen {
		return already("in_another_call")
	}
	return err
}

// take ends the first agent's call and makes the receiver's of it.
func (o *offer) take(tx *store.Tx) (*Call, error) {
	took, err := o.call.goOn(tx)
	if err != nil {
		return nil, err
	}
	over := HandedOver
	o.call.EndedAt, o.call.Outcome = &tx.Now, &over
	if err := store.Save(tx, o.call, "ended_at", "outcome"); err != nil {
		return nil, err
	}
	o.TakenAs = &took.ID
	if err := o.close(tx, HandoverAccepted); err != nil {
		return nil, err
	}
	names, err := staff.Names(tx.DB, "ja", []int64{o.FromID})
	if err != nil {
		return nil, err
	}
	told := []Happened{{CaseID: o.c.ID, Kind: CallHandedOver, Data: map[string]any{"call": o.CallID, "as": took.ID, "from": names[o.FromID]}}}
	if deref(o.c.AssigneeID) == o.FromID && !o.c.Status.Closed() {
		if err := o.c.assign(tx, o.ToID); err != nil {
			return nil, err
		}
		told = append(told, Happened{CaseID: o.c.ID, Kind: Assigned, Data: map[string]any{"to": o.ToID}})
	}
	if err := o.c.save(tx); err != nil {
		return nil, err
	}
	return took, Tell(tx, told...)
}

// goOn makes the actor's call of somebody else's: the same conversation, as far verified
// and until the same time.
func (c *Call) goOn(tx *store.Tx) (*Call, error) {
	ids, err := store.TakeIDs(tx.DB, "calls", 1)
	if err != nil {
		return nil, err
	}
	took, first := *c, c.Conversation()
	took.ID, took.AgentID, took.FirstID, took.StartedAt = ids[0], tx.By.ID, &first, tx.Now
	if c.CallerNumber != nil {
		number, err := c.PlainNumber(tx.Vault())
		if err != nil {
			return nil, err
		}
		took.CallerNumber = tx.Vault().Seal("calls", "caller_number", took.ID, number)
	}
	return &took, store.Insert(tx, &took)
}
