package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/api"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/jptext"
	"hoten/app/outside"
	"hoten/app/points"
)

// tour goes to routes and notes which of them have answered well; the client
// scans every answer for what of the member must not be told.
type tour struct {
	*site
	been map[string]bool
}

// to calls a route with its parameters (":number", "H…", …) and returns the answer.
func (v *tour) to(c *client, route string, body any, parameters ...string) answer {
	v.T.Helper()
	method, path, _ := strings.Cut(route, " ")
	a := c.do(method, strings.NewReplacer(parameters...).Replace(path), body)
	if a.status >= 300 {
		v.T.Fatalf("%s: %d %s", a.what, a.status, a.body)
	}
	route, _, _ = strings.Cut(route, "?")
	v.been[route] = true
	return a
}

// Every route is called so that it does what it is for, with the member's data
// going in wherever it may, and then every role reads all there is. Only reveal
// and the rejected rows, both audited, tell any of it.
func TestNoAnswerTellsPersonalData(t *testing.T) {
	v := &tour{newSite(t), map[string]bool{}}
	agent, supervisor, manager := v.as(v.Agent), v.as(v.Supervisor), v.as(v.Manager)
	reason := j{"reason": "調査"}

	v.to(manager, "POST /incidents", j{"reference": "OTHER", "title_ja": "別件", "title_en": "Other", "period_from": "2014-07-11", "period_to": "2014-07-28", "detected_on": "2014-07-28"})
	other := strings.NewReplacer(login, "yamada0002@ocn.example", "MV", "MW").Replace
	refused := strings.NewReplacer(login, "yamada0003@ocn.example", "1970-02-03", "1970-02-33", "N123456789", "'N123456789").Replace(member)
	id := v.to(manager, "POST /incidents/:reference/imports", files(t, "affected", strings.Replace(apptest.AffectedHeader, "\n", ",memo\n", 1)+
		strings.ReplaceAll(member+other(member)+refused, "\n", ",山田のメモ\n"), "movements", apptest.MovementsHeader+memberMoves+other(memberMoves)),
		":reference", apptest.Reference).at("id")
	v.Work()
	v.to(agent, "GET /imports/:id", nil, ":id", id).want(200, "state", "done", "rejected.#", "1", "rejected_count", "1", "ignored_columns.0", "memo")
	if a := v.to(manager, "GET /imports/:id/rejected/:file", nil, ":id", id, ":file", "affected"); !strings.Contains(a.body, "山田 太郎") {
		t.Errorf("the rejected rows are not given back: %s", a.body)
	}
	v.to(manager, "POST /incidents/:reference/notices", nil, ":reference", apptest.Reference).want(202, "queued", "2", "unreachable", "0")

	for _, q := range []string{"山田太郎", "ヤマダ", "09000001234", "taro.yamada@mail.example", "N123456789"} {
		v.to(agent, "POST /cases/search", j{"q": q}).want(200, "items.#", "2")
	}
	number, second := v.Case(login).Number(), v.Case("yamada0002@ocn.example").Number()
	inquiry := v.to(agent, "POST /cases", j{"incident": apptest.Reference, "login_id": "nobody@ocn.example"}).at("number")
	v.to(agent, "PATCH /cases/:number", j{"assignee": "me", "version": 1}, ":number", number)
	v.to(agent, "POST /cases/:number/notes", j{"text": "折り返し希望"}, ":number", number)
	v.to(agent, "POST /members/balances", j{"login_id": login}).want(200, "pointtalk", "100")
	v.to(agent, "POST /cases/next", nil)
	v.to(supervisor, "POST /cases/:number/affected", reason, ":number", inquiry)
	v.to(agent, "POST /cases/:number/notice", nil, ":number", second)

	v.contacts(agent, supervisor, second)
	v.calls(agent, supervisor, number)
	v.callbacks(agent, number)
	v.services(manager)
	v.setUp(manager)
	v.to(agent, "POST /cases/:number/reset", nil, ":number", number)
	v.to(supervisor, "POST /cases/:number/release", reason, ":number", second)
	v.to(supervisor, "POST /cases/:number/restrict", reason, ":number", second)
	v.points(agent, supervisor, number, second)

	if _, err := v.Pool.Exec(v.Ctx, "update mails set state = 'failed' where kind = 'restriction_notice'"); err != nil {
		t.Fatal(err)
	}
	v.to(agent, "POST /mails/:id/resend", nil, ":id", v.to(agent, "GET /mails?state=failed", nil).at("items.0.id"))
	v.to(manager, "POST /mails/send-kept", nil).want(202, "queued", "0")
	apptest.AsOwner(t, v.Store, `insert into installations values ('\x00', 'elsewhere', now())`)
	v.to(v.as(v.Administrator), "POST /installation/release", j{"mails": "send", "reason": "切替"}).want(200, "held", "false")
	queue := v.Number(`insert into mail_queues (scope, relay, about_us, refusal, said, mails, domains, since, stopped_at)
		values ('mail.example', false, false, '550', '550 User unknown', '{}', '{mail.example}', now(), now()) returning id`)
	v.to(manager, "GET /mails/queues", nil).want(200, "items.0.domain", "mail.example")
	v.to(manager, "POST /mails/queues/:id/resume", j{"refused": "keep", "reason": "設定を修正"}, ":id", fmt.Sprint(queue))
	v.to(v.as(v.Auditor), "GET /audit?limit=200", nil)

	v.readings(number, id)
	for _, r := range api.Routes {
		if !v.been[r.Method+" "+r.Path] {
			t.Errorf("%s %s was not looked at", r.Method, r.Path)
		}
	}
}

// setUp makes an operator with an ID and a program, and changes them; fields that are
// absent stay, and a stale version changes nothing.
func (v *tour) setUp(manager *client) {
	v.T.Helper()
	v.to(manager, "POST /operators", j{"code": "ferry", "name_ja": "フェリー", "name_en": "Ferry", "page_ja": "公式", "page_en": "the site"}).want(201, "code", "ferry", "version", "1")
	manager.post("/operators", j{"code": "ferry", "name_ja": "フェリー", "name_en": "Ferry"}).want(422, "errors.0.field", "code", "errors.0.code", "code_taken")
	v.to(manager, "PATCH /operators/:code", j{"name_en": "The Ferry", "version": 1}, ":code", "ferry").want(200, "name_en", "The Ferry", "page_en", "the site", "version", "2")
	manager.do("PATCH", "/operators/ferry", j{"name_en": "Late", "version": 1}).want(409, "code", "conflict")
	manager.do("PATCH", "/operators/ferry", j{"name_en": "Unseen"}).want(422, "errors.0.field", "version")
	v.to(manager, "POST /ids", j{"code": "ferry-id", "operator": "ferry", "name_ja": "フェリーID", "name_en": "Ferry ID", "domains": []string{"ferry.example"}}).want(201, "domains.0", "ferry.example", "language", "ja")
	v.to(manager, "PATCH /ids/:code", j{"language": "en", "domains": nil, "version": 1}, ":code", "ferry-id").want(200, "language", "en", "domains.#", "1", "operator", "ferry")
	manager.do("PATCH", "/ids/ferry-id", j{"domains": []string{}, "version": 2}).want(200, "domains.#", "0")
	manager.post("/programs", j{"code": "miles", "operator": "nobody", "name_ja": "マイル", "name_en": "Miles", "unit_ja": "マイル", "unit_en": "miles", "unit_en_one": "mile"}).want(422, "errors.0.field", "operator")
	v.to(manager, "POST /programs", j{"code": "miles", "operator": "ferry", "name_ja": "マイル", "name_en": "Miles", "unit_ja": "マイル", "unit_en": "miles", "unit_en_one": "mile"}).want(201, "version", "1")
	v.to(manager, "PATCH /programs/:code", j{"name_en": "Ferry Miles", "version": 1}, ":code", "miles").want(200, "name_en", "Ferry Miles", "unit_en", "miles", "operator", "ferry")
	v.to(manager, "PATCH /incidents/:reference", j{"released_ids": 2, "bearers": j{"goo": "ntt-com", "pointtalk": ""}, "version": 1}, ":reference", apptest.Reference).
		want(200, "released_ids", "2", "period_from", "2014-07-11", "id", "ocn-id", "bearers.goo", "ntt-com", "bearers.#", "2", "version", "2")
	for _, path := range []string{"/operators", "/ids", "/programs"} {
		v.to(manager, "GET "+path, nil)
	}
}

// calls goes through every turn that a call can take.
func (v *tour) calls(agent, supervisor *client, number string) {
	v.T.Helper()
	start := func(direction string) string {
		v.T.Helper()
		return v.to(agent, "POST /cases/:number/calls", j{"direction": direction, "relation": "self", "caller_number": "090-0000-1234"}, ":number", number).at("id")
	}
	wrong := start("inbound")
	for item, value := range map[string]string{"name": "山田 花子", "address": "東京都千代田区丸の内9-9-9", "phone": "090-9999-9999"} {
		v.to(agent, "POST /calls/:id/answers", j{"item": item, "value": value}, ":id", wrong).want(200, "match", "false")
	}
	v.to(supervisor, "POST /cases/:number/verification/reopen", j{"reason": "本人と確認"}, ":number", number)
	thief := start("inbound")
	v.to(agent, "POST /calls/:id/conclude", j{"outcome": "impostor_suspected"}, ":id", thief)
	v.to(supervisor, "POST /cases/:number/impostor/uphold", j{"reason": "声が別人"}, ":number", number).want(200)
	v.to(supervisor, "POST /cases/:number/impostor/clear", j{"reason": "本人と確認"}, ":number", number)
	v.to(supervisor, "POST /cases/:number/representatives", j{"relation": "proxy", "documents": "委任状 2014-07-30"}, ":number", number)
	papers := agent.get("/cases/"+number).want(200, "representatives.0.relation", "proxy", "representatives.0.withdrawn_at", "null").at("representatives.0.id")
	v.to(supervisor, "POST /cases/:number/representatives/:id/withdraw", j{"reason": "委任状が偽造と判明"}, ":number", number, ":id", papers).want(200, "representatives.#", "1")
	supervisor.post("/cases/"+number+"/representatives/"+papers+"/withdraw", j{"reason": "再度"}).want(409, "code", "already_decided")

	v.to(agent, "POST /calls/:id/end", nil, ":id", start("inbound"))
	v.handovers(agent, supervisor, start("inbound"))
	call := start("outbound")
	for item, value := range map[string]string{"name": "山田 太郎", "birth_date": "1970-02-03", "address": "東京都千代田区見本町1-2-3", "phone": "090-0000-1234", "customer_number": "N123456789"} {
		v.to(agent, "POST /calls/:id/answers", j{"item": item, "value": value}, ":id", call).want(200, "match", "true")
	}
	v.to(agent, "POST /calls/:id/code", nil, ":id", call)
	id, _ := cases.ParseNumber(number)
	v.to(agent, "POST /calls/:id/code/check", j{"code": v.Secret(id)}, ":id", call).want(200, "match", "true")
	v.to(agent, "POST /calls/:id/callback", nil, ":id", call)
	if a := v.to(agent, "POST /cases/:number/reveal", nil, ":number", number); !strings.Contains(a.body, "山田 太郎") {
		v.T.Errorf("nothing is revealed in a verified call: %s", a.body)
	}
	v.Clock.Add(2 * time.Minute) // the link may follow the code
}

// contacts has a contact that documents show proposed, rejected, confirmed and undone.
func (v *tour) contacts(agent, supervisor *client, number string) {
	v.T.Helper()
	form := j{"kind": "email", "value": "fresh@mail.example", "documents": "本人確認書類の写し"}
	propose := func() string {
		v.T.Helper()
		return v.to(agent, "POST /cases/:number/contacts", form, ":number", number).want(201, "state", "proposed", "kind", "email").at("id")
	}
	own := propose()
	supervisor.post("/contacts/"+own+"/withdraw", j{}).want(403, "code", "not_the_proposer")
	v.to(agent, "POST /contacts/:id/withdraw", nil, ":id", own).want(200, "state", "withdrawn")
	agent.post("/contacts/"+own+"/withdraw", j{}).want(409, "code", "already_decided")
	agent.post("/cases/"+number+"/letters", j{"sent_on": "2014-07-31"}).want(409, "code", "no_letter_due")
	v.to(supervisor, "POST /contacts/:id/refuse", j{"reason": "書類が不鮮明"}, ":id", propose()).want(200, "state", "refused")
	id := propose()
	agent.post("/contacts/"+id+"/confirm", j{"value": "fresh@mail.example"}).want(403, "code", "forbidden")
	supervisor.post("/contacts/"+id+"/confirm", j{"value": "fresh@mial.example"}).want(422, "errors.0.field", "value", "errors.0.code", "contact_differs")
	v.to(supervisor, "POST /contacts/:id/confirm", j{"value": "Fresh@mail.example"}, ":id", id).want(200, "state", "confirmed")
	if at := supervisor.get("/cases/"+number).want(200, "member.contacts.0.kind", "email").at("member.contacts.0.proved_at"); at == "" || at == "null" {
		v.T.Errorf("documents proved nothing: %q", at)
	}
	v.to(supervisor, "POST /contacts/:id/undo", j{"reason": "誤記"}, ":id", id).want(200, "state", "undone")
	supervisor.post("/contacts/"+id+"/undo", j{"reason": "誤記"}).want(409, "code", "already_decided")
	v.letter(agent, number)
}

// letter has a letter recorded for a case that waits for one.
func (v *tour) letter(agent *client, number string) {
	v.T.Helper()
	id, _ := cases.ParseNumber(number)
	if _, err := v.Pool.Exec(v.Ctx, "update cases set letter_about = 1 where id = $1", id); err != nil {
		v.T.Fatal(err)
	}
	agent.get("/cases/"+number).want(200, "letter_waits", "true")
	agent.post("/cases/"+number+"/letters", j{"sent_on": "2099-01-01"}).want(422, "errors.0.field", "sent_on", "errors.0.code", "letter_in_future")
	day := jptext.DateOf(v.Clock.Now()).String()
	agent.post("/cases/"+number+"/letters", j{"sent_on": day, "about": []string{}}).want(422, "errors.0.field", "about", "errors.0.code", "required")
	v.to(agent, "POST /cases/:number/letters", j{"sent_on": day}, ":number", number).want(200, "letter_waits", "false", "letter_sent_on", day)
}

// handovers offers a call, takes the offer back, has it declined and accepted.
func (v *tour) handovers(agent, supervisor *client, call string) {
	v.T.Helper()
	to := j{"to": v.Supervisor.ID, "note": "折り返しの相談"}
	v.to(agent, "GET /calls/:id/receivers", nil, ":id", call).want(200, "items.0.languages.0", "ja", "items.0.in_call", "false", "items.0.here", "false")
	agent.post("/calls/"+call+"/handover", j{"to": v.Agent.ID}).want(422, "errors.0.field", "to", "errors.0.code", "handover_self")
	v.to(agent, "POST /calls/:id/handover", to, ":id", call).want(201, "state", "offered", "call", call)
	agent.post("/calls/"+call+"/handover", to).want(409, "code", "handover_offered")
	v.to(agent, "POST /calls/:id/handover/withdraw", nil, ":id", call).want(200, "state", "withdrawn")
	offer := agent.post("/calls/"+call+"/handover", to).at("id")
	v.to(supervisor, "POST /handovers/:id/decline", nil, ":id", offer).want(200, "state", "declined")
	offer = agent.post("/calls/"+call+"/handover", to).at("id")
	v.to(supervisor, "GET /handovers", nil).want(200, "items.#", "1", "items.0.id", offer, "items.0.note", "折り返しの相談")
	agent.get("/handovers").want(200, "items.#", "0")
	took := v.to(supervisor, "POST /handovers/:id/accept", nil, ":id", offer).want(201, "ended_at", "null").at("id")
	supervisor.post("/handovers/"+offer+"/accept", nil).want(409, "code", "handover_over")
	agent.post("/calls/"+call+"/end", nil).want(409, "code", "call_handed_over")
	supervisor.post("/calls/"+took+"/end", nil).want(200)
}

// callbacks promises calls back and tries them, in every way that one ends.
func (v *tour) callbacks(agent *client, number string) {
	v.T.Helper()
	promise := func() string {
		v.T.Helper()
		return v.to(agent, "POST /cases/:number/callbacks", j{"due_at": "2014-07-31T18:00:00+09:00", "note": "夕方を希望"}, ":number", number).
			want(201, "name", "山○ 太○", "phone", "090-****-1234", "desk", "tech", "note", "夕方を希望").at("id")
	}
	id := promise()
	v.to(agent, "POST /callbacks/:id/move", j{"due_at": "2014-07-31T19:00:00+09:00", "reason": "お客さまの都合"}, ":id", id).want(200, "version", "2")
	for _, outcome := range []string{"no_answer", "voicemail"} {
		v.to(agent, "POST /callbacks/:id/attempts", j{"outcome": outcome}, ":id", id).want(200, "state", "open", "last_outcome", outcome)
	}
	v.to(agent, "POST /callbacks/:id/attempts", j{"outcome": "busy"}, ":id", id).want(200, "state", "exhausted", "next_channel", "mail", "attempts", "3")
	v.to(agent, "POST /callbacks/:id/drop", j{"reason": "メールで連絡済み"}, ":id", promise()).want(200, "state", "dropped")
	v.to(agent, "GET /callbacks?state=exhausted", nil).want(200, "items.#", "1")
	v.to(agent, "GET /callbacks?assignee=me&overdue=true", nil).want(200, "items.#", "0")
	promise()
}

// services suspends one, prolongs it and takes it back.
func (v *tour) services(manager *client) {
	v.T.Helper()
	id := v.to(manager, "POST /services", j{"program": "goo", "service": "exchange", "state": "suspended", "from": "2014-07-28T20:00:00+09:00", "reason": "2014-R096"}).
		want(201, "holds", "true", "until", "null").at("id")
	v.to(manager, "POST /services/:id/change", j{"until": "2014-08-01T15:00:00+09:00", "reason": "再開日の決定"}, ":id", id).want(200, "version", "2")
	v.to(manager, "GET /services?at=2014-08-01T15:00:00%2B09:00", nil).want(200, "items.#", "0")
	v.to(manager, "GET /services", nil).want(200, "items.#", "1")
	v.to(manager, "POST /services/:id/void", j{"reason": "誤登録"}, ":id", id).want(204)
}

// points goes through everything that can become of a proposal.
func (v *tour) points(agent, supervisor *client, number, second string) {
	v.T.Helper()
	v.to(supervisor, "POST /cases/:number/findings", j{"movement_id": "MV2", "finding": "suspected", "reason": "調査"}, ":number", number)
	twice := "2014-07-21T03:00:00+09:00,exchange,goo,,ギフト券,10,,,suspected\n"
	v.to(v.as(v.Manager), "POST /incidents/:reference/imports", files(v.T, "movements", apptest.MovementsHeader+"MV8,"+login+","+twice+"MV9,"+login+","+twice), ":reference", apptest.Reference)
	v.Work()
	v.to(agent, "GET /cases/:number/plan", nil, ":number", number).want(200, "doubles.#", "2")
	v.to(supervisor, "POST /cases/:number/doubles", j{"movement_id": "MV9", "decision": "double", "reason": "調査"}, ":number", number).want(200, "decision", "double")
	v.to(agent, "POST /cases/:number/adjustments", j{"program": "goo", "points": 1, "reason": "端数"}, ":number", second)
	v.to(agent, "GET /cases/:number/plan", nil, ":number", number)
	for _, end := range []string{"return", "withdraw", "reject", "approve"} {
		id := v.to(agent, "POST /cases/:number/reimbursements", j{"note": "調査済み"}, ":number", number).at("id")
		v.to(agent, "GET /reimbursements/:id", nil, ":id", id)
		by, body := supervisor, any(j{"reason": "duplicate"})
		switch end {
		case "withdraw":
			by = agent
		case "approve":
			body = nil
		}
		v.to(by, "POST /reimbursements/:id/"+end, body, ":id", id)
	}
	job := v.to(agent, "POST /incidents/:reference/reimbursements", nil, ":reference", apptest.Reference).at("id")
	v.Work()
	v.to(agent, "GET /jobs/:id", nil, ":id", job).want(200, "state", "done", "processed", "1", "failed", "0")
	pending := v.to(agent, "GET /reimbursements?state=submitted", nil).want(200, "items.#", "1").at("items.0.id")
	v.to(supervisor, "POST /reimbursements/approve", `{"ids":[`+pending+`]}`).want(200, "results.0.state", "submitted") // of two approvals
	y := v.ConnectPoints(v.T, []string{"goo", "pointtalk"})
	y.Refuse(func(string, string, int64) string { return points.AccountClosed })
	v.to(v.as(v.Supervisor2), "POST /reimbursements/:id/approve", nil, ":id", pending).want(200, "state", "approved")
	v.SendLegs(v.T)
	v.to(agent, "POST /reimbursements/:id/undo", j{"reason": "口座が閉鎖されている"}, ":id", pending).want(201)
	v.pointFiles(agent, supervisor)
	v.reconciliations(agent, supervisor)
}

// reconciliations takes a statement, which names the member's account, and has it explained and signed.
func (v *tour) reconciliations(agent, supervisor *client) {
	v.T.Helper()
	day := jptext.DateOf(v.Clock.Now()).AddDays(-1).String()
	statement := "key,account,program,points,reference,done_at\nx-1," + login + ",goo,5,P1," + day + " 10:00\n"
	at := v.to(supervisor, "POST /points/:code/statements/:day", statement, ":code", "outside", ":day", day).want(200, "state", "open", "version", "1", "unexplained", "1", "programs.0.points_there", "5").at("id")
	agent.post("/points/outside/statements/"+day, statement).want(403)
	supervisor.post("/points/outside/statements/"+day, strings.Replace(statement, ",5,", ",five,", 1)).want(422, "errors.0.field", "file", "errors.0.code", "statement_cell")
	supervisor.post("/points/outside/statements/2014-02-30", statement).want(422, "errors.0.field", "day")
	supervisor.post("/points/nobody/statements/"+day, statement).want(404)
	v.to(agent, "GET /reconciliations", nil).want(200, "items.0.day", day, "items.0.system", "outside")
	v.to(agent, "GET /reconciliations/:id/differences", nil, ":id", at).want(200, "items.#", "1", "items.0.kind", "unknown_key", "items.0.cause", "null")
	path := "/reconciliations/" + at
	supervisor.post(path+"/explain", j{"kind": "unknown_key", "cause": "elsewhere", "reason": "試験", "version": 9}).want(409, "code", "reconciliation_changed")
	v.to(supervisor, "POST /reconciliations/:id/explain", j{"kind": "unknown_key", "cause": "elsewhere", "reason": "試験環境の処理", "version": 1}, ":id", at).want(200, "unexplained", "0", "version", "2")
	supervisor.post(path+"/prepare", `{}`).want(422, "errors.0.field", "version")
	v.to(supervisor, "POST /reconciliations/:id/prepare", j{"version": 2}, ":id", at).want(200, "state", "prepared", "prepared_by", fmt.Sprint(v.Supervisor.ID))
	v.to(supervisor, "POST /reconciliations/:id/return", j{"version": 2, "reason": "もう一度"}, ":id", at).want(200, "state", "open")
	supervisor.post(path+"/prepare", j{"version": 2}).want(200)
	supervisor.post(path+"/sign", j{"version": 2}).want(403, "code", "reconciliation_own")
	v.to(v.as(v.Supervisor2), "POST /reconciliations/:id/sign", j{"version": 2}, ":id", at).want(200, "state", "signed")
	v.to(agent, "GET /reconciliations/:id", nil, ":id", at).want(200, "state", "signed")
	agent.get("/reconciliations/"+at+"/differences").want(200, "items.0.reason", "試験環境の処理", "items.0.explained_by", fmt.Sprint(v.Supervisor.ID))
	agent.get("/reconciliations?state=none").want(422, "errors.0.field", "state")
	agent.get(path+"/differences?kind=none").want(422, "errors.0.field", "kind")
	agent.get("/reconciliations?cursor=reconciliations-zz").want(422, "errors.0.field", "cursor")
	agent.get("/reconciliations/99/differences").want(404)
}

// pointFiles makes a file for a point system, downloads it, which tells accounts, and takes in a result.
func (v *tour) pointFiles(agent, supervisor *client) {
	v.T.Helper()
	plan := points.Plan{Plan: outside.Plan{Code: "files", Name: "ファイル", Kind: "batch", Settings: map[string]string{"hours": "02:00"}}}
	if _, err := points.Set(v.Ctx, v.Store, v.Administrator, 0, plan); err != nil {
		v.T.Fatal(err)
	}
	if _, err := v.Pool.Exec(v.Ctx, "update point_legs set system_id = (select id from point_systems where code = 'files'), state = 'waiting', settled_at = null, next_at = $1 where state = 'refused'", v.Clock.Now()); err != nil {
		v.T.Fatal(err)
	}
	at := []string{":code", "files", ":number", "1"}
	v.to(supervisor, "POST /points/:code/files", nil, at...).want(201, "number", "1", "state", "cut", "name", "files-000001.csv")
	agent.post("/points/files/files", nil).want(403)
	supervisor.post("/points/files/files", nil).want(409, "code", "nothing_to_cut")
	if a := v.to(supervisor, "GET /points/:code/files/:number/content", nil, at...); !strings.Contains(a.body, "@ocn.example,") {
		v.T.Errorf("%s", a.body)
	}
	agent.get("/points/files/files/1/content").want(403)
	v.to(agent, "GET /points/:code/files", nil, at...).want(200, "items.#", "1", "items.0.state", "sent")
	supervisor.post("/points/files/files/1/results", `1,RESULTS,files,1,1,20140731,120000,REJECTED,`).want(422, "errors.0.field", "result", "errors.0.code", "result_tail_missing")
	result := "1,RESULTS,files,1,1,20140731,120000,REJECTED,\n9,1,1,0,0,0,0\n"
	v.to(supervisor, "POST /points/:code/files/:number/results", result, at...).want(200, "number", "1", "again", "false")
	supervisor.post("/points/files/files/1/results", result).want(200, "again", "true")
	v.to(agent, "GET /points/:code/files/:number", nil, at...).want(200, "state", "rejected", "open", "0")
}

// readings has every role read everything there is.
func (v *tour) readings(number, imported string) {
	v.T.Helper()
	people := v.People()
	for _, role := range access.Roles {
		c := v.as(people[role])
		for _, r := range api.Routes {
			if r.Method != "GET" || !role.May(r.Permission()) || slices.Contains([]string{"/jobs/:id", "/reimbursements/:id", "/calls/:id/receivers", "/reconciliations/:id", "/reconciliations/:id/differences"}, r.Path) || strings.HasPrefix(r.Path, "/points/") {
				continue
			}
			v.to(c, r.Method+" "+r.Path, nil, ":reference", apptest.Reference, ":number", number, ":login_id", login, "/imports/:id", "/imports/"+imported, ":file", "affected")
		}
		for _, path := range []string{"/reimbursements/1", "/reimbursements/4", "/jobs/1"} {
			c.get(path).want(200)
		}
		c.get("/cases/"+number).want(200, "member.name", "山○ 太○", "member.birth_date", "197*-**-**", "member.phones.0", "090-****-1234",
			"member.customer_number", "********89", "member.emails.0", "t•••a@mail.example")
	}
}

// A file without its first line is refused, and the line that stands there
// instead, a member's, is not told as the names of columns.
func TestMissingHeadersTellNoPersonalData(t *testing.T) {
	s := newSite(t)
	id := s.as(s.Manager).post("/incidents/"+apptest.Reference+"/imports", files(t, "affected", member+strings.Replace(member, login, "other@ocn.example", 1))).want(202).at("id")
	s.Work()
	s.as(s.Agent).get("/imports/"+id).want(200, "state", "failed", "accepted", "0", "rejected.0.line", "1", "rejected.0.reason", "column_missing")
}
