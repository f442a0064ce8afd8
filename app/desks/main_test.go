package desks_test

import (
	"testing"

	"hoten/app/desks"
)

// A case without a desk goes by a desk that serves its ID.
func TestMainDesk(t *testing.T) {
	of := func(id int64, ids, topics []string) desks.Kept {
		return desks.Kept{ID: id, Desk: desks.Desk{IDs: ids, Topics: topics}}
	}
	points, technical := of(1, []string{"a"}, []string{"points"}), of(2, []string{"a"}, []string{"points", desks.AboutID})
	ferry, anybody := of(3, []string{"ferry"}, []string{"miles"}), of(4, nil, []string{desks.AboutID})
	for _, c := range []struct {
		list []desks.Kept
		id   string
		want int64 // 0: none
	}{
		{nil, "a", 0},
		{[]desks.Kept{points, technical, ferry}, "a", 2},
		{[]desks.Kept{points, technical, ferry}, "ferry", 3},
		{[]desks.Kept{points, technical, ferry}, "", 2},
		{[]desks.Kept{points, technical, ferry}, "unserved", 2},
		{[]desks.Kept{points, ferry}, "unserved", 1},
		{[]desks.Kept{points, technical, ferry, anybody}, "ferry", 4},
		{[]desks.Kept{anybody, points, technical}, "a", 4},
	} {
		var got int64
		if d := desks.Main(c.list, c.id); d != nil {
			got = d.ID
		}
		if got != c.want {
			t.Errorf("%q of %v: %d, want %d", c.id, c.list, got, c.want)
		}
	}
}
