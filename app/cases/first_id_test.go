package cases_test

import (
	"fmt"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/operators"
	"hoten/app/store"
	"hoten/app/verbs"
)

// An incident that is recorded while the first ID is set up is about it, whichever of both is
// done first.
func TestAnIncidentAndTheFirstIDAtOnce(t *testing.T) {
	day := jptext.Date{Year: 2014, Month: 7, Day: 20}
	record := func(tx *store.Tx) error {
		_, err := incidents.Put(tx, incidents.New{Reference: "first", TitleJa: "事案", TitleEn: "Incident", PeriodFrom: day, PeriodTo: day, DetectedOn: day})
		return err
	}
	setUp := func(tx *store.Tx) error {
		_, err := operators.PutID(tx, operators.ID{Code: "login", NameJa: "ログイン", NameEn: "Login", Language: "ja"}, "one")
		return err
	}
	for name, both := range map[string][2]func(*store.Tx) error{"the incident first": {record, setUp}, "the ID first": {setUp, record}} {
		t.Run(name, func(t *testing.T) {
			s, _ := apptest.New(t)
			ctx, by := t.Context(), access.System("setup")
			if _, err := operators.Set(ctx, s, by, 0, operators.Operator{Code: "one", NameJa: "一社", NameEn: "One"}); err != nil {
				t.Fatal(err)
			}
			second := make(chan error, 1)
			act := func(fn func(tx *store.Tx) error) error {
				_, err := verbs.Do(ctx, s, by, operators.ToSetID, "id:login", "", func(tx *store.Tx) (any, error) { return nil, fn(tx) })
				return err
			}
			err := act(func(tx *store.Tx) error {
				if err := both[0](tx); err != nil {
					return err
				}
				go func() { second <- act(both[1]) }()
				select {
				case err := <-second:
					return fmt.Errorf("the second did not wait: %w", err)
				case <-time.After(time.Second):
					return nil
				}
			})
			if err == nil {
				err = <-second
			}
			if err != nil {
				t.Fatal(err)
			}
			if n, err := incidents.ByReference(store.Read(ctx, s), "first"); err != nil || n.IDKindID == nil {
				t.Errorf("%+v, %v", n, err)
			}
		})
	}
}

// What was recorded before any ID was set up is about the first one: a later incident finds
// the same IDs, and what is true of them is kept once.
func TestIncidentsFromBeforeTheFirstID(t *testing.T) {
	s, _ := apptest.New(t)
	ctx, by := t.Context(), access.System("setup")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	day := jptext.Date{Year: 2014, Month: 7, Day: 20}
	record := func(reference string) {
		t.Helper()
		_, err := incidents.Create(ctx, s, by, incidents.New{Reference: reference, TitleJa: "事案", TitleEn: "Incident", PeriodFrom: day, PeriodTo: day, DetectedOn: day})
		must(err)
	}
	open := func(reference string) *cases.Case {
		t.Helper()
		opened, err := cases.Open(ctx, s, by, reference, "u1@mail.example")
		must(err)
		return opened.Case
	}
	_, err := operators.Set(ctx, s, by, 0, operators.Operator{Code: "one", NameJa: "一社", NameEn: "One"})
	must(err)
	record("first")
	before := open("first")
	id := operators.ID{Code: "login", NameJa: "ログイン", NameEn: "Login", Language: "ja", Form: "[0-9]+"}
	_, err = operators.SetID(ctx, s, by, 0, id, "one")
	refused(t, err, "form_excludes")
	id.Form = ""
	_, err = operators.SetID(ctx, s, by, 0, id, "one")
	must(err)
	n, err := incidents.ByReference(store.Read(ctx, s), "first")
	if err != nil || n.IDKindID == nil || n.Version != 2 {
		t.Fatalf("%+v, %v", n, err)
	}
	record("second")
	if later := open("second"); later.IdentityID != before.IdentityID {
		t.Error("one ID is kept twice")
	}
	_, err = operators.SetID(ctx, s, by, 0, operators.ID{Code: "other", NameJa: "別のID", NameEn: "Other", Language: "ja"}, "one")
	must(err)
	if again, err := incidents.ByReference(store.Read(ctx, s), "first"); err != nil || *again.IDKindID != *n.IDKindID {
		t.Errorf("a second ID: %+v, %v", again, err)
	}
}
