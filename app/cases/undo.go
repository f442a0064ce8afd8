package cases

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/notices"
	"hoten/app/store"
	"hoten/app/verbs"
)

// UndoFor is how long who changed a case by hand may take it back.
const UndoFor = 10 * time.Minute

// passive are the kinds of events that nothing depends on.
var passive = []string{Note, Revealed}

// LastDone are the events of the last thing that was done to a case, where the actor did it
// within UndoFor; else nil. events are the timeline, newest first.
func LastDone(events []Event, by access.Actor, now time.Time) []Event {
	for len(events) > 0 && (slices.Contains(passive, events[0].Kind) || events[0].Fields()["withheld"] != nil) {
		events = events[1:]
	}
	if len(events) == 0 || now.Sub(events[0].At) > UndoFor {
		return nil
	}
	n := slices.IndexFunc(events, func(e Event) bool { return !e.At.Equal(events[0].At) })
	if n < 0 {
		n = len(events)
	}
	for _, e := range events[:n] {
		if e.ActorKind != "staff" || e.ActorID != by.ID || e.Fields()["undo"] != nil {
			return nil
		}
	}
	return events[:n]
}

// Undoable is the last change of status and assignee of a case, where the actor may take it
// back: nothing followed, and it was no closing over what is owed and no reopening.
func Undoable(events []Event, by access.Actor, now time.Time) []Event {
	last := LastDone(events, by, now)
	for _, e := range last {
		from, kept := e.Fields()["from"]
		old, _ := from.(string)
		if !kept || e.Kind != Assigned && (e.Kind != StatusChanged || Status(old).Closed() || len(e.Text) > 0) {
			return nil
		}
	}
	return last
}

// UndoUntil is when it is too late to take back what the events tell of: UndoFor after it was
// done, or when a mail of the case that was queued since leaves; zero where one has left.
// mails are those of the case.
func UndoUntil(last []Event, mails []notices.Mail) time.Time {
	done := last[0].At
	until := done.Add(UndoFor)
	for _, m := range mails {
		switch {
		case m.QueuedAt.Before(done):
		case m.State != notices.Queued || m.Attempts > 0:
			return time.Time{}
		case m.DueAt.Before(until):
			until = m.DueAt
		}
	}
	return until
}

// LastChange is an event of the last change of a case that the actor may take back, see Undoable;
// 0: there is none.
func LastChange(db *gorm.DB, by access.Actor, now time.Time, id int64) (int64, error) {
	events, err := Events(db, id, nil, 0, undoLooks)
	if err != nil {
		return 0, err
	}
	if last := Undoable(events, by, now); len(last) > 0 {
		return last[0].ID, nil
	}
	return 0, nil
}

// undoLooks is how many events of a timeline an undo looks at: what is passive is passed over.
const undoLooks = 20

// Recent reads the events that LastDone needs.
func Recent(tx *store.Tx, id int64) ([]Event, error) {
	return Events(tx.DB, id, nil, 0, undoLooks)
}

// TooLate says that something followed what was to be undone, or too much time.
func TooLate() error { return already("undo_too_late") }

// Undo takes back the change of status and assignee that an event tells of: whoever made it,
// until UndoUntil, and while nothing followed. It is a change of its own, which the timeline
// tells beside the first one. A closing mail that waits is not sent, since its case is open.
func Undo(ctx context.Context, s *store.Store, by access.Actor, id, event int64) (*Case, error) {
	return verbs.Do(ctx, s, by, ToUndo, Subject(id), "", func(tx *store.Tx) (*Case, error) {
		c, _, err := Lock(tx, id)
		if err != nil {
			return nil, err
		}
		events, err := Recent(tx, id)
		if err != nil {
			return nil, err
		}
		last := Undoable(events, by, tx.Now)
		if !slices.ContainsFunc(last, func(e Event) bool { return e.ID == event }) {
			return nil, TooLate()
		}
		// Those that wait are locked, so that none leaves meanwhile.
		mails, err := store.Select[notices.Mail](tx.DB, "select state, attempts, queued_at, due_at from mails where case_id = $1 and queued_at >= $2 order by id for update", id, last[0].At)
		if err != nil {
			return nil, err
		}
		if !tx.Now.Before(UndoUntil(last, mails)) {
			return nil, TooLate()
		}
		before := c.summary()
		told, err := c.takeBack(tx, last)
		if err != nil {
			return nil, err
		}
		if err := c.save(tx); err != nil {
			return nil, err
		}
		if err := Tell(tx, told...); err != nil {
			return nil, err
		}
		return c, audit.Record(tx, audit.Change{Before: before, After: c.summary()})
	})
}

func (c *Case) takeBack(tx *store.Tx, last []Event) (told []Happened, err error) {
	for _, e := range last {
		data := e.Fields()
		back := map[string]any{"undo": true, "from": data["to"], "to": data["from"]}
		if e.Kind == StatusChanged {
			old, _ := data["from"].(string)
			now, _ := data["to"].(string)
			if c.Status != Status(now) || !Status(old).Known() {
				return nil, TooLate()
			}
			c.Status, c.CompletedAt = Status(old), nil
			c.Version++
		} else {
			who, _ := data["from"].(float64) // JSON
			if err := c.assign(tx, int64(who)); err != nil {
				return nil, err
			}
			if desk, had := data["desk"].(float64); had {
				was := int64(desk)
				c.DeskID = &was
			} else {
				c.DeskID = nil
			}
		}
		told = append(told, Happened{CaseID: c.ID, Kind: e.Kind, Data: back})
	}
	return told, nil
}

// assignedFrom is what an Assigned event keeps so that it can be undone.
func (c Case) assignedFrom(to int64) map[string]any {
	data := map[string]any{"from": deref(c.AssigneeID), "to": to}
	if c.DeskID != nil {
		data["desk"] = *c.DeskID
	}
	return data
}
