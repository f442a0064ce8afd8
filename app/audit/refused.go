package audit

import (
	"context"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/store"
)

// Refused notes an attempt that was not allowed (DESIGN: above all
// self-approval), in a transaction of its own since the attempt's was rolled
// back, and gives the refusal back. Other errors pass through.
func Refused(ctx context.Context, s *store.Store, by access.Actor, action, subject string, refusal error) error {
	f, ok := fault.As(refusal)
	if !ok || f.Kind != fault.Forbidden {
		return refusal
	}
	_, err := store.Write(store.Apart(ctx), s, by, func(tx *store.Tx) (struct{}, error) {
		return struct{}{}, Record(tx, Change{Action: action + ".refused", Subject: subject, After: map[string]string{"code": f.Code}})
	})
	if err != nil {
		s.Log.ErrorContext(ctx, "a refused attempt could not be noted", "action", action, "error", err)
	}
	return refusal
}
