package web_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/demo"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/web"
)

// filled is a site on the demo's world: 1,265 IDs, three days of work.
func filled(t *testing.T) (s *store.Store, base string) {
	t.Helper()
	s, clock := apptest.New(t)
	clock.Add(7 * 24 * time.Hour) // the days of the demo are after the release
	ctx := context.Background()
	out := &outbox{}
	deliver := func(ctx context.Context, as *store.Store, ids []int64) error {
		return (&notices.Postman{Store: as, Outlet: out, From: "no-reply@hoten.example", Env: apptest.MailEnv, Settled: cases.MailSettled}).Deliver(ctx, ids)
	}
	if err := demo.Fill(ctx, s, "http://localhost", "ja", deliver); err != nil {
		t.Fatal(err)
	}
	return s, serve(t, s).URL
}

// plain is what of the members of these cases must not stand on any page.
func plain(t *testing.T, s *store.Store, rows []cases.Row) (secrets []string) {
	t.Helper()
	db := store.Read(context.Background(), s)
	for _, r := range rows {
		if r.Case.Origin == cases.Inquiry {
			continue
		}
		login, err := r.PlainLogin(s.Vault)
		if err != nil {
			t.Fatal(err)
		}
		identity, err := store.Find[members.Identity](db, "id = ?", r.IdentityID)
		if err != nil {
			t.Fatal(err)
		}
		m, err := members.Find(db, *identity)
		if err != nil || m == nil {
			continue
		}
		person, err := m.Person(s.Vault)
		if err != nil {
			t.Fatal(err)
		}
		of := []string{person.Name, person.Kana, person.BirthDate, person.Address, person.CustomerNumber}
		contacts, err := members.Contacts(db, *identity.MemberID)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range contacts {
			value, err := c.Plain(s.Vault)
			if err != nil {
				t.Fatal(err)
			}
			of = append(of, value)
		}
		for _, one := range of {
			// Staff work with login IDs in the clear, and some IDs are mailboxes.
			if one != "" && one != login {
				secrets = append(secrets, one)
			}
		}
	}
	return secrets
}

var missingWord = regexp.MustCompile(`⟦[^⟧]*⟧?`)

func TestPagesOfAFilledWorld(t *testing.T) {
	if testing.Short() {
		t.Skip("fills a whole demo")
	}
	s, base := filled(t)
	ctx := context.Background()
	db := store.Read(ctx, s)
	rows, _, err := cases.Find(db, s.Vault, cases.Filter{Limit: 2000})
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{"/calls", "/cases", "/cases?status=on_hold", "/cases?cursor=200", "/reimbursements", "/reimbursements?state=all", "/incidents", "/incidents/new",
		"/incidents/" + demo.Reference, "/imports", "/imports/new", "/imports/1", "/mails", "/mails?state=failed", "/desks", "/audit", "/policies", "/tokens", "/staff", "/staff/new", "/staff/1", "/jobs/1",
		"/callbacks", "/services", "/bulletins", "/reports/daily"}
	// A few cases, proposals and mails of every kind there is.
	perStatus := map[string]int{}
	var shown []cases.Row
	for _, r := range rows {
		kind := fmt.Sprint(r.Case.Status, r.Case.Origin, r.Class != nil, r.ImpostorAt != nil)
		if perStatus[kind]++; perStatus[kind] <= 2 {
			shown = append(shown, r)
			paths = append(paths, "/cases/"+r.Number())
		}
	}
	type found struct{ ID int64 }
	for table, kind := range map[string]string{"reimbursements": "state", "mails": "kind || state"} {
		some, err := store.Select[found](db, fmt.Sprintf("select min(id) as id from %s group by %s union select max(id) from %s group by %s order by id", table, kind, table, kind))
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range some {
			paths = append(paths, fmt.Sprintf("/%s/%d", table, one.ID))
			if table == "mails" {
				paths = append(paths, fmt.Sprintf("/mails/%d/html", one.ID))
			}
		}
	}
	secrets := plain(t, s, shown)
	if len(secrets) < 20 || len(paths) < 40 {
		t.Fatalf("too little to look at: %d secrets, %d pages", len(secrets), len(paths))
	}
	for _, p := range demo.People {
		b := newBrowser(t, base)
		if a := b.tryAs(p.Email, demo.Password, "/"); a.status != 303 {
			t.Fatalf("%s: %d", p.Email, a.status)
		}
		account, err := staff.ByEmail(db, p.Email)
		if err != nil {
			t.Fatal(err)
		}
		for _, lang := range []string{"ja", "en"} {
			if err := staff.Prefer(ctx, s, account.Actor("console"), staff.Preferences{Language: lang}); err != nil {
				t.Fatal(err)
			}
			for _, path := range paths {
				a := b.get(path)
				if a.status == 403 && !p.Role.May(access.ManageStaff) || a.status == 403 && path == "/calls" || path == "/jobs/1" && a.status == 404 || path == "/audit" && a.status == 403 {
					continue
				}
				if a.status != 200 {
					t.Errorf("%s, %s, %s: %d", p.Role, lang, path, a.status)
					continue
				}
				if m := missingWord.FindString(a.body); m != "" {
					t.Errorf("%s, %s, %s: %s", p.Role, lang, path, m)
				}
				if !strings.Contains(a.body, `<html lang="`+lang+`"`) && !strings.HasSuffix(path, "/html") {
					t.Errorf("%s, %s, %s: in another language", p.Role, lang, path)
				}
				for _, secret := range secrets {
					if strings.Contains(a.body, secret) {
						t.Errorf("%s, %s, %s: %q stands open", p.Role, lang, path, secret)
					}
				}
				// The trail keeps names as they were registered; a script in Japanese says the reader's own.
				for _, colleague := range demo.People {
					if lang == "en" && path != "/audit" && path != "/staff/1" && colleague.NameEn != "" && colleague != p && strings.Contains(a.body, colleague.Name) {
						t.Errorf("%s, %s: %s is not called %s", p.Role, path, colleague.Name, colleague.NameEn)
					}
				}
				readOnly(t, p.Role, path, a.body)
			}
		}
	}
}

var (
	formBlock  = regexp.MustCompile(`(?s)<form[^>]*>.*?</form>`)
	formAction = regexp.MustCompile(`^<form[^>]*action="([^"]+)"`)
	postForm   = regexp.MustCompile(`^<form[^>]*method="post"`)
	submits    = regexp.MustCompile(`<button(>| [^>]*>)`)
)

// offered are the addresses of the forms that can be sent: a list that only some
// may act on is a form for all, without a button for the others.
func offered(body string) (to []string) {
	for _, form := range formBlock.FindAllString(body, -1) {
		action := formAction.FindStringSubmatch(form)
		sendable := slices.ContainsFunc(submits.FindAllString(form, -1), func(b string) bool { return !strings.Contains(b, `type="button"`) })
		if action != nil && postForm.MatchString(form) && sendable {
			to = append(to, action[1])
		}
	}
	return to
}

// routeOf finds the route that a form goes to.
func routeOf(to string) (web.Route, bool) {
	to, _, _ = strings.Cut(to, "?")
	to, _, _ = strings.Cut(to, "#")
	asked := strings.Split(to, "/")
	i := slices.IndexFunc(web.Routes, func(r web.Route) bool {
		path := strings.Split(r.Path, "/")
		return r.Method == "POST" && slices.EqualFunc(path, asked, func(of, is string) bool { return of == is || strings.HasPrefix(of, ":") })
	})
	if i < 0 {
		return web.Route{}, false
	}
	return web.Routes[i], true
}

// readOnly holds what those who may change nothing of members must not be offered, and that
// no form is offered to whom its route refuses it.
func readOnly(t *testing.T, role access.Role, path, body string) {
	t.Helper()
	for _, to := range offered(body) {
		if route, found := routeOf(to); !found || !permitted(route, string(role)) {
			t.Errorf("%s is offered a form to %s on %s, and may not send it", role, to, path)
		}
	}
	own := []string{"/signout", "/language", "/appearance", "/tokens", "/views"}
	for _, to := range offered(body) {
		if slices.ContainsFunc(own, func(o string) bool { return to == o || strings.HasPrefix(to, "/tokens/") }) {
			continue
		}
		onMember := strings.HasPrefix(to, "/cases") || strings.HasPrefix(to, "/calls") || strings.HasPrefix(to, "/reimbursements") || strings.HasSuffix(to, "/resend") ||
			strings.HasSuffix(to, "/reimbursements")
		if role == access.Auditor || role == access.Administrator && onMember {
			t.Errorf("%s is offered a form to %s on %s", role, to, path)
		}
		decides := strings.HasSuffix(to, "/approve") || strings.HasSuffix(to, "/return") || strings.HasSuffix(to, "/reject")
		if role == access.Agent && (decides || strings.HasSuffix(to, "/release") || strings.HasSuffix(to, "/findings") || strings.HasPrefix(to, "/imports") || to == "/policies") {
			t.Errorf("%s is offered a form to %s on %s", role, to, path)
		}
	}
}

// In a call as elsewhere: whoever may record a representative's documents has the form for
// it on an open case, in a call or not, and everybody else who is in one is told who may.
func TestCasesOfferWhatMayBeDone(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	path := "/cases/" + c.Number()
	form, words := path+"/representatives", "は、スーパーバイザーが記録します。"
	shows := func(who access.Actor, b *browser, has, told bool) {
		t.Helper()
		body := b.get(path).body
		readOnly(t, who.Role, path, body)
		if n := strings.Count(body, `action="`+form+`"`); n > 1 || (n == 1) != has || strings.Contains(body, words) != told {
			t.Errorf("%s: %d forms, told who may: %t", who.Role, n, strings.Contains(body, words))
		}
	}
	for _, who := range s.People() {
		b, supervises := s.as(who), who.Role.May(access.Supervise)
		shows(who, b, supervises, false)
		if !who.Role.May(access.WorkCases) {
			continue
		}
		for _, relation := range cases.Relations {
			if _, err := cases.StartCall(s.Ctx, s.Store, who, c.ID, cases.NewCall{Direction: "inbound", Relation: relation}); err != nil {
				t.Fatal(err)
			}
			papers := relation == cases.Proxy || relation == cases.Guardian || relation == cases.Corporate
			shows(who, b, supervises, papers && !supervises)
		}
		open, err := cases.CurrentCall(store.Read(s.Ctx, s.Store), c.ID, who.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cases.EndCall(s.Ctx, s.Store, who, open.ID); err != nil {
			t.Fatal(err)
		}
	}
	supervisor := s.as(s.Supervisor)
	if a := supervisor.post(form, "relation", "guardian", "documents", "戸籍謄本 2014-07-31"); a.status != 303 {
		t.Errorf("recorded outside a call: %d", a.status)
	}
	out := cases.OutOfScope
	if _, err := cases.Update(s.Ctx, s.Store, s.Supervisor, c.ID, cases.Change{Status: &out, Version: s.Case(login).Version, Reason: "対象外"}); err != nil {
		t.Fatal(err)
	}
	shows(s.Supervisor, supervisor, false, false)
}
