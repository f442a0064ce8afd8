package reimbursements

import (
	"iter"

	"hoten/app/incidents"
	"hoten/app/store"
)

// outside is a movement of another incident of a case's ID, with what was posted for it.
// FromMoved and ToMoved say that it is dated after the balance of that program was stated,
// so that it moved the balance since.
type outside struct {
	moved
	FromMoved, ToMoved bool
}

// askOutside reads the movements of the other incidents of the IDs of cases.
func askOutside(reads *store.Reads, of string, ids []int64) *[]outside {
	return store.Ask[outside](reads, movedOf(since("m.from_program")+" as from_moved, "+since("m.to_program")+" as to_moved", of, "not "+inCase), ids)
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
	f, did := newFacts(), map[int64]map[int16]int64{}
	for _, o := range of {
		f.add(o.moved)
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
