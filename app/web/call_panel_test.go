package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/notices"
	"hoten/app/store"
)

// says checks what a page has and has not.
func says(t *testing.T, what, page string, has, hasNot []string) {
	t.Helper()
	for _, want := range has {
		if !strings.Contains(page, want) {
			t.Errorf("%s: lacks %q", what, want)
		}
	}
	for _, not := range hasNot {
		if strings.Contains(page, not) {
			t.Errorf("%s: has %q", what, not)
		}
	}
}

// refusing answers every mail with one error.
type refusing struct{ err error }

func (r refusing) Send(context.Context, notices.Envelope) error { return r.err }

// After the first failed attempt only the call is over, after the second the ID is closed
// until tomorrow: the panel, the script and the refusals say the same.
func TestCallPanelSaysWhatIsOver(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	agent, path := s.as(s.Agent), "/cases/"+c.Number()
	another, tomorrow := "終話してから新しい通話を開始してください", []string{"翌日まで", "明日以降", "tomorrow"}
	const closed = "このIDのレベル2の本人確認は、翌日まで電話では受け付けられません"
	fail := func() string {
		call := s.Call(s.Agent, c.ID)
		var a answer
		for range 4 {
			a = agent.post(fmt.Sprintf("/calls/%d/answers", call.ID), "item", "birth_date", "value", "1999-01-01")
		}
		if a.status != http.StatusForbidden {
			t.Errorf("the fourth wrong answer: %d", a.status)
		}
		return a.body
	}
	refusal, page := fail(), agent.get(path).body
	says(t, "first refusal", refusal, []string{another}, append(tomorrow, closed))
	says(t, "first", page, []string{another, "このお電話では、これ以上お伺いできません", "nothing more I can ask you on this call"}, tomorrow)
	refusal, page = fail(), agent.get(path).body
	says(t, "second refusal", refusal, []string{closed}, []string{another})
	says(t, "second", page, tomorrow, []string{another})
}

// A code is said to be sent once it is, and not when its mail was refused; the script goes
// on from level 1 to the code.
func TestCallPanelSaysWhatBecameOfTheCode(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	agent, path := s.as(s.Agent), "/cases/"+c.Number()
	call := s.Call(s.Agent, c.ID, cases.ItemName, "山田 太郎", cases.ItemBirthDate, "1970-02-03", cases.ItemCustomerNumber, "N123456789")
	const verb, sending, sent, failed, reading, asking = "最後の確認として", "に送信しています", "に送信しました", "に送信できませんでした", "番号を読み上げて", `id="answer-code"`
	shows := func(what string, has, hasNot []string) {
		t.Helper()
		says(t, what, agent.get(path).body, has, append(hasNot, "ご登録のお名前をフルネームで"))
	}
	shows("level 1", []string{verb}, []string{sending, sent, failed, asking})
	send := func() {
		t.Helper()
		if a := agent.post(fmt.Sprintf("/calls/%d/code", call.ID)); a.status != http.StatusSeeOther {
			t.Fatal(a.status)
		}
	}
	send()
	shows("queued", []string{"メールサーバーが未設定のため送信されません。", sending, asking, reading}, []string{sent, failed, "お送りいたしました"})
	s.Deliver(refusing{errors.New("451 4.3.0 try later")})
	shows("refused for now", []string{sending, asking, reading}, []string{sent, failed})
	before, err := cases.Stamp(store.Read(s.Ctx, s.Store), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Add(2 * time.Minute)
	s.Deliver(s.outbox)
	shows("sent", []string{sent, asking, reading}, []string{sending, failed})
	if after, err := cases.Stamp(store.Read(s.Ctx, s.Store), c.ID); err != nil || after == before {
		t.Errorf("an open page does not learn of it: %v", err)
	}
	send()
	shows("queued again", []string{sending, asking}, []string{sent, failed})
	s.Deliver(refusing{&notices.Permanent{Err: errors.New("550 5.1.1 no such user"), Recipient: true, Reason: "unknown"}})
	shows("refused", []string{failed, "このメールアドレスは存在しません。"}, []string{sending, sent, asking, reading})
}

// So is a reset link.
func TestIdentityPanelSaysWhatBecameOfTheLink(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	agent, path := s.as(s.Agent), "/cases/"+c.Number()
	s.Verified(s.Agent, c.ID, cases.ItemName, "山田 太郎", cases.ItemBirthDate, "1970-02-03", cases.ItemCustomerNumber, "N123456789")
	s.Deliver(s.outbox)
	if a := agent.post(path + "/reset"); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	panel := func(page string) string {
		_, rest, _ := strings.Cut(page, "<dt>URL送信</dt>")
		shown, _, found := strings.Cut(rest, "</dd>")
		if !found {
			t.Fatal("no link is shown")
		}
		return shown
	}
	page := agent.get(path).body
	says(t, "queued", page, []string{"パスワード再設定のメールを作成しました。", "URLをお送りしております"}, []string{"URLを送信しました"})
	says(t, "queued", panel(page), []string{"送信待ち"}, nil)
	s.Deliver(s.outbox)
	says(t, "sent", panel(agent.get(path).body), nil, []string{"送信待ち", "送信失敗"})
}

// While somebody may pass for the member, what would be refused is not offered, and the
// words name it.
func TestSuspicionIsSaidWhereItStops(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	agent, path := s.as(s.Agent), "/cases/"+c.Number()
	if a := agent.post(path+"/callbacks", "due_on", "2014-07-31", "due_time", "18:00", "desk", "tech"); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	attempts, waits := "/callbacks/1/attempts", "架電できません。スーパーバイザーが判断します。"
	says(t, "before", agent.get(path).body, []string{attempts}, []string{waits})
	call := s.Call(s.Agent2, c.ID)
	if _, err := cases.Conclude(s.Ctx, s.Store, s.Agent2, call.ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	stopped := "再設定、表示、確認コード、折り返し、利用制限の解除、連絡先の変更、本人確認済の通話の引き継ぎなど"
	says(t, "case", agent.get(path).body, []string{waits, stopped, "/callbacks/1/move", "/callbacks/1/drop"}, []string{attempts})
	says(t, "list", agent.get("/callbacks?view=all").body, []string{waits, c.Number()}, []string{attempts})
	says(t, "refusal", agent.post(attempts+"?on=case", "version", "1", "outcome", "reached").body, []string{"この操作はできません（" + stopped}, nil)
	if a := agent.post("/callbacks/1/drop?on=case", "version", "2", "reason", "確認待ち"); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	refused := "この操作はできません"
	says(t, "dropped", agent.get(path).body, []string{stopped, "折り返しの約束を止めています。スーパーバイザーの判断を待ち"}, []string{refused, path + "/callbacks"})
	s.Call(s.Agent, c.ID)
	says(t, "another call", agent.get(path).body, []string{"確認コードの送信と照合を止めています。スーパーバイザーの判断を待ち"}, []string{refused, "確認コードを送信"})
	says(t, "supervisor", s.as(s.Supervisor).get(path).body, []string{"止めていた操作（" + stopped}, nil)
	if _, err := cases.ClearImpostor(s.Ctx, s.Store, s.Supervisor, c.ID, "確認済み", nil); err != nil {
		t.Fatal(err)
	}
	says(t, "cleared", agent.get(path).body, []string{path + "/callbacks"}, []string{stopped})
}

// The refusals that end something say so: the last wrong code, and what keeps a case open.
func TestRefusalsSayWhatIsOver(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	agent, supervisor, path := s.as(s.Agent), s.as(s.Supervisor), "/cases/"+c.Number()
	call := s.Call(s.Agent, c.ID)
	of := fmt.Sprintf("/calls/%d/code", call.ID)
	if a := agent.post(of); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	const left, gone = "回照合できます。", "この確認コードは使えなくなりました。新しい確認コードを送信してください。"
	for range 4 {
		says(t, "a wrong code", agent.post(of+"/check", "code", "000000").body, []string{left}, []string{gone})
	}
	says(t, "the last wrong code", agent.post(of+"/check", "code", "000000").body, []string{gone}, []string{left})
	version := func() string { return fmt.Sprint(s.Case(login).Version) }
	says(t, "completed", agent.post(path, "version", version(), "status", "completed").body, []string{"完了にできません（2件）"}, []string{"入力内容をご確認ください"})
	says(t, "out of scope", supervisor.post(path, "version", version(), "status", "out_of_scope").body, []string{"終了できません（"}, []string{"入力内容をご確認ください"})
	if _, err := cases.Conclude(s.Ctx, s.Store, s.Agent, call.ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	says(t, "suspected", agent.get(path).body, []string{"なりすまし疑いのため、再設定などを止めています。"}, nil)
}

// Where another call goes on, its way back has the focus, and the button that ends it says so;
// once it is ended, no page calls it open.
func TestASecondCallSaysThatItEndsTheFirst(t *testing.T) {
	s := newSite(t)
	s.Import(apptest.AffectedHeader+strings.Replace(second, "090-0000-1234", "090-0000-5678", 1), apptest.MovementsHeader)
	first, other := s.Case(login), s.Case("yamada0002@ocn.example")
	agent, path := s.as(s.Agent), "/cases/"+other.Number()
	ringing := func() string { return agent.get(agent.get("/pop?number=090-0000-5678").location).body }
	const back = `#call" data-next`
	says(t, "no call", ringing(), []string{"autofocus>通話を開始する</button>"}, []string{back})
	s.Call(s.Agent, first.ID)
	ends := first.Number() + " の通話を終了して、この通話を開始する</button>"
	says(t, "ringing", ringing(), []string{ends, back + " autofocus>通話に戻る"}, []string{">通話を開始する</button>", "autofocus>" + ends})
	says(t, "opened", agent.get(path).body, []string{ends, back + ">通話に戻る", "open-call"}, []string{"autofocus>" + ends})
	a := agent.post(path+"/calls", "direction", "inbound", "relation", "self")
	says(t, "without the answer", a.body, []string{ends, back}, nil)
	page := agent.get(path).body
	if !strings.Contains(page, `data-hx-select-oob="#flash-area,#timeline,#handovers"`) {
		t.Error("the start of a call leaves the way back to the other one on the page")
	}
	if a := agent.post(path+"/calls", "ends", first.Number(), "direction", "inbound", "relation", "self"); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	says(t, "started", agent.get(path).body, []string{`id="verification"`}, []string{"open-call", ends})
}
