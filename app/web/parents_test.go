package web_test

import (
	"net/http"
	"strings"
	"testing"

	"hoten/app/bulletins"
	"hoten/app/cases"
	"hoten/app/forms"
	"hoten/app/jptext"
	"hoten/app/notices"
	"hoten/app/questions"
	"hoten/app/reconciliations"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/app/web"
	"hoten/app/webhooks"
)

// A reload or the language switch after a form was answered with a page asks for the
// form's own address: it leads to the page that the form stands on.
func TestFormAddressesLeadToTheirPages(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	if _, err := resets.Notify(s.Ctx, s.Store, s.Agent, c.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := reimbursements.Propose(s.Ctx, s.Store, s.Agent, c.ID, ""); err != nil {
		t.Fatal(err)
	}
	if call := s.Call(s.Agent, c.ID); call.ID != 1 {
		t.Fatalf("the call has the number %d", call.ID)
	}
	if id := s.Number(`insert into callbacks (case_id, desk_id, due_at, promised_by, promised_at, assignee_id)
		select $1, min(id), now() + interval '1 hour', $2, now(), $2 from desks returning id`, c.ID, s.Agent.ID); id != 1 {
		t.Fatalf("the callback has the number %d", id)
	}
	if b, err := bulletins.Post(s.Ctx, s.Store, s.Manager, bulletins.New{SubjectJa: "件名", TextJa: "本文"}); err != nil || b.ID != 1 {
		t.Fatalf("the announcement: %v", err)
	}
	if id, err := questions.Add(s.Ctx, s.Store, s.Manager, questions.Text{QuestionJa: "問", QuestionEn: "Q", AnswerJa: "答", AnswerEn: "A"}, "試行"); err != nil || id != 1 {
		t.Fatalf("the question has the number %d, %v", id, err)
	}
	s.Connect(t)
	s.ConnectBatch(t, nil)
	if _, err := s.Pool.Exec(s.Ctx, "insert into point_files (system_id, number, cut_at, count, credit, debit, content, sha256) values (1, 1, now(), 1, 1, 0, 'x', 'x')"); err != nil {
		t.Fatal(err)
	}
	if got, err := reconciliations.Upload(s.Ctx, s.Store, s.Supervisor, "outside", jptext.DateOf(s.Clock.Now()).AddDays(-1), strings.NewReader("key,account,program,points,done_at\n")); err != nil || got.ID != 1 {
		t.Fatalf("the reconciliation: %v %v", got, err)
	}
	if e, err := webhooks.Add(s.Ctx, s.Store, s.Administrator, webhooks.Internet, webhooks.Plan{URL: "https://example.jp/hoten", Note: "BI", Kinds: webhooks.Kinds}); err != nil || e.ID != 1 {
		t.Fatalf("the webhook: %v", err)
	}
	if id, err := forms.KeepResult(s.Ctx, s.Store, s.Manager, "{}"); err != nil || id != 1 {
		t.Fatalf("the result has the number %d, %v", id, err)
	}
	s.server = serve(t, s.Store, func(o *web.Options) { o.Training = &notices.Mailbox{Folder: t.TempDir()} })
	number := cases.Number(c.ID)
	there := strings.NewReplacer(":number", number, ":reference", "2014-R096", ":code", "tech", ":token", "none", ":part", "farewell", ":id", "1", ":delivery", "1")
	b := s.as(s.Manager)
	for _, route := range web.Routes {
		if route.Method != http.MethodPost || route.Permission() == web.Public {
			continue
		}
		path := there.Replace(strings.NewReplacer("/operators/:code", "/operators/ntt-com", "/ids/:code", "/ids/ocn-id", "/programs/:code", "/programs/goo", "/directories/:code", "/directories/outside", "/points/:code/files/:number", "/points/outside/files/1", "/points/:code", "/points/outside").Replace(route.Path))
		for hops, a := 0, b.get(path); ; hops++ {
			if a.status == http.StatusNotFound || hops > 3 {
				t.Errorf("GET %s: %d after %d redirects", route.Path, a.status, hops)
			}
			if a.status != http.StatusSeeOther || hops > 3 {
				break
			}
			to, _, _ := strings.Cut(a.location, "#")
			a = b.get(to)
		}
	}
	for path, want := range map[string]string{
		"/cases/" + number + "/notes": "/cases/" + number, "/cases/" + number + "/reveal": "/cases/" + number, "/cases/assign": "/cases",
		"/calls/1/answers": "/calls/1", "/calls/1": "/cases/" + number + "#call", "/callbacks/1/move": "/callbacks/1",
		"/callbacks/1": "/cases/" + number + "#callback", "/reimbursements/7/approve": "/reimbursements/7", "/reimbursements/approve": "/reimbursements",
		"/desks/tech": "/desks/tech/edit", "/desks/tech/hours": "/desks/tech/edit", "/services/1/change": "/services",
		"/staff/3/tokens/9/revoke": "/staff/3", "/reports/daily/notes": "/reports/daily", "/imports/1/run": "/imports/1",
		"/cases/%2F%2Fevil.example/notes": "/cases/%2F%2Fevil.example", "/search": "/",
	} {
		if a := b.get(path); a.status != http.StatusSeeOther || a.location != want {
			t.Errorf("GET %s: %d %s, want %s", path, a.status, a.location, want)
		}
	}
}
