package web_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/ledger"
	"hoten/app/policies"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// waitingSite has n proposals of 100 points beside the member's own, which is above
// the threshold of two approvals and therefore stands out; its id comes last.
func waitingSite(t *testing.T, n int) (*site, []int64) {
	s := newSite(t)
	var a, m strings.Builder
	a.WriteString(apptest.AffectedHeader)
	m.WriteString(apptest.MovementsHeader)
	for i := range n {
		fmt.Fprintf(&a, "w%03d@ocn.example,山田 太郎,ヤマダ タロウ,1970-02-03,,w%d@mail.example,2008-01-01,,,,ja,1,5000,2014-07-29 10:00\n", i, i)
		fmt.Fprintf(&m, "W%d,w%03d@ocn.example,2014-07-20 02:00:00,exchange,goo,,gift-code,100,,,confirmed\n", i, i)
	}
	s.Import(a.String(), m.String())
	var ids []int64
	for i := range n {
		ids = append(ids, s.propose(s.Agent, fmt.Sprintf("w%03d@ocn.example", i)))
	}
	if _, err := reimbursements.AddAdjustment(s.Ctx, s.Store, s.Manager, s.Case(login).ID, "goo", 5, "端数"); err != nil {
		t.Fatal(err)
	}
	return s, append(ids, s.propose(s.Agent, login))
}

// A list of one incident says so, and how much waits there, also where that is more than a page.
func TestTheListOfAnIncidentIsAFilterOneSees(t *testing.T) {
	s, _ := waitingSite(t, 50)
	s.secondIncident()
	s.ImportInto(secondIncident, apptest.AffectedHeader+"o@ocn.example,山田 太郎,ヤマダ タロウ,1970-02-03,,o@mail.example,2008-01-01,,,,ja,1,5000,2014-07-29 10:00\n",
		apptest.MovementsHeader+"O1,o@ocn.example,2014-07-20 02:00:00,exchange,goo,,gift-code,100,,,confirmed\n")
	s.propose(s.Agent, "o@ocn.example")
	b := s.as(s.Supervisor)
	for path, want := range map[string]string{"/reimbursements": "52件", "/reimbursements?incident=" + apptest.Reference: "51件", "/reimbursements?incident=" + secondIncident: "1件"} {
		body := b.get(path).body
		says(t, path, body, []string{`count">` + want}, nil)
		if _, incident, narrowed := strings.Cut(path, "="); narrowed {
			says(t, path, body, []string{`aria-current="true">` + incident + `</a>`, `href="/reimbursements?state=submitted"`}, nil)
		}
	}
}

func (s *site) propose(by access.Actor, login string) int64 {
	s.T.Helper()
	r, err := reimbursements.Propose(s.Ctx, s.Store, by, s.Case(login).ID, "")
	if err != nil {
		s.T.Fatal(err)
	}
	return r.ID
}

// pickable are the requests of a page that can be selected without JavaScript.
func pickable(body string) (ids []string) {
	body = regexp.MustCompile(`(?s)<template>.*?</template>`).ReplaceAllString(body, "")
	for _, m := range regexp.MustCompile(`name="id" value="(\d+)"`).FindAllStringSubmatch(body, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

var planMark = regexp.MustCompile(`name="plan" value="([0-9a-f]+)"`)

// planOf is the plan that a request's page asks to approve; empty: it does not ask.
func planOf(body string) string {
	if m := planMark.FindStringSubmatch(body); m != nil {
		return m[1]
	}
	return ""
}

func chosen(ids ...int64) (form []string) {
	for _, id := range ids {
		form = append(form, "id", strconv.FormatInt(id, 10))
	}
	return form
}

var onceMark = regexp.MustCompile(`name="once" value="([^"]+)"`)

// confirmChosen sends the list's form and gives that of the step which follows.
func (s *site) confirmChosen(b *browser, ids []int64, once string) []string {
	s.T.Helper()
	return []string{"shown", shownOn(s.T, b.chooses("/reimbursements/approve", append(chosen(ids...), "once", once)...)), "once", once}
}

// approveChosen sends the forms of the list and of the step, works the batch and gives where
// it leads and what stands there.
func (s *site) approveChosen(b *browser, ids []int64, more ...string) (answer, answer) {
	s.T.Helper()
	a := b.post("/reimbursements/approve", append(s.confirmChosen(b, ids, rand.Text()), more...)...)
	s.Work()
	if a.status != http.StatusSeeOther {
		return a, answer{}
	}
	return a, b.get(a.location)
}

func TestApprovingWhatWasLookedAt(t *testing.T) {
	s, ids := waitingSite(t, 3)
	last := ids[3]
	b := s.as(s.Supervisor)
	forged := b.chooses("/reimbursements/approve", append(chosen(ids...), "once", "forged")...)
	says(t, "the step of a forged form", forged.body, []string{"内容を開いていないため対象外", `<span class="value">4件</span>`, "対象の案件はありません"}, []string{`id="confirm"`})
	list := b.get("/reimbursements?class=B")
	if got := pickable(list.body); len(got) != 3 || slices.Contains(got, strconv.FormatInt(last, 10)) {
		t.Fatalf("offered: %v", got)
	}
	all := b.get("/reimbursements")
	if strings.Index(all.body, fmt.Sprintf(`href="/reimbursements/%d"`, last)) > strings.Index(all.body, fmt.Sprintf(`href="/reimbursements/%d"`, ids[0])) {
		t.Error("what stands out does not come first")
	}
	says(t, "the step of one that was not opened", b.chooses("/reimbursements/approve", append(chosen(last), "once", "unopened")...).body, []string{"内容を開いていないため対象外"}, []string{`id="confirm"`})
	b.get(fmt.Sprintf("/reimbursements/%d", last))
	if got := pickable(b.get("/reimbursements").body); len(got) != 4 {
		t.Errorf("after opening: %v", got)
	}
	again := s.confirmChosen(b, append(ids, 4711), "again")
	a, result := s.approveChosen(b, ids, "class", "B", "band", "1")
	if want := "?back=" + url.QueryEscape("/reimbursements?state=submitted&class=B&band=1"); !strings.HasSuffix(a.location, want) {
		t.Fatalf("%s does not lead back to %s", a.location, want)
	}
	for _, want := range []string{"4 / 4", `href="/reimbursements?state=submitted&amp;class=B&amp;band=1"`, "承認を記録しました。実行には別のスーパーバイザーの承認が必要です。"} {
		if !strings.Contains(result.body, want) {
			t.Errorf("the result lacks %s", want)
		}
	}
	if missingWord.MatchString(result.body) || result.header.Get("Refresh") != "" {
		t.Error("the result is not done, or lacks a word")
	}
	second := b.post("/reimbursements/approve", again...)
	s.Work()
	result = b.get(second.location)
	said := strings.Join(strings.Fields(result.body), " ")
	for words, n := range map[string]int{"すでに処理が済んでいます。": 3, "実行済 " + s.Supervisor.Name: 3, "すでに承認しています。別のスーパーバイザー": 1, "見つかりません": 0} {
		if got := strings.Count(said, words); got != n {
			t.Errorf("%s: %d, want %d", words, got, n)
		}
	}
	if s.count("select count(*) from approvals") != 4 {
		t.Error("approved once more")
	}
	if first := b.get(a.location); first.status != http.StatusOK || !strings.Contains(first.body, "4 / 4") {
		t.Error("the result cannot be reached any more")
	}
}

func TestOwnAndChangedInABatch(t *testing.T) {
	s, ids := waitingSite(t, 3)
	second := s.as(s.Supervisor2)
	second.post("/language", "language", "en")
	second.get("/reimbursements")
	for _, id := range ids {
		second.get(fmt.Sprintf("/reimbursements/%d", id))
	}
	if _, err := reimbursements.Withdraw(s.Ctx, s.Store, s.Agent, ids[2], "誤り"); err != nil {
		t.Fatal(err)
	}
	own := s.propose(s.Supervisor2, "w002@ocn.example")
	second.get(fmt.Sprintf("/reimbursements/%d", own))
	step := second.chooses("/reimbursements/approve", append(chosen(ids[0], ids[1], ids[2], own), "once", "one")...)
	says(t, "the step", step.body, []string{"Proposed or edited by you, left out", "Already decided, left out"}, nil)
	// What changes after the step was shown is said of the result.
	if _, err := reimbursements.DecideFinding(s.Ctx, s.Store, s.Manager, s.Case("w001@ocn.example").ID, "W1", "own", "本人確認済"); err != nil {
		t.Fatal(err)
	}
	a := second.post("/reimbursements/approve", "shown", shownOn(t, step), "once", "one")
	s.Work()
	says(t, "the result", strings.Join(strings.Fields(second.get(a.location).body), " "), []string{"Findings or balances have changed", "+100 → <b>0</b>"}, nil)
	if got, err := reimbursements.ByID(store.Read(s.Ctx, s.Store), ids[0]); err != nil || got.State != reimbursements.Posted {
		t.Errorf("the one that could be approved: %v, %v", got, err)
	}
}

// Two supervisors and two clicks at once: everything is approved once, whoever came
// second is told, and two clicks are one batch.
func TestBatchesAtOnce(t *testing.T) {
	s, ids := waitingSite(t, 20)
	ids = ids[:20]
	browsers := []*browser{s.as(s.Supervisor), s.as(s.Supervisor2)}
	steps := make([][]string, 2)
	for i, b := range browsers {
		steps[i] = s.confirmChosen(b, ids, onceMark.FindStringSubmatch(b.get("/reimbursements").body)[1])
	}
	var wg sync.WaitGroup
	answers := make([]answer, 4)
	for i := range answers {
		wg.Go(func() {
			answers[i] = browsers[i%2].post("/reimbursements/approve", steps[i%2]...)
		})
	}
	wg.Wait()
	for i, a := range answers {
		if a.status != http.StatusSeeOther || a.location != answers[i%2].location {
			t.Errorf("%d to %s", a.status, a.location)
		}
	}
	if running := browsers[0].get(answers[0].location); running.header.Get("Refresh") == "" || !strings.Contains(running.body, "data-hx-get") || !strings.Contains(running.body, "処理待ち") {
		t.Error("a batch that is not done does not ask again")
	}
	for range 2 {
		wg.Go(s.Work)
	}
	wg.Wait()
	if n := s.count("select count(*) from approvals where reimbursement_id = any($1)", ids); n != 20 {
		t.Errorf("%d approvals", n)
	}
	if n := s.count("select count(*) from reimbursements where state = 'posted'"); n != 20 {
		t.Errorf("%d posted", n)
	}
	if n := s.count("select count(*) from approval_results where place in (0, 2)"); n != 40 {
		t.Errorf("%d outcomes", n)
	}
	if off, err := ledger.Check(store.Read(s.Ctx, s.Store)); off != "" || err != nil {
		t.Errorf("ledger: %s %v", off, err)
	}
}

// Nonsense begins no batch, and another address is none.
func TestHostileSelections(t *testing.T) {
	s, _ := waitingSite(t, 1)
	b, colleague := s.as(s.Supervisor), s.as(s.Supervisor2)
	b.get("/reimbursements/1")
	colleague.get("/reimbursements/1")
	step := s.confirmChosen(b, []int64{1}, "x")[:2]
	colleagues := s.confirmChosen(colleague, []int64{1}, "x")
	for name, form := range map[string][]string{"nothing": {"once", "x"}, "no mark": step, "a long mark": append(step, "once", strings.Repeat("x", 5000)),
		"numbers beyond": {"id", "99999999999999999999", "id", "-", "once", "x"}, "no step": {"id", "1", "once", "x", "shown", ""}, "of a colleague": colleagues} {
		if a := b.post("/reimbursements/approve", form...); a.status != http.StatusConflict && a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	for _, path := range []string{"/reimbursements/approvals/0", "/reimbursements/approvals/99", "/reimbursements/approvals/look"} {
		if a := b.get(path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	if n := s.count("select count(*) from jobs"); n != 0 {
		t.Errorf("%d batches", n)
	}
	_, result := s.approveChosen(b, []int64{1})
	if a := b.get("/reimbursements/approvals/1?cursor=-1.5&back=//evil.example"); a.status != http.StatusOK || strings.Contains(a.body, `href="//evil`) || result.status != http.StatusOK {
		t.Errorf("%d", a.status)
	}
	if a := s.as(s.Auditor).get("/reimbursements/approvals/1"); a.status != http.StatusForbidden {
		t.Errorf("auditor: %d", a.status)
	}
}

// Who may not decide looks without a trace and selects nothing.
func TestOthersOnlyReadWhatWaits(t *testing.T) {
	s, ids := waitingSite(t, 2)
	for _, who := range []access.Actor{s.Agent2, s.Auditor, s.Administrator} {
		b := s.as(who)
		a := b.get("/reimbursements")
		b.get(fmt.Sprintf("/reimbursements/%d", ids[0]))
		if a.status != http.StatusOK || len(pickable(a.body)) > 0 || strings.Contains(a.body, "data-look") {
			t.Errorf("%s: %d", who.Role, a.status)
		}
		if a := b.post("/reimbursements/approve", chosen(ids...)...); a.status != http.StatusForbidden {
			t.Errorf("%s approves: %d", who.Role, a.status)
		}
	}
	if n := s.count("select count(*) from reimbursement_looks"); n != 0 {
		t.Errorf("%d looks", n)
	}
}

// The list pages through what waits and keeps its filters, and nonsense narrows
// nothing.
func TestWhatWaitsPages(t *testing.T) {
	s, ids := waitingSite(t, 60)
	b := s.as(s.Supervisor)
	seen := map[string]int{}
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`)
	for path, pages := "/reimbursements?class=B&flag=&band=1", 0; path != ""; pages++ {
		a := b.get(path)
		for _, id := range pickable(a.body) {
			seen[id]++
		}
		path = ""
		if m := next.FindStringSubmatch(a.body); m != nil {
			path = strings.ReplaceAll(m[1], "&amp;", "&")
		}
		if pages > 3 {
			t.Fatal("no end")
		}
	}
	if len(seen) != 60 {
		t.Errorf("%d seen", len(seen))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s %d times", id, n)
		}
	}
	if a := b.get("/reimbursements"); len(pickable(a.body)) > 50 || !strings.Contains(a.body, "long=true") {
		t.Error("a short page does not lead to a long one")
	}
	if a := b.get("/reimbursements?long=true&class=B"); len(pickable(a.body)) != 60 || next.MatchString(a.body) || !strings.Contains(a.body, `name="long" value="true"`) {
		t.Errorf("%d on a long page", len(pickable(a.body)))
	}
	for _, path := range []string{"/reimbursements?flag=adjusted&incident=" + apptest.Reference} {
		if a := b.get(path); a.status != http.StatusOK || !strings.Contains(a.body, fmt.Sprintf(`href="/reimbursements/%d"`, ids[60])) {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// counting counts the round trips to the database outside of transactions.
type counting struct {
	*sql.DB
	asked *atomic.Int64
}

func (c counting) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.asked.Add(1)
	return c.DB.QueryContext(ctx, query, args...)
}

func (c counting) Conn(ctx context.Context) (*sql.Conn, error) {
	c.asked.Add(1)
	return c.DB.Conn(ctx)
}

// However many rows the list shows, it asks as often.
func TestWhatWaitsAsksAFixedNumberOfTimes(t *testing.T) {
	s, _ := waitingSite(t, 45)
	b := s.as(s.Supervisor)
	var asked atomic.Int64
	s.DB.Statement.ConnPool = counting{s.SQL, &asked}
	cost := func(path string) int64 {
		b.get(path) // the looks are kept
		asked.Store(0)
		b.get(path)
		return asked.Load()
	}
	few, many := cost("/reimbursements?flag=adjusted"), cost("/reimbursements")
	if few < 5 || many != few {
		t.Errorf("%d for one row, %d for 46", few, many)
	}
}

// A reason stands under the name of whoever gave it, not under the proposer's.
func TestReturnedRequestNamesWhoReturnedIt(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	r, err := reimbursements.Propose(s.Ctx, s.Store, s.Agent, c.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	b := s.as(s.Agent)
	page := "/cases/" + cases.Number(c.ID)
	if a := b.get(page); !strings.Contains(a.body, "承認待ち</p>") || strings.Contains(a.body, "差戻し "+s.Supervisor.Name) {
		t.Errorf("the step does not say that the request waits: %s", a.body)
	}
	if _, err := reimbursements.Return(s.Ctx, s.Store, s.Supervisor, r.ID, "金額を確認してください"); err != nil {
		t.Fatal(err)
	}
	a := b.get(page)
	by, reason := strings.Index(a.body, "差戻し "+s.Supervisor.Name), strings.Index(a.body, "金額を確認してください")
	if by < 0 || reason < by {
		t.Errorf("who returned it stands at %d, the reason at %d", by, reason)
	}
}

// Whoever has approved what changed afterwards can return it, and not approve it again.
func TestWhoApprovedReturnsWhatChanged(t *testing.T) {
	s, ids := waitingSite(t, 1)
	if _, err := reimbursements.Withdraw(s.Ctx, s.Store, s.Agent, ids[0], "誤り"); err != nil {
		t.Fatal(err)
	}
	s.SetPolicies(func(p *policies.Policies) { p.Thresholds["goo"] = 50 })
	id := s.propose(s.Agent, "w000@ocn.example")
	if _, err := reimbursements.Approve(s.Ctx, s.Store, s.Supervisor, id); err != nil {
		t.Fatal(err)
	}
	b, page := s.as(s.Supervisor), fmt.Sprintf("/reimbursements/%d", id)
	if a := b.get(page); strings.Contains(a.body, page+"/return") || !strings.Contains(a.body, "すでに承認しています") {
		t.Error("what was approved and stands is offered for a decision")
	}
	s.Import("", apptest.MovementsHeader+"WX,w000@ocn.example,2014-07-20 03:00,exchange,goo,,x,20,,,suspected\n")
	if a := b.get(page); !strings.Contains(a.body, page+"/return") || strings.Contains(a.body, page+"/approve") {
		t.Error("what changed cannot be returned")
	}
	says(t, "the case", s.as(s.Agent).get("/cases/"+s.Case("w000@ocn.example").Number()).body, []string{"申請後に内容が変わりました。申請をやり直してください。"}, nil)
	if a := b.post(page+"/return", "reason", "内容が変わったため"); a.status != http.StatusSeeOther {
		t.Errorf("returned: %d", a.status)
	}
}

// The calculation of a request is that of its own lines, from the balance it began with,
// whatever is found after it.
func TestCalculationOfARequest(t *testing.T) {
	s, ids := waitingSite(t, 1)
	calculation := func(id int64) string {
		t.Helper()
		a := s.as(s.Manager).get(fmt.Sprintf("/reimbursements/%d", id))
		table := regexp.MustCompile(`(?s)<table class="sums">(.*?)</table>`).FindString(a.body)
		return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(table, " ")), " ")
	}
	first := "申請時の残高 1 5,000 移行の戻し 0 0 補填 0 +100 残高不足分 0 0 実行後の残高 1 5,100"
	if got := calculation(ids[0]); !strings.Contains(got, first) {
		t.Errorf("proposed: %s", got)
	}
	if _, err := reimbursements.Approve(s.Ctx, s.Store, s.Supervisor, ids[0]); err != nil {
		t.Fatal(err)
	}
	s.Import("", apptest.MovementsHeader+"WX,w000@ocn.example,2014-07-20 03:00,exchange,goo,,x,20,,,suspected\n")
	if got := calculation(ids[0]); !strings.Contains(got, first) {
		t.Errorf("posted: %s", got)
	}
	correction := s.propose(s.Agent, "w000@ocn.example")
	if got := calculation(correction); !strings.Contains(got, "申請時の残高 1 5,100 移行の戻し 0 0 補填 0 +20 残高不足分 0 0 実行後の残高 1 5,120") {
		t.Errorf("the correction: %s", got)
	}
	// Where no balance was known, the changes stand between unknown ones.
	if _, err := s.Pool.Exec(s.Ctx, "update reimbursements set balances = '[]' where id = $1", correction); err != nil {
		t.Fatal(err)
	}
	if got := calculation(correction); got != "gooポイント 申請時の残高 不明 移行の戻し 0 補填 +20 残高不足分 0 実行後の残高 不明" {
		t.Errorf("no balance is known: %s", got)
	}
}

// What is learned of points that were put back is told whoever supervises, on every page.
func TestCorrectionsAreToldToSupervisors(t *testing.T) {
	s, ids := waitingSite(t, 1)
	if _, err := reimbursements.Approve(s.Ctx, s.Store, s.Supervisor, ids[0]); err != nil {
		t.Fatal(err)
	}
	told := func(by access.Actor) bool {
		return strings.Contains(s.as(by).get("/frame").body, "補填の訂正が必要 1件")
	}
	if told(s.Supervisor) {
		t.Error("told before")
	}
	s.Import("", apptest.MovementsHeader+"WC,w000@ocn.example,2014-07-21 03:00,cancel,,goo,gift-code,40,,W0,\n")
	if !told(s.Supervisor) || told(s.Agent) {
		t.Errorf("a supervisor: %v, an agent: %v", told(s.Supervisor), told(s.Agent))
	}
}

// What a batch would approve is shown first: how many, what they come to by program, and what
// becomes of them; nothing is approved yet, and what is decided already is left out.
func TestApprovalsAskFirst(t *testing.T) {
	s, ids := waitingSite(t, 3)
	b := s.as(s.Supervisor)
	b.get("/reimbursements")
	b.get(fmt.Sprintf("/reimbursements/%d", ids[3])) // which stands out
	if _, err := reimbursements.Reject(s.Ctx, s.Store, s.Manager, ids[2], "amount_differs"); err != nil {
		t.Fatal(err)
	}
	a := b.chooses("/reimbursements/approve", append(chosen(ids...), "once", "one", "class", "B")...)
	says(t, "the step", a.body, []string{"補填3件を承認する", "承認と同時に実行", "もう1人の承認待ちになる", "処理済みのため対象外", `name="class" value="B"`},
		[]string{fmt.Sprintf(`name="id" value="%d"`, ids[2])})
	if n := s.count("select count(*) from approvals"); a.status != http.StatusOK || n != 0 {
		t.Errorf("%d, %d approved unasked", a.status, n)
	}
	if a := b.post("/reimbursements/approve"); a.status != http.StatusConflict {
		t.Errorf("nothing chosen: %d", a.status)
	}
}
