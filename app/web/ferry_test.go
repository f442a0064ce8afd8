package web_test

import (
	"net/http"
	"strings"
	"testing"

	"hoten/app/access"
	"hoten/app/setup"
)

// A case of another operator's ID says nothing that only the other IDs have, and its calls
// are taken at the desks that serve it.
func TestACaseOfAnotherOperator(t *testing.T) {
	s := newSite(t)
	ferry, err := setup.ReadExample("one-program")
	if err == nil {
		_, err = setup.Apply(s.Ctx, s.Store, access.System("test"), ferry, "test")
	}
	if err != nil {
		t.Fatal(err)
	}
	s.ImportInto("FERRY-2026-01", "login_id,name,birth_date,phone,email,email_registered_on,address,balance_miles\n"+
		"fc-000001,山田 太郎,1970-02-03,090-0000-9999,ferry@mail.example,2005-04-01,東京都千代田区見本町1-2-3,100\n", "")
	theirs, ours := "/cases/"+s.Case("fc-000001").Number(), "/cases/"+s.Case(login).Number()
	b := s.as(s.Agent)
	for path, has := range map[string]map[string]bool{
		theirs: {"ご予約済みの乗船は、これまでどおりご利用いただけます。": true, "インターネット接続": false, "ポイントパスワード": false, "ワンタイムパスワード": false,
			`value="miles"`: true, `value="tech"`: false, `value="point"`: false, "フェリーIDのパスワード": true, "OCN IDのパスワード": false},
		ours: {"ご予約済みの乗船": false, "インターネット接続はこれまでどおり": true, "<dt>ポイントパスワード</dt>": true, "<dt>ワンタイムパスワード</dt>": true,
			`value="miles"`: false, `value="tech"`: true, `value="point"`: true, "OCN IDのパスワード": true},
	} {
		body := b.get(path).body
		for text, want := range has {
			if strings.Contains(body, text) != want {
				t.Errorf("%s: %q shown: %v", path, text, !want)
			}
		}
	}
	// What an English reader's page and script say comes from the ID too.
	if body := b.get(theirs).body; strings.Contains(body, "internet") {
		t.Error("the page speaks of the internet connection")
	}
	if a := b.post(theirs+"/calls", "direction", "inbound", "relation", "self", "desk", "tech"); a.status != http.StatusUnprocessableEntity ||
		!strings.Contains(a.body, "OCNテクニカルサポートセンタは、このIDのお客さまの窓口ではありません。") {
		t.Errorf("a call at a desk of others: %d", a.status)
	}
	if a := b.post(theirs+"/calls", "direction", "inbound", "relation", "self"); a.status != http.StatusSeeOther {
		t.Fatalf("%d", a.status)
	}
	if n := s.Number("select count(*) from calls k join desks d on d.id = k.desk_id where d.code = 'miles'"); n != 1 {
		t.Error("whose own desk serves others takes the call at the main desk for the ID")
	}
	// A caller about the password is not sent to the other operator's desk.
	if body := b.get(theirs + "?topic=password").body; strings.Contains(body, "0120-047-860") || !strings.Contains(body, "フェリーIDのパスワード") {
		t.Error("the caller is sent to a desk of others")
	}
}
