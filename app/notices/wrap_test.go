package notices

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWrap(t *testing.T) {
	for _, c := range []struct{ in, lang, want string }{
		{strings.Repeat("あ", 35), "ja", strings.Repeat("あ", 35)},
		{strings.Repeat("あ", 35) + "。い", "ja", strings.Repeat("あ", 34) + "|あ。い"},
		{strings.Repeat("あ", 34) + "「い」", "ja", strings.Repeat("あ", 34) + "|「い」"},
		{strings.Repeat("あ", 33) + "0120-047-860へ", "ja", strings.Repeat("あ", 33) + "|0120-047-860へ"},
		{strings.Repeat("あ", 33) + "−1,265ポイント", "ja", strings.Repeat("あ", 33) + "|−1,265ポイント"},
		{strings.Repeat("あ", 34) + "キャンセル", "ja", strings.Repeat("あ", 34) + "|キャンセル"},
		{strings.Repeat("①", 36), "ja", strings.Repeat("①", 35) + "|①"},
		{strings.Repeat("①", 36), "en", strings.Repeat("①", 36)},
		{strings.Repeat("a", 71), "en", strings.Repeat("a", 70) + "|a"},
		{strings.Repeat("abcd ", 15), "en", strings.TrimSpace(strings.Repeat("abcd ", 14)) + "|abcd"},
		{strings.Repeat("辻󠄀", 36), "ja", strings.Repeat("辻󠄀", 35) + "|辻󠄀"},
		{strings.Repeat("あ", 34) + " 、い", "ja", strings.Repeat("あ", 33) + "|あ 、い"},
		{strings.Repeat("あ", 33) + "（ い）", "ja", strings.Repeat("あ", 33) + "|（ い）"},
		{strings.Repeat("あ", 33) + "い  、", "ja", strings.Repeat("あ", 33) + "|い  、"},
		{strings.Repeat("あ", 26) + "：08:00〜12:00、13:00〜19:00", "ja", strings.Repeat("あ", 26) + "：08:00〜12:00、|13:00〜19:00"},
		{"", "ja", ""},
	} {
		if got := strings.Join(wrap(c.in, c.lang, "", ""), "|"); got != c.want {
			t.Errorf("%q\n got %q\nwant %q", c.in, got, c.want)
		}
	}
}

func TestWrapKeepsEverythingInBounds(t *testing.T) {
	letters := []rune("あいうアッャ山田、。」「（）ー…０9aZ. ,-@①−𠮷🙂é\u0301\u200d ")
	rapid.Check(t, func(t *rapid.T) {
		// A length drawn apart: left to itself rapid prefers texts of less than a line.
		n := rapid.IntRange(0, 300).Draw(t, "n")
		s := rapid.StringOfN(rapid.SampledFrom(letters), n, n, -1).Draw(t, "s")
		lang := rapid.SampledFrom(languages).Draw(t, "lang")
		first, rest := "", rapid.SampledFrom([]string{"", "　", "   "}).Draw(t, "rest")
		lines := wrap(s, lang, first, rest)
		if slices.ContainsFunc(lines, func(l string) bool { return columnsOf(l, lang == "ja") > columns }) {
			t.Fatalf("a line is too long: %q", lines)
		}
		joined := ""
		for i, l := range lines {
			if i > 0 {
				l = strings.TrimPrefix(l, strings.TrimRight(rest, " "))
			}
			joined += l
		}
		for i := 1; i < len(lines); i++ {
			if above := lines[i-1]; mayNotMeet(above, strings.TrimLeft(lines[i], " 　")) && breakable(above, lang) {
				t.Fatalf("%q / %q", above, lines[i])
			}
		}
		if strings.ReplaceAll(joined, " ", "") != strings.ReplaceAll(s, " ", "") {
			t.Fatalf("the lines say something else: %q", lines)
		}
	})
}

// mayNotMeet reports whether a line break between two lines is forbidden.
func mayNotMeet(above, below string) bool {
	a, b := []rune(above), []rune(below)
	return len(a) > 0 && noEnd[a[len(a)-1]] || len(b) > 0 && noStart[b[0]]
}

// breakable reports whether a line holds a place at which it could have ended.
func breakable(line, lang string) bool {
	return len(units(strings.Trim(line, " 　"), lang == "ja")) > 1
}

func TestLinesOfMails(t *testing.T) {
	each(t, func(t *testing.T, kind, lang string) {
		m := render(t, kind, lang, facts(nasty), secrets[kind])
		for line := range strings.Lines(m.Text) {
			line = strings.TrimSuffix(line, "\n")
			if columnsOf(line, lang == "ja") > columns && line != secrets[ResetLink] {
				t.Errorf("too long: %s", line)
			}
			if strings.TrimRight(line, " ") != line {
				t.Errorf("ends in a space: %q", line)
			}
			start := []rune(strings.TrimLeft(line, " 　・※■"))
			if lang == "ja" && len(start) > 0 && strings.ContainsRune("、。」）", start[0]) {
				t.Errorf("begins with %c", start[0])
			}
		}
	})
}
