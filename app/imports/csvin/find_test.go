package csvin

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
)

func wide(t *testing.T, order unicode.Endianness, mark unicode.BOMPolicy, s string) string {
	t.Helper()
	out, err := unicode.UTF16(order, mark).NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Files as people save them; each holds the ID q@ocn.example, 山田 太郎 and 1,265
// points on the line given.
func TestFilesAsTheyAreSaved(t *testing.T) {
	tabs := "login_id\tname\tbalance_goo\r\nq@ocn.example\t山田 太郎\t1,265\r\n"
	for name, c := range map[string]struct {
		text string
		line int
	}{
		"tabs":                      {tabs, 2},
		"Excel's Unicode text":      {wide(t, unicode.LittleEndian, unicode.UseBOM, tabs), 2},
		"UTF-16, big end first":     {wide(t, unicode.BigEndian, unicode.UseBOM, tabs), 2},
		"UTF-16 without its mark":   {wide(t, unicode.LittleEndian, unicode.IgnoreBOM, tabs), 2},
		"UTF-16BE without its mark": {wide(t, unicode.BigEndian, unicode.IgnoreBOM, tabs), 2},
		"UTF-16 with commas":        {wide(t, unicode.LittleEndian, unicode.UseBOM, "OCN ID,氏名,gooポイント残高\nq@ocn.example,山田 太郎,\"1,265\"\n"), 2},
		"semicolons":                {"login_id;name;balance_goo\nq@ocn.example;山田 太郎;1,265\n", 2},
		"semicolons in cp932":       {cp932(t, "OCN ID;氏名;gooポイント残高\r\nq@ocn.example;山田 太郎;1265\r\n"), 2},
		"sep=,":                     {"sep=,\nlogin_id,name,balance_goo\nq@ocn.example,山田 太郎,1265\n", 3},
		"sep=; after a mark":        {"\ufeffsep=;\r\nlogin_id;name;balance_goo\r\nq@ocn.example;山田 太郎;1,265\r\n", 3},
		"SEP=tab, quoted":           {"\"SEP=\t\"\r\n" + tabs, 3},
		"sep=|":                     {"sep=|\nlogin_id|name|balance_goo\nq@ocn.example|山田 太郎|1,265\n", 3},
		"a title":                   {"対象者一覧,,\nlogin_id,name,balance_goo\nq@ocn.example,山田 太郎,1265\n", 3},
		"a title without commas":    {"対象者一覧\nlogin_id,name,balance_goo\nq@ocn.example,山田 太郎,1265\n", 3},
		"title, note, blank line":   {"対象者一覧（OCN IDの順）\n\"2014年7月30日現在\n速報\"\n\n,,\nOCN ID,氏名,gooポイント残高\nq@ocn.example,山田 太郎,1265\n", 7},
		"nine titles":               {strings.Repeat("社外秘,,\n", 9) + "login_id,name,balance_goo\nq@ocn.example,山田 太郎,1265\n", 11},
		"a title with a comma":      {"OCN ID,一覧\nlogin_id,name,balance_goo\nq@ocn.example,山田 太郎,1265\n", 3},
		"title above tabs":          {"対象者一覧\r\n" + tabs, 3},
		"empty columns at the end":  {"login_id,name,balance_goo,,,\nq@ocn.example,山田 太郎,1265,,,\n", 2},
	} {
		r, err := NewReader(strings.NewReader(c.text), AffectedFile, words)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		rows := all(t, r)
		if len(rows) != 1 || told(rows) != "" || rows[0].Line != c.line || rows[0].Affected.LoginID != "q@ocn.example" || rows[0].Affected.Name != "山田 太郎" ||
			!slices.Equal(rows[0].Affected.Balances, []Balance{{"goo", 1265}}) {
			t.Errorf("%s: %+v", name, rows)
		}
	}
}

func TestFilesThatAreNoList(t *testing.T) {
	ole := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 512)
	for text, want := range map[string]string{
		"%PDF-1.7\n%\xe2\xe3":                     "file_pdf",
		"\x89PNG\r\n\x1a\n":                       "file_image",
		"\xff\xd8\xff\xe0\x00\x10JFIF":            "file_image",
		"GIF89a":                                  "file_image",
		"RIFF\x10\x00\x00\x00WEBPVP8 ":            "file_image",
		"\x1f\x8b\x08\x00":                        "file_archive",
		"Rar!\x1a\x07\x00":                        "file_archive",
		"7z\xbc\xaf\x27\x1c":                      "file_archive",
		"PK\x05\x06" + strings.Repeat("\x00", 18): "file_archive",
		"PK\x03\x04 cut off":                      "workbook_damaged",
		"{\\rtf1\\ansi":                           "file_document",
		ole:                                       "file_xls",
		ole + string(utf16Bytes("EncryptedPackage")):    "file_encrypted",
		"<html><body><table><tr><td>login_id</td></tr>": "file_markup",
		"\ufeff \n<!DOCTYPE html>":                      "file_markup",
		"<?xml version=\"1.0\"?><Workbook>":             "file_markup",
		"login_id;氏名,OCN ID\nq@ocn.example;x,1\n":       "delimiter_unclear",
		"sep=;\n":                "file_empty",
		"sep=;\nlogin_id,name\n": "login_id column_missing",
		"\xff\xfe":               "file_empty",
		strings.Repeat("社外秘,,\n", 10) + "login_id,name\n": "login_id column_missing",
	} {
		_, err := NewReader(strings.NewReader(text), AffectedFile, words)
		var refused *HeaderError
		if !errors.As(err, &refused) || err.Error() != "csvin: "+want {
			t.Errorf("%.30q: %v, want %s", text, err, want)
		}
	}
}

// A row in the other encoding, or with characters that no text has, is refused alone.
func TestRowsThatContradictTheirFile(t *testing.T) {
	yamada := "山田 太郎"
	for name, c := range map[string]struct{ text, want string }{
		"cp932 in UTF-8":               {"login_id,name\nm1,佐藤\nm2," + cp932(t, yamada) + "\nm3,鈴木\n", "3 name:undecodable"},
		"UTF-8 in cp932":               {cp932(t, "login_id,name\nm1,佐藤\n") + "m2," + yamada + "\n" + cp932(t, "m3,鈴木\n"), "3 name:undecodable"},
		"first of all, ASCII header":   {"login_id,name\nm1," + cp932(t, yamada+yamada+yamada) + "\nm2,佐藤\nm3,鈴木\n", "2 name:undecodable"},
		"UTF-8 first of all":           {"login_id,name\nm1," + yamada + yamada + "\n" + cp932(t, "m2,佐藤\nm3,鈴木\n"), "2 name:undecodable"},
		"the header decides":           {"login_id,氏名\nm1," + cp932(t, yamada) + "\nm2," + cp932(t, yamada) + "\nm3,鈴木\n", "2 name:undecodable 3 name:undecodable"},
		"the header decides for cp932": {cp932(t, "login_id,氏名\n") + "m1," + yamada + "\nm2," + yamada + "\n" + cp932(t, "m3,鈴木\n"), "2 name:undecodable 3 name:undecodable"},
		"NUL":                          {"login_id,name\nm1,佐\x00藤\nm2,x\nm3,y\n", "2 name:undecodable"},
		"bell":                         {"login_id,name\nm1,佐\x07藤\nm2,x\nm3,y\n", "2 name:undecodable"},
		"escape in ASCII":              {"login_id,name\nm1,x\nm2\x1b,x\nm3,y\n", "3 login_id:undecodable"},
		"delete":                       {"login_id,name\nm1,x\x7f\nm2,x\nm3,y\n", "2 name:undecodable"},
		"C1":                           {"login_id,name\nm1,佐\u0085藤\nm2,x\nm3,y\n", "2 name:undecodable"},
		"vertical tab":                 {"login_id,name\nm1,\"x\x0by\"\nm2,x\nm3,y\n", "2 name:undecodable"},
		"tab and line ends are text":   {"login_id,name\nm1,\"x\ty\nz\r\n\"\nm2,x\nm3,y\n", ""},
		"in a column nobody reads":     {"login_id,name,備考\nm1,x,\x00\nm2,x,\nm3,y,\n", ""},
	} {
		rows := all(t, opened(t, c.text, AffectedFile))
		if got := told(rows); got != c.want || len(rows) != 3 {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestRowsOfOtherLengthsAndRowsThatAreNone(t *testing.T) {
	text := "login_id,name,name_kana,balance_goo\n" + // 1
		"m1\n" + // 2: the rest was empty
		"m2,山田\n" + // 3
		"m3,山田,ヤマダ,1,,\n" + // 4
		"m4,山田,ヤマダ,1,,x\n" + // 5
		"m5,山田,ヤマダ,1,000\n" + // 6
		"m6;山田;ヤマダ;1\n" + // 7
		"login_id,name,name_kana,balance_goo\n" + // 8: two files in one
		"以上\n" + // 9
		"※残高は7月29日現在\n" + // 10
		"\"m7\n\",山田,,\n" + // 11–12
		"m8,山田,ヤマダ,1" // 13
	rows := all(t, opened(t, text, AffectedFile))
	if got, want := told(rows), "5 :wrong_number_of_fields 6 :wrong_number_of_fields 7 :wrong_number_of_fields 8 :header_repeated 10 login_id:id_invalid"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if last := rows[len(rows)-1]; last.Line != 13 || len(rows) != 10 {
		t.Errorf("%d rows, the last at %d", len(rows), last.Line)
	}
	if len(rows[0].Raw) != 4 || len(rows[2].Raw) != 4 {
		t.Errorf("%q %q", rows[0].Raw, rows[2].Raw)
	}
}

// A file of refused rows is the list it came from.
func TestReturnedFile(t *testing.T) {
	text := "\ufeffOCN ID,氏名,備考,Line,column,reason,message\r\n" +
		"m1,'=SUM 太郎,'-,2,birth_date,birth_date_invalid,Not a date.\r\n" +
		"m2,''+x,\"a,b\",3,,duplicate_conflict,x\r\n" +
		"m3,'quoted',,4,,,,over,the header\r\n" +
		"m4,'=y\r\n"
	r := opened(t, text, AffectedFile)
	if !slices.Equal(r.Header(), []string{"OCN ID", "氏名", "備考"}) || !slices.Equal(r.Ignored(), []string{"備考"}) {
		t.Errorf("%q, ignored %q", r.Header(), r.Ignored())
	}
	rows := all(t, r)
	var names []string
	for _, row := range rows {
		names = append(names, row.Affected.Name)
	}
	if told(rows) != "4 :wrong_number_of_fields" || !slices.Equal(names, []string{"=SUM 太郎", "'+x", "", "=y"}) {
		t.Errorf("%q %s", names, told(rows))
	}
	if got := fmt.Sprintf("%q", rows[2].Raw); got != `["m3" "'quoted'" "" "over" "the header"]` {
		t.Errorf("%s", got)
	}
	// Elsewhere an apostrophe is a character like others.
	if rows := all(t, opened(t, "login_id,name\nm1,'=x\n", AffectedFile)); rows[0].Affected.Name != "'=x" {
		t.Errorf("%q", rows[0].Affected.Name)
	}
}

func TestRearmUndoesDisarm(t *testing.T) {
	for _, s := range []string{"", "x", "=1", "'=1", "''=1", "＝1", "-", "'-", "+81", "@x", "\tx", "\rx", "\nx", "'", "''", "'x", "x=1", "'＠", "山田"} {
		if got := Rearm(Disarm(s)); got != s {
			t.Errorf("%q comes back as %q", s, got)
		}
		if d := Disarm(s); d != "" && armed(d) {
			t.Errorf("%q is armed", d)
		}
	}
}
