package web_test

import (
	"bytes"
	"fmt"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/imports"
	"hoten/app/ledger"
	"hoten/app/members"
	"hoten/app/policies"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/app/store"
)

func TestMembersStayMaskedUntilRevealed(t *testing.T) {
	s := newSite(t)
	path := "/cases/" + s.Case(login).Number()
	people := s.People()
	for _, role := range access.Roles {
		b := s.as(people[role])
		for _, secret := range secrets {
			if strings.Contains(b.get(path).body, secret) {
				t.Errorf("%s sees %q", role, secret)
			}
		}
	}
	b := s.as(s.Agent)
	b.get(path)
	if a := b.post(path+"/reveal", "reason", " "); a.status != http.StatusUnprocessableEntity || strings.Contains(a.body, secrets[0]) {
		t.Errorf("without a reason: %d", a.status)
	}
	before := s.count("select count(*) from audit_entries where actor_id = $1", s.Agent.ID)
	a := b.post(path+"/reveal", "reason", "本人からの折り返し依頼")
	if a.status != http.StatusOK {
		t.Fatalf("with a reason: %d", a.status)
	}
	for _, secret := range []string{"山田 太郎", "090-0000-1234", "taro.yamada@mail.example", "N123456789"} {
		if !strings.Contains(a.body, secret) {
			t.Errorf("%q is not revealed", secret)
		}
	}
	if n := s.count("select count(*) from audit_entries where actor_id = $1", s.Agent.ID); n != before+1 {
		t.Errorf("%d entries about one view", n-before)
	}
	if strings.Contains(b.get(path).body, secrets[0]) {
		t.Error("a reload does not mask again")
	}
	for _, role := range []access.Role{access.Administrator, access.Auditor} {
		b := s.as(people[role])
		b.get(path)
		if a := b.post(path+"/reveal", "reason", "理由"); a.status != http.StatusForbidden || strings.Contains(a.body, secrets[0]) {
			t.Errorf("%s reveals: %d", role, a.status)
		}
	}
}

func TestStaleVersionKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	path := "/cases/" + c.Number()
	b := s.as(s.Supervisor)
	b.get(path)
	form := []string{"version", fmt.Sprint(c.Version), "status", "in_progress", "assignee", fmt.Sprint(s.Supervisor.ID)}
	if a := b.post(path, form...); a.status != http.StatusSeeOther {
		t.Fatalf("first: %d", a.status)
	}
	form[3] = "on_hold"
	a := b.post(path, form...)
	if a.status != http.StatusConflict {
		t.Fatalf("stale: %d", a.status)
	}
	if s.Case(login).Status != "in_progress" {
		t.Error("the stale form went through")
	}
	if a := b.post(path+"/notes", "text", strings.Repeat("長いメモ", 5000)); a.status == http.StatusSeeOther || a.status == http.StatusInternalServerError || !strings.Contains(a.body, "長いメモ長いメモ") {
		t.Errorf("a refused note: %d, and what was typed must stay", a.status)
	}
}

func TestDoubleClickedApproval(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	r, err := reimbursements.Propose(s.Ctx, s.Store, s.Agent, c.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	b := s.as(s.Supervisor)
	path := fmt.Sprintf("/reimbursements/%d", r.ID)
	plan := planOf(b.get(path).body)
	if plan == "" {
		t.Fatal("the page does not say which plan it shows")
	}
	var wg sync.WaitGroup
	answers := make([]answer, 4)
	for i := range answers {
		wg.Go(func() { answers[i] = b.post(path+"/approve", "plan", plan) })
	}
	wg.Wait()
	done := 0
	for _, a := range answers {
		switch a.status {
		case http.StatusSeeOther:
			done++
		case http.StatusConflict:
		default:
			t.Errorf("%d", a.status)
		}
	}
	if done < 1 {
		t.Error("nobody approved")
	}
	if n := s.count("select count(*) from approvals where reimbursement_id = $1", r.ID); n != 1 {
		t.Errorf("%d approvals", n)
	}
	if off, err := ledger.Check(store.Read(s.Ctx, s.Store)); off != "" || err != nil {
		t.Errorf("ledger: %s %v", off, err)
	}
	if got, err := reimbursements.ByID(store.Read(s.Ctx, s.Store), r.ID); err != nil || got.State != reimbursements.Posted {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestOwnProposalCannotBeApproved(t *testing.T) {
	s := newSite(t)
	r, err := reimbursements.Propose(s.Ctx, s.Store, s.Supervisor, s.Case(login).ID, "")
	if err != nil {
		t.Fatal(err)
	}
	b := s.as(s.Supervisor)
	path := fmt.Sprintf("/reimbursements/%d", r.ID)
	page := b.get(path)
	for _, to := range offered(page.body) {
		if strings.HasSuffix(to, "/approve") {
			t.Error("the proposer is offered the approval")
		}
	}
	if a := b.post(path+"/approve", "plan", fmt.Sprintf("%x", r.PlanHash)); a.status != http.StatusForbidden {
		t.Errorf("%d", a.status)
	}
	if n := s.count("select count(*) from audit_entries where action like 'reimbursement.%.refused'"); n == 0 {
		t.Error("the attempt was not noted")
	}
}

// link has a reset link mailed to the member and returns its path.
func (s *site) link() string {
	s.T.Helper()
	c := s.Case(login)
	s.Verified(s.Agent, c.ID, "name", "山田太郎", "birth_date", "1970-02-03", "customer_number", "N123456789")
	if _, err := resets.Send(s.Ctx, s.Store, s.Agent, c.ID, s.server.URL); err != nil {
		s.T.Fatal(err)
	}
	s.Deliver(s.outbox)
	for _, e := range s.outbox.sent {
		if m := regexp.MustCompile(`/reset/[A-Za-z0-9_-]+`).FindString(e.Text); m != "" {
			return m
		}
	}
	s.T.Fatal("no link was mailed")
	return ""
}

func TestResetPage(t *testing.T) {
	s := newSite(t)
	path := s.link()
	b := newBrowser(t, s.server.URL)
	for lang, path := range map[string]string{"en": path + "?lang=en", "ja": path + "?lang=ja"} {
		a := newBrowser(t, s.server.URL).get(path)
		if a.status != http.StatusOK || !strings.Contains(a.body, `<html lang="`+lang+`"`) || missingWord.MatchString(a.body) {
			t.Errorf("%s: %d", lang, a.status)
		}
		if !strings.Contains(a.body, "NTTコミュニケーションズ") || !strings.Contains(a.body, "0120-047-860") || strings.Contains(a.body, ">hoten<") || strings.Contains(a.body, "– hoten") {
			t.Errorf("%s: the member does not learn whose page it is, or whom to call", lang)
		}
		for _, secret := range append([]string{login}, secrets...) {
			if strings.Contains(a.body, secret) {
				t.Errorf("%s: %q stands on a page that a link opens", lang, secret)
			}
		}
	}
	b.get(path)
	for name, c := range map[string][2]string{"weak": {"tiny9", "tiny9"}, "different": {password, password + "x"}, "the login": {"yamada0001!!", "yamada0001!!"}} {
		a := b.post(path, "password", c[0], "password_again", c[1])
		if a.status != http.StatusUnprocessableEntity || strings.Contains(a.body, html.EscapeString(c[0])) {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	for range 2 { // the form may be sent once more: by a reload, or without scripts
		if a := b.post(path, "password", password, "password_again", password); a.status != http.StatusSeeOther || a.location != "/reset/done" {
			t.Fatalf("%d %s", a.status, a.location)
		}
		if a := b.get("/reset/done"); a.status != http.StatusOK || missingWord.MatchString(a.body) || !strings.Contains(a.body, "ご利用を再開") {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	other := newBrowser(t, s.server.URL)
	if a := other.get("/reset/done"); a.status != http.StatusNotFound {
		t.Errorf("another browser is told of it: %d", a.status)
	}
	if a := other.post(path, "password", password, "password_again", password); a.status != http.StatusNotFound {
		t.Errorf("another browser sends the form again: %d", a.status)
	}
	if s.ID(login).State != members.Resumed {
		t.Error("the ID is not in use again")
	}
}

// Whoever has a link that does not work learns nothing from how it does not.
func TestDeadResetLinksLookAlike(t *testing.T) {
	s := newSite(t)
	used := s.link()
	b := newBrowser(t, s.server.URL)
	b.get(used)
	if a := b.post(used, "password", password, "password_again", password); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	expiring := newSite(t)
	expired := expiring.link()
	expiring.Clock.Add(31 * time.Minute)
	suspicious := newSite(t)
	suspected := suspicious.link()
	if _, err := suspicious.Pool.Exec(s.Ctx, "update identities set impostor_at = $1", s.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	s.Clock.Set(expiring.Clock.Now())
	for _, lang := range []string{"ja", "en"} {
		bodies := map[string]answer{
			"unknown":   newBrowser(t, s.server.URL).get("/reset/none?lang=" + lang),
			"cut":       newBrowser(t, s.server.URL).get("/reset?lang=" + lang),
			"cut off":   newBrowser(t, s.server.URL).get("/reset/?lang=" + lang),
			"used":      newBrowser(t, s.server.URL).get(used + "?lang=" + lang),
			"expired":   newBrowser(t, expiring.server.URL).get(expired + "?lang=" + lang),
			"suspected": newBrowser(t, suspicious.server.URL).get(suspected + "?lang=" + lang),
		}
		for name, a := range bodies {
			token := map[string]string{"unknown": "/reset/none", "cut": "/reset", "cut off": "/reset/", "used": used, "expired": expired, "suspected": suspected}[name]
			if a.status != http.StatusNotFound || strings.ReplaceAll(a.body, token, "/reset/none") != bodies["unknown"].body {
				t.Errorf("%s, %s: %d, looks unlike an unknown one", lang, name, a.status)
			}
			if missingWord.MatchString(a.body) || !strings.Contains(a.body, `<html lang="`+lang+`"`) {
				t.Errorf("%s, %s: in another language or without words", lang, name)
			}
		}
	}
	for name, c := range map[string][2]string{"used": {s.server.URL, used}, "expired": {expiring.server.URL, expired}, "suspected": {suspicious.server.URL, suspected}, "unknown": {s.server.URL, "/reset/none"}} {
		if a := newBrowser(t, c[0]).post(c[1], "password", password, "password_again", password); a.status != http.StatusNotFound {
			t.Errorf("%s, posted: %d", name, a.status)
		}
	}
}

// upload posts files in a multipart form, in the order given: name, content.
func (b *browser) upload(csrf string, files ...string) answer {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	if csrf != "" {
		w.WriteField("csrf", csrf)
	}
	w.WriteField("incident", "2014-R096")
	for i := 0; i < len(files); i += 2 {
		part, err := w.CreateFormFile(files[i], files[i]+".csv")
		if err != nil {
			b.t.Fatal(err)
		}
		part.Write([]byte(files[i+1]))
	}
	w.Close()
	return b.do("POST", "/imports?dry_run=true", w.FormDataContentType(), body.String())
}

func TestUploads(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Manager)
	b.get("/imports/new")
	before := s.count("select count(*) from imports")
	for name, a := range map[string]answer{
		"no token":      b.upload("", "affected", "login_id\na@ocn.example\n"),
		"another token": b.upload("x", "affected", "login_id\na@ocn.example\n"),
		"no file":       b.upload(b.csrf),
		"empty file":    b.upload(b.csrf, "affected", ""),
		"unknown file":  b.upload(b.csrf, "passwords", "login_id\n"),
		"twice":         b.upload(b.csrf, "affected", "login_id\na\n", "affected", "login_id\nb\n"),
		"cut off":       b.do("POST", "/imports?dry_run=true", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n"+b.csrf),
		"no boundary":   b.do("POST", "/imports?dry_run=true", "multipart/form-data", "x"),
		"cut in a file": b.do("POST", "/imports?dry_run=true", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n"+b.csrf+
			"\r\n--x\r\nContent-Disposition: form-data; name=\"incident\"\r\n\r\n2014-R096\r\n--x\r\nContent-Disposition: form-data; name=\"affected\"; filename=\"a.csv\"\r\n\r\nlogin_id\nabc"),
	} {
		if a.status < 400 || a.status >= 500 {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if n := s.count("select count(*) from imports"); n != before {
		t.Errorf("%d imports came of it", n-before)
	}
	a := b.upload(b.csrf, "affected", "login_id\na@ocn.example\n")
	if a.status != http.StatusSeeOther || !strings.HasPrefix(a.location, "/imports/") {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := b.get(a.location); a.status != http.StatusOK {
		t.Errorf("%d", a.status)
	}
	if a := s.as(s.Auditor).upload("x", "affected", "login_id\n"); a.status != http.StatusForbidden {
		t.Errorf("auditor: %d", a.status)
	}
}

func TestOversizeUploadIsRefused(t *testing.T) {
	const limit = 1 << 20
	s := newSite(t)
	s.SetPolicies(func(p *policies.Policies) { p.UploadMegabytes = 1 })
	b := s.as(s.Manager)
	b.get("/imports/new")
	stored := func() int {
		return s.count("select (select count(*) from imports) + (select count(*) from import_chunks) + (select count(*) from audit_entries where action = 'import.started')")
	}
	before := stored()
	a := b.upload(b.csrf, "affected", "login_id\na@ocn.example\n", "movements", strings.Repeat("x", limit+1))
	if a.status != http.StatusRequestEntityTooLarge || !strings.Contains(a.body, "大きすぎるため受け付けられません。") || !strings.Contains(a.body, `name="affected"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	if n := stored(); n != before {
		t.Errorf("%d rows of it are stored", n-before)
	}
	if a := b.upload(b.csrf, "affected", strings.Repeat("x", limit)); a.status != http.StatusSeeOther {
		t.Errorf("just fits: %d", a.status)
	}
}

func TestOversizeFormIsRefused(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Agent)
	path := "/cases/" + s.Case(login).Number()
	b.get(path)
	if a := b.post(path+"/notes", "text", strings.Repeat("x", 2<<20)); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d", a.status)
	}
}

func TestRejectedRowsDownload(t *testing.T) {
	s := newSite(t)
	i := s.Import("login_id,name\nnew@ocn.example,x\n,\"=HYPERLINK(1)\"\n", "")
	if i.Rejected != 1 || i.State != imports.Done {
		t.Fatalf("%+v", i)
	}
	b := s.as(s.Manager)
	a := b.get(fmt.Sprintf("/imports/%d/rejected/affected.csv", i.ID))
	if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "text/csv") || !strings.Contains(a.header.Get("Content-Disposition"), "attachment") ||
		!strings.Contains(a.body, "login_id_missing") || !strings.Contains(a.body, "'=HYPERLINK") || missingWord.MatchString(a.body) {
		t.Errorf("%d %v %q", a.status, a.header, a.body)
	}
	for _, path := range []string{"/imports/999/rejected/affected.csv", fmt.Sprintf("/imports/%d/rejected/passwords.csv", i.ID), fmt.Sprintf("/imports/%d/rejected/%s", i.ID, url.PathEscape("../x"))} {
		if a := b.get(path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}
