package bybatch_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/japanese"

	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/outside"
	"hoten/app/points"
	"hoten/app/points/bybatch"
)

var update = flag.Bool("update", false, "write the golden files anew")

func settings(more ...string) map[string]string {
	out := map[string]string{}
	for _, s := range bybatch.Kind.Settings {
		out[s.Name] = s.Default
	}
	out["hours"] = "02:00"
	for i := 0; i < len(more); i += 2 {
		out[more[i]] = more[i+1]
	}
	return out
}

func open(t testing.TB, more ...string) points.Batch {
	t.Helper()
	y, err := bybatch.Kind.Open(settings(more...))
	if err != nil {
		t.Fatal(err)
	}
	return y.(points.Batch)
}

var cutAt = time.Date(2014, 7, 31, 2, 0, 0, 0, jptext.JST)

var moved = []points.Movement{
	{Key: "r1-goo", Login: "m00001@ocn.example", Program: "goo", Points: -600, DecidedAt: cutAt.Add(-time.Hour)},
	{Key: "r1-pointtalk", Login: "m00001@ocn.example", Program: "pointtalk", Points: 1200, DecidedAt: cutAt.Add(-time.Hour)},
	{Key: "r2-goo", Login: `会員,"2"`, Program: "goo", Points: 5, DecidedAt: cutAt.Add(-3 * time.Hour)},
}

func write(t testing.TB, b points.Batch, rows []points.Movement) []byte {
	t.Helper()
	head := points.FileHead{System: "points", Number: 12, CutAt: cutAt}
	for _, m := range rows {
		if err := b.Fits(m); err != nil {
			t.Fatal(err)
		}
		if !head.Add(m.Points) {
			t.Fatal("the sums are full")
		}
	}
	file, err := b.Write(head, rows)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// layouts are those of the golden files.
var layouts = map[string][]string{
	"csv-cp932.csv":    nil,
	"csv-utf8-lf.csv":  {"encoding", "utf-8", "line_end", "lf", "account", "acct-{login}"},
	"fixed-cp932.txt":  {"format", "fixed"},
	"fixed-orders.txt": {"format", "fixed", "encoding", "utf-8", "line_end", "none", "columns", "fill:2 program:10 account:24 sign:1 points:10 fill:3 row:5 key:24", "result_columns", "code:2 fill:1 reference:12"},
}

// Files are these bytes, in each layout, and are read as they were written.
func TestFilesAreTheseBytes(t *testing.T) {
	for name, set := range layouts {
		b := open(t, set...)
		file := write(t, b, moved)
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, file, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(golden); err != nil || string(want) != string(file) {
			t.Errorf("%s: %v\n%s", name, err, file)
		}
		rows, err := b.ReadFile(file)
		if err != nil || len(rows) != len(moved) {
			t.Fatalf("%s: %v %v", name, rows, err)
		}
		for i, r := range rows {
			if m := moved[i]; r.Row != i+1 || r.Key != m.Key || !strings.HasSuffix(r.Account, m.Login) || r.Program != m.Program || r.Points != m.Points {
				t.Errorf("%s: %+v", name, r)
			}
		}
		if b.Terms().Layout == nil {
			t.Error("no settings of the layout")
		}
	}
}

// Every record of fixed width has the same bytes, in the encoding of the file.
func TestRecordsOfFixedWidth(t *testing.T) {
	file := write(t, open(t, "format", "fixed"), moved)
	for i, line := range strings.Split(strings.TrimSuffix(string(file), "\r\n"), "\r\n") {
		if len(line) != 150 {
			t.Errorf("record %d: %d bytes", i+1, len(line))
		}
	}
	plain, err := japanese.ShiftJIS.NewDecoder().Bytes(file)
	if err != nil || !strings.Contains(string(plain), `会員,"2" `) {
		t.Errorf("%s %v", plain, err)
	}
}

// What no file can hold is told without what it is.
func TestWhatDoesNotFit(t *testing.T) {
	long := strings.Repeat("あ", 22) // 44 bytes in cp932, 66 in UTF-8
	for name, c := range map[string]struct {
		set  []string
		m    points.Movement
		want string
	}{
		"hangul":                    {nil, points.Movement{Login: "한글"}, "account: a character that cp932 does not have"},
		"an emoji":                  {nil, points.Movement{Login: "a🍡"}, "account: a character that cp932 does not have"},
		"in UTF-8":                  {[]string{"encoding", "utf-8"}, points.Movement{Login: "한글🍡"}, ""},
		"a line end":                {nil, points.Movement{Login: "a\nb"}, "account: a character that no file may hold"},
		"long, but not in cp932":    {[]string{"format", "fixed"}, points.Movement{Login: long}, ""},
		"long in UTF-8":             {[]string{"format", "fixed", "encoding", "utf-8"}, points.Movement{Login: long}, "account: 66 bytes, and the column has 64"},
		"long in CSV":               {nil, points.Movement{Login: strings.Repeat(long, 9)}, ""},
		"many points":               {[]string{"format", "fixed"}, points.Movement{Points: 1e12}, "points: 13 bytes, and the column has 12"},
		"points without a negative": {nil, points.Movement{Points: math.MinInt64}, "points: out of range"},
		"as many as there are":      {nil, points.Movement{Points: math.MaxInt64}, ""},
	} {
		err := open(t, c.set...).Fits(c.m)
		refused, is := err.(*outside.Refused)
		if c.want == "" && err != nil || c.want != "" && (!is || refused.Said != c.want || refused.Code != points.Unwritable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSumsStayWithinInt64(t *testing.T) {
	var s points.Sums
	for _, c := range []struct {
		points int64
		fits   bool
	}{{math.MaxInt64 - 1, true}, {2, false}, {1, true}, {1, false}, {-math.MaxInt64, true}, {-1, false}} {
		if s.Add(c.points) != c.fits {
			t.Errorf("%d: %+v", c.points, s)
		}
	}
	b := open(t, "format", "fixed", "columns", "row:6 key:32 account:64 program:20 sign:1 points:19")
	file := string(write(t, b, []points.Movement{{Key: "a", Login: "m", Program: "goo", Points: math.MaxInt64, DecidedAt: cutAt}, {Key: "b", Login: "m", Program: "goo", Points: -math.MaxInt64, DecidedAt: cutAt}}))
	if !strings.Contains(file, "90000120000002"+"9223372036854775807"+"9223372036854775807"+"+"+"0000000000000000000") {
		t.Error(file)
	}
	if rows, err := b.ReadFile([]byte(file)); err != nil || rows[0].Points != math.MaxInt64 || rows[1].Points != -math.MaxInt64 {
		t.Errorf("%v %v", rows, err)
	}
}

func TestSettingsThatCannotBeMeant(t *testing.T) {
	for want, more := range map[string][]string{
		"hours:batch_hours":                   {"hours", "25:00"},
		"account:points_account":              {"account", "x"},
		"most:limit_range":                    {"most", "20001"},
		"codes:batch_codes":                   {"codes", "00=fine"},
		"codes:batch_codes_twice":             {"codes", "77=refused 77=done"},
		"line_end:batch_line_end":             {"line_end", "none"},
		"columns:batch_column":                {"columns", "row:6 row:6 key account program sign points"},
		"columns:batch_width":                 {"format", "fixed", "columns", "row key:1 account:1 program:1 sign:1 points:1"},
		"columns:batch_column_missing":        {"columns", "row account program sign points"},
		"columns:batch_column_narrow":         {"format", "fixed", "columns", "row:2 key:32 account:64 program:20 sign:1 points:12"},
		"result_columns:batch_column_missing": {"result_columns", "reference"},
		"result_columns:batch_column":         {"result_columns", "code balance"},
	} {
		_, err := bybatch.Kind.Open(settings(more...))
		f, is := fault.As(err)
		if !is || len(f.Fields) != 1 || f.Fields[0].Name+":"+f.Fields[0].Code != want {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// The agreed hours are those of Japan, on whatever day they fall elsewhere.
func TestAgreedHours(t *testing.T) {
	terms := open(t, "hours", "14:30、02:00 2:00").Terms()
	for now, want := range map[string]string{"07-31 01:59": "07-30 14:30", "07-31 02:00": "07-31 02:00", "07-31 14:29": "07-31 02:00", "07-31 23:59": "07-31 14:30"} {
		at, err := time.ParseInLocation("2006-01-02 15:04", "2014-"+now, jptext.JST)
		if err != nil {
			t.Fatal(err)
		}
		if got := terms.Agreed(at.UTC()).In(jptext.JST).Format("01-02 15:04"); got != want {
			t.Errorf("%s: %s", now, got)
		}
	}
	if got := terms.Next(cutAt); !got.Equal(cutAt.Add(12*time.Hour + 30*time.Minute)) {
		t.Errorf("next %s", got)
	}
}

// result is a result file of CSV; change may damage its lines.
func result(change func(lines []string)) []byte {
	lines := []string{`1,RESULTS,points,12,1,20140731,063000,ACCEPTED,`,
		`2,12,1,r1-goo,m00001@ocn.example,goo,-,600,20140731,00,P000001,`,
		`2,12,2,r1-pointtalk,m00001@ocn.example,pointtalk,+,1200,20140731,21,,"口座が閉鎖されています, 解約済"`,
		`2,12,3,r2-goo,"会員,""2""",goo,+,5,20140731,OK,P000002,`,
		`9,12,1,3,2,5,600`}
	if change != nil {
		change(lines)
	}
	var kept []string
	for _, l := range lines {
		if l != "" {
			kept = append(kept, l)
		}
	}
	text, err := japanese.ShiftJIS.NewEncoder().String(strings.Join(kept, "\r\n") + "\r\n")
	if err != nil {
		panic(err)
	}
	return []byte(text)
}

func TestResults(t *testing.T) {
	b := open(t, "codes", "00=done 21=account_closed")
	r, err := b.ReadResult(result(nil))
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%s %d %d %v", r.System, r.Number, r.Answer, r.Rejected)
	for _, row := range r.Rows {
		got += fmt.Sprintf("\n%d %d %s %s %d %q %s %s", row.Line, row.Row, row.Key, row.Account, row.Points, row.Code, row.Reference, row.Said)
	}
	if want := `points 12 1 false
2 1 r1-goo m00001@ocn.example -600 "" P000001 
3 2 r1-pointtalk m00001@ocn.example 1200 "account_closed"  口座が閉鎖されています, 解約済
4 3 r2-goo 会員,"2" 5 "" P000002 `; got != want {
		t.Errorf("%s", got)
	}
	if r, err := b.ReadResult([]byte("1,RESULTS,points,12,1,20140731,063000,REJECTED,no\r\n9,12,1,0,0,0,0\r\n")); err != nil || !r.Rejected || r.Said != "no" {
		t.Errorf("%+v %v", r, err)
	}
}

// A result that cannot be right is refused whole, with the line that a person looks at.
func TestResultsThatCannotBeRight(t *testing.T) {
	swap := func(line int, old, new string) func([]string) {
		return func(lines []string) {
			if !strings.Contains(lines[line-1], old) {
				panic(old)
			}
			lines[line-1] = strings.Replace(lines[line-1], old, new, 1)
		}
	}
	for _, c := range []struct {
		want   string
		change func([]string)
	}{
		{"result_tail line 5 column rows says 4 counted 3", swap(5, ",1,3,", ",1,4,")},
		{"result_tail line 5 column done says 3 counted 2", swap(5, ",3,2,", ",3,3,")},
		{"result_tail line 5 column credit says 6 counted 5", swap(5, ",5,600", ",6,600")},
		{"result_tail line 5 column debit says 601 counted 600", swap(5, ",600", ",601")},
		{"result_tail line 5 column answer says 2 counted 1", swap(5, "12,1,", "12,2,")},
		{"result_tail line 5 column done says 2 counted 1", swap(2, ",00,", ",21,")},
		{"result_tail_missing line 4", swap(5, "9,12,1,3,2,5,600", "")},
		{"result_type line 4", func(lines []string) { lines[3] = lines[4] }},
		{"result_head line 1", swap(1, "1,RESULTS,points,12,1,20140731,063000,ACCEPTED,", "")},
		{"result_head line 1", swap(1, "RESULTS", "MOVEMENTS")},
		{"result_status line 1", swap(1, "ACCEPTED", "MAYBE")},
		{"result_number line 1 column number", swap(1, "12", "-12")},
		{"result_number line 2 column points", swap(2, "600", "600.0")},
		{"result_number line 2 column points", swap(2, "600", "99999999999999999999")},
		{"result_number line 2 column sign", swap(2, "-,600", "?,600")},
		{"result_number line 2 column row", swap(2, "12,1,", "12,,")},
		{"result_other line 2 column number", swap(2, "12,1,", "13,1,")},
		{"result_code line 2 code 99", swap(2, ",00,", ",99,")},
		{"result_code line 2 code m00001…", swap(2, ",00,", ",m00001@ocn.example,")},
		{"result_fields line 3 found 11 expected 12", swap(3, ",20140731", "")},
		{"result_csv line 4", swap(4, `"会員,""2"""`, `"会員,"2""`)},
		{"result_rejected line 2", swap(1, "ACCEPTED", "REJECTED")},
	} {
		_, err := open(t, "codes", "00=done 21=account_closed").ReadResult(result(c.change))
		if got := refusal(err); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	b := open(t)
	for want, file := range map[string]string{"result_head line 1": "", "result_undecodable line 2 encoding cp932": "1,RESULTS\r\n2,\x81\r\n",
		"result_csv line 1": `"`, "result_tail_missing line 1": "1,RESULTS,points,12,1,20140731,063000,ACCEPTED,"} {
		if _, err := b.ReadResult([]byte(file)); refusal(err) != want {
			t.Errorf("%q: %v", file, err)
		}
	}
	fixed := open(t, "format", "fixed")
	if _, err := fixed.ReadResult([]byte("1RESULTS")); refusal(err) != "result_length line 1 found 8 expected 294" && refusal(err) != "result_tail_missing line 1" {
		t.Error(err)
	}
	if r, err := open(t, "codes", "*=refused 00=done").ReadResult(result(nil)); err == nil && r.Rows[1].Code != outside.RefusedOther {
		t.Errorf("%+v %v", r, err)
	}
}

func refusal(err error) string {
	f, is := fault.As(err)
	if !is || len(f.Fields) != 1 || f.Fields[0].Name != "result" {
		return fmt.Sprint(err)
	}
	return strings.TrimSuffix(f.Fields[0].Code+" "+strings.Trim(fmt.Sprintln(f.Fields[0].Args...), "\n"), " ")
}

// Whatever comes as a result is refused or read, and never repeated in the error.
func FuzzResults(f *testing.F) {
	f.Add(result(nil), false)
	f.Add([]byte("1RESULTS"), true)
	f.Fuzz(func(t *testing.T, file []byte, fixed bool) {
		set := []string{"codes", "00=done 21=account_closed"}
		if fixed {
			set = append(set, "format", "fixed", "line_end", "none")
		}
		_, err := open(t, set...).ReadResult(file)
		if _, is := fault.As(err); err != nil && !is {
			t.Errorf("%v", err)
		}
	})
}
