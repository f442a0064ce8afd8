package csvin

import (
	"time"

	"hoten/app/jptext"
)

// Statement is a row of the statement of a point system.
type Statement struct {
	Key       string // empty: it was done under none of ours
	Account   string
	Program   string // code; a name that nobody knows is taken as it is
	Points    int64  // not 0; negative: taken
	Reference string
	DoneAt    time.Time // UTC
}

func (v *values) statement() (s Statement) {
	s.Key = v.trimmed(staKey)
	if s.Account = v.trimmed(staAccount); s.Account == "" {
		v.refuse(staAccount, "required")
	}
	if s.Program = v.names.programCode(v.cell(staProgram)); s.Program == "" {
		v.refuse(staProgram, "program_unknown", Empty)
	}
	n, err := jptext.ParsePoints(v.cell(staPoints))
	switch {
	case err == jptext.ErrTooLarge:
		v.refuse(staPoints, "points_too_large")
	case err != nil:
		v.refuse(staPoints, "points_not_integer")
	case n == 0:
		v.refuse(staPoints, "statement_nothing")
	}
	s.Points, s.Reference = n, v.trimmed(staReference)
	if s.Key == "" && s.Reference == "" {
		v.refuse(staKey, "statement_unnamed")
	}
	s.DoneAt = v.time(staDoneAt, "done_at_invalid")
	return s
}
