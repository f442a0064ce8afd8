package jptext

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDate(t *testing.T) {
	for in, want := range map[string]string{
		"2014-07-11": "2014-07-11", "2014/7/11": "2014-07-11", "２０１４／７／１１": "2014-07-11", "2014.7.11": "2014-07-11",
		"20140711": "2014-07-11", "2014年7月11日": "2014-07-11", "2014年 7月 1日": "2014-07-01", " 2014−07−11 ": "2014-07-11",
		"平成26年7月11日": "2014-07-11", "平成２６年７月１１日": "2014-07-11", "㍻26年7月11日": "2014-07-11", "H26.7.11": "2014-07-11",
		"h26/7/11": "2014-07-11", "Ｓ４５．３．２": "1970-03-02", "S45.3.2": "1970-03-02", "昭45.3.2": "1970-03-02", "平成元年1月8日": "1989-01-08",
		"昭和64年1月7日": "1989-01-07", "令和元年5月1日": "2019-05-01", "R1.5.1": "2019-05-01", "T15.12.24": "1926-12-24", "M45.7.29": "1912-07-29",
		"平成31年5月1日": "2019-05-01", "41831": "2014-07-11", "41831.0": "2014-07-11", "２５６２９": "1970-03-02",
		"2014/7/11 0:00": "2014-07-11", "2014-07-11 00:00:00": "2014-07-11", "2014-07-11T00:00:00+09:00": "2014-07-11",
		"2000-02-29": "2000-02-29", "\u200b2014-07-11": "2014-07-11",
		"26.7.11": "", "26/7/11": "", "140711": "", "7/11/2014": "", "11-Jul-2014": "", "": "", "不明": "", "2014-13-01": "", "2014-02-29": "",
		"2014-07-00": "", "1900-02-29": "", "昭和65年1月1日": "", "平成0年1月1日": "", "平成26年7月": "", "2014-07": "", "2014": "", "2014-07/11": "",
		"2014/7/11 9:30": "", "0000-00-00": "", "00000000": "", "1234567": "", "41831.5": "", "1867-12-31": "", "9999-12-31": "",
		"2014-07-11x": "", "2014-07-111": "", "平成26-7-11-1": "", "-2014-07-11": "",
	} {
		d, err := ParseDate(in)
		if d.String() != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, ErrDate) {
			t.Errorf("%q: %s %v, want %s", in, d, err, want)
		}
	}
	if _, err := ParseDate("26.7.11"); err != ErrAmbiguous {
		t.Errorf("26.7.11: %v", err)
	}
}

func TestSameBirthDate(t *testing.T) {
	for _, c := range []struct {
		registered, spoken string
		want               bool
	}{{"1958-03-07", "S33.3.7", true}, {"1958-03-07", "昭和33年3月7日", true}, {"1958-03-07", "1958-07-03", false},
		{"1958-03-07", "3/7", false}, {"1958-03-07", "", false}, {"", "", false}, {"58.3.7", "58.3.7", false}} {
		if got := SameBirthDate(c.registered, c.spoken); got != c.want {
			t.Errorf("%v: %v", c, got)
		}
	}
}

func TestParseTime(t *testing.T) {
	for in, want := range map[string]string{
		"2014-07-22 03:49:35": "2014-07-21T18:49:35Z", "2014/7/22 3:49": "2014-07-21T18:49:00Z", "2014-07-22T03:49:35+09:00": "2014-07-21T18:49:35Z",
		"2014-07-22T03:49:35Z": "2014-07-22T03:49:35Z", "2014-07-22 03:49:35 JST": "2014-07-21T18:49:35Z", "2014-07-22T03:49:35-0500": "2014-07-22T08:49:35Z",
		"2014-07-22T03:49:35.250+09": "2014-07-21T18:49:35.25Z", "2014-07-22 25:30": "2014-07-22T16:30:00Z", "2014-07-22 25:30:00": "2014-07-22T16:30:00Z",
		"2014-07-22 24:00:00": "2014-07-22T15:00:00Z", "2014年7月22日 3時49分35秒": "2014-07-21T18:49:35Z", "2014年7月22日25時30分": "2014-07-22T16:30:00Z",
		"2014年7月22日15時": "2014-07-22T06:00:00Z", "平成26年7月22日 3:49": "2014-07-21T18:49:00Z", "H26.7.22 3:49:35": "2014-07-21T18:49:35Z",
		"２０１４／０７／２２　０３：４９：３５": "2014-07-21T18:49:35Z", "20140722034935": "2014-07-21T18:49:35Z", "2014-07-22": "2014-07-21T15:00:00Z",
		"20140722 03:49": "2014-07-21T18:49:00Z", "41842.5": "2014-07-22T03:00:00Z", "41842.1594328704": "2014-07-21T18:49:35Z", "41842": "2014-07-21T15:00:00Z",
		"2014-12-31 29:59:59": "2014-12-31T20:59:59Z",
		"":                    "", "2014-07-22 30:00": "", "2014-07-22 12:60": "", "2014-07-22 12:00:60": "", "2014-07-32 12:00:00": "", "12:00": "", "26.7.22 3:49": "",
		"2014-07-22 3": "", "2014-07-22 03:49:35 PST": "", "2014-07-22 03:49:35+9:0": "", "2014-07-22 03:49:35+15:00": "", "yesterday": "",
		"2014-07-22 :": "", "2014-07-2203:49": "", "20141322034935": "", "2014年7月22日15": "", "2014-07-22 03:49:35.": "",
	} {
		at, err := ParseTime(in)
		got := ""
		if err == nil {
			got = at.Format(time.RFC3339Nano)
		}
		if got != want || err != nil && err != ErrTime {
			t.Errorf("%q: %s %v, want %s", in, got, err, want)
		}
	}
}

func TestParsePoints(t *testing.T) {
	for in, want := range map[string]int64{
		"0": 0, "1265": 1265, "１,２６５": 1265, "１，２６５": 1265, "1,265": 1265, " 1265 ": 1265, "+5": 5, "007": 7, "1,265.00": 1265, "999,999,999,999": MaxPoints,
		"▲1,000": -1000, "△1,000": -1000, "-1000": -1000, "−1,000": -1000, "(1,000)": -1000, "▲ 5": -5, "－５": -5, "-0": 0,
	} {
		if got, err := ParsePoints(in); got != want || err != nil {
			t.Errorf("%q: %d %v, want %d", in, got, err, want)
		}
	}
	for in, want := range map[string]error{
		"": ErrInteger, "-": ErrInteger, "1.5": ErrInteger, "1.": ErrInteger, ".0": ErrInteger, "1,26": ErrInteger, "12,65": ErrInteger, ",126": ErrInteger,
		"1265,": ErrInteger, "1,,265": ErrInteger, "1e3": ErrInteger, "--5": ErrInteger, "▲▲5": ErrInteger, "()": ErrInteger, "abc": ErrInteger, "百": ErrInteger,
		"1000pt": ErrInteger, "0x10": ErrInteger, "1234,567": ErrInteger, "1 265": ErrInteger,
		"1000000000000": ErrTooLarge, "▲1,000,000,000,000": ErrTooLarge, "99999999999999999999999999999": ErrTooLarge, "9999999999999999999999x": ErrInteger,
	} {
		if got, err := ParsePoints(in); err != want {
			t.Errorf("%q: %d %v, want %v", in, got, err, want)
		}
	}
}

func TestDatesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Date{1868, 1, 1}.AddDays(rapid.IntRange(0, 120000).Draw(t, "days"))
		formats := []string{"%d-%d-%d", "%04d/%02d/%02d", "%d.%d.%d", "%d年%d月%d日", "%04d%02d%02d"}
		for _, f := range formats {
			if got, err := ParseDate(fmt.Sprintf(f, d.Year, d.Month, d.Day)); got != d || err != nil {
				t.Fatalf("%s as %s: %s %v", d, f, got, err)
			}
		}
		hour, minute := rapid.IntRange(0, 29).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute")
		at, err := ParseTime(fmt.Sprintf("%s %d:%02d", d, hour, minute))
		if err != nil || !at.Equal(d.At(hour*60+minute)) || at.Location() != time.UTC {
			t.Fatalf("%s %d:%d is %s %v", d, hour, minute, at, err)
		}
		if want := d.AddDays(hour / 24); DateOf(at) != want {
			t.Fatalf("%s in Japan is %s, want %s", at, DateOf(at), want)
		}
		text, _ := json.Marshal(d)
		var back Date
		if err := json.Unmarshal(text, &back); err != nil || back != d {
			t.Fatalf("%s: %s %v", text, back, err)
		}
		if v, _ := d.Value(); back.Scan(v) != nil || back != d {
			t.Fatalf("stored as %v, read as %s", v, back)
		}
	})
}

func TestDateScan(t *testing.T) {
	var d Date
	for _, v := range []any{time.Date(2014, 7, 28, 0, 0, 0, 0, time.UTC), time.Date(2014, 7, 28, 0, 0, 0, 0, JST), "2014-07-28", []byte("2014-07-28")} {
		if err := d.Scan(v); err != nil || d != (Date{2014, 7, 28}) {
			t.Errorf("%v: %s %v", v, d, err)
		}
	}
	if err := d.Scan(nil); err != nil || !d.IsZero() {
		t.Errorf("NULL: %s %v", d, err)
	}
	if v, err := (Date{}).Value(); v != nil || err != nil {
		t.Errorf("no date is stored as %v %v", v, err)
	}
	if d.Scan(7) == nil || d.Scan("28.7.2014") == nil {
		t.Error("nonsense was read")
	}
}

func FuzzParsers(f *testing.F) {
	for _, s := range []string{"2014-07-22 25:30", "平成元年1月8日", "▲1,000", "41842.5", "２０１４年", "(1)", "+", "m", "26.7.11", "2014-07-22T03:49:35.1+09:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDate(s); err == nil {
			if again, err := ParseDate(d.String()); again != d || err != nil {
				t.Errorf("date %q is %s, then %s %v", s, d, again, err)
			}
		}
		if at, err := ParseTime(s); err == nil {
			if again, err := ParseTime(at.Format(time.RFC3339Nano)); !again.Equal(at) || err != nil {
				t.Errorf("time %q is %s, then %s %v", s, at, again, err)
			}
		}
		if n, err := ParsePoints(s); err == nil {
			if again, err := ParsePoints(fmt.Sprint(n)); again != n || err != nil {
				t.Errorf("points %q are %d, then %d %v", s, n, again, err)
			}
		}
		if e, err := ParseEmail(s); err == nil {
			if again, err := ParseEmail(e); again != e || err != nil {
				t.Errorf("address %q is %q, then %q %v", s, e, again, err)
			}
		}
	})
}
