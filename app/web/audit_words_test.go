package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hoten/app/cases"
	"hoten/app/jptext"
	"hoten/app/policies"
	"hoten/app/reimbursements"
	"hoten/app/verbs"
)

// The audit trail says states and balances in words: a request that was posted is so, and
// its balances are amounts of their programs.
func TestTheAuditTrailSaysWhatWasPosted(t *testing.T) {
	s, ids := waitingSite(t, 1)
	if _, err := reimbursements.Approve(s.Ctx, s.Store, s.Supervisor, ids[0]); err != nil {
		t.Fatal(err)
	}
	page := strings.Join(strings.Fields(s.as(s.Auditor).get(fmt.Sprintf("/audit?subject=reimbursement:%d", ids[0])).body), " ")
	for _, want := range []string{`<span class="quiet">状態</span> <s>承認待ち</s> → <b>実行済</b>`, "残高</span> <b>ポイントーク 1 → 1ポイント、gooポイント 5,000 → 5,100ポイント", "<b>補填 gooポイント 100ポイント</b>"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not said", want)
		}
	}
	for _, raw := range []string{"&#34;program&#34;", "[{&#34;kind", "<s>submitted", "<b>submitted"} {
		if i := strings.Index(page, raw); i >= 0 {
			t.Errorf("%q is said: %s", raw, page[max(0, i-200):min(len(page), i+300)])
		}
	}
}

// What was changed elsewhere is told in words too: who decided what of which movement, when a
// callback is due, and how a call ended.
func TestTheAuditTrailSaysWhatWasDecided(t *testing.T) {
	s := newSite(t)
	s.as(s.Supervisor).post("/cases/"+s.Case(login).Number()+"/reveal", "reason", "照会")
	c := s.Case(login)
	call, err := cases.StartCall(s.Ctx, s.Store, s.Agent, c.ID, cases.NewCall{Direction: "outbound", Relation: cases.Family})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cases.Conclude(s.Ctx, s.Store, s.Agent, call.ID, cases.Unable); err != nil {
		t.Fatal(err)
	}
	if _, err := reimbursements.AddAdjustment(s.Ctx, s.Store, s.Manager, c.ID, "goo", 12500, "端数"); err != nil {
		t.Fatal(err)
	}
	if _, err := cases.Update(s.Ctx, s.Store, s.Supervisor, c.ID, cases.Change{Assignee: &s.Manager.ID, Version: s.Case(login).Version}); err != nil {
		t.Fatal(err)
	}
	body := s.as(s.Auditor).get("/audit").body
	for _, raw := range []string{"<b>voided", "<b>outbound", "call</span>", "level</span>"} {
		if strings.Contains(body, raw) {
			t.Errorf("%s is said raw", raw)
		}
	}
	for _, words := range []string{"相手", "ご家族", "架電", "確認不可", "プログラム", "gooポイント", "12,500", "本人確認済の通話", "いいえ", "<b>" + s.Manager.Name + "</b>"} {
		if !strings.Contains(body, words) {
			t.Errorf("the page does not say %s", words)
		}
	}
}

// Who did what to whom stands there in the reader's language, filtered by person, case, action
// and day, that day too; nothing is shown as the program keeps it.
func TestTheAuditTrailIsFiltered(t *testing.T) {
	s := newSite(t)
	c, b := s.Case(login), s.as(s.Auditor)
	if _, err := cases.AddNote(s.Ctx, s.Store, s.Agent, c.ID, "折り返し希望"); err != nil {
		t.Fatal(err)
	}
	if _, err := reimbursements.Propose(s.Ctx, s.Store, s.Supervisor, c.ID, ""); err != nil {
		t.Fatal(err)
	}
	if err := cases.Viewed(s.Ctx, s.Store, s.Supervisor, c.ID); err != nil {
		t.Fatal(err)
	}
	rows := func(query string, more ...string) (n int, body string) {
		t.Helper()
		for i := 0; i+1 < len(more); i += 2 {
			query += "&" + more[i] + "=" + url.QueryEscape(more[i+1])
		}
		a := b.get("/audit?" + query)
		if a.status != http.StatusOK {
			t.Errorf("%s: %d", query, a.status)
		}
		return strings.Count(a.body, `<td class="num start">`), a.body
	}
	all, _ := rows("case=" + c.Number())
	noted, body := rows("action=case.noted")
	if all < 3 || noted != 1 || !strings.Contains(body, "案件 "+c.Number()) || !strings.Contains(body, ">メモを登録<") || !strings.Contains(body, s.Agent.Name) || strings.Contains(body, "case:"+c.Number()) {
		t.Errorf("%d about the case, %d notes: %s", all, noted, body)
	}
	if n, body := rows("case=" + strings.ToLower(strings.ReplaceAll(c.Number(), "-", ""))); n != all || !strings.Contains(body, fmt.Sprintf("補填申請（案件 %s）", c.Number())) {
		t.Errorf("the case finds %d, want %d with its reimbursement", n, all)
	}
	if n, _ := rows("action=case.noted", "actor", fmt.Sprintf("staff:%d", s.Supervisor.ID)); n != 0 {
		t.Errorf("another's notes: %d", n)
	}
	today := jptext.DateOf(s.Clock.Now())
	for days, want := range map[string]int{"&from=" + today.String() + "&to=" + today.String(): 1, "&to=" + today.AddDays(-1).String(): 0, "&from=" + today.AddDays(1).String(): 0} {
		if n, _ := rows("action=case.noted" + days); n != want {
			t.Errorf("%s: %d, want %d", days, n, want)
		}
	}
	wrong := "H0000002-" + c.Number()[len(c.Number())-1:]
	if a := b.get("/audit?case=" + wrong); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "最後の数字（確認用）が合いません") || !strings.Contains(a.body, `value="`+wrong+`"`) {
		t.Errorf("a wrong digit: %d", a.status)
	}
	b.post("/language", "language", "en")
	if _, body := rows("action=case.noted"); !strings.Contains(body, "Case "+c.Number()) || !strings.Contains(body, ">Added a note<") && !strings.Contains(body, "note<") {
		t.Errorf("in English: %s", body)
	}
}

// Every action can be chosen once, among those of its part of the work, in the order of its words.
func TestActionsOfTheTrailAreGrouped(t *testing.T) {
	s := newSite(t)
	body := s.as(s.Auditor).get("/audit").body
	body = body[strings.Index(body, `<select id="action"`):]
	body = body[:strings.Index(body, "</select>")]
	for _, v := range verbs.All() {
		if n := strings.Count(body, `value="`+v.Name+`"`); n != 1 {
			t.Errorf("%s can be chosen %d times", v.Name, n)
		}
	}
	calls := body[strings.Index(body, `label="通話・折り返し"`):]
	if calls = calls[:strings.Index(calls, "</optgroup>")]; !strings.Contains(calls, "終話") || strings.Contains(calls, "メモを登録") {
		t.Errorf("the calls: %s", calls)
	}
}

// What holds others is said field by field, and long lists of changes are folded.
func TestTheAuditTrailShowsNoJSON(t *testing.T) {
	s := newSite(t)
	s.SetPolicies(func(p *policies.Policies) { p.ResetMinutes = 25 })
	for _, path := range []string{"/audit", "/audit?subject=policies"} {
		body := s.as(s.Auditor).get(path).body
		body = body[strings.Index(body, "<main"):]
		for _, raw := range []string{"{&#34;", "[&#34;", "[{", "map["} {
			if i := strings.Index(body, raw); i >= 0 {
				t.Errorf("%s says %q: %s", path, raw, body[max(0, i-300):min(len(body), i+300)])
			}
		}
	}
}

// The trail leaves as a file, in words and as filtered; that it left is in it.
func TestTheAuditTrailIsExported(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	if _, err := cases.AddNote(s.Ctx, s.Store, s.Agent, c.ID, "折り返し希望"); err != nil {
		t.Fatal(err)
	}
	b := s.as(s.Auditor)
	a := b.get("/audit.csv?action=case.noted&case=" + c.Number())
	if lines := strings.Split(strings.TrimSpace(a.body), "\r\n"); a.status != http.StatusOK || len(lines) != 2 || !strings.Contains(lines[0], "操作者") ||
		!strings.Contains(lines[1], s.Agent.Name+",メモを登録,案件 "+c.Number()) {
		t.Errorf("%d: %q", a.status, a.body)
	}
	if a := b.get("/audit.xlsx"); a.status != http.StatusOK || !strings.HasPrefix(a.body, "PK") {
		t.Errorf("as a workbook: %d", a.status)
	}
	if n := s.count("select count(*) from audit_entries where action = 'audit.exported' and actor_id = $1", s.Auditor.ID); n != 2 {
		t.Errorf("audited %d times", n)
	}
	if body := b.get("/audit?action=audit.exported").body; !strings.Contains(body, "監査証跡を出力") || !strings.Contains(body, "操作 メモを登録") {
		t.Errorf("the export is not told: %s", body)
	}
	// What is told of an action is no change of anything.
	if told := b.get("/audit.csv?action=audit.exported").body; !strings.Contains(told, "見つかった件数：1") || strings.Contains(told, "– →") {
		t.Errorf("the file tells a fact as a change: %s", told)
	}
	if a := b.get("/audit?from=2014-08-02&to=2014-08-01"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "開始日が終了日より後です") || !strings.Contains(a.body, `value="2014-08-02"`) || !strings.Contains(a.body, `value="2014-08-01"`) {
		t.Errorf("days the wrong way round: %d %s", a.status, a.body)
	}
	if a := b.get("/audit.csv?from=2014-08-02&to=2014-08-01"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a file of days the wrong way round: %d", a.status)
	}
	if a := b.get("/audit?from=2014-08-01&to=2014-08-01"); a.status != http.StatusOK {
		t.Errorf("of one day: %d", a.status)
	}
	if a := b.get("/audit.csv?action=nope"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown action: %d", a.status)
	}
	// An agent's file holds what the agent sees: the own actions.
	if a := s.as(s.Agent).get("/audit.csv"); strings.Contains(a.body, s.Auditor.Name) {
		t.Error("an agent reads another's actions")
	}
}

// Green stands for entries that were checked, with how many of all there are.
func TestOnlyCheckedEntriesAreGreen(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Auditor)
	const green = `<span class="state green">`
	state := func() string {
		body := b.get("/audit").body
		from := strings.Index(body, `class="chain-state"`)
		return body[from : from+strings.Index(body[from:], "</p>")]
	}
	if is := state(); strings.Contains(is, green) || !strings.Contains(is, "まだ検査していません") {
		t.Errorf("nothing was checked: %s", is)
	}
	if _, err := s.Pool.Exec(s.Ctx, `insert into settings (key, value) values ('audit_checked', '{"at":"2014-08-01T00:00:00Z","sealed":0,"broken":""}')`); err != nil {
		t.Fatal(err)
	}
	if is := state(); strings.Contains(is, green) {
		t.Errorf("of an empty chain: %s", is)
	}
	if _, err := s.Pool.Exec(s.Ctx, `update settings set value = '{"at":"2014-08-01T00:00:00Z","sealed":7,"broken":""}' where key = 'audit_checked'`); err != nil {
		t.Fatal(err)
	}
	if is := state(); !strings.Contains(is, green) || !strings.Contains(is, "うち7件を検査済") {
		t.Errorf("seven were checked: %s", is)
	}
}

// The list of cases leaves as it is seen: filtered, masked, with its columns.
func TestTheCaseListIsExported(t *testing.T) {
	s := newSite(t)
	c, b := s.Case(login), s.as(s.Agent)
	a := b.get("/cases.csv?status=new&columns=name&columns=status")
	if lines := strings.Split(strings.TrimSpace(a.body), "\r\n"); a.status != http.StatusOK || lines[0] != "\ufeff案件番号,ID,事案,氏名,状態" || !strings.HasPrefix(lines[1], c.Number()+","+login) {
		t.Errorf("%d: %q", a.status, a.body)
	}
	for _, secret := range secrets {
		if strings.Contains(a.body, secret) {
			t.Errorf("%s stands open", secret)
		}
	}
	if a := b.get("/cases.xlsx?status=completed"); a.status != http.StatusOK || !strings.HasPrefix(a.body, "PK") {
		t.Errorf("as a workbook: %d", a.status)
	}
	if body := b.get("/cases").body; !strings.Contains(body, strings.Replace(login, "@", "@<wbr>", 1)) || !strings.Contains(body, `href="/cases.csv"`) {
		t.Error("the list does not show the whole ID, or offers no file")
	}
	found := b.post("/search", "q", "無関係").location
	if a := b.get(strings.Replace(found, "/cases?", "/cases.csv?", 1)); strings.Contains(a.body, c.Number()) || strings.Count(a.body, "\r\n") != 1 {
		t.Errorf("of a search that found nothing: %q", a.body)
	}
	if a := b.get("/cases.csv?found=unknown"); a.status != http.StatusSeeOther {
		t.Errorf("of a search that is forgotten: %d", a.status)
	}
	if a := b.get("/cases.csv?status=nope"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("of an unknown status: %d", a.status)
	}
	if n := s.count("select count(*) from audit_entries where action = 'cases.exported' and after->'filters'->>'columns' = 'name status'"); n != 1 {
		t.Errorf("the columns are audited %d times", n)
	}
	if n := s.count("select count(*) from audit_entries where action = 'cases.exported' and actor_id = $1 and after::text not like '%無関係%'", s.Agent.ID); n != 3 {
		t.Errorf("audited %d times", n)
	}
}
