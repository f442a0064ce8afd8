package web_test

import (
	"testing"

	"hoten/app/cases"
)

// Where own use is found, the page says that nobody was verified, and what was found then
// stands in the timeline and at the audit log.
func TestOwnUseWithoutAVerifiedCall(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	supervisor, page := s.as(s.Supervisor), "/cases/"+s.Case(login).Number()
	const lacks, told = "このIDのご本人確認の記録はありません。", "判定を本人利用に変更（このIDのご本人確認の記録なし）"
	says(t, "nobody called", supervisor.get(page).body, []string{lacks}, []string{told})
	says(t, "an agent", s.as(s.Agent).get(page).body, nil, []string{lacks})
	supervisor.post(page+"/findings", "movement_id", "MV1", "finding", "own", "reason", "書面でのお申し出")
	says(t, "found", supervisor.get(page).body, []string{lacks, told}, nil)
	says(t, "the audit log", supervisor.get("/audit").body, []string{"ご本人の確認", "いいえ"}, nil)

	s.Call(s.Agent, c.ID, cases.ItemName, "山田 太郎", cases.ItemBirthDate, "1970-02-03", cases.ItemCustomerNumber, "N123456789")
	says(t, "somebody is verified", supervisor.get(page).body, []string{"判定を変更する"}, []string{lacks})
}
