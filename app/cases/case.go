package cases

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/verbs"
)

// Origins of a case: on the operator's list, added to it later (追加申告,
// counted apart), or an inquiry about an ID that is not on it.
const (
	Listed  = "listed"
	Added   = "added"
	Inquiry = "inquiry"
)

// Case is one 案件: what one incident did to an ID, and the work on it. What is true of
// the ID whatever the incident is in members.Standing. Version counts changes of status and assignee, so that two
// agents never overwrite each other.
type Case struct {
	ID                 int64
	IncidentID         int64
	IdentityID         int64
	Origin             string
	Class              *string
	Status             Status
	AssigneeID         *int64
	DeskID             *int64
	ReimbursementState *string
	ReturnedTo         *int64  // who proposes anew what was returned
	Interrupted        *Status // what the case waited for when its proposal was submitted
	NotifiedAt         *time.Time
	VerifiedAt         *time.Time
	VerifiedCall       *int64 // the first call of the conversation in which the member was verified
	MadeWholeAt        *time.Time
	CompletedAt        *time.Time
	UnreachableAt      *time.Time
	LetterAbout        int16       // bits: what a letter must tell that no mail could
	LetterSentOn       jptext.Date // of the last letter
	PointsOpen         int16       // bits: BalanceMissing, DoubleOpen, CorrectionDue
	OpenedAt           time.Time
	ChangedAt          time.Time
	Version            int64
	RowHash            []byte // of the imported row that listed the ID last; imports compare it
}

// Number is the case's number as people read it out: seven digits and a check digit.
func (c Case) Number() string { return Number(c.ID) }

// Subject names the case in the audit trail.
func (c Case) Subject() string { return Subject(c.ID) }

// Subject names the case with the id in the audit trail.
func Subject(id int64) string { return verbs.About("case", Number(id)) }

// Affected reports whether the ID counts as affected.
func (c Case) Affected() bool { return c.Origin != Inquiry }

// numberDigits is how many digits a case number has before its check digit, at least.
const numberDigits = 7

// Number writes the case number for an id.
func Number(id int64) string {
	digits := fmt.Sprintf("%0*d", numberDigits, id)
	return "H" + digits + "-" + strconv.Itoa(damm(digits))
}

// NamesCase reports whether what somebody typed is the number of a case as it is written, with
// the H and the hyphen. Anything less may be an ID or a telephone's as well.
func NamesCase(s string) bool {
	id, is := ParseNumber(s)
	return is && strings.ToUpper(strings.TrimSpace(width.Narrow.String(s))) == Number(id)
}

// ParseNumber reads a case number as typed: full-width, lower case, without the
// hyphen. A wrong check digit is not a case number.
func ParseNumber(s string) (int64, bool) {
	s = strings.ToUpper(strings.TrimSpace(width.Narrow.String(s)))
	s = strings.NewReplacer("-", "", " ", "").Replace(oneDash(strings.TrimPrefix(s, "H")))
	if len(s) < 8 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	id, err := strconv.ParseInt(s[:len(s)-1], 10, 64)
	if err != nil || damm(s) != 0 {
		return 0, false
	}
	return id, true
}

// oneDash makes a hyphen of what input methods and letters write for it.
func oneDash(s string) string {
	return strings.Map(func(r rune) rune {
		if jptext.IsDash(r) {
			return '-'
		}
		return r
	}, s)
}

// numbersFrom reads how a case number begins while somebody types it, and gives the
// ids whose numbers begin so: "H00012", or the bare number without its zeros and
// check digit ("1265").
func numbersFrom(s string) (first, last int64) {
	digits, marked := strings.CutPrefix(strings.ToUpper(strings.TrimSpace(width.Narrow.String(s))), "H")
	id, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || id < 0 || len(digits) > numberDigits || !marked && digits[0] == '0' {
		return 0, -1
	}
	if !marked {
		return id, id
	}
	size := int64(1)
	for range numberDigits - len(digits) {
		size *= 10
	}
	return id * size, (id+1)*size - 1
}

// FromNumber is ParseNumber for addresses: what is no number is not found.
func FromNumber(s string) (int64, error) {
	id, ok := ParseNumber(s)
	if !ok {
		return 0, fault.Missing()
	}
	return id, nil
}

// damm is the check digit of H. Michael Damm's quasigroup: it finds every single
// wrong digit and every swap of neighbours.
func damm(digits string) int {
	table := [10]string{"0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
		"3674209581", "5869720134", "8945362017", "9438617205", "2581436790"}
	check := 0
	for _, d := range digits {
		check = int(table[check][d-'0'] - '0')
	}
	return check
}
