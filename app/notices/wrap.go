package notices

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// columns is the length of a line in half-width columns: 35 full-width ones
// (docs/domain.md section 6).
const columns = 70

// Characters that do not begin or end a line (行頭禁則, 行末禁則), those of ASCII
// included. The dash of a
// range stands in both: it stays between its two times or days.
var (
	noStart = runes("、。，．・：；？！ー～〜」』）】〉》〕］｝”’々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ％゛゜…‥,.!?:;)]}%")
	noEnd   = runes("〜～「『（【〈《〔［｛“‘＃＋−￥([{#+")
)

func runes(s string) map[rune]bool {
	set := map[rune]bool{}
	for _, r := range s {
		set[r] = true
	}
	return set
}

// wrap breaks a line into lines of at most 70 columns: between words, and in
// Japanese between characters too. The first line follows first, the others rest.
// What has no place to break is broken anywhere.
func wrap(s, lang, first, rest string) []string {
	wide := lang == "ja"
	s = strings.ToValidUTF8(s, "\ufffd")
	var lines []string
	line, used := []byte(first), columnsOf(first, wide)
	empty := true
	next := func() {
		lines = append(lines, strings.TrimRight(string(line), " "))
		line, used, empty = append(line[:0], rest...), columnsOf(rest, wide), true
	}
	for _, u := range units(s, wide) {
		w := columnsOf(u, wide)
		if u == " " && used+w > columns {
			continue
		}
		if used+w > columns && !empty {
			if next(); u == " " {
				continue
			}
		}
		for _, r := range u {
			c := runeColumns(r, wide)
			if used+c > columns {
				next()
				empty = false
			}
			line, used = utf8.AppendRune(line, r), used+c
		}
		empty = empty && u == " "
	}
	next()
	return lines
}

// units cuts s into what must stay together on a line. A space is a unit of its
// own, except beside what may not begin or end a line.
func units(s string, wide bool) []string {
	out := make([]string, 0, len(s)/2)
	glue := false // the next character belongs to the last unit
	var last rune
	// extend makes the character of s that ends at end part of the last unit: units lie
	// in s one behind the other.
	extend := func(size, end int) {
		n := len(out) - 1
		out[n] = s[end-size-len(out[n]) : end]
	}
	for i, r := range s {
		size := utf8.RuneLen(r)
		end := i + size
		switch {
		case r == ' ' && len(out) > 0 && noEnd[last]:
			extend(size, end)
			continue
		case r == ' ':
			out = append(out, " ")
			glue = false
		case last == ' ' && noStart[r]:
			for n := len(out); n > 1 && strings.Trim(out[n-1], " ") == ""; n-- {
				out = append(out[:n-2], s[i-len(out[n-1])-len(out[n-2]):i])
			}
			extend(size, end)
			glue = false
		case len(out) > 0 && last != ' ' && (glue || !mayBreak(last, r, wide)):
			extend(size, end)
			glue = r == '\u200d'
		default:
			out = append(out, s[i:end])
			glue = false
		}
		if !combining(r) {
			last = r
		}
	}
	return out
}

// mayBreak reports whether a line may end between two characters.
func mayBreak(a, b rune, wide bool) bool {
	if combining(b) || noStart[b] || noEnd[a] {
		return false
	}
	return wide && (runeColumns(a, wide) == 2 || runeColumns(b, wide) == 2)
}

func columnsOf(s string, wide bool) (n int) {
	for _, r := range s {
		n += runeColumns(r, wide)
	}
	return n
}

// runeColumns is the width of a character: 0 for what stands on the one before,
// and with wide 2 for those that are wide in Japanese fonts only.
func runeColumns(r rune, wide bool) int {
	switch {
	case r < 0x7f:
		return 1
	case japanese(r):
		return 2
	case combining(r):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	case width.EastAsianAmbiguous:
		if wide {
			return 2
		}
	}
	return 1
}

// japanese reports whether a character is among the wide ones that most of a mail is
// made of; looking the others up costs ten times as much.
func japanese(r rune) bool {
	return r >= 0x3041 && r <= 0x3096 || r >= 0x30a1 && r <= 0x30fa || r >= 0x4e00 && r <= 0x9fff
}

// combining reports whether a character stands on the one before it.
func combining(r rune) bool {
	return r >= 0x80 && !japanese(r) && unicode.In(r, unicode.M, unicode.Cf)
}
