package app

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"hoten/app/cases"
)

var ctiAddress = regexp.MustCompile(`http://hoten\.example(/cti/[A-Z0-9]+)`)

// From the address that the console gives out to the end of a call: the telephone system tells
// of it, the agent's page hears of the answer and opens the caller's case, and hanging up ends
// the call.
func TestATelephoneSystemLeadsTheCall(t *testing.T) {
	d := newDesk(t)
	ctx, end := context.WithCancel(d.Ctx)
	var listening sync.WaitGroup
	listening.Go(func() { d.app.bell.Listen(ctx, d.Store) })
	defer listening.Wait()
	defer end()
	admin, agent, pbx := d.as(d.Administrator), d.as(d.Agent), d.browser()
	if a := d.as(d.Manager).post("/cti", "name", "PBX"); a.status != http.StatusForbidden {
		t.Errorf("a center manager connects telephones: %d", a.status)
	}
	found := ctiAddress.FindStringSubmatch(admin.post("/cti", "name", "本社PBX").body)
	if found == nil {
		t.Fatal("no address is shown")
	}
	address := found[1]
	if again := admin.get("/cti").body; strings.Contains(again, address) || !strings.Contains(again, "通知待ち") {
		t.Error("the address is shown again, or nothing says that it waits")
	}
	if a := admin.post("/staff/"+fmt.Sprint(d.Agent.ID), "desk", "tech", "extension", "201"); a.status != http.StatusSeeOther {
		t.Fatalf("the extension: %d", a.status)
	}
	tell := func(kind, body string) reply {
		t.Helper()
		return pbx.do("POST", address, kind, strings.NewReader(body))
	}
	form := func(pairs ...string) string {
		v := url.Values{"callId": {"a1"}, "direction": {"in"}, "from": {"819000001234"}, "to": {"0120047860"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v.Encode()
	}
	const asForm = "application/x-www-form-urlencoded"
	if a := tell(asForm, form("event", "newCall", "user[]", "佐藤 葵")); a.status != http.StatusOK || strings.TrimSpace(a.body) != "{}" {
		t.Fatalf("newCall: %d %s", a.status, a.body)
	}
	rang := make(chan string)
	go func() {
		for {
			if a := agent.get("/ring"); a.status != http.StatusOK || strings.TrimSpace(a.body) != "{}" {
				rang <- a.body
				return
			}
		}
	}()
	if a := tell("application/json; charset=utf-8", `{"event":"answer","callId":"a1","direction":"in","from":"819000001234","to":"0120047860","user":["佐藤 葵"],"answeringNumber":201}`); a.status != http.StatusOK {
		t.Fatalf("answer: %d %s", a.status, a.body)
	}
	call := regexp.MustCompile(`"call":(\d+)`).FindStringSubmatch(<-rang)
	if call == nil {
		t.Fatal("nothing rings")
	}
	if a := d.as(d.Agent2).get("/pop/" + call[1]); a.status != http.StatusNotFound {
		t.Errorf("another opens the call: %d", a.status)
	}
	opened := agent.get("/pop/" + call[1])
	member := d.Case(testLogin)
	to := opened.header.Get("Location")
	if opened.status != http.StatusSeeOther || !strings.HasPrefix(to, "/cases/"+member.Number()) || strings.Contains(to, "1234") {
		t.Fatalf("opens %d %s", opened.status, to)
	}
	if page := agent.get(strings.SplitN(to, "#", 2)[0]).body; !regexp.MustCompile(`value="tech" selected|id="ring"`).MatchString(page) {
		t.Error("the page does not listen")
	}
	if a := agent.post("/cases/"+member.Number()+"/calls", "direction", "inbound", "relation", "self", "desk", "tech"); a.status != http.StatusSeeOther {
		t.Fatalf("the call begins: %d", a.status)
	}
	if n := d.count("select count(*) from calls where caller_number is not null and line_id is not null and ended_at is null"); n != 1 {
		t.Errorf("%d calls know the number and their telephone call", n)
	}
	if a := tell(asForm, form("event", "hangup", "cause", "normalClearing")); a.status != http.StatusOK {
		t.Fatalf("hangup: %d", a.status)
	}
	if n := d.count("select count(*) from calls where ended_at is null"); n != 0 {
		t.Error("the call goes on")
	}
	if page := agent.get("/cases/" + member.Number()).body; !strings.Contains(page, "電話システムからの通知") {
		t.Error("the case does not tell who ended the call")
	}
	// Of one that is hung up before a call about a case was begun the agent is told, with its number.
	for _, e := range []string{"newCall", "answer"} {
		if a := tell(asForm, form("event", e, "callId", "a2", "answeringNumber", "201")); a.status != http.StatusOK {
			t.Fatalf("%s: %d", e, a.status)
		}
	}
	if a := agent.get("/ring"); !strings.Contains(a.body, `"call":`) {
		t.Fatalf("the second call rings: %s", a.body)
	}
	agent.get("/pop/" + fmt.Sprint(d.count("select max(id) from cti_calls")))
	go func() {
		for {
			if a := agent.get("/ring"); a.status == http.StatusOK && strings.TrimSpace(a.body) != "{}" {
				rang <- a.body
				return
			}
		}
	}()
	hungUp := ""
	for hungUp == "" {
		tell(asForm, form("event", "hangup", "callId", "a2"))
		select {
		case hungUp = <-rang:
		default:
		}
	}
	if want := fmt.Sprintf(`"hung_up":%d`, d.count("select max(id) from cti_calls")); !strings.Contains(hungUp, want) {
		t.Errorf("the hangup is told as %s", hungUp)
	}
	report := d.as(d.Manager).get("/reports/daily?desk=all").body
	if !strings.Contains(report, "電話の着信（30分ごと）") {
		t.Error("the daily report does not count it")
	}
	for what, a := range map[string]reply{
		"an unknown event":   tell(asForm, form("event", "dtmf")),
		"nonsense":           tell("application/json", `[1,2`),
		"a nested value":     tell("application/json", `{"event":{"a":1}}`),
		"no call":            tell(asForm, form("event", "newCall", "callId", "")),
		"a NUL":              tell(asForm, form("event", "newCall", "from", "\x00")),
		"a number as a user": tell("application/json", `{"event":"newCall","user":[7]}`),
	} {
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `"errors"`) {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
	if a := pbx.do("POST", "/cti/WRONG", asForm, strings.NewReader(form("event", "newCall"))); a.status != http.StatusNotFound {
		t.Errorf("a wrong secret: %d", a.status)
	}
	if a := tell(asForm, form("event", "newCall", "from", strings.Repeat("1", 20<<10))); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a long body: %d", a.status)
	}
	if got := d.log.String(); strings.Contains(got, address[5:]) || strings.Contains(got, "09000001234") {
		t.Error("the log holds the secret or the number")
	}
	if a := admin.post("/cti/1/disconnect"); a.status != http.StatusSeeOther {
		t.Fatalf("%d", a.status)
	}
	if a := tell(asForm, form("event", "newCall")); a.status != http.StatusNotFound {
		t.Errorf("what was disconnected is heard: %d", a.status)
	}
	if n := d.count("select count(*) from audit_entries where action = 'call.hung_up' and subject = '" + cases.Subject(member.ID) + "'"); n != 1 {
		t.Errorf("the end is recorded %d times", n)
	}
}
