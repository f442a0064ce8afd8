package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
)

var stampOf = regexp.MustCompile(`data-stamp="([^"]+)"`)

func TestWhoElseIsHere(t *testing.T) {
	s := newSite(t)
	path := "/cases/" + s.Case(login).Number()
	one, two, stranger := s.as(s.Agent), s.as(s.Agent2), s.as(s.Auditor)
	stamp := stampOf.FindStringSubmatch(one.get(path).body)[1]
	ask := func(b *browser, writing string) string {
		a := b.get(path + "/live?writing=" + writing)
		if a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.body)
		}
		return a.body
	}
	if body := ask(one, "false"); strings.Contains(body, s.Agent.Name) || stampOf.FindStringSubmatch(body)[1] != stamp {
		t.Errorf("alone: %s", body)
	}
	if body := ask(two, "true"); !strings.Contains(body, s.Agent.Name+" も表示中") {
		t.Errorf("the other is not seen: %s", body)
	}
	if body := ask(one, "false"); !strings.Contains(body, s.Agent2.Name+" が入力中") {
		t.Errorf("the writer is not seen: %s", body)
	}
	if body := ask(stranger, "false"); strings.Count(body, "class=\"present\"") != 2 {
		t.Errorf("the auditor sees: %s", body)
	}
	two.get(path)
	if a := two.post(path+"/notes", "text", "折り返し希望"); a.status != http.StatusSeeOther {
		t.Fatalf("%d", a.status)
	}
	if body := ask(one, "false"); stampOf.FindStringSubmatch(body)[1] == stamp {
		t.Error("a note does not change the stamp")
	}
	s.Clock.Add(13 * time.Second)
	if body := ask(one, "false"); strings.Contains(body, "present") {
		t.Errorf("who has left is still seen: %s", body)
	}
	if a := one.get("/cases/H0000999-9/live"); a.status != http.StatusNotFound {
		t.Errorf("no case: %d", a.status)
	}
}

// Whoever is about to hand a call over hears when somebody comes or is taken, and nobody
// else is disturbed by it.
func TestWhoCanTakeACallIsLive(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	path := "/cases/" + c.Number()
	s.Call(s.Agent, c.ID)
	giver := s.as(s.Agent)
	stamp := func(ask string) string { return stampOf.FindStringSubmatch(giver.get(path + "/live" + ask).body)[1] }
	plain, open := stamp(""), stamp("?handover=true")
	for what, change := range map[string]func(){
		"comes": func() { s.as(s.Supervisor) },
		"is taken": func() {
			other, err := cases.Open(s.Ctx, s.Store, s.Supervisor2, apptest.Reference, "other@ocn.example")
			if err != nil {
				t.Fatal(err)
			}
			s.Call(s.Supervisor2, other.Case.ID)
		},
	} {
		change()
		if stamp("") != plain {
			t.Errorf("somebody %s: the case has changed", what)
		}
		now := stamp("?handover=true")
		if now == open {
			t.Errorf("somebody %s: who could take the call does not hear of it", what)
		}
		open = now
	}
}

// A page that asks by itself keeps no session open; pressing "stay" does.
func TestSessionsEndBehindOpenPages(t *testing.T) {
	s := newSite(t)
	path := "/cases/" + s.Case(login).Number()
	b := s.as(s.Agent)
	b.get(path)
	for range 5 {
		s.Clock.Add(10 * time.Minute)
		b.get(path + "/live")
	}
	if a := b.get("/session"); a.body != "{\"left\":600}\n" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := b.post("/session"); a.body != "{\"left\":3600}\n" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	for range 6 {
		s.Clock.Add(10*time.Minute + time.Second)
		b.get(path + "/live")
	}
	if a := b.get(path); a.status != http.StatusSeeOther || !strings.HasPrefix(a.location, "/signin") {
		t.Errorf("an hour later: %d %s", a.status, a.location)
	}
}
