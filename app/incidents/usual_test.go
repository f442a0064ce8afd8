package incidents_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/operators"
	"hoten/app/setup"
	"hoten/app/store"
)

// An incident of which nobody says the programs is about those of its ID's operator: the
// members of another company are told nothing of theirs.
func TestUsualPrograms(t *testing.T) {
	w := apptest.NewWorld(t)
	apptest.SetUpFerry(t, w.Store)
	const file = `
operators:
  - {code: reader, name_ja: 見本新聞, name_en: Mihon News}
ids:
  - {code: reader-id, operator: reader, name_ja: 読者番号, name_en: Reader number}
incidents:
  - {reference: F1, id: ferry-id, title_ja: 件, title_en: one, period_from: 2014-07-11, period_to: 2014-07-28, detected_on: 2014-07-28}
  - {reference: F2, id: reader-id, title_ja: 件, title_en: one, period_from: 2014-07-11, period_to: 2014-07-28, detected_on: 2014-07-28}
`
	f, err := setup.Read(strings.NewReader(file))
	if err == nil {
		_, err = setup.Apply(w.Ctx, w.Store, access.System("test"), f, "test")
	}
	if err != nil {
		t.Fatal(err)
	}
	day := jptext.Date{Year: 2014, Month: 7, Day: 28}
	for reference, id := range map[string]string{"C1": "ocn-id", "C2": "ferry-id", "C3": "reader-id"} {
		n := incidents.New{Reference: reference, ID: id, TitleJa: "件", TitleEn: "one", PeriodFrom: day, PeriodTo: day, DetectedOn: day}
		if _, err := incidents.Create(w.Ctx, w.Store, w.Manager, n); err != nil {
			t.Fatal(err)
		}
	}
	db := store.Read(w.Ctx, w.Store)
	for reference, want := range map[string]string{
		"F1": "miles", "C1": "pointtalk", "C2": "miles",
		"F2": "goo miles pointtalk", "C3": "goo miles pointtalk", // whose operator has none
	} {
		i, err := incidents.ByReference(db, reference)
		if err != nil {
			t.Fatal(err)
		}
		bearers, err := incidents.Bearers(db, i.ID)
		if got := strings.Join(slices.Sorted(maps.Keys(bearers)), " "); got != want || err != nil {
			t.Errorf("%s is about %q, want %q (%v)", reference, got, want, err)
		}
	}
	// Nothing of an incident is after today in Japan, whoever records it.
	today := jptext.DateOf(w.Clock.Now())
	tomorrow := today.AddDays(1)
	n := incidents.New{Reference: "soon", ID: "ferry-id", TitleJa: "件", TitleEn: "one", PeriodFrom: today, PeriodTo: tomorrow, DetectedOn: tomorrow, ReleasedOn: &tomorrow}
	_, err = incidents.Create(w.Ctx, w.Store, w.Manager, n)
	refusal, _ := fault.As(err)
	var fields []string
	if refusal != nil {
		for _, f := range refusal.Fields {
			fields = append(fields, f.Name+" "+f.Code)
		}
	}
	if slices.Sort(fields); strings.Join(fields, ", ") != "detected_on date_in_future, period_to date_in_future, released_on date_in_future" {
		t.Errorf("an incident of tomorrow: %v", err)
	}
	n.PeriodTo, n.DetectedOn, n.ReleasedOn = today, today, &today
	if _, err := incidents.Create(w.Ctx, w.Store, w.Manager, n); err != nil {
		t.Errorf("an incident of today: %v", err)
	}
	// A reference that differs in upper and lower case alone is another's.
	n.Reference = "SOON"
	_, err = incidents.Create(w.Ctx, w.Store, w.Manager, n)
	if refusal, is := fault.As(err); !is || len(refusal.Fields) != 1 || refusal.Fields[0].Code != "reference_taken" || refusal.Fields[0].Args[1] != "soon" {
		t.Errorf("SOON beside soon: %v", err)
	}
	all, ids := []incidents.Program{{Code: "a", OperatorID: 1}, {Code: "b", OperatorID: 2}}, []operators.ID{{OperatorID: 2}, {OperatorID: 1}}
	if got := incidents.Usual(all, ids, nil); len(got) != 2 {
		t.Errorf("without an ID: %v", got)
	}
	if got := incidents.Usual(all, ids[:1], &ids[0]); len(got) != 2 {
		t.Errorf("with one operator's IDs: %v", got)
	}
	if got := incidents.Usual(all, ids, &ids[0]); len(got) != 1 || got[0].Code != "b" || all[0].Code != "a" {
		t.Errorf("of the second operator: %v of %v", got, all)
	}
}
