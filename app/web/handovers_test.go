package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/store"
	"hoten/i18n"
)

// A call is handed over by plain forms: offered on the page of the case, and accepted on
// whatever page the receiver has open.
func TestHandingOverACall(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	path := "/cases/" + c.Number()
	call := s.Verified(s.Agent, c.ID, "name", "山田太郎", "birth_date", "1970-02-03", "customer_number", "N123456789")
	giver := s.as(s.Agent)
	// Whoever has a page open counts as being there.
	if body := giver.get(path).body; !strings.Contains(body, "引き継げる人は、全員が通話中か、コンソールを開いていない状態です。") || !strings.Contains(body, s.Supervisor.Name+"（スーパーバイザー、コンソールを開いていません）") || strings.Contains(body, s.Auditor.Name) ||
		strings.Contains(body, `id="handover-to"`) {
		t.Error("who could take the call is not listed, or can be chosen while nobody is there")
	}
	receiver := s.as(s.Supervisor) // their first page says so, without scripts too
	page := giver.get(path)
	for _, want := range []string{`<option value="">選択してください</option>`, fmt.Sprintf(`<option value="%d">%s（スーパーバイザー）</option>`, s.Supervisor.ID, s.Supervisor.Name),
		"<option disabled>" + s.Agent2.Name + "（オペレーター、コンソールを開いていません）</option>"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the form lacks %s", want)
		}
	}
	third := s.as(s.Agent2)
	at := fmt.Sprintf("/calls/%d/handover", call.ID)
	if a := giver.post(at, "to", "", "note", "苦情"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `id="handover-to-problem"`) || !strings.Contains(a.body, "苦情") {
		t.Errorf("nobody chosen: %d", a.status)
	}
	if a := giver.post(at, "to", fmt.Sprint(s.Supervisor.ID), "note", "苦情のため"); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if body := giver.get(path).body; !strings.Contains(body, s.Supervisor.Name+"さんに引き継ぎを依頼中です") || !strings.Contains(body, at+"/withdraw") {
		t.Error("the first agent does not see that it waits")
	}
	for _, open := range []string{"/reimbursements", "/frame/handovers?back=/mails", path} {
		body := receiver.get(open).body
		for _, want := range []string{s.Agent.Name + "さんから通話の引き継ぎを依頼されています", "苦情のため", c.Number(), "/handovers/1/accept", "引き受ける",
			"ご本人さま", "日本語", "レベル2 ", i18n.Clock(*call.ExpiresAt) + "まで有効"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %s", open, want)
			}
		}
	}
	if strings.Contains(third.get("/cases").body, "/handovers/1/accept") {
		t.Error("somebody else is asked")
	}
	if a := third.post("/handovers/1/accept"); a.status != http.StatusForbidden {
		t.Errorf("somebody else accepts: %d", a.status)
	}
	// A call of the receiver's ends only where the button says so.
	opened, err := cases.Open(s.Ctx, s.Store, s.Supervisor, apptest.Reference, "other@ocn.example")
	if err != nil {
		t.Fatal(err)
	}
	own := s.Call(s.Supervisor, opened.Case.ID)
	if a := receiver.post("/handovers/1/accept"); a.status != http.StatusConflict || !strings.Contains(a.body, "今の通話を終話して引き受ける") {
		t.Errorf("%d", a.status)
	}
	s.Clock.Add(2 * time.Minute)
	if a := receiver.post("/handovers/1/accept", "end_open", "true"); a.status != http.StatusSeeOther || !strings.HasPrefix(a.location, path) {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if now, err := cases.CurrentCall(store.Read(s.Ctx, s.Store), own.CaseID, s.Supervisor.ID); err != nil || now != nil {
		t.Errorf("%+v %v", now, err)
	}
	if body := receiver.get(path).body; !strings.Contains(body, "レベル2") || strings.Contains(body, "/handovers/1/accept") {
		t.Error("the receiver does not go on in the call")
	}
	// The caller is on the line since the first agent took the call.
	for _, open := range []string{path, "/calls"} {
		if body := receiver.get(open).body; !strings.Contains(body, i18n.Clock(call.StartedAt)+"から") {
			t.Errorf("%s does not tell since when the caller is on the line", open)
		}
	}
	if body := receiver.get(path).body; !strings.Contains(body, i18n.Clock(s.Clock.Now())+"に引き受け") {
		t.Error("when the call was taken over is not told")
	}
	body := giver.get(path).body
	if strings.Contains(body, at) || !strings.Contains(body, s.Agent.Name+"さんから通話を引き継ぎ") {
		t.Error("the first agent still has the call")
	}
	for _, want := range []string{s.Supervisor.Name + "さんが通話を引き受け、いま通話中です（" + i18n.Clock(call.StartedAt) + "から）", "<summary>別の通話を開始する</summary>"} {
		if !strings.Contains(body, want) {
			t.Errorf("the first agent's page lacks %s", want)
		}
	}
	if body := third.get(path).body; !strings.Contains(body, s.Supervisor.Name+"さんがこの案件で通話中です") {
		t.Error("a third agent does not see who is on the call")
	}
	if body := third.get(third.get("/pop?number=090-0000-1234").location).body; strings.Contains(body, "別の通話を開始する") || !strings.Contains(body, "通話を開始する") {
		t.Error("who has the telephone ringing has to look for the form")
	}
	if a := receiver.post("/handovers/1/decline", "back", "/mails"); a.status != http.StatusConflict || !strings.Contains(a.body, "この引き継ぎの依頼は終了しています") {
		t.Errorf("declined after all: %d", a.status)
	}
}

// An offer that ran out stands in the timeline, and the agent is told; nobody can take it back.
func TestAnOfferRunsOut(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	call := s.Call(s.Agent, c.ID)
	h, err := cases.OfferHandover(s.Ctx, s.Store, s.Agent, call.ID, s.Supervisor.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Set(h.ExpiresAt)
	if err := cases.ExpireHandovers(s.Ctx, s.Store); err != nil {
		t.Fatal(err)
	}
	giver := s.as(s.Agent)
	if body := giver.get("/cases/" + c.Number() + "?kind=call").body; !strings.Contains(body, s.Supervisor.Name+"さんへの引き継ぎの依頼が時間切れ") || !strings.Contains(body, "さんから応答がありませんでした") {
		t.Error("that it ran out is not told")
	}
	if a := giver.post(fmt.Sprintf("/calls/%d/handover/withdraw", call.ID)); a.status != http.StatusConflict || !strings.Contains(a.body, "取り下げる依頼がありません。") {
		t.Errorf("withdrawn after all: %d", a.status)
	}
	if _, err := s.Pool.Exec(s.Ctx, "update staff set name_en = 'Takahashi Sho' where id = $1", s.Supervisor.ID); err != nil {
		t.Fatal(err)
	}
	giver.post("/language", "language", "en")
	if body := giver.get("/cases/" + c.Number() + "?kind=call").body; !strings.Contains(body, "Offer of the call to Takahashi Sho expired") {
		t.Error("the English timeline does not call the receiver by the reading of the name")
	}
}

// The page offers to hand a call over exactly where the action does it.
func TestHandingOverUnderASuspicion(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	receiver := s.as(s.Supervisor)
	receiver.get("/cases/" + c.Number())
	offers := func(giver *browser, call int64, may bool) {
		t.Helper()
		at := fmt.Sprintf("/calls/%d/handover", call)
		body := giver.get("/cases/" + c.Number()).body
		if form := strings.Contains(body, `action="`+at+`"`); form != may {
			t.Errorf("the form is there: %v", form)
		}
		_, part, _ := strings.Cut(body, `id="handover"`)
		part, _, _ = strings.Cut(part, "</details>")
		if told := strings.Contains(part, "本人確認済の通話の引き継ぎなど）。スーパーバイザーが判断します。"); told == may {
			t.Errorf("why not is told: %v", told)
		}
		if a := giver.post(at, "to", fmt.Sprint(s.Supervisor.ID)); (a.status == http.StatusSeeOther) != may {
			t.Errorf("offering it answers %d", a.status)
		}
	}
	said := []string{"name", "山田太郎", "birth_date", "1970-02-03", "customer_number", "N123456789"}
	verified := s.Call(s.Agent, c.ID, said...)
	if _, err := cases.Conclude(s.Ctx, s.Store, s.Agent2, s.Call(s.Agent2, c.ID).ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	offers(s.as(s.Agent), verified.ID, true) // the suspicion made it void
	fresh := s.Call(s.Agent2, c.ID, said...)
	offers(s.as(s.Agent2), fresh.ID, false)
}
