package i18n

import (
	"context"
	"regexp"
	"testing"
	"time"
)

var ja, en = With(context.Background(), "ja"), With(context.Background(), "en")

func TestT(t *testing.T) {
	for _, c := range []struct {
		ctx  context.Context
		key  string
		args []any
		want string
	}{
		{context.Background(), "cases.status.new", nil, "未対応"},
		{With(context.Background(), "fr"), "cases.status.new", nil, "未対応"},
		{en, "cases.status.new", nil, "New"},
		{ja, "calls.level", []any{"level", 2}, "レベル2"},
		{ja, "calls.level", nil, "レベル⟦level⟧"},
		{ja, "no.such.key", nil, "⟦no.such.key⟧"},
		{en, "unit.cases", []any{"count", 1}, "1 case"},
		{en, "unit.cases", []any{"count", int64(1265)}, "1,265 cases"},
		{ja, "unit.cases", []any{"count", 1265}, "1,265件"},
		{en, "unit.cases", nil, "⟦unit.cases⟧"},
		// A number that is a name has no separators.
		{ja, "reimbursements.number", []any{"id", int64(1036)}, "補填申請 1036"},
		{ja, "audit.chain.broken", []any{"seq", 2850}, "記録2850で不一致"},
	} {
		if got := T(c.ctx, c.key, c.args...); got != c.want {
			t.Errorf("T(%s, %q, %v) = %q, want %q", Lang(c.ctx), c.key, c.args, got, c.want)
		}
	}
}

func TestFormats(t *testing.T) {
	at := time.Date(2014, 7, 28, 9, 4, 0, 0, time.UTC)
	thisYear, newYear := time.Date(2013, 12, 31, 15, 0, 0, 0, time.UTC), time.Date(2014, 12, 31, 15, 0, 0, 0, time.UTC) // 1 January in Japan
	ja, en, jaLater, enLater := On(ja, thisYear), On(en, thisYear), On(ja, newYear), On(en, newYear)
	for _, c := range []struct{ got, want string }{
		{Number(0), "0"}, {Number(999), "999"}, {Number(1265), "1,265"}, {Number(-1234567), "−1,234,567"},
		{Signed(5000), "+5,000"}, {Signed(-1000), "−1,000"}, {Signed(0), "0"},
		{Time(ja, at), "7/28 18:04"}, {Time(en, at), "28 Jul 18:04"}, {Time(jaLater, at), "2014/7/28 18:04"}, {Time(enLater, at), "28 Jul 2014 18:04"},
		{Time(With(context.Background(), "ja"), at), "2014/7/28 18:04"}, {Clock(at), "18:04"}, {Closing(at), "18:04"}, {Closing(at.Truncate(24 * time.Hour).Add(-9 * time.Hour)), "24:00"}, {Day(ja, at), "7/28"}, {Day(enLater, at), "28 Jul 2014"}, {Time(ja, time.Time{}), ""},
		{TimeFull(ja, at), "2014年7月28日 18:04"}, {TimeFull(en, at), "28 July 2014, 18:04 JST"},
		{Date(ja, at), "2014年7月28日"}, {Date(en, at), "28 July 2014"},
		{DayOfWeek(ja, at), "7/28（月）"}, {DayOfWeek(en, at), "Mon 28 Jul"}, {DayOfWeek(jaLater, at), "2014/7/28（月）"},
		{Time(ja, time.Date(2014, 7, 28, 15, 30, 0, 0, time.UTC)), "7/29 00:30"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestMatch(t *testing.T) {
	for header, want := range map[string]string{
		"": "ja", "ja": "ja", "ja-JP,ja;q=0.9,en;q=0.8": "ja", "en-GB": "en", "en-US,en;q=0.9,ja;q=0.1": "en", "fr": "en", "fr,ja;q=0.5": "ja", "!!": "ja",
	} {
		if got := Match(header); got != want {
			t.Errorf("Match(%q) = %q, want %q", header, got, want)
		}
	}
}

func TestFilesAreStrict(t *testing.T) {
	for _, bad := range []string{
		"key = text", `"a.b" = text`, `"a.b" "c"`, "[a.b]", "\"a\" = \"1\"\n\"a\" = \"2\"", "[\"a\"]\n[\"a\"]", "[\"a\"]\none = \"1\"\none = \"2\"", `"a.b" = 'c'`,
	} {
		var v any
		if err := unmarshalFlat([]byte(bad), &v); err == nil {
			t.Errorf("%q was read as %v", bad, v)
		}
	}
	var v any
	if err := unmarshalFlat([]byte("# c\n\n\"a.b\" = \"x \\\"y\\\"\\nz\"\n[\"c\"]\none = \"1\"\nother = \"2\"\n"), &v); err != nil {
		t.Fatal(err)
	}
	if got := v.(map[string]any)["a.b"]; got != "x \"y\"\nz" {
		t.Errorf("got %q", got)
	}
}

func BenchmarkTPlain(b *testing.B) {
	for b.Loop() {
		T(ja, "cases.status.new")
	}
}

func BenchmarkTHole(b *testing.B) {
	for b.Loop() {
		T(en, "calls.level", "level", 2)
	}
}

func BenchmarkTPlural(b *testing.B) {
	for b.Loop() {
		T(en, "unit.cases", "count", 1265)
	}
}

// What a program counts in is data: no text puts its own word for it behind an amount.
func TestNoUnitOfAProgram(t *testing.T) {
	own := regexp.MustCompile(`\}\}\s*(ポイント|マイル|[Pp]oints?\b|[Mm]iles?\b)`)
	for _, lang := range Langs {
		for _, key := range Keys(lang) {
			if said := own.FindString(Raw(lang, key)); said != "" {
				t.Errorf("%s %s says %q", lang, key, said)
			}
		}
	}
}
