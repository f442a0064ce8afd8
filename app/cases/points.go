package cases

import "hoten/app/store"

// What keeps the points of a case from being settled, a bit each of Case.PointsOpen.
const (
	BalanceMissing int16 = 1 << iota // the plan needs a balance that nobody stated
	DoubleOpen                       // a loss stands under two movement numbers
	CorrectionDue                    // something was learned that changes what was posted
)

// PointsMark is one of them: its name in the API, and the event that tells of it.
type PointsMark struct {
	Bit         int16
	Name, Event string
}

// PointsMarks lists them in the order in which they are settled.
var PointsMarks = []PointsMark{
	{BalanceMissing, "balance_missing", BalanceMissed},
	{DoubleOpen, "double", DoubleFound},
	{CorrectionDue, "correction", CorrectionFound},
}

// Marks names what is open about the points of the case.
func (c Case) Marks() []string {
	out := []string{}
	for _, m := range PointsMarks {
		if c.PointsOpen&m.Bit != 0 {
			out = append(out, m.Name)
		}
	}
	return out
}

// MarkPoints notes what is open about the points of cases, which the caller has locked,
// and opens those again that it says so of.
func MarkPoints(tx *store.Tx, ids []int64, marks []int16, reopened []bool) {
	tx.Queue(`update cases c set points_open = u.m, changed_at = $3,
		`+reopening("u.reopened")+`
		from unnest($1::bigint[], $2::smallint[], $4::boolean[]) as u(id, m, reopened) where c.id = u.id`, ids, marks, tx.Now, reopened)
}
