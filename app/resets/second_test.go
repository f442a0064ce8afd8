package resets_test

import (
	"testing"
	"time"

	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/notices"
	"hoten/app/resets"
	"hoten/app/store"
)

// An address that was set during one incident gets nothing through a case of a later
// one, nor through an inquiry of it.
func TestContactSetDuringAnotherIncident(t *testing.T) {
	w := world(t)
	day := func(d int) jptext.Date { return jptext.Date{Year: 2014, Month: time.September, Day: d} }
	const later = "2014-R120"
	_, err := incidents.Create(w.Ctx, w.Store, w.Manager, incidents.New{Reference: later, TitleJa: "別件", TitleEn: "Another", PeriodFrom: day(1), PeriodTo: day(10), DetectedOn: day(10)})
	if err != nil {
		t.Fatal(err)
	}
	opened, err := cases.Open(w.Ctx, w.Store, w.Agent, later, "m3@ocn.example")
	if err != nil {
		t.Fatal(err)
	}
	call := verify(w, w.Agent, opened.Case, 3)
	_, err = cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID)
	refused(t, err, "no_usable_contact")
	refused(t, try(w, w.Agent, opened.Case), "not_restricted")

	w.ImportInto(later, "login_id,email,email_registered_on,restricted_at\nm3@ocn.example,c3@mail.example,2014-07-20,2014-09-11 10:00\n", "")
	refused(t, try(w, w.Agent, opened.Case), "no_usable_contact")
	if n, err := resets.Notify(w.Ctx, w.Store, w.Agent, opened.Case.ID); err != nil || n.Unreachable != 1 {
		t.Errorf("notice: %+v %v", n, err)
	}
	phones, err := cases.Phones(store.Read(w.Ctx, w.Store), w.Vault, []int64{opened.Case.ID})
	if err != nil || phones[opened.Case.ID] == "" {
		t.Errorf("the number of the contract stays: %v %v", phones, err)
	}
	to, err := cases.Addressees(store.Read(w.Ctx, w.Store), w.Vault, []int64{opened.Case.ID}, notices.CaseClosed)
	if err != nil || to[opened.Case.ID].Address != "" {
		t.Errorf("%+v %v", to, err)
	}
}
