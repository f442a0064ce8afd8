package cases_test

import (
	"testing"
	"time"

	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/jptext"
	"hoten/app/policies"
	"hoten/app/store"
)

func TestDue(t *testing.T) {
	tech, point := int64(1), int64(2)
	list := []desks.Kept{{ID: tech, Desk: desks.Release()[0]}, {ID: point, Desk: desks.Release()[1]}}
	at := func(s string) time.Time { v, _ := jptext.ParseTime(s); return v }
	noon := at("2014-08-01 12:00")
	for name, c := range map[string]struct {
		row  cases.Row
		want string // empty: nothing is due
	}{
		"friday noon":             {cases.Row{Case: cases.Case{Status: cases.New, OpenedAt: noon}}, "2014-08-01 20:00"},
		"friday evening":          {cases.Row{Case: cases.Case{Status: cases.New, OpenedAt: at("2014-08-01 20:00")}}, "2014-08-02 17:00"},
		"over a weekend":          {cases.Row{Case: cases.Case{Status: cases.New, OpenedAt: at("2014-08-01 20:00"), DeskID: &point}}, "2014-08-04 17:00"},
		"the assignee's desk":     {cases.Row{Case: cases.Case{Status: cases.New, OpenedAt: at("2014-08-01 20:00")}, AssigneeDesk: &point}, "2014-08-04 17:00"},
		"the case's desk first":   {cases.Row{Case: cases.Case{Status: cases.New, OpenedAt: at("2014-08-01 20:00"), DeskID: &tech}, AssigneeDesk: &point}, "2014-08-02 17:00"},
		"over the end of a year":  {cases.Row{Case: cases.Case{Status: cases.New, OpenedAt: at("2014-12-28 18:00")}}, "2015-01-04 17:00"},
		"work has begun":          {cases.Row{Case: cases.Case{Status: cases.InProgress, OpenedAt: noon}}, ""},
		"reopened":                {cases.Row{Case: cases.Case{Status: cases.Reopened, OpenedAt: noon}}, ""},
		"the member was notified": {cases.Row{Case: cases.Case{Status: cases.New, OpenedAt: noon, NotifiedAt: &noon}}, ""},
	} {
		due, ok := c.row.Due(list, policies.Default())
		if ok != (c.want != "") || ok && !due.Equal(at(c.want)) {
			t.Errorf("%s: %s, want %s", name, due.In(jptext.JST), c.want)
		}
	}
	slow := policies.Default()
	slow.RespondMinutes = 60
	if due, _ := (cases.Row{Case: cases.Case{Status: cases.New, OpenedAt: noon}}).Due(list, slow); !due.Equal(at("2014-08-01 13:00")) {
		t.Errorf("by policy: %s", due)
	}
}

// Rows of a list bring what a deadline needs.
func TestRowsKnowTheDeskOfTheirAssignee(t *testing.T) {
	w := desk(t, 2)
	set(t, w, "m1@ocn.example", "assignee_id = $1", w.Agent2.ID)
	rows, _, err := cases.Find(store.Read(w.Ctx, w.Store), w.Vault, cases.Filter{Limit: 10})
	if err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	for _, r := range rows {
		if assigned := r.AssigneeID != nil; assigned != (r.AssigneeDesk != nil) || assigned && *r.AssigneeDesk != w.Agent2.DeskID {
			t.Errorf("%s: %v", r.Number(), r.AssigneeDesk)
		}
	}
}
