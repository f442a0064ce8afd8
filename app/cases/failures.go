package cases

import (
	"time"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/policies"
	"hoten/app/store"
)

// Failures is what went wrong today (JST) when callers were to be verified for an ID,
// over all its cases, desks and calls, however they ended, since a supervisor last
// reopened verification.
type Failures struct {
	Attempts int // verifications that ended as a mismatch
	Wrong    int // answers
}

// Close2 reports whether they close level 2 by phone until the next day.
func (f Failures) Close2(v policies.Verification) bool {
	return f.Attempts >= v.FailedPerDay || f.Wrong >= v.WrongPerDay
}

// AskFailures reads the failures of the case's ID.
func AskFailures(reads *store.Reads, caseID int64, now time.Time) *[]Failures {
	today := jptext.DateOf(now)
	return store.Ask[Failures](reads, `with mine as (select o.* from cases c join cases o on o.identity_id = c.identity_id where c.id = $1)
		select coalesce((select sum(failed_attempts) from mine where failed_on = $2), 0)::int as attempts,
		  (select count(*) from mine o join calls k on k.case_id = o.id join call_answers a on a.call_id = k.id
		    where not a.matched and a.item <> $5 and a.at >= $3
		      and a.at > coalesce((select max(e.at) from mine m join case_events e on e.case_id = m.id where e.kind = $4), '-infinity'))::int as wrong`,
		caseID, today, today.At(0), VerificationOpened, itemCode)
}

func failures(db *gorm.DB, c *Case, now time.Time) (Failures, error) {
	found, err := store.Now(db, func(reads *store.Reads) *[]Failures { return AskFailures(reads, c.ID, now) })
	if err != nil {
		return Failures{}, err
	}
	return found[0], nil
}

// level2Open refuses what needs level 2 while it is closed by phone.
func level2Open(tx *store.Tx, c *Case, v policies.Verification) error {
	f, err := failures(tx.DB, c, tx.Now)
	if err == nil && f.Close2(v) {
		err = fault.New(fault.Forbidden, "verification_closed")
	}
	return err
}
