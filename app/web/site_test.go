package web_test

import (
	"context"
	"crypto/rand"
	"flag"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/edge"
	"hoten/app/notices"
	"hoten/app/store"
	"hoten/app/web"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) { apptest.Main(m) }

const password = "correct horse battery"

// The one member of most sites, as the operator's file has them.
const (
	login       = "yamada0001@ocn.example"
	member      = login + ",山田 太郎,ヤマダ タロウ,1970-02-03,090-0000-1234,taro.yamada@mail.example,2005-04-01,1000001,東京都千代田区見本町1-2-3,N123456789,ja,100,0,2014-07-29T10:00:00+09:00\n"
	memberMoves = "MV1," + login + ",2014-07-20T03:00:00+09:00,transfer,pointtalk,goo,,500,500,,confirmed\n" +
		"MV2," + login + ",2014-07-20T03:05:00+09:00,exchange,goo,,ギフト券,400,,,confirmed\n"
)

// secrets is what of the member must never stand on a page unrevealed.
var secrets = []string{"山田 太郎", "ヤマダ タロウ", "1970-02-03", "1970年2月3日", "090-0000-1234", "09000001234", "taro.yamada@mail.example", "見本町1-2-3", "N123456789"}

// outbox keeps mails as they would have gone out.
type outbox struct {
	mu   sync.Mutex
	sent []notices.Envelope
}

func (o *outbox) Send(_ context.Context, e notices.Envelope) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent = append(o.sent, e)
	return nil
}

// site is the console on a store, served.
type site struct {
	*apptest.World
	server *httptest.Server
	outbox *outbox
}

func serve(t testing.TB, s *store.Store, with ...func(*web.Options)) *httptest.Server {
	t.Helper()
	e := edge.New(s.Log, nil)
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	options := web.Options{BaseURL: server.URL, Env: apptest.MailEnv}
	for _, set := range with {
		set(&options)
	}
	web.Register(e, s, options)
	return server
}

// newSite is a site with the member's case.
func newSite(t testing.TB) *site {
	t.Helper()
	w := apptest.NewWorld(t)
	w.Import(apptest.AffectedHeader+member, apptest.MovementsHeader+memberMoves)
	return &site{World: w, server: serve(t, w.Store), outbox: &outbox{}}
}

// browser keeps cookies and follows no redirects.
type browser struct {
	t       testing.TB
	base    string
	http    *http.Client
	csrf    string
	referer string // the page that its forms stand on; empty: it does not say
}

type answer struct {
	status   int
	location string
	header   http.Header
	body     string
}

func newBrowser(t testing.TB, base string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, base: base, http: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) do(method, path, kind, body string) answer {
	b.t.Helper()
	r, err := http.NewRequest(method, b.base+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if b.referer != "" {
		r.Header.Set("Referer", b.base+b.referer)
	}
	res, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	checkSummary(b.t, method+" "+path, string(got))
	return answer{res.StatusCode, res.Header.Get("Location"), res.Header, string(got)}
}

var (
	summary     = regexp.MustCompile(`(?s)id="problems">.*?</ul>`)
	summaryLine = regexp.MustCompile(`<li><a href="#([^"]+)">([^<]*)</a></li>`)
)

// checkSummary looks whether each line of the summary of a refused form names its field, as
// the field's label does, and leads to it. What a case still owes is about no field, and what
// only a request that no form made can be refused for, or one whose form is gone, has none.
func checkSummary(t testing.TB, what, page string) {
	t.Helper()
	above := summary.FindString(page)
	if strings.Contains(above, "完了にできません") || strings.Contains(above, "終了できません") {
		return
	}
	for _, line := range summaryLine.FindAllStringSubmatch(above, -1) {
		form, field, ofForm := strings.Cut(line[1], "-")
		if !ofForm {
			field = form
		}
		if ofForm && !strings.Contains(page, `id="`+form+"-") || strings.Contains(page, `<input type="hidden" name="`+field+`"`) || field == "passwords" || field == "once" || field == "incident" && !strings.Contains(page, `id="incident"`) {
			continue
		}
		if said := html.UnescapeString(line[2]); !strings.Contains(said, "：") && !strings.Contains(said, ": ") || !strings.Contains(page, `id="`+line[1]+`"`) {
			t.Errorf("%s: the summary says %q of %s, which has no label or is not there", what, said, line[1])
		}
	}
}

var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// get opens a page and keeps the token of its forms.
func (b *browser) get(path string) answer {
	b.t.Helper()
	a := b.do("GET", path, "", "")
	if m := csrfField.FindStringSubmatch(a.body); m != nil {
		b.csrf = html.UnescapeString(m[1])
	}
	return a
}

// post sends a form with the token of the page that was opened last.
func (b *browser) post(path string, pairs ...string) answer {
	b.t.Helper()
	form := url.Values{"csrf": {b.csrf}, "mark": {rand.Text()}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return b.do("POST", path, "application/x-www-form-urlencoded", form.Encode())
}

// tryAs signs in through the form.
func (b *browser) tryAs(email, with, next string) answer {
	b.t.Helper()
	b.get("/signin")
	return b.post("/signin", "email", email, "password", with, "next", next)
}

// as is a browser in which somebody has signed in and opened a page.
func (s *site) as(who access.Actor) *browser {
	s.T.Helper()
	b := newBrowser(s.T, s.server.URL)
	if a := b.tryAs(apptest.GivePassword(s.T, s.Store, who, password), password, ""); a.status != http.StatusSeeOther {
		s.T.Fatalf("sign-in: %d %s", a.status, a.body)
	}
	b.get("/tokens")
	return b
}

func (s *site) count(query string, args ...any) (n int) {
	s.T.Helper()
	if err := store.Scan(store.Read(s.Ctx, s.Store), query, args, &n); err != nil {
		s.T.Fatal(err)
	}
	return n
}
