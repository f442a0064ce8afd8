package jptext

import (
	"strconv"
	"strings"
)

const kanjiDigits = "〇一二三四五六七八九"

func isKanjiNumber(r rune) bool { return strings.ContainsRune(kanjiDigits+"十百千", r) }

// arabic writes the kanji numbers that belong to a house number in digits; the
// 三 of 三の丸 and the 四 of 四番町 are names and stay.
func arabic(rs []rune) []rune {
	out := make([]rune, 0, len(rs))
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && isKanjiNumber(rs[j]) {
			j++
		}
		switch {
		case j == i:
			out = append(out, rs[i])
			i++
		case countsHouses(out, rs[j:]):
			out = append(out, []rune(kanjiValue(rs[i:j]))...)
			i = j
		default:
			out = append(out, rs[i:j]...)
			i = j
		}
	}
	return out
}

// placeInDigits writes all kanji numbers of a place in digits, for comparing: 一番町 is typed
// 1番町, and 三軒茶屋 3軒茶屋.
func placeInDigits(place string) string {
	var out strings.Builder
	rs := []rune(place)
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && isKanjiNumber(rs[j]) {
			j++
		}
		if j > i {
			out.WriteString(kanjiValue(rs[i:j]))
			i = j
			continue
		}
		out.WriteRune(rs[i])
		i++
	}
	return out.String()
}

func countsHouses(before, after []rune) bool {
	next := strings.TrimLeft(string(after), " ")
	for _, unit := range []string{"丁目", "番地", "番", "号", "条", "地割", "-"} {
		if rest, ok := strings.CutPrefix(next, unit); ok && !(unit == "番" && hasAnyPrefix(rest, townSuffixes)) {
			return true
		}
	}
	if rest, ok := strings.CutPrefix(next, "ノ"); ok && rest != "" && (isDigit([]rune(rest)[0]) || isKanjiNumber([]rune(rest)[0])) {
		return true
	}
	prev := strings.TrimRight(string(before), " ")
	for _, unit := range []string{"丁目", "丁目ノ", "番地", "番地ノ", "番", "番ノ", "-", "ノ"} {
		if rest, ok := strings.CutSuffix(prev, unit); ok && rest != "" && rest[len(rest)-1] >= '0' && rest[len(rest)-1] <= '9' {
			return true
		}
	}
	return false
}

// kanjiValue reads 二〇三 by place and 百二十三 by unit.
func kanjiValue(rs []rune) string {
	total, n := 0, 0
	for _, r := range rs {
		switch r {
		case '十', '百', '千':
			unit := map[rune]int{'十': 10, '百': 100, '千': 1000}[r]
			total += max(n, 1) * unit
			n = 0
		default:
			n = n*10 + strings.Index(kanjiDigits, string(r))/len("〇")
		}
	}
	return strconv.Itoa(total + n)
}
