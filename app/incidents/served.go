package incidents

import (
	"slices"

	"hoten/app/desks"
	"hoten/app/operators"
)

// ServedBy are the IDs whose members the desk with the number serves, by their numbers;
// without a desk (0), all.
func ServedBy(list []desks.Kept, ids []operators.ID, desk int64) (kinds []int16) {
	i := slices.IndexFunc(list, func(d desks.Kept) bool { return d.ID == desk })
	for _, id := range ids {
		if i < 0 || list[i].Serves(id.Code) {
			kinds = append(kinds, id.ID)
		}
	}
	return kinds
}

// Desks are those of the list that the incident's members may ask.
func (in *Involved) Desks(list []desks.Kept) (out []desks.Kept) {
	for _, d := range list {
		if in.Asks(d.IDs, d.Topics) {
			out = append(out, d)
		}
	}
	return out
}

// NewestOf finds the newest incident of an ID of these kinds or of none that is known;
// where there is none, the newest of all; nil of an empty list. The list is as AskList
// gives it.
func NewestOf(list []Incident, kinds []int16) *Incident {
	if len(list) == 0 {
		return nil
	}
	i := slices.IndexFunc(list, func(i Incident) bool { return i.IDKindID == nil || slices.Contains(kinds, *i.IDKindID) })
	return &list[max(i, 0)]
}
