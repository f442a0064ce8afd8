package web_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/bulletins"
	"hoten/app/cases"
	"hoten/app/cti"
	"hoten/app/members"
	"hoten/app/questions"
	"hoten/app/reimbursements"
	"hoten/app/staff"
	"hoten/app/verbs"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// byCode are the kinds of subjects that people know by the number or code that the subject
// says, and those of which there is one.
var byCode = []string{"case", "desk", "incident", "program", "operator", "id", "directory", "points", "script", "list",
	"audit", "cases", "installation", "members", "policies", "reimbursements", "setup", "mails"}

// No subject of a verb is shown as its kind and the number that the program keeps it under.
func TestNoSubjectIsShownByItsNumber(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Auditor)
	words := regexp.MustCompile(`(?s)<p class="filtered-by">.*?<a`)
	for _, language := range []string{"ja", "en"} {
		b.post("/language", "language", language)
		seen := byCode
		for _, v := range verbs.All() {
			if slices.Contains(seen, v.Subject) {
				continue
			}
			seen = append(slices.Clone(seen), v.Subject)
			said := words.FindString(b.get("/audit?subject=" + v.Subject + ":987654").body)
			if said == "" || strings.Contains(said, "987654") || strings.Contains(said, v.Subject+":") {
				t.Errorf("%s in %s: %s", v.Subject, language, said)
			}
		}
	}
}

// What has a number in the program is shown by what people know it by, with a way to it, and
// who is named by a number by name.
func TestTheAuditTrailNamesWhatItIsAbout(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	number := c.Number()
	request, err := reimbursements.Propose(s.Ctx, s.Store, s.Supervisor, c.ID, "")
	must(t, err)
	_, err = staff.CreateToken(s.Ctx, s.Store, s.Agent, s.Agent.ID, staff.NewToken{Name: "夜間の集計"})
	must(t, err)
	var token int64
	must(t, s.Pool.QueryRow(s.Ctx, "select id from api_tokens").Scan(&token))
	board, err := bulletins.Post(s.Ctx, s.Store, s.Manager, bulletins.New{SubjectJa: "番号の変更", TextJa: "本文", SubjectEn: "New number", TextEn: "Text"})
	must(t, err)
	question, err := questions.Add(s.Ctx, s.Store, s.Manager, questions.Text{Topic: "goo", QuestionJa: "いつ戻りますか。", QuestionEn: "When?", AnswerJa: "順次です。", AnswerEn: "Soon."}, "よくあるお尋ね")
	must(t, err)
	_, err = cti.Connect(s.Ctx, s.Store, s.Administrator, "本館の交換機")
	must(t, err)
	call, err := cases.StartCall(s.Ctx, s.Store, s.Agent, c.ID, cases.NewCall{Direction: "inbound", Relation: cases.Self, Desk: apptest.Tech})
	must(t, err)
	gone := true
	_, err = staff.Update(s.Ctx, s.Store, s.Administrator, s.Agent.ID, staff.Change{Disabled: &gone})
	must(t, err)
	change, err := cases.ProposeContact(s.Ctx, s.Store, s.Supervisor, c.ID, members.Phone, "090-7777-0001", "本人確認書類の写し")
	must(t, err)

	b := s.as(s.Auditor)
	body := strings.Join(strings.Fields(b.get("/audit").body), " ")
	for _, want := range []string{"補填申請（案件 " + number + "）", "連絡「番号の変更」", "Q&amp;A「いつ戻りますか。」", "電話システム「本館の交換機」",
		"取込（" + apptest.Reference + "、", fmt.Sprintf(`href="/reimbursements/%d"`, request.ID), fmt.Sprintf(`href="/bulletins/%d"`, board.ID),
		fmt.Sprintf(`href="/questions/%d"`, question), `href="/cases/` + number + `"`, `オペレーター</span> <b>` + s.Agent.Name + "</b>", "連絡先の変更</span> <b>電話"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not said", want)
		}
	}
	for _, raw := range []string{fmt.Sprintf("通話</span> <b>%d</b>", call.ID), fmt.Sprintf("の変更</span> <b>%d</b>", change.ID)} {
		if strings.Contains(body, raw) {
			t.Errorf("%q is said", raw)
		}
	}
	if body := b.get(fmt.Sprintf("/audit?subject=token:%d", token)).body; !strings.Contains(body, "APIトークン「夜間の集計」の記録だけ") {
		t.Error("a token is not named")
	}
	b.post("/language", "language", "en")
	body = b.get("/audit").body
	for _, want := range []string{"Reimbursement (Case " + number + ")", "Announcement “New number”", "Question “When?”"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not said in English", want)
		}
	}
}
