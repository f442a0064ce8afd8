package csvin

import (
	"regexp"
	"strings"
	"testing"
)

func TestWhatASpreadsheetLeftOfAValue(t *testing.T) {
	for _, c := range []struct{ column, value, reason string }{
		{"login_id", "1.23457E+11", "excel_scientific"}, {"login_id", "１.２Ｅ＋１１", "excel_scientific"}, {"customer_number", "1.23457E+11", "excel_scientific"},
		{"customer_number", "1E+11", "excel_scientific"}, {"customer_number", "-1,5e+09", "excel_scientific"}, {"customer_number", " 1.23457e11 ", "excel_scientific"},
		{"phone", "9.01235E+09", "excel_scientific"}, {"postal_code", "1.0E+06", "excel_scientific"}, {"customer_number", "1.5E-07", "excel_scientific"},
		{"login_id", "#N/A", "excel_error"}, {"customer_number", "#n/a", "excel_error"}, {"name", "#REF!", "excel_error"}, {"name_kana", "#VALUE!", "excel_error"},
		{"address", "#NAME?", "excel_error"}, {"birth_date", "#DIV/0!", "excel_error"}, {"email", "#NUM!", "excel_error"}, {"phone", "#NULL!", "excel_error"},
		{"postal_code", "#SPILL!", "excel_error"}, {"language", "#CALC!", "excel_error"}, {"balance_goo", "#REF!", "excel_error"}, {"restricted_at", "＃Ｎ／Ａ", "excel_error"},
		{"balance_pointtalk", "Err:502", "excel_error"}, {"email_registered_on", "#GETTING_DATA", "excel_error"},
		{"login_id", "########", "excel_hashes"}, {"birth_date", "##", "excel_hashes"}, {"restricted_at", " ###### ", "excel_hashes"}, {"balance_goo", "####", "excel_hashes"},
	} {
		if got, want := told(all(t, opened(t, affHead+affRow(map[string]string{c.column: c.value}), AffectedFile))), "2 "+c.column+":"+c.reason; got != want {
			t.Errorf("%s %q: %s, want %s", c.column, c.value, got, want)
		}
	}
	for _, c := range []struct{ column, value, reason string }{
		{"movement_id", "2.01407E+13", "excel_scientific"}, {"login_id", "1.2E+5", "excel_scientific"}, {"refers_to", "2.01407E+13", "excel_scientific"},
		{"points", "#VALUE!", "excel_error"}, {"partner", "#N/A", "excel_error"}, {"occurred_at", "########", "excel_hashes"}, {"kind", "#NAME?", "excel_error"},
	} {
		if got, want := told(all(t, opened(t, movHead+movRow(map[string]string{c.column: c.value}), MovementsFile))), "2 "+c.column+":"+c.reason; got != want {
			t.Errorf("%s %q: %s, want %s", c.column, c.value, got, want)
		}
	}
	// What only looks like it.
	for column, value := range map[string]string{"login_id": "1e11@ocn.example", "customer_number": "12E345", "name": "#1 山田", "address": "港区芝1-1 #101", "name_kana": "エラー:1", "email": "e+1@mail.example"} {
		if got := told(all(t, opened(t, affHead+affRow(map[string]string{column: value}), AffectedFile))); got != "" {
			t.Errorf("%s %q: %s", column, value, got)
		}
	}
	both := affRow(map[string]string{"customer_number": "#N/A", "phone": "1.2E+10", "email": "nobody"})
	if got := told(all(t, opened(t, affHead+both, AffectedFile))); got != "2 phone:excel_scientific 2 email:email_invalid" {
		t.Errorf("damaged twice: %s", got)
	}
}

func TestNumbersThatAreShorterThanOthers(t *testing.T) {
	for name, c := range map[string]struct {
		numbers string
		want    int64
	}{
		"zeros lost":           {"123456789 23456789 34567 987654321", 2},
		"all as long":          {"123456789 234567891", 0},
		"zeros kept":           {"123456789 012345678 000000001", 0},
		"shorter, with a zero": {"123456789 0123", 0},
		"one alone":            {"123", 0},
		"letters":              {"N123456789 N2345", 0},
		"hyphens do not count": {"123-456-789 234567891", 0},
		"none":                 {"", 0},
	} {
		var file strings.Builder
		file.WriteString("login_id,customer_number\n")
		for i, n := range strings.Fields(c.numbers) {
			file.WriteString(strings.Repeat("m", i+1) + "@ocn.example," + n + "\n")
		}
		r := opened(t, file.String(), AffectedFile)
		if rows := all(t, r); told(rows) != "" {
			t.Fatal(told(rows))
		}
		got := r.Notices()
		if c.want == 0 && len(got) != 0 || c.want != 0 && (len(got) != 1 || got[0] != Notice{"customer_number", "leading_zeros_lost", c.want}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	eight := Names{Form: "[0-9]{8}", Fits: regexp.MustCompile("^[0-9]{8}$").MatchString}
	for kind, file := range map[Kind]string{
		AffectedFile:  "login_id,customer_number\n1,\n2,\n40,\n00000041,\n12345678,\n",
		MovementsFile: "movement_id,login_id,occurred_at,kind,points\nA,1,,,\nB,2,,,\nC,40,,,\n",
	} {
		r, err := NewReader(strings.NewReader(file), kind, eight)
		if err != nil {
			t.Fatal(err)
		}
		all(t, r)
		if got := r.Notices(); len(got) != 1 || got[0] != (Notice{"login_id", "leading_zeros_lost", 3}) {
			t.Errorf("refused as of another form: %+v", got)
		}
	}
	r := opened(t, "OCN ID\n123456\n2345\n", AffectedFile)
	all(t, r)
	if got := r.Notices(); len(got) != 1 || got[0].Column != "login_id" {
		t.Errorf("IDs: %+v", got)
	}
}
