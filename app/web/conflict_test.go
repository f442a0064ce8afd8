package web_test

import (
	"cmp"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"hoten/app/policies"
	"hoten/app/store"
)

var versionField = regexp.MustCompile(`name="version" value="(\d+)"`)

// versionOn is the version that the forms of a page were made from.
func versionOn(t *testing.T, body string) string {
	t.Helper()
	m := versionField.FindStringSubmatch(body)
	if m == nil {
		t.Fatal("no form with a version")
	}
	return m[1]
}

// A stale page gets both versions; what was typed stays, what was not touched follows
// the others, and sent again from there it holds.
func TestConflictOfACaseShowsBothVersions(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	path, other, me := "/cases/"+c.Number(), s.as(s.Supervisor2), s.as(s.Supervisor)
	seen := versionOn(t, me.get(path).body)
	other.get(path)
	taken := fmt.Sprint(s.Agent.ID)
	if a := other.post(path, "version", seen, "seen_status", "new", "seen_assignee", "", "status", "on_hold", "assignee", taken); a.status != http.StatusSeeOther {
		t.Fatalf("first: %d", a.status)
	}
	a := me.post(path, "version", seen, "seen_status", "new", "seen_assignee", "", "status", "in_progress", "assignee", "")
	if a.status != http.StatusConflict {
		t.Fatalf("stale: %d", a.status)
	}
	for _, want := range []string{`<table class="versions">`, "保留中（田中 結衣、", "<td>対応中</td>", `<option value="in_progress" selected>`, `<option value="` + taken + `" selected>`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(a.body, "<td>担当なし</td>") {
		t.Error("an assignee that was not touched is in the table")
	}
	if now := s.Case(login); now.Status != "on_hold" {
		t.Errorf("the stale form went through: %s", now.Status)
	}
	if a := me.post(path, "version", versionOn(t, a.body), "status", "in_progress", "assignee", taken); a.status != http.StatusSeeOther {
		t.Errorf("sent again: %d", a.status)
	}
	if now := s.Case(login); now.Status != "in_progress" || now.AssigneeID == nil || *now.AssigneeID != s.Agent.ID {
		t.Errorf("sent again: %s %v", now.Status, now.AssigneeID)
	}
}

func TestConflictOfAServiceShowsBothVersions(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Manager)
	b.post("/services", "program", "goo", "service", "exchange", "state", "suspended", "from_on", "2014-07-28", "note", "最初のメモ", "reason", "発生")
	change := func(version, until, note string) answer {
		return b.post("/services/1/change", "version", version, "until_on", until, "note", note, "reason", "延期")
	}
	if a := change("1", "2014-08-01", "ほかの人のメモ"); a.status != http.StatusSeeOther {
		t.Fatalf("change: %d", a.status)
	}
	a := change("1", "2014-08-02", "自分のメモ")
	if a.status != http.StatusConflict {
		t.Fatalf("stale: %d", a.status)
	}
	for _, want := range []string{`<table class="versions">`, "<td>ほかの人のメモ</td>", "<td>自分のメモ</td>", `value="自分のメモ"`, `value="2014-08-02"`, `<details class="more" open>`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if a := change(versionOn(t, a.body), "2014-08-02", "自分のメモ"); a.status != http.StatusSeeOther {
		t.Errorf("sent again: %d", a.status)
	}
	// A form refused for what was typed stays one about the version it was made from.
	change("3", "2014-08-03", "さらに別のメモ")
	b.get("/services")
	stale := versionOn(t, b.post("/services/1/change", "version", "3", "until_on", "いつか", "note", "自分のメモ", "reason", "延期").body)
	if a := change(stale, "2014-08-04", "自分のメモ"); a.status != http.StatusConflict {
		t.Errorf("a refused form took over what it had not shown: %d, version %s", a.status, stale)
	}
}

// Policies set meanwhile stand beside the typed ones; boxes and numbers that were not
// touched follow.
func TestConflictOfPoliciesShowsBothVersions(t *testing.T) {
	s := newSite(t)
	other, me := s.as(s.Administrator), s.as(s.Manager)
	seen := versionOn(t, me.get("/policies").body)
	other.get("/policies")
	if a := other.post("/policies", policiesForm("version", seen, "threshold_goo", "3,000", "reset_minutes", "45", "level2_by_knowledge", "true")...); a.status != http.StatusSeeOther {
		t.Fatalf("first: %d", a.status)
	}
	a := me.post("/policies", policiesForm("version", seen, "threshold_goo", "2,000", "not_visible", "", "substitute_center", fmt.Sprint(s.Supervisor.ID))...)
	if a.status != http.StatusConflict {
		t.Fatalf("stale: %d", a.status)
	}
	for _, want := range []string{`<table class="versions">`, "3,000（" + s.Administrator.Name + "、", "<td>2,000</td>", `value="2,000"`, `id="reset_minutes" name="reset_minutes" type="text" class="num" autocomplete="off" value="45"`,
		`name="level2_by_knowledge" value="true" checked`, `<option value="` + fmt.Sprint(s.Supervisor.ID) + `" selected>`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if versions := strings.Count(a.body[strings.Index(a.body, `<table class="versions">`):strings.Index(a.body, "</table>")], "<tr>"); versions != 2 {
		t.Errorf("%d rows, want the head and the threshold alone", versions)
	}
	if strings.Contains(a.body, `name="not_visible" value="customer_number" checked`) {
		t.Error("a box that was cleared is ticked again")
	}
	again := policiesForm("version", versionOn(t, a.body), "threshold_goo", "2,000", "not_visible", "", "substitute_center", fmt.Sprint(s.Supervisor.ID), "reset_minutes", "45", "level2_by_knowledge", "true")
	if a := me.post("/policies", again...); a.status != http.StatusSeeOther {
		t.Errorf("sent again: %d", a.status)
	}
	kept, err := policies.Latest(store.Read(s.Ctx, s.Store))
	if err != nil || kept.Thresholds["goo"] != 2000 || kept.ResetMinutes != 45 || len(kept.Verification.NotVisible) != 0 {
		t.Errorf("%+v %v", kept, err)
	}
	if a := me.post("/policies", policiesForm("version", seen, "not_visible", "<nothing>")...); a.status != http.StatusConflict || missingWord.MatchString(a.body) || strings.Contains(a.body, "nothing") {
		t.Errorf("an item that is none: %d", a.status)
	}
	if a := me.post("/policies", policiesForm("version", "latest")...); a.status != http.StatusUnprocessableEntity {
		t.Errorf("no version: %d", a.status)
	}
}

func TestConflictOfACallbackShowsBothVersions(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Agent)
	path := "/cases/" + s.Case(login).Number()
	b.get(path)
	if a := b.post(path+"/callbacks", "due_on", "2014-07-31", "due_time", "11:30", "desk", "tech"); a.status != http.StatusSeeOther {
		t.Fatalf("promise: %d", a.status)
	}
	move := func(version, at string) answer {
		return b.post("/callbacks/1/move?on=case", "version", version, "due_on", "2014-07-31", "due_time", at, "reason", "お客さまの都合")
	}
	if a := move("1", "10:45"); a.status != http.StatusSeeOther {
		t.Fatalf("first: %d", a.status)
	}
	a := move("1", "11:15")
	if a.status != http.StatusConflict {
		t.Fatalf("stale: %d", a.status)
	}
	for _, want := range []string{`<table class="versions">`, "10:45</td>", "11:15</td>", `value="11:15"`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if a := move("2", "11:15"); a.status != http.StatusSeeOther {
		t.Errorf("sent again: %d", a.status)
	}
}

// A number below zero is a whole number all the same: the form asks for one of zero or more.
func TestPoliciesAskForWholeNumbers(t *testing.T) {
	s := newSite(t)
	me := s.as(s.Manager)
	me.get("/policies")
	for _, wrong := range []string{"-1", "1.5", "many"} {
		a := me.post("/policies", policiesForm("version", fmt.Sprint(s.PolicyVersion()), "threshold_goo", wrong)...)
		if a.status != http.StatusUnprocessableEntity || !regexp.MustCompile(`href="#threshold_goo">[^<]*goo[^<]*：0以上の整数で入力してください。`).MatchString(a.body) {
			t.Errorf("%s: %d", wrong, a.status)
		}
	}
}

var seenField = regexp.MustCompile(`name="seen" value="([^"]*)"`)

// Whoever changes a part of the setup that others have changed meanwhile sees both, loses
// nothing that was typed, and undoes nothing that was not touched.
func TestConflictOfTheSetupShowsBothVersions(t *testing.T) {
	s := newSite(t)
	other, me := s.as(s.Administrator), s.as(s.Manager)
	for _, c := range []struct {
		at, to       string
		all          []string // what the form holds
		theirs, mine []string
		shows        []string
	}{
		{"/operators/ntt-com", "", []string{"name_ja", "NTTコム", "name_en", "NTT Com", "mail_address", "", "signature_ja", "東京都\r\n千代田区"},
			[]string{"name_ja", "彼らの名", "mail_address", "theirs@ntt.example"}, []string{"name_ja", "私の名"},
			[]string{"<td>彼らの名</td>", "<td>私の名</td>", `value="私の名"`, `value="theirs@ntt.example"`}},
		{"/ids/ocn-id", "", []string{"operator", "ntt-com", "name_ja", "OCN ID", "name_en", "OCN ID", "form", "", "language", "ja", "domains", "ocn.example", "one_time_password", "true"},
			[]string{"language", "en", "form", ".*@.*"}, []string{"language", "ja", "one_time_password", "false", "form", "[^/]*"},
			[]string{"<td>.*@.*</td>", "<td>[^/]*</td>", `value="[^/]*"`, `value="en" checked`, `value="false" checked`}},
		{"/programs/goo", "", []string{"operator", "ntt-resonant", "name_ja", "gooポイント", "name_en", "goo Point", "unit_ja", "ポイント", "unit_en", "points", "unit_en_one", "point"},
			[]string{"unit_ja", "粒", "name_en", "Their Point"}, []string{"unit_ja", "分"}, []string{"<td>粒</td>", "<td>分</td>", `value="分"`, `value="Their Point"`}},
		{"/incidents/2014-R096/edit", "/incidents/2014-R096", []string{"title_ja", "題", "title_en", "Title", "id", "ocn-id", "period_from", "2014-07-11", "period_to", "2014-07-28", "detected_on", "2014-07-28",
			"program_goo", "true", "program_pointtalk", "true", "bearer_goo", "", "released_ids", "1265"},
			[]string{"title_ja", "彼らの題", "bearer_goo", "ntt-com", "happened_ja", "第三者がログインしていました。", "happened_en", "a third party had signed in."}, []string{"title_ja", "私の題", "detected_on", "2014-07-29"},
			[]string{"<td>彼らの題</td>", "<td>私の題</td>", `value="私の題"`, "第三者がログインしていました。</textarea>", `value="ntt-com" selected`, `value="2014-07-29"`}},
	} {
		to := cmp.Or(c.to, c.at)
		form := func(version, seen string, more []string) []string { // what comes last counts
			fields := map[string]string{"version": version, "seen": seen}
			for _, list := range [][]string{c.all, more} {
				for i := 0; i < len(list); i += 2 {
					fields[list[i]] = list[i+1]
				}
			}
			out := []string{}
			for name, value := range fields {
				out = append(out, name, value)
			}
			return out
		}
		read := func(body string) (version, seen string) {
			return versionOn(t, body), html.UnescapeString(seenField.FindStringSubmatch(body)[1])
		}
		version, seen := read(me.get(c.at).body)
		if a := me.post(to, form(version, seen, nil)...); a.status != http.StatusSeeOther {
			t.Fatalf("%s as the test has it: %d", to, a.status)
		}
		version, seen = read(me.get(c.at).body)
		// A form that comes back refused is still about what it was made from.
		refused := me.post(to, form(version, seen, []string{"name_en", "", "title_en", ""})...)
		other.get("/setup")
		if a := other.post(to, form(version, seen, c.theirs)...); refused.status != http.StatusUnprocessableEntity || a.status != http.StatusSeeOther {
			t.Fatalf("%s: refused %d, theirs %d", to, refused.status, a.status)
		}
		version, seen = read(refused.body)
		a := me.post(to, form(version, seen, c.mine)...)
		if a.status != http.StatusConflict {
			t.Fatalf("%s stale: %d", to, a.status)
		}
		for _, want := range append(c.shows, `<table class="versions">`) {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s: the page lacks %s", to, want)
			}
		}
		if rows := strings.Count(a.body[strings.Index(a.body, `<table class="versions">`):strings.Index(a.body, "</table>")], "<tr>"); rows != 2 {
			t.Errorf("%s: %d rows, want the head and the field that both changed", to, rows)
		}
		version, seen = read(a.body)
		if a := me.post(to, form(version, seen, c.mine)...); a.status != http.StatusSeeOther {
			t.Errorf("%s sent again: %d %s", to, a.status, regexp.MustCompile(`(?s)id="problems".*?</div>`).FindString(a.body))
		}
	}
}
