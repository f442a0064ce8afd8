package audit

import (
	"context"

	"hoten/app/fault"
	"hoten/app/store"
)

// RefusedEnding stands behind the action of an attempt that was not allowed.
const RefusedEnding = ".refused"

// Refused records an attempt that was not allowed, in a transaction of its own
// since the attempt's was rolled back, and returns the refusal. Errors that are no
// refusal pass through.
func Refused(ctx context.Context, s *store.Store, a store.Attempt, refusal error) error {
	f, ok := fault.As(refusal)
	if !ok || f.Kind != fault.Forbidden {
		return refusal
	}
	// Before and after an outage of the database the attempt is refused all the same.
	a.Verb, a.Reason = a.Verb+RefusedEnding, ""
	_, err := store.Write(store.Apart(context.WithoutCancel(ctx)), s, &a, func(tx *store.Tx) (struct{}, error) {
		return struct{}{}, Record(tx, Change{After: map[string]string{"code": f.Code}})
	})
	if err != nil {
		s.Log.ErrorContext(ctx, "a refused attempt could not be recorded", "action", a.Verb, "error", err)
	}
	return refusal
}
