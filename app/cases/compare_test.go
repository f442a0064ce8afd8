package cases_test

import (
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/store"
)

// What cannot be read as an answer is asked again: nothing is counted and nothing noted.
func TestUnreadableAnswersAreAskedAgain(t *testing.T) {
	w := world(t)
	call := w.Call(w.Agent, w.Case("m2@ocn.example").ID)
	noted := func() (n int) {
		if err := w.Pool.QueryRow(w.Ctx, "select (select count(*) from call_answers) + (select count(*) from audit_entries)").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := noted()
	for _, c := range []struct{ item, said, code string }{
		{cases.ItemBirthDate, "45年1月2日", "birth_date_unreadable"}, {cases.ItemBirthDate, "不明", "birth_date_unreadable"}, {cases.ItemBirthDate, "450102", "birth_date_unreadable"},
		{cases.ItemBirthDate, "1970年1月", "birth_date_unreadable"}, {cases.ItemBirthDate, "1/2/1970", "birth_date_unreadable"}, {cases.ItemBirthDate, "1970年2月30日", "birth_date_unreadable"},
		// The answer to another question is none to this one.
		{cases.ItemPhone, "N410292146", "phone_unreadable"}, {cases.ItemPhone, "山田 0900000001", "phone_unreadable"}, {cases.ItemName, "19800101", "name_unreadable"}, {cases.ItemName, "N410292146", "name_unreadable"},
		{cases.ItemBirthDate, "09000000001", "birth_date_unreadable"}, {cases.ItemAddress, "090-0000-0001", "address_unreadable"}, {cases.ItemCustomerNumber, "東京都港区芝公園4-2-8", "customer_number_unreadable"},
		{cases.ItemPhone, "なし", "phone_unreadable"}, {cases.ItemPhone, "-", "phone_unreadable"}, {cases.ItemPhone, "090", "phone_unreadable"}, {cases.ItemPhone, "090-0000-0001 090-0000-0002", "phone_unreadable"},
		{cases.ItemPhone, " ", "required"}, {cases.ItemCustomerNumber, "―", "customer_number_unreadable"}, {cases.ItemCustomerNumber, "わからない", "customer_number_unreadable"},
		{cases.ItemName, "・・", "name_unreadable"}, {cases.ItemName, "不明", "name_unreadable"},
		{cases.ItemCustomerNumber, "忘れました", "customer_number_unreadable"}, {cases.ItemCustomerNumber, "ABC", "customer_number_unreadable"}, {cases.ItemCustomerNumber, "手元にありません", "customer_number_unreadable"},
		{cases.ItemName, "わかりません。", "name_unreadable"}, {cases.ItemName, "分からない", "name_unreadable"}, {cases.ItemName, "分からないです", "name_unreadable"}, {cases.ItemName, "忘れました", "name_unreadable"},
		{cases.ItemName, "知りません", "name_unreadable"}, {cases.ItemName, "不明です", "name_unreadable"}, {cases.ItemName, "覚えていない", "name_unreadable"}, {cases.ItemName, "I don't know", "name_unreadable"},
		{cases.ItemName, "I don’t know.", "name_unreadable"}, {cases.ItemName, "Forgot", "name_unreadable"}, {cases.ItemName, "I can't remember", "name_unreadable"},
		{cases.ItemAddress, "。", "address_unreadable"}, {cases.ItemAddress, "無回答", "address_unreadable"},
		{cases.ItemAddress, "東京", "address_unreadable"}, {cases.ItemAddress, "わかりません", "address_unreadable"}, {cases.ItemAddress, "三重県津市", "address_unreadable"},
		{cases.ItemAddress, "〒100-0001 東京都千代田区", "address_unreadable"},
	} {
		_, err := cases.Answer(w.Ctx, w.Store, w.Agent, call.ID, c.item, c.said, false)
		refused(t, err, c.code)
	}
	if n := noted(); n != before {
		t.Errorf("%d rows more", n-before)
	}
	kept, err := store.Find[cases.Call](store.Read(w.Ctx, w.Store), "id = ?", call.ID)
	if err != nil || kept.Wrong != 0 || kept.Outcome != nil {
		t.Errorf("%+v %v", kept, err)
	}
	// Whoever is unknown is asked again as well: the answer tells nothing of what is registered.
	opened, err := cases.Open(w.Ctx, w.Store, w.Agent, apptest.Reference, "nobody@ocn.example")
	if err != nil {
		t.Fatal(err)
	}
	unknown := w.Call(w.Agent, opened.Case.ID)
	_, err = cases.Answer(w.Ctx, w.Store, w.Agent, unknown.ID, cases.ItemBirthDate, "不明", false)
	refused(t, err, "birth_date_unreadable")
	_, err = cases.Answer(w.Ctx, w.Store, w.Agent, unknown.ID, cases.ItemCustomerNumber, "ABC", false)
	refused(t, err, "customer_number_unreadable")
}

// A name that has the characters of a phrase is a name, and a number may be of letters where
// the registered one is.
func TestAnswersThatLookLikeNone(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Import(apptest.AffectedHeader+"k@ocn.example,知里 覚,チリ サトル,1970-03-02,090-0000-0001,k@mail.example,2005-04-01,1000001,東京都千代田区大手町二丁目3番1号,ABCDEF,ja,0,0,\n", "")
	call := w.Call(w.Agent, w.Case("k@ocn.example").ID)
	for _, c := range []struct {
		item, said string
		match      bool
	}{{cases.ItemName, "知里覚", true}, {cases.ItemName, "不破 明", false}, {cases.ItemCustomerNumber, "abc-def", true}, {cases.ItemCustomerNumber, "ABC", false}} {
		if a, err := cases.Answer(w.Ctx, w.Store, w.Agent, call.ID, c.item, c.said, false); err != nil || a.Match != c.match {
			t.Errorf("%s: match %v, %v", c.said, a.Match, err)
		}
	}
}

// What people say differs from what is registered, and is right.
func TestAnswersAsTheyAreSaid(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Import(apptest.AffectedHeader+"j@ocn.example,\"SMITH, John A.\",ジョン スミス,1970-03-02,090-0000-0001,j@mail.example,2005-04-01,1000001,東京都千代田区大手町二丁目3番1号,000123456,ja,0,0,\n", "")
	call := w.Call(w.Agent, w.Case("j@ocn.example").ID)
	for _, c := range []struct {
		item, said string
		match      bool
		differs    string
	}{
		{cases.ItemName, "John A Smith", false, cases.DiffersInOrder}, {cases.ItemName, "Smith John さん", false, cases.DiffersInSpelling}, {cases.ItemName, "スミス ジョン", true, ""}, {cases.ItemName, "ジョンスミス様", true, ""},
		{cases.ItemBirthDate, "S450302", true, ""}, {cases.ItemBirthDate, "昭和四十五年三月二日生まれ", true, ""},
		{cases.ItemAddress, "千代田区大手町2丁目の3の1", true, ""}, {cases.ItemPhone, "+81 90 0000 0001", true, ""},
		{cases.ItemCustomerNumber, "123456", true, ""}, {cases.ItemCustomerNumber, "0001-23456", true, ""},
		{cases.ItemName, "Jane Smith", false, ""}, {cases.ItemCustomerNumber, "1234560", false, ""},
	} {
		a, err := cases.Answer(w.Ctx, w.Store, w.Agent, call.ID, c.item, c.said, false)
		if err != nil || a.Match != c.match || a.Differs != c.differs || a.Variant != (c.differs != "") {
			t.Errorf("%s: match %v, differs in %q, %v", c.said, a.Match, a.Differs, err)
		}
	}
}
