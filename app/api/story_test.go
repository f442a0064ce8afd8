package api_test

import (
	"bytes"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/ledger"
	"hoten/app/notices"
	"hoten/app/store"
)

// upload is a multipart body.
type upload struct{ kind, body string }

// files makes an upload of pairs: field, content.
func files(t testing.TB, pairs ...string) upload {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		part, err := w.CreateFormFile(pairs[i], pairs[i]+".csv")
		if err == nil {
			_, err = io.WriteString(part, pairs[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return upload{w.FormDataContentType(), b.String()}
}

// The whole story of an incident as another system lives it: everything over
// HTTP, with the values that each step leaves behind.
func TestStory(t *testing.T) {
	s := newSite(t)
	manager, agent, supervisor := s.as(s.Manager), s.as(s.Agent), s.as(s.Supervisor)
	auditor := s.as(s.Auditor)
	const ref = "2014-R096-B"

	manager.post("/incidents", j{"reference": ref, "title_ja": "なりすまし", "title_en": "Impersonation", "period_from": "2014-07-11",
		"period_to": "2014-07-28", "detected_on": "2014-07-28", "released_on": "2014-07-30", "released_ids": 1265, "released_exchanged": 568}).
		want(201, "reference", ref, "period_from", "2014-07-11", "period_to", "2014-07-28", "released_on", "2014-07-30", "released_ids", "1265")
	manager.post("/incidents", j{"reference": ref, "title_ja": "二つ目", "title_en": "Second", "period_from": "2014-07-11", "period_to": "2014-07-28",
		"detected_on": "2014-07-28"}).want(409, "code", "conflict")

	// A dry run says what would be; then the files land, and land once.
	odd := ",名前のない行,,,,,,,,,,,,\n"
	both := files(t, "affected", apptest.AffectedHeader+member+odd, "movements", apptest.MovementsHeader+memberMoves+
		"MV3,"+login+",2014-06-01T03:00:00+09:00,exchange,goo,,ギフト券,10,,,confirmed\n")
	for _, step := range []struct{ dry, accepted, ignored string }{{"true", "3", "0"}, {"false", "3", "0"}, {"false", "0", "3"}} {
		id := manager.post("/incidents/"+ref+"/imports?dry_run="+step.dry, both).want(202).at("id")
		agent.get("/imports/"+id).want(200, "state", "running")
		s.Work()
		agent.get("/imports/"+id).want(200, "state", "done", "dry_run", step.dry, "total", "5", "processed", "5", "accepted", step.accepted, "ignored", step.ignored,
			"rejected.#", "2", "rejected.0.file", "affected", "rejected.0.line", "3", "rejected.0.reason", "login_id_missing",
			"rejected.1.file", "movements", "rejected.1.line", "4", "rejected.1.reason", "outside_incident_window")
		n := "1"
		if step.dry == "true" {
			n = "0"
		}
		agent.get("/incidents/"+ref).want(200, "figures.ids", n, "figures.ids_exchanged", n, "figures.by_class.C", n, "figures.restricted", n)
	}

	found := agent.post("/cases/search", j{"incident": ref, "q": login}).want(200, "items.#", "1", "next", "null", "items.0.login_id", login,
		"items.0.class", "C", "items.0.status", "new", "items.0.identity_state", "restricted", "items.0.reimbursement_state", "null")
	number := found.at("items.0.number")
	if due, opened := found.at("items.0.due_at"), found.at("items.0.opened_at"); due <= opened {
		t.Errorf("opened %s, the first response is due %s", opened, due)
	}
	for _, q := range []string{number, number[:7], strings.ToUpper(login[:6]), "taro.yam", "090-0000", "山田", "ヤマダ　タロウ", "09000001234", "taro.yamada@mail.example", "N123456789"} {
		agent.post("/cases/search", j{"q": q}).want(200, "items.#", "1", "items.0.number", number)
	}
	agent.post("/cases/search", j{"q": "鈴木"}).want(200, "items.#", "0", "next", "null")

	// An ID that is not on the list: an inquiry, and the same one when it is asked for again.
	unlisted := agent.post("/cases", j{"incident": ref, "login_id": "Unlisted@OCN.example"}).want(201, "class", "null", "origin", "inquiry", "identity_state", "null")
	agent.post("/cases", j{"incident": ref, "login_id": "unlisted@ocn.example"}).want(200, "number", unlisted.at("number"))
	agent.post("/cases", j{"incident": ref, "login_id": login}).want(200, "number", number, "class", "C")

	s.call(agent, number)
	s.reset(agent, number)

	path := s.propose(agent, number)
	agent.post(path+"/approve", nil).want(403, "code", "forbidden")
	agent.post("/cases/"+number+"/reimbursements", j{}).want(409, "code", "proposal_pending")
	supervisor.post(path+"/approve", nil).want(200, "state", "posted", "approvals.#", "1", "approvals.0.name", s.Supervisor.Name)
	supervisor.post(path+"/approve", nil).want(409, "code", "already_decided")
	agent.post("/cases/"+number+"/reimbursements", j{}).want(409, "code", "plan_empty")

	agent.post("/members/balances", j{"login_id": login}).want(200, "#", "2", "pointtalk", "600", "goo", "30")
	agent.get("/cases/"+number+"/plan").want(200, "lines.#", "0")
	agent.get("/incidents/"+ref).want(200, "figures.posted.rollback.pointtalk", "500", "figures.posted.rollback.goo", "450",
		"figures.posted.reimburse.goo", "400", "figures.resumed", "1", "figures.made_whole", "1", "figures.inquiries", "1")
	if off, err := ledger.Check(store.Read(s.Ctx, s.Store)); off != "" || err != nil {
		t.Errorf("ledger: %s %v", off, err)
	}
	if n := s.count("select count(*) from transfers where key like 'reimbursement:%'"); n != 1 {
		t.Errorf("%d postings", n)
	}

	agent.do("PATCH", "/cases/"+number, j{"status": "completed", "version": agent.get("/cases/" + number).number("version")}).want(200, "status", "completed")
	s.mails(agent, number)
	s.trail(auditor, number, path)
}

// Nobody decides about a plan that is partly their own, whatever their role; the
// attempt is noted and changes nothing.
func TestFourEyes(t *testing.T) {
	s := newSiteWithCase(t)
	path := "/cases/" + s.Case(login).Number()
	proposer, editor := s.as(s.Supervisor), s.as(s.Manager)
	editor.post(path+"/adjustments", j{"program": "goo", "points": 3, "reason": "端数"}).want(201)
	editor.post(path+"/reimbursements", nil).want(201)
	editor.post("/reimbursements/1/withdraw", j{"reason": "別の人に頼む"}).want(200, "state", "withdrawn", "reason", "別の人に頼む")
	proposer.post(path+"/reimbursements", nil).want(409, "code", "no_approver", "with.able", "1", "with.needed", "2")
	s.as(s.Agent).post(path+"/reimbursements", nil).want(201, "id", "2", "approvals_needed", "2")
	for _, verb := range []string{"approve", "return", "reject"} {
		editor.post("/reimbursements/2/"+verb, j{"reason": "duplicate"}).want(403, "code", "self_approval")
	}
	editor.post("/reimbursements/approve", j{"ids": []int{2}}).want(200, "results.0.code", "self_approval", "results.0.state", "none")
	proposer.post("/reimbursements/2/withdraw", j{"reason": "誤り"}).want(403, "code", "not_the_proposer")
	if n := s.count("select count(*) from audit_entries where subject = 'reimbursement:2' and action like '%.refused' and after::jsonb->>'code' = 'self_approval'"); n != 4 {
		t.Errorf("%d attempts are noted", n)
	}
	// The plan that was approved once is no longer the plan.
	proposer.post("/reimbursements/2/approve", nil).want(200, "state", "submitted", "approvals.0.voided", "none")
	s.as(s.Supervisor2).post(path+"/findings", j{"movement_id": "MV2", "finding": "own", "reason": "本人利用"}).want(200, "finding", "own")
	proposer.get("/reimbursements/2").want(200, "approvals.#", "1", "approvals.0.voided", "true")
	proposer.post("/reimbursements/2/approve", nil).want(409, "code", "plan_changed")
	proposer.post("/members/balances", j{"login_id": login}).want(200, "pointtalk", "100", "goo", "80")
}

// call verifies the caller, not without errors on the way.
func (s *site) call(agent *client, number string) {
	s.T.Helper()
	agent.post("/cases/"+number+"/reset", nil).want(403, "code", "verification_required", "with.level", "2")
	call := "/calls/" + agent.post("/cases/"+number+"/calls", j{"direction": "inbound", "desk": "tech", "caller_number": "090-0000-1234", "relation": "self"}).
		want(201, "case", number, "level", "0", "relation", "self").at("id")
	agent.post(call+"/conclude", j{"outcome": "verified"}).want(403, "code", "verification_required")
	for _, said := range []struct{ item, value, match, level string }{
		{"name", "やまだ たろう", "true", "0"},
		{"birth_date", "昭和45年2月4日", "false", "0"},
		{"birth_date", "昭和45年2月3日", "true", "0"},
		{"phone", "０９０ー００００ー１２３４", "true", "1"},
	} {
		agent.post(call+"/answers", j{"item": said.item, "value": said.value}).want(200, "match", said.match, "level", said.level)
	}
	agent.post("/cases/"+number+"/reset", nil).want(403, "code", "verification_required", "with.level", "2")
	agent.post(call+"/code", nil).want(202, "level", "1")
	agent.post(call+"/code", nil).want(429, "code", "code_interval")
	agent.post(call+"/code/check", j{"code": "000000x"}).want(422, "code", "invalid")
	id, _ := cases.ParseNumber(number)
	agent.post(call+"/code/check", j{"code": s.Secret(id)}).want(200, "match", "true", "level", "2", "tries_left", "4")
	agent.post(call+"/conclude", j{"outcome": "verified"}).want(200, "level", "2", "outcome", "verified")
	agent.get("/cases/"+number).want(200, "status", "in_progress", "verification.level", "2", "verification.expires_at", apptest.Start.Add(30*time.Minute).Format(time.RFC3339))
	// The verification is that agent's alone.
	s.as(s.Agent2).get("/cases/"+number).want(200, "verification.level", "0")
	s.as(s.Agent2).post(call+"/end", nil).want(403, "code", "call_of_another")
}

// reset sends the link, and the member sets a new password on the member's page.
func (s *site) reset(agent *client, number string) {
	s.T.Helper()
	agent.post("/cases/"+number+"/reset", nil).want(202, "identity_state", "link_sent")
	agent.post("/cases/"+number+"/reset", nil).want(409, "code", "link_just_sent")
	id, _ := cases.ParseNumber(number)
	link := s.Secret(id)
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.T.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	page := read(s.T, func() (*http.Response, error) { return browser.Get(link) })
	csrf := regexp.MustCompile(`name="csrf" value="([^"]+)"`).FindStringSubmatch(page)
	if csrf == nil {
		s.T.Fatalf("no form at %s: %s", link, page)
	}
	const password = "correct horse battery"
	form := url.Values{"csrf": {html.UnescapeString(csrf[1])}, "password": {password}, "password_again": {password}}
	read(s.T, func() (*http.Response, error) { return browser.PostForm(link, form) })
	agent.get("/cases/"+number).want(200, "identity_state", "resumed")
	agent.post("/cases/"+number+"/reset", nil).want(409, "code", "already_resumed")
}

func read(t testing.TB, do func() (*http.Response, error)) string {
	t.Helper()
	res, err := do()
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v %s", res.Request.URL, res.StatusCode, err, b)
	}
	return string(b)
}

// propose looks at the plan, proposes it and returns the proposal's path.
func (s *site) propose(agent *client, number string) string {
	s.T.Helper()
	plan := []string{"lines.#", "2", "totals.rollback.pointtalk", "500", "totals.rollback.goo", "450", "totals.reimburse.goo", "400",
		"totals.absorbed.#", "0", "balances.pointtalk.now", "100", "balances.pointtalk.final", "600", "balances.goo.now", "80", "balances.goo.final", "30"}
	shown := agent.get("/cases/"+number+"/plan").want(200, append(plan, "class", "C")...)
	for i, line := range []string{"MV1 rollback pointtalk 500 goo 450", "MV2 reimburse goo 400 none none"} {
		at := func(name string) string { return shown.at("lines." + string(rune('0'+i)) + "." + name) }
		if got := strings.Join([]string{at("movement_id"), at("kind"), at("program"), at("points"), at("counter_program"), at("counter_points")}, " "); got != line {
			s.T.Errorf("line %d of the plan: %s", i, got)
		}
	}
	made := agent.post("/cases/"+number+"/reimbursements", j{"note": "調査済み"}).want(201, append(plan, "state", "submitted", "approvals_needed", "1", "approvals.#", "0")...)
	agent.get("/cases/"+number).want(200, "status", "awaiting_approval", "reimbursement_state", "submitted")
	agent.get("/reimbursements?state=submitted").want(200, "items.#", "1", "items.0.id", made.at("id"), "items.0.case", number, "items.0.approvals_given", "0")
	// Nothing moves before the approval.
	agent.post("/members/balances", j{"login_id": login}).want(200, "pointtalk", "100", "goo", "80")
	return "/reimbursements/" + made.at("id")
}

// mails holds the mails about the case, newest first, before and after delivery.
func (s *site) mails(agent *client, number string) {
	s.T.Helper()
	kinds := []string{"case_closed", "reimbursement_completed", "reset_completed", "reset_link", "verification_code"}
	for _, state := range []string{"queued", "sent"} {
		list := agent.get("/mails?case="+number).want(200, "items.#", "5", "next", "null")
		for i, kind := range kinds {
			at := "items." + string(rune('0'+i))
			list.want(200, at+".kind", kind, at+".state", state, at+".to", "t•••a@mail.example", at+".case", number)
			if list.at(at+".subject") == "" || state == "sent" && (list.at(at+".message_id") == "" || list.at(at+".sent_at") == "null") {
				s.T.Errorf("%s %s: %s", state, kind, list.body)
			}
		}
		s.Clock.Add(notices.ClosingWaits)
		s.Deliver(notices.Mailbox{Folder: s.T.TempDir()})
	}
	agent.get("/mails?case="+number+"&kind=reset_link&state=sent").want(200, "items.#", "1")
}

// trail holds what the auditor reads of it.
func (s *site) trail(auditor *client, number, reimbursement string) {
	s.T.Helper()
	list := auditor.get("/audit?limit=200&subject="+url.QueryEscape("case:"+number)).want(200, "next", "null")
	for _, action := range []string{"call.started", "call.answered", "call.code_sent", "call.concluded", "reset.link_sent", "reset.completed", "case.updated"} {
		if !strings.Contains(list.body, `"action":"`+action+`"`) {
			s.T.Errorf("%s is not in the trail", action)
		}
	}
	auditor.get("/audit?subject="+url.QueryEscape("reimbursement:"+strings.TrimPrefix(reimbursement, "/reimbursements/"))).want(200,
		"items.0.action", "reimbursement.approved", "items.0.actor_name", s.Supervisor.Name, "items.0.after.balances.#", "2")
}

// number is a number in the body.
func (a answer) number(path string) any {
	a.t.Helper()
	return jsonNumber(a.at(path))
}
