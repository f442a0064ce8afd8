package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/resets"
	"hoten/app/setup"
	"hoten/app/store"
)

// An incident that was recorded before its programs is about none yet: the guide leads to
// where they are chosen, its page shows no others as its own, and nobody is told of points.
func TestAnIncidentWithoutPrograms(t *testing.T) {
	s := newSite(t)
	day := jptext.Date{Year: 2014, Month: 7, Day: 11}
	if _, err := incidents.Create(s.Ctx, s.Store, s.Manager, incidents.New{Reference: "BARE", TitleJa: "裸", TitleEn: "Bare", PeriodFrom: day, PeriodTo: day, DetectedOn: day, Bearers: map[string]string{}}); err != nil {
		t.Fatal(err)
	}
	b := s.as(s.Manager)
	for address, wants := range map[string][]string{
		"/setup":          {"事案BAREには、対象のプログラムがまだ登録されていません。", `href="/incidents/BARE/edit"`},
		"/incidents/BARE": {"対象のプログラムがまだ登録されていません。", `href="/incidents/BARE/edit"`},
	} {
		page := b.get(address)
		for _, want := range wants {
			if !strings.Contains(page.body, want) {
				t.Errorf("%s does not say %q", address, want)
			}
		}
		if strings.Contains(address, "BARE") && strings.Contains(page.body, "gooポイント") {
			t.Errorf("%s shows a program as its own", address)
		}
	}
	if i := s.ImportInto("BARE", "login_id,name,email,email_registered_on,restricted_at\nbare@ocn.example,山田,bare@mail.example,2010-01-01,2014-07-29 10:00\n", ""); i.Accepted != 1 {
		t.Fatalf("%+v", i)
	}
	number := s.Case("bare@ocn.example").Number()
	says(t, "the incident", b.get("/incidents/BARE").body, nil, []string{`action="/incidents/BARE/notices"`})
	says(t, "its case", s.as(s.Agent).get("/cases/"+number).body, []string{"事案の対象プログラムが未登録"}, []string{`action="/cases/` + number + `/notices"`})
	if missing, err := setup.Missing(store.Read(s.Ctx, s.Store), true); err != nil || !slices.Contains(missing, "incident") {
		t.Errorf("the guide: %v %v", missing, err)
	}
	if _, err := resets.Notify(s.Ctx, s.Store, s.Manager, s.Case("bare@ocn.example").ID); !fault.Is(err, "no_program") {
		t.Errorf("the notice: %v", err)
	}
}

// The only program of an incident can be taken away again, and of a period that ends after
// today the form says what to enter.
func TestTakingTheOnlyProgramAway(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Manager)
	b.get("/incidents/new")
	about := func(more ...string) []string {
		return append([]string{"title_ja", "一", "title_en", "One", "id", "ocn-id", "period_from", "2014-07-11", "detected_on", "2014-07-11"}, more...)
	}
	if a := b.post("/incidents", about("reference", "ONE", "period_to", "2014-07-11", "program_goo", "true", "bearer_goo", "")...); a.status != http.StatusSeeOther {
		t.Fatalf("%d", a.status)
	}
	if a := b.post("/incidents/ONE", about("version", "1", "period_to", "2099-01-01")...); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "不正利用が続いている場合は今日の日付を入力") {
		t.Errorf("a period that goes on: %d", a.status)
	}
	if a := b.post("/incidents/ONE", about("version", "1", "period_to", "2014-07-11")...); a.status != http.StatusSeeOther {
		t.Errorf("%d", a.status)
	}
	if n := s.Number("select count(*) from incident_programs p join incidents i on i.id = p.incident_id where i.reference = 'ONE'"); n != 0 {
		t.Errorf("%d programs", n)
	}
}
