package web_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/ledger"
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

func chosen(ids ...int64) (form []string) {
	for _, id := range ids {
		form = append(form, "id", strconv.FormatInt(id, 10))
	}
	return form
}

func TestApprovingWhatWasLookedAt(t *testing.T) {
	s, ids := waitingSite(t, 3)
	last := ids[3]
	b := s.as(s.Supervisor)
	if a := b.post("/reimbursements/approve", chosen(ids...)...); a.status != http.StatusConflict || strings.Count(a.body, "内訳を確かめていない申請は") != 4 ||
		s.count("select count(*) from approvals") != 0 {
		t.Fatalf("a forged form: %d", a.status)
	}
	list := b.get("/reimbursements?class=B")
	if got := pickable(list.body); len(got) != 3 || slices.Contains(got, strconv.FormatInt(last, 10)) {
		t.Fatalf("offered: %v", got)
	}
	all := b.get("/reimbursements")
	if strings.Index(all.body, fmt.Sprintf(`href="/reimbursements/%d"`, last)) > strings.Index(all.body, fmt.Sprintf(`href="/reimbursements/%d"`, ids[0])) {
		t.Error("what stands out does not come first")
	}
	if a := b.post("/reimbursements/approve", chosen(last)...); a.status != http.StatusConflict {
		t.Errorf("not opened: %d", a.status)
	}
	b.get(fmt.Sprintf("/reimbursements/%d", last))
	if got := pickable(b.get("/reimbursements").body); len(got) != 4 {
		t.Errorf("after opening: %v", got)
	}
	a := b.post("/reimbursements/approve", append(chosen(ids...), "class", "B", "band", "1")...)
	if a.status != http.StatusSeeOther || a.location != "/reimbursements?state=submitted&class=B&band=1" {
		t.Fatalf("%d %s", a.status, a.location)
	}
	if said := b.get(a.location).body; !strings.Contains(said, "3件を承認しました。 1件は1人目の承認です。") {
		t.Error("it is not said what became of them")
	}
	a = b.post("/reimbursements/approve", chosen(append(ids, 4711)...)...)
	for words, n := range map[string]int{"すでに判断されています。": 3, "すでに承認しています。別のスーパーバイザー": 1, "内訳を確かめていない": 1} {
		if got := strings.Count(a.body, words); got != n {
			t.Errorf("%s: %d, want %d", words, got, n)
		}
	}
	if a.status != http.StatusConflict || s.count("select count(*) from approvals") != 4 {
		t.Errorf("once more: %d", a.status)
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
	if _, err := reimbursements.DecideFinding(s.Ctx, s.Store, s.Manager, s.Case("w001@ocn.example").ID, "W1", "own", "本人確認済"); err != nil {
		t.Fatal(err)
	}
	if _, err := reimbursements.Withdraw(s.Ctx, s.Store, s.Agent, ids[2], "誤り"); err != nil {
		t.Fatal(err)
	}
	own := s.propose(s.Supervisor2, "w002@ocn.example")
	second.get(fmt.Sprintf("/reimbursements/%d", own))
	a := second.post("/reimbursements/approve", chosen(ids[0], ids[1], ids[2], own)...)
	for _, words := range []string{"Findings or balances have changed", "This has been decided already", "You proposed or edited this request"} {
		if !strings.Contains(a.body, words) {
			t.Errorf("%d: it is not said: %s", a.status, words)
		}
	}
	if got, err := reimbursements.ByID(store.Read(s.Ctx, s.Store), ids[0]); err != nil || got.State != reimbursements.Posted {
		t.Errorf("the one that could be approved: %v, %v", got, err)
	}
}

// Two supervisors and two clicks at once: everything is approved once, and whoever
// came second is told.
func TestBatchesAtOnce(t *testing.T) {
	s, ids := waitingSite(t, 20)
	ids = ids[:20]
	browsers := []*browser{s.as(s.Supervisor), s.as(s.Supervisor2)}
	for _, b := range browsers {
		b.get("/reimbursements")
	}
	var wg sync.WaitGroup
	answers := make([]answer, 4)
	for i := range answers {
		wg.Go(func() { answers[i] = browsers[i%2].post("/reimbursements/approve", chosen(ids...)...) })
	}
	wg.Wait()
	for _, a := range answers {
		if a.status != http.StatusSeeOther && a.status != http.StatusConflict {
			t.Errorf("%d", a.status)
		}
	}
	if n := s.count("select count(*) from approvals where reimbursement_id = any($1)", ids); n != 20 {
		t.Errorf("%d approvals", n)
	}
	if n := s.count("select count(*) from reimbursements where state = 'posted'"); n != 20 {
		t.Errorf("%d posted", n)
	}
	if off, err := ledger.Check(store.Read(s.Ctx, s.Store)); off != "" || err != nil {
		t.Errorf("ledger: %s %v", off, err)
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
	for _, path := range []string{"/reimbursements?band=99&class=Z&flag=none&state=what&cursor=x", "/reimbursements?flag=adjusted&incident=" + apptest.Reference} {
		if a := b.get(path); a.status != http.StatusOK || !strings.Contains(a.body, fmt.Sprintf(`href="/reimbursements/%d"`, ids[60])) {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// counting counts the questions put to the database outside of transactions.
type counting struct {
	gorm.ConnPool
	asked *atomic.Int64
}

func (c counting) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.asked.Add(1)
	return c.ConnPool.QueryContext(ctx, query, args...)
}

// However many rows the list shows, it asks as often.
func TestWhatWaitsAsksAFixedNumberOfTimes(t *testing.T) {
	s, _ := waitingSite(t, 45)
	b := s.as(s.Supervisor)
	var asked atomic.Int64
	s.DB.Statement.ConnPool = counting{s.DB.Statement.ConnPool, &asked}
	cost := func(path string) int64 {
		b.get(path) // the looks are kept
		asked.Store(0)
		b.get(path)
		return asked.Load()
	}
	few, many := cost("/reimbursements?flag=adjusted"), cost("/reimbursements")
	if few < 15 || many != few {
		t.Errorf("%d for one row, %d for 46", few, many)
	}
}
