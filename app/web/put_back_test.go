package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/reimbursements"
	"hoten/app/resets"
)

// What a verified caller is told of their points follows them: promised, put back, and
// looked at again; and a correction is asked for by its name, where it can be.
func TestWhatCallersAreToldOfTheirPoints(t *testing.T) {
	s := newSite(t)
	const who = "back@ocn.example"
	s.Import(apptest.AffectedHeader+who+",\"Silva, Maria\",シルバ マリア,1970-02-03,,b@mail.example,2008-01-01,,,N77,ja,1,5000,2014-07-29 10:00\n",
		apptest.MovementsHeader+"P1,"+who+",2014-07-20 02:00:00,exchange,goo,,gift-code,100,,,confirmed\n")
	c := s.Case(who)
	if _, err := resets.Release(s.Ctx, s.Store, s.Supervisor, c.ID, "誤って制限"); err != nil {
		t.Fatal(err)
	}
	at, agent, supervisor := "/cases/"+c.Number(), s.as(s.Agent), s.as(s.Supervisor)
	call := s.Call(s.Agent, c.ID)
	answer := func(fields ...string) string {
		return agent.post(fmt.Sprintf("/calls/%d/answers", call.ID), fields...).body
	}
	page := answer("item", "name", "value", "Maria Silva")
	if !strings.Contains(page, "氏名の順序が違います") || strings.Contains(page, "異体字") {
		t.Error("the order of a name is not asked back as such")
	}
	// Another item in between does not take the question away.
	page = answer("item", "birth_date", "value", "1970-02-03", "asked", "name", "asked_value", "Maria Silva", "asked_differs", "order")
	if !strings.Contains(page, "氏名の順序が違います") || !strings.Contains(page, `value="Maria Silva"`) {
		t.Error("what was asked back is not asked any more")
	}
	answer("item", "name", "value", "Maria Silva", "confirm", "true")
	answer("item", "customer_number", "value", "N77")
	tells := func(what string, says, never []string) {
		t.Helper()
		page := agent.get(at).body
		for _, want := range says {
			if !strings.Contains(page, want) {
				t.Errorf("%s: %q is not said", what, want)
			}
		}
		for _, not := range never {
			if strings.Contains(page, not) {
				t.Errorf("%s: %q is said", what, not)
			}
		}
	}
	promise, done := "すべて当社で補填いたします", "不正に使われたポイントは、7月"
	tells("owed", []string{promise, "補填を申請する"}, []string{done, "訂正を申請する"})
	if _, err := reimbursements.Approve(s.Ctx, s.Store, s.Supervisor, s.propose(s.Agent, who)); err != nil {
		t.Fatal(err)
	}
	tells("posted", []string{done, "補填いたしました"}, []string{promise, "完了しましたら", "メールでお知らせしております"})
	s.Deliver(s.outbox)
	tells("told", []string{done, "メールでお知らせしております"}, []string{promise, "あらためて確認しております"})
	s.Import("", apptest.MovementsHeader+"C1,"+who+",2014-08-01 10:00,cancel,,goo,,60,,P1,none\n")
	tells("canceled later", []string{done, "あらためて確認しております", "訂正を申請する", "差額の訂正を申請してください"}, []string{promise, "補填を申請する"})
	twin := who + ",2014-07-21 03:00,exchange,goo,,x,80,,,suspected\n"
	s.Import("", apptest.MovementsHeader+"D1,"+twin+"D2,"+twin)
	tells("a possible double", []string{"スーパーバイザーが判断するまで補填は申請できません"}, []string{"差額の訂正を申請してください"})
	if page := supervisor.get(at).body; strings.Count(page, "80ポイント D2</option>") != 2 {
		t.Error("equal movements cannot be told apart where findings are changed")
	}
}

// Whom no mail reaches is told of the restriction on the phone, and by what the reset goes
// on; what was only moved is restored, as the mails say.
func TestWhoIsToldOnThePhoneHearsOfTheRestriction(t *testing.T) {
	s := newSite(t)
	const who = "moved@ocn.example"
	s.Import(apptest.AffectedHeader+who+",山田 太郎,ヤマダ タロウ,1970-02-03,03-0000-1234,,,,,N78,ja,100,1000,2014-07-29 10:00\n",
		apptest.MovementsHeader+"T1,"+who+",2014-07-20 02:00:00,transfer,pointtalk,goo,,500,100,,confirmed\n")
	c, agent := s.Case(who), s.as(s.Agent)
	at := "/cases/" + c.Number()
	call := s.Call(s.Agent, c.ID, cases.ItemName, "山田 太郎", cases.ItemBirthDate, "1970-02-03", cases.ItemCustomerNumber, "N78")
	says(t, "level 1", agent.get(at).body,
		[]string{"ご利用を制限しております", "新しいパスワードの設定が必要", "インターネット接続", "先に本人確認書類をお送りいただき", "すべて当社で復元いたします", "will be restored", "先に書類で連絡先を変更", `href="#contacts"`},
		[]string{"お手続きは必要ございません", "nothing you need to do", "補填いたします", "切らせていただきます", "登録電話番号へ折り返すか"})
	// Another case says which call a new one ends.
	other := "/cases/" + s.Case(login).Number()
	ends := c.Number() + " の通話が続いています"
	says(t, "another case", agent.get(other).body, []string{ends, `href="` + at + `#call"`}, nil)
	if _, err := cases.EndCall(s.Ctx, s.Store, s.Agent, call.ID); err != nil {
		t.Fatal(err)
	}
	says(t, "another case, ended", agent.get(other).body, nil, []string{ends})
	// Family is not asked to prove what only the member can.
	rung, err := cases.StartCall(s.Ctx, s.Store, s.Agent, s.Case(login).ID, cases.NewCall{Direction: "outbound", Relation: cases.Family, Despite: true})
	if err != nil {
		t.Fatal(err)
	}
	confirm := fmt.Sprintf("/calls/%d/callback", rung.ID)
	says(t, "family", agent.get(other).body, []string{"ご契約者さまはいらっしゃいますでしょうか"}, []string{`action="` + confirm + `"`})
	says(t, "family, refused", agent.post(confirm).body, []string{"ご本人さま、または書類を確認済みの代理人との通話だけです"}, nil)
	// A link that was just sent can be sent again from when it says, and after the reset nothing is left to send.
	s.Verified(s.Agent, s.Case(login).ID, cases.ItemName, "山田 太郎", cases.ItemBirthDate, "1970-02-03", cases.ItemCustomerNumber, "N123456789")
	agent.post(other + "/reset")
	says(t, "just sent", agent.get(other).body, []string{"再送信は", "有効期限は、お送りしてから30分"}, nil)
	s.Clock.Add(time.Minute)
	says(t, "a minute later", agent.get(other).body, []string{"パスワード再設定を受け付けられます"}, []string{"再送信は"})
	if _, err := resets.Release(s.Ctx, s.Store, s.Supervisor, s.Case(login).ID, "誤って制限"); err != nil {
		t.Fatal(err)
	}
	says(t, "resumed", agent.get(other).body, []string{"お客さまご自身の案件の状況をお伝えできます"}, []string{"パスワード再設定を受け付けられます"})
}
