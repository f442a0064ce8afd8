package web_test

import (
	"regexp"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/notices"
	"hoten/i18n"
)

var undoForm = regexp.MustCompile(`action="(/cases/[^"]+/undo)"`)

// What somebody just did is offered to be undone, beside what is said of it and in the
// timeline; to nobody else, and not once something followed.
func TestUndoIsOfferedWhileNothingFollowed(t *testing.T) {
	s := newSite(t)
	agent, other := s.as(s.Agent), s.as(s.Agent2)
	c := s.Case(login)
	at := "/cases/" + c.Number()
	s.Clock.Add(time.Second)
	if a := agent.post(at, "version", "1", "status", "on_hold"); a.status != 303 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	page := agent.get(at).body
	forms := undoForm.FindAllStringSubmatch(page, -1)
	if len(forms) != 2 || forms[0][1] != forms[1][1] {
		t.Fatalf("offered: %v", forms)
	}
	if n := len(undoForm.FindAllString(agent.get(at).body, -1)); n != 1 {
		t.Errorf("offered %d times later", n)
	}
	if undoForm.MatchString(other.get(at).body) {
		t.Error("offered to somebody else")
	}
	s.Clock.Add(time.Second)
	if a := agent.post(forms[0][1]); a.status != 303 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	says(t, "undone", agent.get(at).body, []string{"変更を元に戻しました。", "状態の変更を取消（「保留中」から「未対応」へ）"}, []string{`/undo"`})

	s.Clock.Add(time.Second)
	if a := agent.post(at+"/adjustments", "program", "goo", "points", "5", "reason", "端数"); a.status != 303 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	m := undoForm.FindStringSubmatch(agent.get(at).body)
	if m == nil {
		t.Fatal("the adjustment cannot be undone")
	}
	s.Clock.Add(time.Second)
	if a := other.post(m[1]); a.status != 409 {
		t.Errorf("by somebody else: %d", a.status)
	}
	if a := agent.post(m[1]); a.status != 303 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	says(t, "withdrawn", agent.get(at).body, []string{"調整を取り下げました。"}, []string{`/undo"`})
}

// A completion is taken back until its mail leaves: the button says until when, and is gone then.
func TestUndoOfACompletionIsOfferedUntilItsMailLeaves(t *testing.T) {
	s := newSite(t)
	s.Import(apptest.AffectedHeader+"m9@ocn.example,山田 太郎,,1970-02-03,,c9@mail.example,2008-01-01,,,,ja,1,5000,2014-07-29 10:00\n", "")
	supervisor, c := s.as(s.Supervisor), s.Case("m9@ocn.example")
	if _, err := s.Pool.Exec(s.Ctx, "update identities set state = 'resumed' where id = $1", c.IdentityID); err != nil {
		t.Fatal(err)
	}
	at := "/cases/" + c.Number()
	s.Clock.Add(time.Second)
	if a := supervisor.post(at, "version", "1", "status", "completed"); a.status != 303 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	until := s.Clock.Now().Add(notices.ClosingWaits)
	s.Clock.Add(notices.ClosingWaits - time.Second)
	says(t, "the page", supervisor.get(at).body, []string{`/undo"`, i18n.ClockFull(until) + "まで"}, nil)
	s.Clock.Add(time.Second)
	says(t, "the page then", supervisor.get(at).body, nil, []string{`/undo"`})
}
