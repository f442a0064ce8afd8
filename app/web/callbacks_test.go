package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hoten/app/callbacks"
	"hoten/app/cases"
	"hoten/app/jptext"
)

// A callback from the promise on the case to the last attempt on the list.
func TestCallbackPages(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	path := "/cases/" + c.Number()
	b := s.as(s.Agent)
	if !strings.Contains(b.get(path).body, path+"/callbacks") {
		t.Fatal("no callback is offered")
	}
	form := []string{"due_on", "2014-07-31", "due_time", "21:30", "desk", "tech", "note", "夜を希望"}
	if a := b.post(path+"/callbacks", form...); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `href="#promise-due_at"`) || !strings.Contains(a.body, `value="21:30"`) {
		t.Fatalf("at night: %d", a.status)
	}
	if a := b.post(path+"/callbacks", "due_on", "2014-07-31", "due_time", "", "desk", "tech"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("without a time: %d", a.status)
	}
	if a := b.post(path+"/callbacks", append(form, "despite", "true")...); a.status != http.StatusSeeOther {
		t.Fatalf("as wished: %d", a.status)
	}
	page := b.get(path)
	if !strings.Contains(page.body, "夜を希望") || !strings.Contains(page.body, "090-****-1234") || strings.Contains(page.body, path+"/callbacks") {
		t.Error("the page does not show the callback alone")
	}
	if a := b.post("/callbacks/1/move?on=case", "version", "1", "due_on", "2014-07-31", "due_time", "10:45", "reason", "お客さまの都合"); a.status != http.StatusSeeOther || a.location != path+"#callback" {
		t.Fatalf("move: %d to %s", a.status, a.location)
	}
	if frame := b.get("/frame").body; strings.Contains(frame, "折り返し時刻を変更しました") || !strings.Contains(b.get(path).body, "折り返し時刻を変更しました") {
		t.Error("what a page asks by itself takes the sentence about what was done")
	}
	if strings.Contains(b.get("/cases").body, `id="callbacks-due"`) {
		t.Error("reminded a quarter of an hour before")
	}
	s.Clock.Add(27 * time.Minute) // 10:57
	for name, body := range map[string]string{"cases": b.get("/cases").body, "list": b.get("/callbacks").body, "an open page": b.get("/frame?section=cases").body} {
		if !strings.Contains(body, `id="callbacks-due"`) || !strings.Contains(body, `class="badge"`) {
			t.Errorf("%s: no reminder", name)
		}
	}
	list := b.get("/callbacks").body
	for _, want := range []string{"超過 12分", "山○ 太○", "090-****-1234", c.Number(), "/callbacks/1/attempts?view=mine"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %s", want)
		}
	}
	if other := s.as(s.Agent2).get("/callbacks?view=mine").body; strings.Contains(other, c.Number()) || strings.Contains(other, `id="callbacks-due"`) {
		t.Error("another agent is reminded")
	}
	attempt := func(version int, outcome string) answer {
		return b.post("/callbacks/1/attempts?view=all", "version", fmt.Sprint(version), "outcome", outcome)
	}
	if a := attempt(2, ""); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `href="#attempt-1-outcome"`) {
		t.Errorf("without an outcome: %d", a.status)
	}
	if a := attempt(2, callbacks.NoAnswer); a.status != http.StatusSeeOther || a.location != "/callbacks?view=all" {
		t.Fatalf("%d to %s", a.status, a.location)
	}
	if a := attempt(2, callbacks.NoAnswer); a.status != http.StatusConflict {
		t.Errorf("a second click: %d", a.status)
	}
	attempt(3, callbacks.Voicemail)
	s.Clock.Set(time.Date(2014, 7, 31, 21, 5, 0, 0, jptext.JST))
	b = s.as(s.Agent) // the session has ended meanwhile
	if a := b.get("/callbacks"); !strings.Contains(a.body, `id="attempt-1-despite"`) {
		t.Error("nothing is said of the hour")
	}
	if a := attempt(4, callbacks.Busy); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `href="#attempt-1-despite"`) {
		t.Errorf("at night: %d", a.status)
	}
	if a := b.post("/callbacks/1/attempts?on=case", "version", "4", "outcome", callbacks.Busy, "despite", "true"); a.status != http.StatusSeeOther {
		t.Fatalf("the third: %d", a.status)
	}
	page = b.get(path)
	if !strings.Contains(page.body, "次はメールで連絡してください。") || !strings.Contains(page.body, path+"/callbacks") || s.Case(login).Status != cases.InProgress {
		t.Error("the case does not say how to go on")
	}
	for _, secret := range secrets {
		if strings.Contains(page.body+b.get("/callbacks?view=closed").body, secret) {
			t.Errorf("%q is shown", secret)
		}
	}
	if strings.Contains(s.as(s.Auditor).get(path).body, path+"/callbacks") {
		t.Error("the auditor is offered a promise")
	}
}

// A suspicion that an agent raises is told whoever supervises, on whatever page they are.
func TestSuspicionsAreToldToSupervisors(t *testing.T) {
	s := newSite(t)
	supervisor, agent := s.as(s.Supervisor), s.as(s.Agent)
	told := func(b *browser) bool { return strings.Contains(b.get("/frame").body, "なりすまし疑い 1件") }
	if told(supervisor) {
		t.Error("told before")
	}
	call := s.Call(s.Agent, s.Case(login).ID)
	if _, err := cases.Conclude(s.Ctx, s.Store, s.Agent, call.ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	if !told(supervisor) || told(agent) {
		t.Errorf("a supervisor: %v, an agent: %v", told(supervisor), told(agent))
	}
}

// A callback leads its agent from the number to the call, and after that to how it went: with
// nothing recorded it would count no attempt.
func TestACallbackLeadsToItsResult(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	path := "/cases/" + c.Number()
	agent := s.as(s.Agent)
	agent.post(path + "/notices")
	if a := agent.post(path+"/callbacks", "due_on", "2014-07-31", "due_time", "18:00", "desk", "tech"); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	const toDial, toCall, asks = `<a href="#callback">番号を表示して架電する</a>`, `<a href="#call">通話を開始する</a>`, "架電の結果が未記録です"
	const dialNext, resultNext, noteNext = `data-next>番号を表示して架電する`, `name="outcome" required data-next`, `autocomplete="off" data-next`
	page := func() string { return strings.Join(strings.Fields(agent.get(path).body), " ") }
	says(t, "before it is time", page(), []string{toCall}, []string{toDial, dialNext, asks})
	s.Clock.Set(time.Date(2014, 7, 31, 18, 10, 0, 0, jptext.JST))
	agent = s.as(s.Agent) // the session has ended meanwhile
	says(t, "overdue", page(), []string{toDial, dialNext}, []string{toCall, asks})
	says(t, "the customer rings first", agent.get(agent.get("/pop?number=090-0000-1234").location).body, []string{"autofocus>通話を開始する", toCall}, []string{toDial, dialNext})
	says(t, "the number is shown", agent.post("/callbacks/1/dial").body, []string{toCall, `value="outbound" checked`}, []string{toDial})
	if a := agent.post(path+"/calls", "direction", "outbound", "desk", "tech", "relation", "self"); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	says(t, "in the call", page(), nil, []string{asks, dialNext})
	if a := agent.post("/calls/1/end"); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	says(t, "the call has ended", page(), []string{asks, resultNext, "架電の結果を記録する</a>"}, []string{dialNext, noteNext, toCall})
	says(t, "another's page", s.as(s.Agent2).get(path).body, nil, []string{asks})
	if a := agent.post("/callbacks/1/attempts?on=case", "version", fmt.Sprint(s.Number("select version from callbacks")), "outcome", callbacks.NoAnswer); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	says(t, "recorded", page(), []string{noteNext, "1 / 3回"}, []string{asks, resultNext, dialNext})
	agent.post(path+"/notes", "text", "応答なし")
	says(t, "noted", page(), []string{dialNext, toDial}, []string{asks})
}
