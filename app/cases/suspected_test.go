package cases_test

import (
	"slices"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/store"
)

// A suspicion is one of an ID: the queue has one row of each, however many cases it has, as
// many as the badge counts, and of an incident the case that is there.
func TestTheQueueOfSuspicionsCountsIDs(t *testing.T) {
	w := world(t)
	from, to := jptext.Date{Year: 2014, Month: 7, Day: 11}, jptext.Date{Year: 2014, Month: 7, Day: 28}
	if _, err := incidents.Create(w.Ctx, w.Store, w.Manager, incidents.New{Reference: "2014-R097", TitleJa: "別事案", TitleEn: "Another", PeriodFrom: from, PeriodTo: to, DetectedOn: to,
		Bearers: map[string]string{"pointtalk": "", "goo": ""}}); err != nil {
		t.Fatal(err)
	}
	w.ImportInto("2014-R097", "login_id,name\nm1@ocn.example,山田 太郎\n", "")
	update(t, w, "update identities set impostor_at = now() where login_key in (select login_key from identities order by id limit 2)")
	suspected := w.Number("select count(*) from identities where impostor_at is not null")
	if n := w.Number("select count(*) from cases c join identities i on i.id = c.identity_id where i.impostor_at is not null"); n <= suspected {
		t.Fatalf("%d cases of %d IDs", n, suspected)
	}
	db := store.Read(w.Ctx, w.Store)
	of := cases.Desk{Reader: w.Supervisor, Now: w.Clock.Now()}
	found := func(f cases.Filter) (ids []int64) {
		t.Helper()
		f.Queue, f.Order, f.Of, f.Limit = cases.QueueImpostor, cases.Longest, of, 10
		rows, _, err := cases.Find(db, w.Vault, f)
		must(t, err)
		for _, r := range rows {
			ids = append(ids, r.IdentityID)
		}
		return ids
	}
	if ids := found(cases.Filter{}); int64(len(ids)) != suspected || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != len(ids) {
		t.Errorf("rows of IDs %v, %d suspected", ids, suspected)
	}
	for reference, want := range map[string]int{apptest.Reference: 2, "2014-R097": 1} {
		if ids := found(cases.Filter{Incident: reference}); len(ids) != want {
			t.Errorf("%s: rows of IDs %v", reference, ids)
		}
	}
	var reads store.Reads
	sizes, badge := cases.AskQueueSizes(&reads, of), cases.AskSuspected(&reads)
	must(t, reads.Run(db))
	if n := sizes()[cases.QueueImpostor]; n != suspected || (*badge)[0] != suspected {
		t.Errorf("the queue counts %d, the badge %d", n, (*badge)[0])
	}
}
