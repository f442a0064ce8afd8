package web_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"hoten/app/cases"
)

// row is a selected row of the list, at the version of now.
func row(c *cases.Case) string { return fmt.Sprintf("%s:%d", c.Number(), c.Version) }

// An agent takes cases and gives none to another, whatever the form is made to say.
func TestAgentsGiveNoCases(t *testing.T) {
	s := threeOwed(t)
	agent, c := s.as(s.Agent), s.Case("w000@ocn.example")
	path := "/cases/" + c.Number()
	if page := agent.get(path).body; strings.Contains(page, fmt.Sprintf(`<option value="%d"`, s.Agent2.ID)) {
		t.Error("another is offered")
	}
	if a := agent.post(path, "version", fmt.Sprint(c.Version), "status", "new", "assignee", fmt.Sprint(s.Agent2.ID)); a.status != 403 {
		t.Errorf("one: %d", a.status)
	}
	many := agent.post("/cases/assign", "number", row(c), "number", row(s.Case("w001@ocn.example")), "assignee", fmt.Sprint(s.Agent2.ID))
	says(t, "many", agent.get(many.location).body, []string{c.Number(), "変更なし"}, nil)
	if n := s.Number("select count(*) from cases where assignee_id is not null"); n != 0 {
		t.Errorf("%d given", n)
	}
	if took := agent.post("/cases/assign", "number", row(c), "assignee", fmt.Sprint(s.Agent.ID)); took.status != 303 || s.Case("w000@ocn.example").AssigneeID == nil {
		t.Errorf("not taken: %d", took.status)
	}
}

// Many cases are changed as they were shown: each that could not be has a row that says why,
// and what somebody else did meanwhile stands.
func TestManyCasesAreChangedWithAResultEach(t *testing.T) {
	s := threeOwed(t)
	supervisor, agent := s.as(s.Supervisor), s.as(s.Agent)
	a, b, c := s.Case("w000@ocn.example"), s.Case("w001@ocn.example"), s.Case("w002@ocn.example")
	list := supervisor.get("/cases?status=new").body
	says(t, "the list", list, []string{`value="` + row(a) + `"`, `formaction="/cases/status"`, `name="back" value="status=new"`}, nil)

	held := cases.OnHold
	if _, err := cases.Update(s.Ctx, s.Store, s.Agent2, b.ID, cases.Change{Status: &held, Version: b.Version}); err != nil {
		t.Fatal(err)
	}
	s.propose(s.Agent2, "w002@ocn.example")
	who := fmt.Sprint(s.Agent.ID)
	did := supervisor.post("/cases/assign", "number", row(a), "number", row(b), "number", row(c), "assignee", who, "back", "status=new")
	if did.status != 303 {
		t.Fatalf("%d %s", did.status, did.body)
	}
	if other := agent.get(did.location); other.status != 404 {
		t.Errorf("another reads the result: %d", other.status)
	}
	for range 2 { // loaded again it is the same
		did.body = supervisor.get(did.location).body
	}
	says(t, "the result", did.body, []string{a.Number(), b.Number(), c.Number(), "一覧の表示後に変更されています。現在の状態：保留中", `href="/cases?status=new"`}, nil)
	if strings.Index(did.body, b.Number()) > strings.Index(did.body, a.Number()) {
		t.Error("what was not done does not come first")
	}
	if got := s.Case("w000@ocn.example"); got.AssigneeID == nil || *got.AssigneeID != s.Agent.ID {
		t.Error("not assigned")
	}
	if got := s.Case("w001@ocn.example"); got.AssigneeID != nil || got.Status != cases.OnHold {
		t.Errorf("written over: %+v", got)
	}

	// So has each where all were changed.
	all := supervisor.post("/cases/assign", "number", row(s.Case("w001@ocn.example")), "assignee", who, "back", "status=on_hold")
	says(t, "all done", supervisor.get(all.location).body, []string{b.Number(), "変更した", `href="/cases?status=on_hold"`}, []string{"対象から外れた案件"})
	same := supervisor.post("/cases/assign", "number", row(s.Case("w001@ocn.example")), "assignee", who)
	says(t, "the same again", supervisor.get(same.location).body, []string{"変更前から担当："}, []string{"/undo"})
	// A case that waits for approval moves with its request, and is told.
	moved := agent.post("/cases/status", "number", row(s.Case("w000@ocn.example")), "number", row(s.Case("w002@ocn.example")), "status", "awaiting_customer")
	says(t, "moved", agent.get(moved.location).body, []string{"状態：お客さま回答待ち", "変更なし"}, nil)
	if got := s.Case("w000@ocn.example"); got.Status != cases.AwaitingCustomer {
		t.Errorf("not moved: %s", got.Status)
	}
	for _, refused := range []url.Values{{"number": {row(s.Case("w000@ocn.example"))}, "status": {"completed"}}, {"status": {"on_hold"}}} {
		pairs := []string{}
		for name := range refused {
			pairs = append(pairs, name, refused.Get(name))
		}
		if got := agent.post("/cases/status", pairs...); got.status != 422 && got.status != 409 {
			t.Errorf("%v: %d", refused, got.status)
		}
	}
}

var undoMany = regexp.MustCompile(`action="(/results/\d+/undo)"`)

// What was done to many is taken back together by whoever did it, each while nothing followed.
func TestManyChangesAreUndone(t *testing.T) {
	s := threeOwed(t)
	supervisor, a, b := s.as(s.Supervisor), s.Case("w000@ocn.example"), s.Case("w001@ocn.example")
	s.Clock.Add(time.Second)
	did := supervisor.post("/cases/assign", "number", row(a), "number", row(b), "assignee", fmt.Sprint(s.Agent.ID), "back", "status=new")
	page := supervisor.get(did.location).body
	says(t, "the result", page, []string{"2件を元に戻す"}, nil)
	s.Clock.Add(time.Second)
	held, now := cases.OnHold, s.Case("w001@ocn.example")
	if _, err := cases.Update(s.Ctx, s.Store, s.Agent2, now.ID, cases.Change{Status: &held, Version: now.Version}); err != nil {
		t.Fatal(err)
	}
	says(t, "once something followed", supervisor.get(did.location).body, []string{"1件を元に戻す"}, nil)
	form := undoMany.FindStringSubmatch(page)[1]
	if other := s.as(s.Supervisor2).post(form); other.status != 404 {
		t.Errorf("another: %d", other.status)
	}
	undid := supervisor.post(form)
	says(t, "undone", supervisor.get(undid.location).body, []string{"元に戻した案件", "変更を元に戻しました。", "ほかの操作やメールの送信がない間だけです", `href="/cases?status=new"`}, []string{"/undo\""})
	if first, second := s.Case("w000@ocn.example"), s.Case("w001@ocn.example"); first.AssigneeID != nil || second.AssigneeID == nil {
		t.Errorf("%+v %+v", first, second)
	}
	says(t, "then", supervisor.get(did.location).body, nil, []string{form})

	s.Clock.Add(time.Second)
	moved := supervisor.post("/cases/status", "number", row(s.Case("w000@ocn.example")), "status", "on_hold")
	form = undoMany.FindStringSubmatch(supervisor.get(moved.location).body)[1]
	s.Clock.Add(cases.UndoFor)
	says(t, "too late", supervisor.get(moved.location).body, nil, []string{form})
	supervisor.post(form)
	if got := s.Case("w000@ocn.example"); got.Status != cases.OnHold {
		t.Errorf("undone too late: %s", got.Status)
	}
}

// The list of suspicions has one row of an ID and names its other cases, and the badge counts
// as many.
func TestSuspicionsAreListedByID(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	s.secondIncident()
	s.ImportInto(secondIncident, "login_id,name\n"+login+",山田 太郎\n", "")
	if _, err := s.Pool.Exec(s.Ctx, "update identities set impostor_at = now() where id = $1", c.IdentityID); err != nil {
		t.Fatal(err)
	}
	body := s.as(s.Supervisor).get("/cases?queue=impostor").body
	rows := regexp.MustCompile(`(?s)<td class="first">.*?</td>`).FindAllString(body, -1)
	if len(rows) != 1 || strings.Count(rows[0], `href="/cases/`) != 2 || !strings.Contains(rows[0], c.Number()) {
		t.Errorf("rows %q", rows)
	}
	says(t, "the badge", body, []string{`title="なりすまし疑い 1件"`}, nil)
}
