package csvin

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/japanese"
)

const affHead = "login_id,name,name_kana,birth_date,phone,email,email_registered_on,postal_code,address,customer_number,language,balance_pointtalk,balance_goo,restricted_at\n"
const movHead = "movement_id,login_id,occurred_at,kind,from_program,to_program,partner,points,points_received,refers_to,fraud\n"

func all(t *testing.T, r *Reader) []Row {
	t.Helper()
	var rows []Row
	for {
		row, err := r.Next()
		if err == io.EOF {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
}

func opened(t *testing.T, text string, kind Kind) *Reader {
	t.Helper()
	r, err := NewReader(strings.NewReader(text), kind, words)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func encodingOf(r *Reader) Encoding { return r.in.(*text).decode.encoding }

// told writes the problems of rows as "line column:reason".
func told(rows []Row) string {
	var out []string
	for _, row := range rows {
		for _, p := range row.Problems {
			out = append(out, fmt.Sprintf("%d %s:%s", p.Line, p.Column, p.Reason))
		}
	}
	return strings.Join(out, " ")
}

func cp932(t *testing.T, s string) string {
	t.Helper()
	out, err := japanese.ShiftJIS.NewEncoder().String(strings.ReplaceAll(s, "\u301c", "\uff5e"))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestHeaders(t *testing.T) {
	for name, head := range map[string]string{
		"english":           "login_id,name,balance_goo\r\n",
		"mark":              "\ufefflogin_id,name,balance_goo\n",
		"mark before quote": "\ufeff\"login_id\",\"name\",\"balance_goo\"\r\n",
		"japanese":          "OCN ID,氏名,gooポイント残高\n",
		"wide, spaced":      "ＯＣＮ　ＩＤ, 氏名 ,ｇｏｏポイント残高\n",
		"half-width kana":   "ocn id,氏名,gooﾎﾟｲﾝﾄ残高\n",
		"mixed case":        "Login_ID,NAME,Balance_GOO\r",
		"blank lines first": "\r\n,,\r\nlogin_id,name,balance_goo\r\n",
	} {
		for _, encode := range []func(*testing.T, string) string{func(_ *testing.T, s string) string { return s }, cp932} {
			if strings.Contains(head, "\ufeff") {
				encode = func(_ *testing.T, s string) string { return s }
			}
			rows := all(t, opened(t, encode(t, head+"m1,山田 太郎,\"1,265\"\n"), AffectedFile))
			if len(rows) != 1 || told(rows) != "" || rows[0].Affected.Name != "山田 太郎" || !slices.Equal(rows[0].Affected.Balances, []Balance{{"goo", 1265}}) {
				t.Errorf("%s: %+v", name, rows)
			}
		}
	}
}

func TestColumnsInAnyOrderAndIgnored(t *testing.T) {
	r := opened(t, "備考,ポイントーク残高,Memo,生年月日,balance_third-p,OCN ID,前月残高,balance_\nx,▲5,y,S45.3.2,7,m1,9,1\n", AffectedFile)
	if got := r.Ignored(); !slices.Equal(got, []string{"備考", "Memo", "前月残高", "balance_"}) {
		t.Errorf("ignored %q", got)
	}
	rows := all(t, r)
	if told(rows) != "2 balance_pointtalk:balance_negative" || rows[0].Affected.LoginID != "m1" || rows[0].Affected.BirthDate.String() != "1970-03-02" ||
		!slices.Contains(rows[0].Affected.Balances, Balance{"third-p", 7}) {
		t.Errorf("%+v", rows)
	}
	r = opened(t, "移動番号,OCN ID,発生日時,種別,移行元,移行先,交換先,ポイント,受取ポイント,対象移動番号,不正\n"+
		"M1,m1,2014年7月22日 25:30,移行,ポイントーク,gooポイント,,１,０００,200,,確定\n", MovementsFile)
	if rows = all(t, r); told(rows) != "2 :wrong_number_of_fields" {
		t.Errorf("an unquoted comma passed: %+v", rows)
	}
}

func TestHeaderErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                  "file_empty",
		"\ufeff":            "file_empty",
		"\n\n,,\n":          "file_empty",
		"name\nx\n":         "login_id column_missing",
		"login_id,OCN ID\n": "login_id column_duplicate",
		"login_id,balance_goo,gooポイント残高\n": "balance_goo column_duplicate",
		"login_id,\x81\x20\n":              "undecodable",
		"\"login_id\nm1\n":                 "quote_invalid",
		strings.Repeat("x", 70000):         "row_too_long",
		"login_id\x00":                     "undecodable",
	} {
		_, err := NewReader(strings.NewReader(text), AffectedFile, words)
		var refused *HeaderError
		if !errors.As(err, &refused) || err.Error() != "csvin: "+want {
			t.Errorf("%.20q: %v, want %s", text, err, want)
		}
	}
	_, err := NewReader(strings.NewReader("login_id\n"), MovementsFile, words)
	if err == nil || err.Error() != "csvin: movement_id column_missing, occurred_at column_missing, kind column_missing, points column_missing" {
		t.Error(err)
	}
	broken := errors.New("cable cut")
	if _, err := NewReader(iotest.ErrReader(broken), AffectedFile, words); err != broken {
		t.Error(err)
	}
	r, err := NewReader(io.MultiReader(strings.NewReader(affHead), iotest.ErrReader(broken)), AffectedFile, words)
	if err == nil {
		_, err = r.Next()
	}
	if err != broken {
		t.Errorf("a broken stream ends as %v", err)
	}
}

func TestLinesAndRowsThatAreNone(t *testing.T) {
	text := "login_id,name\n" + // 1
		"m1,\"two\r\nlines\"\r\n" + // 2, 3
		"\n" + // 4
		"m2,\"a\rb\nc\"\"d\"\r" + // 5–7
		",,\n" + // 8
		"合計,2件\n" + // 9
		"合計（2件）：,\n" + // 10
		",計\n" + // 11
		",Total:\n" + // 12
		",山田\n" + // 13
		"m3\n" + // 14
		"m4,x,,\n" + // 15
		"m5,x,y\n" + // 16
		"m6,計" // 17
	r := opened(t, text, AffectedFile)
	rows := all(t, r)
	var lines []int
	for _, row := range rows {
		lines = append(lines, row.Line)
	}
	if !slices.Equal(lines, []int{2, 5, 13, 14, 15, 16, 17}) || r.Skipped() != 6 {
		t.Errorf("lines %v, skipped %d", lines, r.Skipped())
	}
	if got, want := told(rows), "13 login_id:login_id_missing 16 :wrong_number_of_fields"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if rows[0].Affected.Name != "two\r\nlines" || rows[1].Affected.Name != "a\rb\nc\"d" || rows[6].Affected.Name != "計" {
		t.Errorf("%q %q", rows[0].Affected.Name, rows[1].Affected.Name)
	}
}

func TestBrokenQuotesCostTheirLine(t *testing.T) {
	good := strings.Repeat("m1,山田\n", 8000)
	for name, c := range map[string]struct {
		text, want string
		rows       int
	}{
		"never closed, short file": {"login_id,name\nm0,\"山\nm1,x\nm2,y\n", "2 :quote_invalid", 3},
		"never closed, long file":  {"login_id,name\nm0,\"山\r\n" + good, "2 :row_too_long", 8001},
		"closed by a later one":    {"login_id,name\nm0,\"山\nm1,\"x\"\nm2,y\n", "2 :quote_invalid", 3},
		"text behind":              {"login_id,name\nm0,\"山\"田\nm1,x\n", "2 :quote_invalid", 2},
		"endless line":             {"login_id,name\nm0," + strings.Repeat("x", 700000) + "\r\nm1,x\n", "2 :row_too_long", 2},
		"endless line at the end":  {"login_id,name\nm1,x\nm0,\"" + strings.Repeat("x", 700000), "3 :row_too_long", 2},
		"quote inside is text":     {"login_id,name\nm0,山\"田\nm1,x\n", "", 2},
		"space behind is not":      {"login_id,name\n\"m0\" ,\"山\"  \nm1,x\n", "", 2},
	} {
		r := opened(t, c.text, AffectedFile)
		rows := all(t, r)
		if told(rows) != c.want || len(rows) != c.rows {
			t.Errorf("%s: %d rows, %s, want %d, %s", name, len(rows), told(rows), c.rows, c.want)
		}
		if last := rows[len(rows)-1]; name == "endless line" && last.Line != 3 {
			t.Errorf("%s: the next line is %d", name, last.Line)
		}
	}
}

func TestSample(t *testing.T) {
	const folder = "../../apptest/testdata/sample/"
	for name, c := range map[string]struct {
		kind Kind
		rows int
	}{"affected.csv": {AffectedFile, 1265}, "movements.csv": {MovementsFile, 1850}} {
		text, err := os.ReadFile(folder + name)
		if err != nil {
			t.Fatal(err)
		}
		// These letters of the sample are not in cp932.
		utf8 := strings.NewReplacer("í", "i", "é", "e", "ú", "u", "ñ", "n").Replace(string(text))
		rows := all(t, opened(t, utf8, c.kind))
		if raw := all(t, opened(t, string(text), c.kind)); len(raw) != c.rows || told(raw) != "" {
			t.Errorf("%s: %d rows, %s", name, len(raw), told(raw))
		}
		recoded := all(t, opened(t, cp932(t, strings.ReplaceAll(utf8, "\n", "\r\n")), c.kind))
		for i := range recoded {
			if recoded[i].Hash != rows[i].Hash {
				t.Fatalf("%s line %d: in cp932 it is another row", name, rows[i].Line)
			}
		}
	}
}
