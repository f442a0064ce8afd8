package points

import (
	"context"
	"fmt"
	"strings"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/outside"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/verbs"
)

// follow is what follows from legs.
var follow struct {
	lock    func(tx *store.Tx, l Leg) error
	settled func(tx *store.Tx, l Leg) error
}

// Follow has the noun whose legs they are take part: lock locks what settled needs, before the
// leg is locked, and settled is told the leg as it is settled, in its transaction.
func Follow(lock, settled func(tx *store.Tx, l Leg) error) {
	follow.lock, follow.settled = lock, settled
}

// close settles a leg as it says, unless it was settled meanwhile.
func (l *Leg) close(tx *store.Tx) (bool, error) {
	var stands *Leg
	err := tx.Uncounted(func() (err error) {
		if err = follow.lock(tx, *l); err == nil {
			stands, err = store.Lock[Leg](tx, l.ID)
		}
		return err
	})
	if err != nil || !stands.takes(*l) {
		return false, err
	}
	l.Attempts = stands.Attempts
	return true, l.keep(tx)
}

// takes reports whether the leg as it stands becomes what an answer says. That it is done holds
// whoever heard it, also after a refusal or once it was dropped; a refusal only of the last try: an earlier one may
// have been late.
func (l Leg) takes(answer Leg) bool {
	if answer.State == outside.Completed {
		return !l.Done()
	}
	return l.Unsettled() && l.Attempts == answer.Attempts+1
}

// keep writes how a leg was settled, and tells the noun whose it is.
func (l *Leg) keep(tx *store.Tx) error {
	l.SettledAt, l.TakenUntil = &tx.Now, nil
	if err := store.Save(tx, l, "state", "code", "said", "reference", "settled_at", "settled_by", "taken_until"); err != nil {
		return err
	}
	for _, fn := range learn {
		fn(tx, *l)
	}
	return follow.settled(tx, *l)
}

// SendAgain has a leg that was refused sent again, once whoever runs the point system mended what
// it said. It is read back first, by its key, or stands in the next file under it.
func SendAgain(ctx context.Context, s *store.Store, by access.Actor, id int64) error {
	return verbs.Run(ctx, s, by, ToSendAgain, verbs.About("leg", id), "", func(tx *store.Tx) error {
		l, err := lockLeg(tx, id)
		if err != nil {
			return err
		}
		if !l.Refused() {
			return fault.New(fault.Conflict, "leg_settled")
		}
		c, err := ByID(tx.DB, l.SystemID)
		if err != nil {
			return err
		}
		l.State, l.NextAt, l.SettledAt = outside.Uncertain, tx.Now, nil
		if c.ByFile && l.Listed {
			return DisputedFault(l.Key)
		}
		if c.ByFile {
			l.State = outside.Waiting // nothing can be read; what a result refuses was not done
		}
		if err := store.Save(tx, l, "state", "next_at", "settled_at"); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{Before: map[string]any{"state": outside.Declined}, After: l.told()})
	})
}

// longestReference bounds Leg.Reference, in characters.
const longestReference = 100

// SettleByHand notes that people did in the point system what a refused leg asked for, or saw
// that it did what no result mentions or what a statement lists, with the number that it has there
// and a reason that says how.
func SettleByHand(ctx context.Context, s *store.Store, by access.Actor, id int64, reference, reason string) error {
	return verbs.Run(ctx, s, by, ToSettleByHand, verbs.About("leg", id), reason, func(tx *store.Tx) error {
		var p fault.Problems
		reference = strings.TrimSpace(reference)
		secrets.Label(&p, "reference", reference, longestReference)
		if err := p.Err(); err != nil {
			return err
		}
		l, err := lockLeg(tx, id)
		if err != nil {
			return err
		}
		if reference, err = l.byHandUnder(tx, reference); err != nil {
			return err
		}
		was := l.State
		if !l.Refused() && !l.Disputed() {
			if err := l.endRow(tx, RowByHand, reference); err != nil {
				return err
			}
		}
		l.State, l.Code, l.Said, l.Reference, l.SettledBy = outside.Completed, "", "", reference, &by.ID
		if err := l.keep(tx); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{Before: map[string]any{"state": was}, After: l.told()})
	})
}

// byHandUnder is the number, as it is kept, under which people did the leg. Another leg of the
// program that has it: Invalid leg_number_taken.
func (l *Leg) byHandUnder(tx *store.Tx, reference string) (string, error) {
	of, err := members.ByID(tx.DB, l.IdentityID)
	if err != nil {
		return "", err
	}
	login, err := of.PlainLogin(tx.Vault())
	if err != nil {
		return "", err
	}
	reference = Referred(reference, login)
	var taken bool
	if err := store.Scan(tx.DB, "select exists (select from point_legs where system_id = $1 and reference = $2 and settled_by is not null and program_id = $3 and id <> $4)",
		[]any{l.SystemID, reference, l.ProgramID, l.ID}, &taken); err != nil {
		return "", err
	}
	if taken {
		return "", fault.Input("reference", "leg_number_taken")
	}
	return reference, nil
}

// SayNotDone notes that people saw in the point system that it did not do what no result mentions:
// the leg stands in the next file, under its key. Of a leg whose key another movement has there it
// notes that it is refused as any.
func SayNotDone(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) error {
	return verbs.Run(ctx, s, by, ToSayNotDone, verbs.About("leg", id), reason, func(tx *store.Tx) error {
		l, err := lockLeg(tx, id)
		if err == nil && l.Disputed() && !l.Listed {
			l.Code = outside.RefusedOther
			if err := store.Save(tx, l, "code"); err != nil {
				return err
			}
			return audit.Record(tx, audit.Change{Before: map[string]any{"code": KeyConflict}, After: l.told()})
		}
		if err == nil {
			err = l.endRow(tx, RowNotDone, "")
		}
		if err != nil {
			return err
		}
		l.State, l.NextAt = outside.Waiting, tx.Now
		if err := store.Save(tx, l, "state", "next_at"); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{Before: map[string]any{"state": outside.Uncertain}, After: l.told()})
	})
}

// endRow notes what people found of the leg in its file. A leg that is in none, or whose result
// may still come: Conflict leg_settled.
func (l *Leg) endRow(tx *store.Tx, outcome, reference string) error {
	_, err := store.Select[Row](tx.DB, "select r.* from point_rows r join point_files f on f.id = r.file_id where r.leg_id = $1 and r.outcome is null for no key update of f", l.ID)
	if err != nil {
		return err
	}
	n, err := store.Exec(tx, "update point_rows r set outcome = $3, reference = $4, applied = true from point_files f, point_systems s where f.id = r.file_id and s.id = f.system_id and r.leg_id = $1 and "+fmt.Sprintf(missing, "$2"),
		l.ID, tx.Now, outcome, reference)
	if err == nil && n == 0 || err == nil && !l.Uncertain() {
		err = fault.New(fault.Conflict, "leg_settled")
	}
	return err
}

// lockLeg locks a leg, with what follows from it.
func lockLeg(tx *store.Tx, id int64) (*Leg, error) {
	l, err := LegByID(tx.DB, id)
	if err != nil {
		return nil, err
	}
	if err := follow.lock(tx, *l); err != nil {
		return nil, err
	}
	return store.Lock[Leg](tx, id)
}
