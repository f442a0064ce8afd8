package cases

import (
	"context"
	"time"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/policies"
	"hoten/app/store"
	"hoten/app/verbs"
)

// talk is a call with the case and the ID that it is about, all locked, and the policies.
type talk struct {
	*Call
	Case   *Case
	of     *members.Identity
	policy policies.Policies
}

// inCall runs what an agent does within a call of their own. The ID and the case are
// locked before the call, so that two calls about one ID take their turns.
func inCall(ctx context.Context, s *store.Store, by access.Actor, v *verbs.Verb, id int64, fn func(tx *store.Tx, in *talk) error) (*Call, error) {
	return inCallOf(ctx, s, by, v, id, false, fn)
}

// inCallOf is inCall, also within a call that is another's if anybodys says so.
func inCallOf(ctx context.Context, s *store.Store, by access.Actor, v *verbs.Verb, id int64, anybodys bool, fn func(tx *store.Tx, in *talk) error) (*Call, error) {
	return verbs.Do(ctx, s, by, v, verbs.About("call", id), "", func(tx *store.Tx) (*Call, error) {
		seen, err := store.Find[Call](tx.DB, "id = ?", id)
		if err != nil {
			return nil, err
		}
		tx.Subject = Subject(seen.CaseID)
		if seen.AgentID != by.ID && !anybodys {
			return nil, fault.New(fault.Forbidden, "call_of_another")
		}
		var in talk
		if in.Case, in.of, err = Lock(tx, seen.CaseID); err != nil {
			return nil, err
		}
		if in.Call, err = store.Lock[Call](tx, id); err != nil {
			return nil, err
		}
		if in.policy, err = policies.Current(tx.DB); err != nil {
			return nil, err
		}
		before := in.of.Standing
		if err := fn(tx, &in); err != nil || !tx.Recorded() {
			return in.Call, err
		}
		if err := store.Save(tx, in.Call, "called_contact", "ended_at", "outcome", "level", "expires_at", "wrong"); err != nil {
			return nil, err
		}
		if in.of.Standing != before {
			if err := in.of.SaveStanding(tx); err != nil {
				return nil, err
			}
		}
		return in.Call, in.Case.save(tx)
	})
}

// closed reports whether the ID's level 2 is closed by phone.
func (in *talk) closed(now time.Time) bool {
	return Closed2(in.of.Standing, in.policy.Verification, now)
}
