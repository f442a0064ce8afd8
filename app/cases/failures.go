package cases

import (
	"time"

	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/policies"
)

// Closed2 reports whether what went wrong today closes level 2 by phone for the ID until
// the next day: over all calls, desks and incidents, however the calls ended, since a
// supervisor last reopened it (docs/domain.md section 4).
func Closed2(of members.Standing, v policies.Verification, now time.Time) bool {
	attempts, wrong := of.Tried(now)
	return attempts >= v.FailedPerDay || wrong >= v.WrongPerDay
}

// open2 refuses what needs level 2 while it is closed by phone.
func open2(of members.Standing, v policies.Verification, now time.Time) error {
	if Closed2(of, v, now) {
		return fault.New(fault.Forbidden, "verification_closed")
	}
	return nil
}

// Unsuspected refuses while somebody may pass for the member: a suspicion belongs to the
// ID, and blocks it in every incident (docs/domain.md section 4).
func Unsuspected(of members.Standing) error {
	if of.ImpostorAt != nil {
		return fault.New(fault.Forbidden, "impostor_suspected")
	}
	return nil
}
