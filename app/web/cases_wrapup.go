package web

import (
	"time"

	"hoten/app/callbacks"
	"hoten/app/cases"
)

// wrapsUp is how long after a call the page of its case leads to the note.
const wrapsUp = time.Hour

// resultDue reports whether the reader has called out since the callback was promised, moved or
// last tried, so that how it went is still to be recorded.
func (v *caseView) resultDue(back callbacks.Row) bool {
	if v.call != nil || v.Caller != "" || !v.MayWork || back.State != callbacks.Open || back.Suspected {
		return false
	}
	for _, e := range *v.found.events { // the latest first
		switch {
		case e.Kind == cases.CallbackAttempted || e.Kind == cases.CallbackPromised || e.Kind == cases.CallbackMoved:
			return false
		case e.Kind == cases.CallStarted && e.ActorKind == "staff" && e.ActorID == v.by.ID && e.Fields()["direction"] == "outbound":
			return true
		}
	}
	return false
}

// wrapUp reports whether the reader's last call about the case has ended and they have written
// no note since it began.
func (v *caseView) wrapUp() bool {
	if v.call != nil || v.Caller != "" || !v.MayWork || v.Kind != "" || v.cursor() != 0 {
		return false
	}
	ended := false
	for _, e := range *v.found.events { // the latest first
		mine := e.ActorKind == "staff" && e.ActorID == v.by.ID
		switch {
		case !ended && v.now.Sub(e.At) > wrapsUp, mine && e.Kind == cases.Note:
			return false
		case e.Kind == cases.CallEnded && (mine || e.Fields()["agent"] == float64(v.by.ID)): // ended by hand, or hung up
			ended = true
		case mine && (e.Kind == cases.CallStarted || e.Kind == cases.CallHandedOver):
			return ended
		}
	}
	return ended
}
