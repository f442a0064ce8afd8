package cases

import (
	"fmt"
	"strings"
)

// A list is read from one index of cases, a page and no more (migration 0053). Where the
// filter does not fix a leading column of it, the list goes through all values that the
// column may have, reads the first of each, and sorts these.

// column is a leading column of an index: as the index has it, the query of all its
// values, and whether the filter fixes it.
type column struct {
	name, values string
	fixed        bool
}

// Columns as the indexes have them: neither nobody nor no class is null there.
const (
	assignee = "coalesce(c.assignee_id, 0)"
	desk     = "coalesce(c.desk_id, 0)"
	class    = "coalesce(c.class, 'none')"
)

// unsettled is written as its index has it, of the cases with something open about their points.
const unsettled = open + " and c.points_open > 0"

func (f Filter) assigneeFixed() bool {
	return f.Assignee != 0 || f.Queue == QueueMine || f.Queue == QueueUnassigned
}

func (f Filter) deskFixed() bool { return f.Desk != "" || f.Queue == QueueDesk }

// named reports whether the filter looks for people: then it is their few cases.
func (f Filter) named() bool { return strings.TrimSpace(f.Q) != "" || f.Phone != "" }

// byNumber are the leading columns of the index of a list by number; none: the list is
// read from the newest case on.
func (f Filter) byNumber() []column {
	switch {
	case f.named():
		return nil
	case f.Assignee <= 0 && (f.Incident != "" || f.Status != "" || f.Class != "" || f.Origin == Inquiry):
		return []column{{"c.incident_id", "select id from incidents", f.Incident != ""},
			{"c.status", listed(Statuses, nil), f.Status != ""},
			{class, "select unnest(array['" + strings.Join(Classes, "', '") + "', 'none'])", f.Class != "" || f.Origin == Inquiry}}
	case f.assigneeFixed() || f.deskFixed():
		return f.owners()
	}
	return nil
}

// byWaiting are those of the index of a list that goes by a time.
func (f Filter) byWaiting() []column {
	switch {
	case f.named() || f.Queue == QueueOverdue || f.Queue == QueueImpostor || f.Queue == QueueUnreachable || f.Queue == QueueLetter || f.Queue == QueueReturned || f.Queue == QueueContact:
		return nil
	case f.Queue.mark() != nil:
		return []column{{"c.points_open", "select generate_series(1, 7)", false}}
	case f.assigneeFixed() || f.deskFixed():
		return f.owners()
	}
	return []column{{"c.status", listed(Statuses, Status.Closed), f.Status != "" || f.Queue == QueueCallbacks || f.Queue == QueueApproval}}
}

func (f Filter) owners() []column {
	return []column{{assignee, "select 0 union all select id from staff", f.assigneeFixed()}, {desk, "select 0 union all select id from desks", f.deskFixed()}}
}

// listed is the query of the values that are not left out.
func listed[T ~string](all []T, out func(T) bool) string {
	var names []string
	for _, s := range all {
		if out == nil || !out(s) {
			names = append(names, string(s))
		}
	}
	return "select unnest(array['" + strings.Join(names, "', '") + "'])"
}

// page is the query of the first rows that meet the condition, as c.
func page(of []column, where, order string, rows int) string {
	first := fmt.Sprintf(" order by %s limit %d", order, rows)
	var through []string
	for i, c := range of {
		if !c.fixed {
			through = append(through, fmt.Sprintf("(%s) v%d(v)", c.values, i))
			where += fmt.Sprintf(" and %s = v%d.v", c.name, i)
		}
	}
	each := "select c.* from cases c where " + where + first
	if through == nil {
		return each
	}
	return "select c.* from " + strings.Join(through, ", ") + " cross join lateral (" + each + ") c" + first
}
