package web_test

import (
	"strings"
	"testing"

	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/resets"
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
	if i := s.ImportInto("BARE", "login_id,name\nbare@ocn.example,山田\n", ""); i.Accepted != 1 {
		t.Fatalf("%+v", i)
	}
	if _, err := resets.Notify(s.Ctx, s.Store, s.Manager, s.Case("bare@ocn.example").ID); !fault.Is(err, "no_program") {
		t.Errorf("the notice: %v", err)
	}
}
