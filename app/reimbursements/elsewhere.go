package reimbursements

import (
	"iter"
	"strings"

	"hoten/app/incidents"
	"hoten/app/store"
)

// outside is a movement of another incident of a case's ID, with what was posted for it.
// FromMoved and ToMoved say that it is dated after the balance of that program was stated,
// so that it moved the balance since. Refused and RefusedCounter are the points of the line for
// it in a request that was rejected because there is nothing to put back.
type outside struct {
	moved
	FromMoved, ToMoved      bool
	Refused, RefusedCounter *int64
}

// askOutside reads the movements of the other incidents of the IDs of cases.
func askOutside(reads *store.Reads, of string, ids []int64) *[]outside {
	return store.Ask[outside](reads, movedOf(since("m.from_program")+" as from_moved, "+since("m.to_program")+" as to_moved, "+refused("points")+" as refused, "+refused("counter_points")+" as refused_counter", of, "not "+inCase), ids)
}

// refused is that column of the newest line for the movement m that was rejected because there
// is nothing to put back.
func refused(column string) string {
	return "(select l." + column + " from reimbursement_lines l join reimbursements r on r.id = l.reimbursement_id where l.movement_id = m.id and r.state = 'rejected' and r.rejection in ('" +
		strings.Join(nothingDue, "', '") + "') order by r.id desc limit 1)"
}

// decided reports whether that line was rejected: the loss is not owed, and what it did counts
// as use by the member.
func (o outside) decided(line Line) bool {
	return o.Refused != nil && *o.Refused == line.Points && (line.CounterPoints == nil || o.RefusedCounter != nil && *o.RefusedCounter == *line.CounterPoints)
}

// since is the condition that the balance of a program is of before the movement m.
func since(program string) string {
	return "exists (select from accounts a where a.identity_id = m.identity_id and a.program_id = " + program + " and a.as_of < m.occurred_at)"
}

// happened yields what the movement did to balances since they were stated, by program.
func (o outside) happened() iter.Seq2[int16, int64] {
	return func(yield func(int16, int64) bool) {
		if o.FromMoved && !yield(*o.FromProgram, -o.Points) {
			return
		}
		if o.ToMoved {
			yield(*o.ToProgram, o.PointsReceived)
		}
	}
}

// pending sums up by program what the movements did to balances since these were stated and
// what is still to be made good, each loss with its cancellations. Of a loss that was made
// good before, that is what the plan of its case corrects.
func pending(of []outside) map[int16]int64 {
	f, did, by := newFacts(), map[int64]map[int16]int64{}, map[int64]outside{}
	for _, o := range of {
		f.add(o.moved)
		by[o.ID] = o
		loss := o.ID
		if o.Kind == incidents.Cancel && o.ExchangeID != nil {
			loss = *o.ExchangeID
		}
		for program, points := range o.happened() {
			if did[loss] == nil {
				did[loss] = map[int16]int64{}
			}
			did[loss][program] += points
		}
	}
	out, cancelled := map[int16]int64{}, f.cancelled()
	for _, m := range f.Movements {
		line, due := f.due(m, cancelled[m.ID])
		due = due && !by[m.ID].decided(line)
		for program, points := range line.Effects() {
			since, moved := did[m.ID][program]
			switch {
			case due && moved && f.Posted[m.ID].stand():
				out[program] -= points
			case due:
				out[program] += since
			}
		}
	}
	return out
}
