package web_test

import (
	"fmt"
	"strings"
	"testing"
)

// That a case was completed is said so; a change of a completed case is another.
func TestACompletedCaseIsToldSo(t *testing.T) {
	s := newSite(t)
	path := "/cases/" + s.Case(login).Number()
	b := s.as(s.Supervisor)
	said := func(fields ...string) string {
		t.Helper()
		a := b.post(path, append([]string{"version", fmt.Sprint(s.Case(login).Version)}, fields...)...)
		if a.location == "" {
			t.Fatalf("%d %s", a.status, a.body)
		}
		return b.get(a.location).body
	}
	if body := said("status", "completed", "seen_status", "new", "reason", "別途対応"); !strings.Contains(body, "案件を完了しました。") {
		t.Error("the completion is not told")
	}
	if body := said("status", "completed", "seen_status", "completed", "assignee", fmt.Sprint(s.Supervisor.ID)); strings.Contains(body, "案件を完了しました。") || !strings.Contains(body, "案件を更新しました。") {
		t.Error("a change of the assignee is told as a completion")
	}
}
