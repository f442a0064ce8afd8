package cases

import (
	"context"
	"slices"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/policies"
	"hoten/app/store"

	"gorm.io/gorm"
)

// Conclude says how a verification ended. Verified needs level 1; a mismatch
// counts as a failed attempt; a suspected impostor blocks reset and reveal on
// the case at once and goes to a supervisor (docs/domain.md section 4).
func Conclude(ctx context.Context, s *store.Store, by access.Actor, callID int64, outcome string) (*Call, error) {
	return inCall(ctx, s, by, ToConclude, callID, func(tx *store.Tx, c *Case, call *Call, p policies.Policies) error {
		if !slices.Contains(Outcomes, outcome) {
			return fault.Input("outcome", "outcome_unknown")
		}
		if call.Outcome != nil && *call.Outcome == outcome {
			return nil
		}
		if err := call.mayConclude(outcome, tx.Now); err != nil {
			return err
		}
		call.conclude(c, outcome, tx.Now)
		switch {
		case outcome == Verified && c.VerifiedAt == nil:
			c.VerifiedAt = &tx.Now
		case outcome == ImpostorSuspected && c.ImpostorAt == nil:
			c.ImpostorAt = &tx.Now
		}
		if err := Tell(tx, Happened{CaseID: c.ID, Kind: CallConcluded, Data: map[string]any{"call": call.ID, "outcome": outcome, "level": call.Level}}); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{
			After: map[string]any{"call": call.ID, "outcome": outcome, "level": call.Level}})
	})
}

// mayConclude: a suspicion may come at any time, also after a verification; any
// other outcome stands.
func (c Call) mayConclude(outcome string, now time.Time) error {
	if outcome == ImpostorSuspected {
		return nil
	}
	if c.Outcome != nil {
		if outcome == Verified {
			return fault.New(fault.Forbidden, "verification_closed")
		}
		return already("already_decided")
	}
	if err := c.goingOn(); err != nil {
		return err
	}
	if outcome == Verified && c.Valid(now) < 1 {
		return fault.New(fault.Forbidden, "verification_required", "level", 1)
	}
	return nil
}

func (c *Case) countFailed(now time.Time) {
	today := jptext.DateOf(now)
	if c.FailedOn == nil || *c.FailedOn != today {
		c.FailedOn, c.FailedAttempts = &today, 0
	}
	c.FailedAttempts++
}

// ReopenVerification opens level 2 again after failed attempts.
func ReopenVerification(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) (*Case, error) {
	return decide(ctx, s, by, ToReopenVerification, id, reason, func(tx *store.Tx, c *Case) (Happened, error) {
		f, err := failures(tx.DB, c, tx.Now)
		if err != nil {
			return Happened{}, err
		}
		if f == (Failures{}) {
			return Happened{}, already("verification_not_closed")
		}
		c.FailedAttempts, c.FailedOn = 0, nil
		_, err = store.Exec(tx, "update cases set failed_attempts = 0, failed_on = null where identity_id = $1 and id <> $2 and failed_attempts > 0", c.IdentityID, c.ID)
		return Happened{Kind: VerificationOpened, Text: reason}, err
	})
}

// ClearImpostor ends a suspicion that a supervisor found unfounded or dealt with.
func ClearImpostor(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) (*Case, error) {
	return decide(ctx, s, by, ToClearImpostor, id, reason, func(tx *store.Tx, c *Case) (Happened, error) {
		if c.ImpostorAt == nil {
			return Happened{}, already("no_suspicion")
		}
		c.ImpostorAt = nil
		return Happened{Kind: ImpostorCleared, Text: reason}, nil
	})
}

// RecordRepresentative notes that the documents of a proxy, guardian or
// corporate contact were seen, so that they can reach level 2 (level 3: documents).
func RecordRepresentative(ctx context.Context, s *store.Store, by access.Actor, id int64, relation, documents string) (*Case, error) {
	return decide(ctx, s, by, ToRecordRepresentative, id, documents, func(tx *store.Tx, c *Case) (Happened, error) {
		if !slices.Contains([]string{Proxy, Guardian, Corporate}, relation) {
			return Happened{}, fault.Input("relation", "relation_unknown")
		}
		ids, err := store.TakeIDs(tx.DB, "representatives", 1)
		if err != nil {
			return Happened{}, err
		}
		_, err = store.Exec(tx, `insert into representatives (id, case_id, relation, documents, recorded_by, recorded_at) values ($1, $2, $3, $4, $5, $6)`,
			ids[0], c.ID, relation, tx.Vault().Seal("representatives", representativeText, ids[0], tx.Reason), by.ID, tx.Now)
		return Happened{Kind: Represented, Data: map[string]any{"relation": relation}, Text: tx.Reason}, err
	})
}

// Require refuses what needs a verified caller: on a suspicion, while level 2 is
// closed, or below the level in the actor's running call.
func Require(tx *store.Tx, c *Case, p policies.Policies, wanted int) error {
	if err := Unsuspected(tx.DB, c); err != nil {
		return err
	}
	if wanted >= 2 {
		if err := level2Open(tx, c, p.Verification); err != nil {
			return err
		}
	}
	call, err := BestCall(tx.DB, c.ID, tx.By.ID, tx.Now)
	if err != nil {
		return err
	}
	if call == nil || call.Valid(tx.Now) < wanted {
		return fault.New(fault.Forbidden, "verification_required", "level", wanted)
	}
	return nil
}

// Unsuspected refuses while somebody may pass for the member: a suspicion belongs to the
// ID, and blocks it in every incident (docs/domain.md section 4).
func Unsuspected(db *gorm.DB, c *Case) error {
	suspected, err := store.Now(db, func(reads *store.Reads) *[]bool { return AskSuspected(reads, c.ID) })
	if err == nil && suspected[0] {
		err = fault.New(fault.Forbidden, "impostor_suspected")
	}
	return err
}

// AskSuspected reads whether a suspicion is open on any case of the case's ID.
func AskSuspected(reads *store.Reads, caseID int64) *[]bool {
	return store.AskValues[bool](reads, `select exists (select from cases c join cases o on o.identity_id = c.identity_id
		where c.id = $1 and o.impostor_at is not null)`, caseID)
}
