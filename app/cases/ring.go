package cases

import (
	"time"

	"hoten/app/desks"
	"hoten/app/fault"
)

// MayRing refuses to ring a member at a time outside the calling hours or the
// desk's own (docs/domain.md section 3), unless the member wished it so (despite). The
// fault names the field that can say so.
func MayRing(field string, d desks.Desk, at time.Time, despite bool) error {
	if despite {
		return nil
	}
	switch d.NoCalls(at) {
	case "calling_hours":
		return fault.Input(field, "calling_hours")
	case "desk_hours":
		return fault.Input(field, "desk_hours")
	}
	return nil
}
