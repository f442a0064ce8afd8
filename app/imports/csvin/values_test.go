package csvin

import (
	"strings"
	"testing"

	"hoten/app/jptext"
)

// affRow is a good row of affected IDs with some columns changed.
func affRow(changes map[string]string) string {
	return rowOf(affHead, "m000001@ocn.example,鈴木 ジョン,スズキ ジョン,1958-03-07,03-0000-8551,contact1@mail.example,2005-05-05,4011479,大阪府大阪市北区梅田1-1,N916201972,ja,587,158,2014-07-29 15:00:00", changes)
}

// movRow is a good movement with some columns changed.
func movRow(changes map[string]string) string {
	return rowOf(movHead, "MV1,m000001@ocn.example,2014-07-22 03:49:35,transfer,pointtalk,goo,,5000,1000,,confirmed", changes)
}

func rowOf(head, good string, changes map[string]string) string {
	names, cells := strings.Split(strings.TrimSpace(head), ","), strings.Split(good, ",")
	for i, name := range names {
		if v, ok := changes[name]; ok {
			cells[i] = v
		}
		cells[i] = `"` + strings.ReplaceAll(cells[i], `"`, `""`) + `"`
	}
	return strings.Join(cells, ",") + "\n"
}

func TestReasonsForAffected(t *testing.T) {
	for _, c := range []struct{ column, value, reason string }{
		{"login_id", "", "login_id_missing"}, {"login_id", " \u3000\u200b", "login_id_missing"}, {"login_id", strings.Repeat("x", 256), "value_too_long"},
		{"name", strings.Repeat("山", 400), "value_too_long"}, {"name", "山\ufffd", "undecodable"}, {"name", "山\x00", "undecodable"}, {"address", "大阪\xff", "undecodable"},
		{"birth_date", "26.7.11", "birth_date_invalid"}, {"birth_date", "1958-02-30", "birth_date_invalid"}, {"birth_date", "2026-11-24", "date_in_future"}, {"email_registered_on", "2099-01-01", "date_in_future"}, {"birth_date", "不明", "birth_date_invalid"},
		{"phone", "なし", "phone_invalid"}, {"phone", "8551", "phone_invalid"},
		{"email", "contact1", "email_invalid"}, {"email", "a@b@c", "email_invalid"}, {"email_registered_on", "2005-13-05", "email_registered_on_invalid"},
		{"customer_number", "－", "customer_number_invalid"}, {"language", "fr", "language_unknown"},
		{"balance_pointtalk", "-1", "balance_negative"}, {"balance_pointtalk", "▲1,000", "balance_negative"}, {"balance_goo", "12.5", "balance_not_integer"},
		{"balance_goo", "many", "balance_not_integer"}, {"balance_goo", "1000000000000", "balance_too_large"}, {"balance_goo", "-1000000000000", "balance_negative"},
		{"restricted_at", "soon", "restricted_at_invalid"}, {"restricted_at", "2026-11-25 00:00", "date_in_future"}, {"email", "\ufffd", "undecodable"},
	} {
		r := opened(t, affHead+affRow(map[string]string{c.column: c.value}), AffectedFile)
		r.Today = jptext.Date{Year: 2026, Month: 11, Day: 23}
		if got, want := told(all(t, r)), "2 "+c.column+":"+c.reason; got != want {
			t.Errorf("%s %.20q: %s, want %s", c.column, c.value, got, want)
		}
	}
	both := affRow(map[string]string{"email": "x", "balance_goo": "-1"})
	if got := told(all(t, opened(t, affHead+both, AffectedFile))); got != "2 email:email_invalid 2 balance_goo:balance_negative" {
		t.Errorf("two reasons: %s", got)
	}
}

func TestReasonsForMovements(t *testing.T) {
	for _, c := range []struct {
		changes map[string]string
		want    string
	}{
		{map[string]string{"movement_id": ""}, "movement_id:movement_id_missing"},
		{map[string]string{"login_id": ""}, "login_id:login_id_missing"},
		{map[string]string{"occurred_at": ""}, "occurred_at:occurred_at_invalid"},
		{map[string]string{"occurred_at": "2014-07-22 30:00"}, "occurred_at:occurred_at_invalid"},
		{map[string]string{"kind": "gift"}, "kind:kind_unknown"},
		{map[string]string{"kind": ""}, "kind:kind_unknown"},
		{map[string]string{"points": "0"}, "points:points_not_positive"},
		{map[string]string{"points": "▲1,000"}, "points:points_not_positive"},
		{map[string]string{"points": "-9999999999999"}, "points:points_not_positive"},
		{map[string]string{"points": "1000000000000"}, "points:points_too_large"},
		{map[string]string{"points": "92233720368547758079"}, "points:points_too_large"},
		{map[string]string{"points": "1.5"}, "points:points_not_integer"},
		{map[string]string{"points": ""}, "points:points_not_integer"},
		{map[string]string{"points_received": "0"}, "points_received:points_not_positive"},
		{map[string]string{"from_program": ""}, "from_program:program_unknown"},
		{map[string]string{"to_program": " "}, "to_program:program_unknown"},
		{map[string]string{"to_program": "PointTalk"}, "to_program:programs_equal"},
		{map[string]string{"kind": "exchange", "from_program": ""}, "from_program:program_unknown"},
		{map[string]string{"kind": "cancel", "from_program": ""}, "refers_to:refers_to_unknown"},
		{map[string]string{"kind": "earn", "to_program": "", "from_program": ""}, "to_program:program_unknown"},
		{map[string]string{"fraud": "maybe"}, "fraud:fraud_unknown"},
		{map[string]string{"partner": "\ufffd"}, "partner:undecodable"},
	} {
		if got := told(all(t, opened(t, movHead+movRow(c.changes), MovementsFile))); got != "2 "+c.want {
			t.Errorf("%v: %s, want %s", c.changes, got, c.want)
		}
	}
}

func TestValuesArrive(t *testing.T) {
	a := all(t, opened(t, affHead+affRow(map[string]string{
		"login_id": " Ｍ000001@OCN.example", "name": " 𠮷田\u3000太郎 ", "phone": "９0-0000-8551", "email": "foo..bar@docomo.example",
		"language": "", "balance_goo": "", "balance_pointtalk": "１,２６５", "restricted_at": "", "birth_date": "", "postal_code": "0640801",
	}), AffectedFile))[0]
	got := a.Affected
	if told([]Row{a}) != "" || got.LoginID != "Ｍ000001@OCN.example" || got.LoginKey != "m000001@ocn.example" || got.Name != " 𠮷田\u3000太郎 " ||
		got.Phone != "９0-0000-8551" || got.PhoneKey != "09000008551" || got.Email != "foo..bar@docomo.example" || got.Language != "ja" ||
		len(got.Balances) != 1 || got.Balances[0] != (Balance{"pointtalk", 1265}) || !got.RestrictedAt.IsZero() || !got.BirthDate.IsZero() {
		t.Errorf("%+v %v", got, a.Problems)
	}
	m := all(t, opened(t, movHead+movRow(map[string]string{"kind": "取消返還", "from_program": "", "to_program": "ｇｏｏポイント", "occurred_at": "H26.7.22 25:30",
		"points": "1,000", "points_received": "", "refers_to": "ＭＶ0 ", "fraud": ""}), MovementsFile))[0]
	if got := m.Movement; told([]Row{m}) != "" || got.Kind != Cancel || got.ToProgram != "goo" || got.Points != 1000 || got.PointsReceived != 1000 ||
		got.OccurredAt.Format("2006-01-02T15:04:05Z") != "2014-07-22T16:30:00Z" || got.RefersTo != "ＭＶ0" || got.RefersToKey != "mv0" || got.Fraud != "none" {
		t.Errorf("%+v %v", got, m.Problems)
	}
}

func TestHashIsOfTheMeaning(t *testing.T) {
	hash := func(head, row string, kind Kind) [16]byte {
		rows := all(t, opened(t, head+row, kind))
		if told(rows) != "" {
			t.Fatal(told(rows))
		}
		return rows[0].Hash
	}
	aff := hash(affHead, affRow(nil), AffectedFile)
	mov := hash(movHead, movRow(nil), MovementsFile)
	for column, value := range map[string]string{"login_id": "Ｍ000001@ocn.example", "name": "鈴木　ｼﾞｮﾝ", "birth_date": "S33.3.7", "phone": "300008551", "postal_code": "〒401-1479",
		"customer_number": "n916-201972", "language": "", "balance_pointtalk": "５８７", "restricted_at": "2014-07-29T06:00:00Z", "address": " 大阪府大阪市北区梅田１-１"} {
		if hash(affHead, affRow(map[string]string{column: value}), AffectedFile) != aff {
			t.Errorf("%s %q is another row", column, value)
		}
	}
	for column, value := range map[string]string{"login_id": "m000002@ocn.example", "name": "鈴木 太郎", "birth_date": "", "phone": "", "email": "", "email_registered_on": "", "postal_code": "",
		"customer_number": "", "language": "en", "balance_pointtalk": "", "balance_goo": "0", "restricted_at": "", "address": "", "name_kana": ""} {
		if hash(affHead, affRow(map[string]string{column: value}), AffectedFile) == aff {
			t.Errorf("%s %q is the same row", column, value)
		}
	}
	for column, value := range map[string]string{"movement_id": "ｍｖ1", "occurred_at": "2014/7/22 3:49:35", "kind": "移行", "from_program": "ポイントーク", "points": "5,000", "points_received": "1000.0", "fraud": "確定"} {
		if hash(movHead, movRow(map[string]string{column: value}), MovementsFile) != mov {
			t.Errorf("%s %q is another row", column, value)
		}
	}
	if hash(movHead, movRow(map[string]string{"fraud": "不正（確認済）"}), MovementsFile) != mov { // as the console calls it
		t.Error("the console's word for a finding is another row")
	}
	for column, value := range map[string]string{"movement_id": "MV2", "login_id": "m2", "occurred_at": "2014-07-22 03:49:36", "kind": "earn", "to_program": "x", "partner": "p", "points": "1", "points_received": "", "refers_to": "MV0", "fraud": ""} {
		if hash(movHead, movRow(map[string]string{column: value}), MovementsFile) == mov {
			t.Errorf("%s %q is the same row", column, value)
		}
	}
	swapped := "balance_goo,balance_pointtalk,login_id\n158,587,m1\n"
	if hash(swapped, "", AffectedFile) != hash("login_id,balance_pointtalk,balance_goo\nm1,587,158\n", "", AffectedFile) {
		t.Error("the order of columns makes another row")
	}
}
