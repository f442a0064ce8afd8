package web_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"hoten/app/jptext"
	"hoten/app/vault"
)

// contactsPart is the panel of the contacts.
var contactsPart = regexp.MustCompile(`(?s)<section class="panel" id="contacts".*?</section>`)

// What is wrong with a contact stands in its panel, beside what was typed; a secret is
// not shown again. A second look at a page that is stale says so there as well.
func TestProblemsOfContactsStandByTheirForm(t *testing.T) {
	s := newSite(t)
	number := s.Case(login).Number()
	agent, supervisor := s.as(s.Agent), s.as(s.Supervisor)
	panel := func(a answer, status int, says ...string) string {
		t.Helper()
		part := contactsPart.FindString(a.body)
		for _, w := range says {
			if !strings.Contains(part, w) {
				t.Errorf("%d, the panel does not say %q:\n%s", a.status, w, part)
			}
		}
		if a.status != status {
			t.Errorf("%d, want %d", a.status, status)
		}
		return part
	}
	propose := func(value, documents string) answer {
		t.Helper()
		return agent.post("/cases/"+number+"/contacts", "kind", "email", "value", value, "documents", documents)
	}
	panel(propose("fresh@", "本人確認書類の写し"), http.StatusUnprocessableEntity, `id="contact-value-problem"`, `value="fresh@"`, ">本人確認書類の写し<")
	part := panel(propose("fresh@mail.example", "パスワード：tsukimi-dango-47"), http.StatusUnprocessableEntity, `id="contact-documents-problem"`, `value="fresh@mail.example"`)
	if strings.Contains(part, "tsukimi") {
		t.Error("the secret is shown again")
	}
	panel(propose("fresh@mail.example", "本人確認書類の写し、7月31日到着"), http.StatusSeeOther)
	id := s.Number("select id from contact_changes")
	panel(supervisor.get("/cases/"+number), http.StatusOK, "本人確認書類の写し、7月31日到着", "変更を確定する", s.Agent.Name)
	panel(agent.get("/cases/"+number), http.StatusOK, "申請を取り下げる", "確認の記録なし")
	if body := supervisor.get("/cases?queue=contact").body; !strings.Contains(body, number) || !strings.Contains(body, "連絡先の変更の確定待ち 1件") {
		t.Error("a supervisor does not find the proposal")
	}
	if body := agent.get("/cases").body; strings.Contains(body, "連絡先の変更の確定待ち 1件") {
		t.Error("an agent is told of what only supervisors confirm")
	}
	on := fmt.Sprintf("/contacts/%d", id)
	panel(supervisor.post(on+"/confirm", "value", "frash@mail.example"), http.StatusUnprocessableEntity, `id="confirm-value-problem"`, `value="frash@mail.example"`)
	panel(supervisor.post(on+"/withdraw"), http.StatusForbidden, "取り下げられるのは起案者だけです。")
	panel(agent.post(on+"/withdraw"), http.StatusSeeOther)
	panel(supervisor.post(on+"/confirm", "value", "fresh@mail.example"), http.StatusConflict, `class="problem"`)
	panel(agent.post(on+"/withdraw"), http.StatusConflict, `class="problem"`)
}

// Contacts that another has replaced are told apart, and what undoing one does is said.
func TestReplacedContactsAreToldApart(t *testing.T) {
	s := newSite(t)
	s.Import("login_id,name\nletter@ocn.example,山田 太郎\n", "")
	path := "/cases/" + s.Case("letter@ocn.example").Number()
	agent, supervisor := s.as(s.Agent), s.as(s.Supervisor)
	agent.get(path)
	supervisor.get(path)
	for _, address := range []string{"first@mail.example", "second@mail.example", "third@mail.example"} {
		agent.post(path+"/contacts", "kind", "email", "value", address, "documents", "本人確認書類の写し、7月31日到着")
		if a := supervisor.post(fmt.Sprintf("/contacts/%d/confirm", s.Number("select max(id) from contact_changes")), "value", address); a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d", address, a.status)
		}
	}
	body := supervisor.get(path).body
	for want, times := range map[string]int{vault.MaskEmail("first@mail.example"): 1, vault.MaskEmail("second@mail.example"): 1, "不可（現在は別の連絡先）": 2, "変更日時": 2,
		"現在の連絡先は変わりません。": 2, "変更前の連絡先に戻します。": 1, "最終確認日": 1} {
		if got := strings.Count(body, want); got != times {
			t.Errorf("%q %d times, want %d", want, got, times)
		}
	}
	says(t, "an agent", agent.get(path).body, nil, []string{"不可（現在は別の連絡先）"})
}

// A letter is recorded from what is to be done next.
func TestALetterIsRecorded(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	if _, err := s.Pool.Exec(t.Context(), "update cases set unreachable_at = now(), notified_at = null, verified_at = null where id = $1", c.ID); err != nil {
		t.Fatal(err)
	}
	agent, path := s.as(s.Agent), "/cases/"+c.Number()
	if body := agent.get(path).body; !strings.Contains(body, "書面の発送を記録する") || !strings.Contains(body, "書面でのお知らせが必要です（利用制限）。") {
		t.Fatal("the case does not ask for a letter")
	}
	if a := agent.post(path+"/letters", "sent_on", "2099-01-01"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `id="letter-sent_on-problem"`) {
		t.Errorf("%d", a.status)
	}
	day := jptext.DateOf(s.Clock.Now()).String()
	if a := agent.post(path+"/letters", "sent_on", day); a.status != http.StatusSeeOther {
		t.Errorf("%d", a.status)
	}
	if body := agent.get(path).body; strings.Contains(body, "書面の発送を記録する") || !strings.Contains(body, "内容：利用制限）") {
		t.Error("what was recorded is not shown")
	}
}

// Of a change that was undone the timeline does not speak as of one that stands.
func TestUndoingAContactIsSaidAsSuch(t *testing.T) {
	s := newSite(t)
	s.Import("login_id,name\nletter@ocn.example,山田 太郎\n", "")
	path := "/cases/" + s.Case("letter@ocn.example").Number()
	agent, supervisor := s.as(s.Agent), s.as(s.Supervisor)
	agent.get(path)
	agent.post(path+"/contacts", "kind", "email", "value", "fresh@mail.example", "documents", "本人確認書類の写し、7月31日到着")
	on := fmt.Sprintf("/contacts/%d", s.Number("select max(id) from contact_changes"))
	supervisor.get(path)
	const changed, undone = "変更前の連絡先に送れないため、書面", "メールを送れる連絡先がないため、書面"
	for _, step := range []struct {
		verb, field, value string
		undone             int
	}{{"/confirm", "value", "fresh@mail.example", 0}, {"/undo", "reason", "書類が偽造でした", 1}} {
		if a := supervisor.post(on+step.verb, step.field, step.value); a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d", step.verb, a.status)
		}
		if body := supervisor.get(path).body; strings.Count(body, changed) != 1 || strings.Count(body, undone) != step.undone {
			t.Errorf("after %s: %d of the change, %d of the undoing", step.verb, strings.Count(body, changed), strings.Count(body, undone))
		}
	}
}
