package jptext

import (
	"strconv"
	"strings"
	"unicode"
)

// AddressKey is what postal addresses are compared by, down to the house number
// (docs/domain.md section 4): postal code, building and room are dropped, 内幸町一丁目1番
// 6号 and 内幸町1-1-6 are one. Where the text does not tell a building from a
// place it stays in the key: two homes must never share one.
func AddressKey(s string) string {
	r := addressReader{text: arabic(addressRunes(s))}
	r.read()
	return strings.ReplaceAll(string(r.place), "大字", "") + strings.Join(r.house, "-")
}

// SameAddress reports whether the spoken address is the registered one, to the
// house number; either may leave the prefecture out.
func SameAddress(registered, spoken string) bool {
	a, b := AddressKey(registered), AddressKey(spoken)
	if a == "" || b == "" {
		return false
	}
	if a == b {
		return true
	}
	pa, resta := CutPrefecture(a)
	pb, restb := CutPrefecture(b)
	return (pa == "") != (pb == "") && resta == restb && resta != ""
}

// prefectures without the three whose names do not end in 県.
const kenNames = "青森 岩手 宮城 秋田 山形 福島 茨城 栃木 群馬 埼玉 千葉 神奈川 新潟 富山 石川 福井 山梨 " +
	"長野 岐阜 静岡 愛知 三重 滋賀 兵庫 奈良 和歌山 鳥取 島根 岡山 広島 山口 徳島 香川 愛媛 高知 福岡 佐賀 " +
	"長崎 熊本 大分 宮崎 鹿児島 沖縄"

var prefectures = append(strings.Fields(strings.ReplaceAll(kenNames, " ", "県 ")+"県"),
	"北海道", "東京都", "大阪府", "京都府")

// CutPrefecture splits an address behind its prefecture; the prefecture is
// empty where the address names none.
func CutPrefecture(s string) (prefecture, rest string) {
	for _, p := range prefectures {
		if rest, ok := strings.CutPrefix(s, p); ok {
			return p, rest
		}
	}
	return "", s
}

// addressRunes is the address in folded characters, every run of spaces and
// punctuation one space, the postal code gone.
func addressRunes(s string) []rune {
	out := make([]rune, 0, len(s)/2)
	for _, r := range compat(s) {
		last := rune(' ')
		if len(out) > 0 {
			last = out[len(out)-1]
		}
		switch folded := foldRune(r, last, true); {
		case IsDash(r) && !isKatakana(last):
			out = append(out, '-')
		case r == '之':
			out = append(out, 'ノ')
		case folded >= 0:
			out = append(out, folded)
		case unicode.In(r, unicode.Cf, unicode.M):
		case last != ' ':
			out = append(out, ' ')
		}
	}
	return betweenKanji(dropPostalCode(out))
}

// betweenKanji makes one of the ways to write the ga of 霞ヶ関, 霞ケ関, 霞が関.
func betweenKanji(rs []rune) []rune {
	for i := 1; i < len(rs)-1; i++ {
		if strings.ContainsRune("ガカ", rs[i]) && unicode.Is(unicode.Han, rs[i-1]) && unicode.Is(unicode.Han, rs[i+1]) {
			rs[i] = 'ケ'
		}
	}
	return rs
}

// dropPostalCode drops "100-0001" or "1000001" from the front.
func dropPostalCode(rs []rune) []rune {
	digits := 0
	for i, r := range rs {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case digits == 3 && r == '-':
		case digits == 7:
			return []rune(strings.TrimLeft(string(rs[i:]), " "))
		default:
			return rs
		}
	}
	return rs
}

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
	for _, unit := range []string{"丁目", "番地", "番", "-", "ノ"} {
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
