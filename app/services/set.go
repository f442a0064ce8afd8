package services

import (
	"context"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/store"
	"hoten/app/verbs"
)

// New is what POST /services takes. Until is nil while nobody knows.
type New struct {
	Program string     `json:"program"`
	Service string     `json:"service"`
	State   string     `json:"state"`
	From    time.Time  `json:"from"`
	Until   *time.Time `json:"until"`
	Note    string     `json:"note"`
	Reason  string     `json:"-"`
}

// Set notes what holds for a service. A status that overlaps another of its kind
// is a Conflict.
func Set(ctx context.Context, s *store.Store, by access.Actor, n New) (*Status, error) {
	return verbs.Do(ctx, s, by, ToSet, subject(n.Program, n.Service), n.Reason, func(tx *store.Tx) (*Status, error) {
		return set(tx, n)
	})
}

// Put notes what holds for a service, or changes the end and the note of the status that
// begins at the same time; it tells whether anything changed. It is part of another action,
// which has asked for the permission and the reason.
func Put(tx *store.Tx, n New) (bool, error) {
	program, err := incidents.ProgramByCode(tx.DB, n.Program)
	if err != nil {
		return false, err
	}
	kept, err := lockStanding(tx, program.ID, n)
	if fault.Of(err, fault.NotFound) {
		_, err = set(tx, n)
		return true, err
	}
	if err != nil || sameTime(kept.UntilAt, n.Until) && kept.Note == n.Note {
		return false, err
	}
	_, err = rewrite(tx, kept, ToAmend, Change{Until: n.Until, Note: n.Note}.amend)
	return true, err
}

// Standing is what holds of the status that n would change, which it locks; where Put would
// make one, n without an end and a note.
func Standing(tx *store.Tx, n New) (New, error) {
	program, err := incidents.ProgramByCode(tx.DB, n.Program)
	if err != nil {
		return n, err
	}
	n.Until, n.Note = nil, ""
	kept, err := lockStanding(tx, program.ID, n)
	if fault.Of(err, fault.NotFound) {
		return n, nil
	}
	if err == nil {
		n.Until, n.Note = kept.UntilAt, kept.Note
	}
	return n, err
}

func lockStanding(tx *store.Tx, program int16, n New) (*Status, error) {
	return store.LockBy[Status](tx, "program_id = ? and service = ? and state = ? and from_at = ? and voided_at is null", program, n.Service, n.State, n.From)
}

func sameTime(a, b *time.Time) bool { return a == b || a != nil && b != nil && a.Equal(*b) }

func set(tx *store.Tx, n New) (*Status, error) {
	program, err := incidents.ProgramByCode(tx.DB, n.Program)
	if err != nil {
		return nil, err
	}
	made := &Status{ProgramID: program.ID, Service: n.Service, State: n.State, FromAt: n.From, UntilAt: n.Until, Note: n.Note, SetAt: tx.Now, Version: 1}
	if tx.By.ID != 0 {
		made.SetBy = &tx.By.ID
	}
	if err := made.check(); err != nil {
		return nil, err
	}
	if made.State == PointPassword {
		has, err := incidents.WithPointPassword(tx.DB)
		if err != nil {
			return nil, err
		}
		if !has[program.ID].May {
			return nil, fault.Input("state", "point_password_none")
		}
	}
	if err := made.alone(tx); err != nil {
		return nil, err
	}
	if err := store.Insert(tx, made); err != nil {
		return nil, err
	}
	return made, audit.Record(tx, audit.Change{Action: ToSet.Name, Subject: subject(program.Code, n.Service), After: made})
}

// alone refuses a status beside another that says the same. Whoever sets one for
// the program at the same time waits.
func (s Status) alone(tx *store.Tx) error {
	if _, err := store.Lock[incidents.Program](tx, int64(s.ProgramID)); err != nil {
		return err
	}
	others, err := store.Select[Status](tx.DB, "select * from service_statuses where program_id = $1 and service = $2 and voided_at is null", s.ProgramID, s.Service)
	if err != nil {
		return err
	}
	for _, o := range others {
		if s.overlaps(o) {
			return fault.New(fault.Conflict, "service_overlaps")
		}
	}
	return nil
}

// Change is what POST /services/{id}/change takes: when the service comes back,
// nil while nobody knows, and what the staff should know of it.
type Change struct {
	Until        *time.Time
	Note, Reason string
	Version      int64
}

// Amend changes when a status ends; one that has ended is history: Conflict. An
// end that has passed is Invalid, since mails have said otherwise since.
func Amend(ctx context.Context, s *store.Store, by access.Actor, id int64, ch Change) (*Status, error) {
	return change(ctx, s, by, ToAmend, id, ch.Version, ch.Reason, ch.amend)
}

func (ch Change) amend(tx *store.Tx, kept *Status) error {
	if ch.Until != nil && ch.Until.Before(tx.Now) {
		return fault.Input("until", "end_passed")
	}
	kept.UntilAt, kept.Note = ch.Until, ch.Note
	if err := kept.check(); err != nil {
		return err
	}
	return kept.alone(tx)
}

// Resume ends a status that holds, now.
func Resume(ctx context.Context, s *store.Store, by access.Actor, id, version int64, reason string) (*Status, error) {
	return change(ctx, s, by, ToResume, id, version, reason, func(tx *store.Tx, kept *Status) error {
		if !kept.Holds(tx.Now) {
			return fault.New(fault.Conflict, "service_not_begun")
		}
		kept.UntilAt = &tx.Now
		return nil
	})
}

// Void takes back a status that was entered by mistake, as if it had never been.
func Void(ctx context.Context, s *store.Store, by access.Actor, id, version int64, reason string) (*Status, error) {
	return change(ctx, s, by, ToVoid, id, version, reason, func(tx *store.Tx, kept *Status) error {
		kept.VoidedAt = &tx.Now
		return nil
	})
}

// change runs what happens to a status that has not ended; a version of 0 is any.
func change(ctx context.Context, s *store.Store, by access.Actor, v *verbs.Verb, id, version int64, reason string, fn func(tx *store.Tx, kept *Status) error) (*Status, error) {
	return verbs.Do(ctx, s, by, v, verbs.About("service", id), reason, func(tx *store.Tx) (*Status, error) {
		kept, err := store.Lock[Status](tx, id)
		if err != nil {
			return nil, err
		}
		if version != 0 && version != kept.Version && kept.VoidedAt == nil && !kept.Ended(tx.Now) {
			return nil, fault.New(fault.Conflict, "conflict", "version", kept.Version)
		}
		return rewrite(tx, kept, v, fn)
	})
}

// rewrite changes a status that is locked. One that has ended is history: Conflict.
func rewrite(tx *store.Tx, kept *Status, v *verbs.Verb, fn func(tx *store.Tx, kept *Status) error) (*Status, error) {
	if kept.VoidedAt != nil || kept.Ended(tx.Now) {
		return nil, fault.New(fault.Conflict, "service_ended")
	}
	before := *kept
	if err := fn(tx, kept); err != nil {
		return nil, err
	}
	kept.Version++
	if err := store.Save(tx, kept, "until_at", "note", "voided_at", "version"); err != nil {
		return nil, err
	}
	program, err := store.Find[incidents.Program](tx.DB, "id = ?", kept.ProgramID)
	if err != nil {
		return nil, err
	}
	return kept, audit.Record(tx, audit.Change{Action: v.Name, Subject: subject(program.Code, kept.Service), Before: before, After: kept})
}
