package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// After one's own call the note comes next, until it is written, the next call begins, or an
// hour has passed; a note of the call itself is enough.
func TestTheNoteIsNextAfterACall(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	path := "/cases/" + c.Number()
	agent, other := s.as(s.Agent), s.as(s.Agent2)
	wraps := func(what string, b *browser, want bool) {
		t.Helper()
		body := b.get(path).body
		if strings.Contains(body, "wrap-up") != want || strings.Count(body, `id="note-text"`) != 1 {
			t.Errorf("%s: the note is next: %t, and one field takes it: %t", what, !want, strings.Count(body, `id="note-text"`) == 1)
		}
	}
	call := func(during ...string) {
		t.Helper()
		k := s.Call(s.Agent, c.ID)
		wraps("in a call", agent, false)
		for _, text := range during {
			agent.post(path+"/notes", "text", text)
		}
		if a := agent.post(fmt.Sprintf("/calls/%d/end", k.ID)); a.status != 303 {
			t.Fatalf("ending a call: %d %s", a.status, a.body)
		}
	}
	wraps("before", agent, false)
	call()
	wraps("after a call", agent, true)
	wraps("another's", other, false)
	other.post(path+"/notes", "text", "ほかの人のメモ")
	wraps("another's note", agent, true)
	agent.post(path+"/notes", "text", "経緯を確認")
	wraps("a note", agent, false)
	call("通話中のメモ")
	wraps("a note during the call", agent, false)
	call()
	wraps("the note was of the call before", agent, true)
	s.Clock.Add(time.Hour + time.Minute)
	wraps("an hour later", s.as(s.Agent), false)
}
