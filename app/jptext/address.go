package jptext

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// AddressKey is what postal addresses are looked at by, down to the house number
// (docs/domain.md section 4): postal code, building and room are dropped, 内幸町一丁目1番
// 6号 and 内幸町1-1-6 are one. Where the text does not tell a building from a
// place it stays in the key: two homes must never share one.
func AddressKey(s string) string {
	a := readAddress(s)
	return a.place + strings.Join(a.house, "-")
}

// HasNumber reports whether an address goes on to a house number, or says that the house
// has none: without either it names no house.
func HasNumber(s string) bool {
	key := AddressKey(s)
	return strings.ContainsAny(key, "0123456789") || strings.Contains(key, "無番地") || strings.Contains(key, "番外地")
}

// SameAddress reports whether the spoken address is the registered one, to the
// house number; either may leave out the prefecture, the 郡, and the room: where
// both name a room it is the same.
func SameAddress(registered, spoken string) bool {
	a, b := readAddress(registered), readAddress(spoken)
	inA, placeA := CutPrefecture(a.place)
	inB, placeB := CutPrefecture(b.place)
	countyA, placeA := cutCounty(placeA)
	countyB, placeB := cutCounty(placeB)
	switch {
	case a.place+b.place == "" && len(a.house)+len(b.house) == 0:
		return false
	case placeInDigits(placeA) != placeInDigits(placeB) || !either(countyA, countyB) || !either(inA, inB):
		return false
	case inA != inB && placeA == "" && len(a.house) == 0:
		return false
	case slices.Equal(a.house, b.house):
		return either(a.room, b.room) && either(strings.Join(a.buildings, "-"), strings.Join(b.buildings, "-"))
	}
	// 3-4-203 says no better what is the house and what the room.
	return a.room+b.room != "" && slices.Equal(a.numbers(), b.numbers())
}

var county = regexp.MustCompile(`^[^市区町村]{1,4}郡([^市区町村]{1,6}[町村])`)

// cutCounty splits a place behind its 郡, which is left out as often as not.
func cutCounty(place string) (name, rest string) {
	at := county.FindStringSubmatchIndex(place)
	if at == nil {
		return "", place
	}
	return place[:at[2]], place[at[2]:]
}

// either reports whether two values are one, or one of them was left out.
func either(a, b string) bool { return a == b || a == "" || b == "" }

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
		case IsDash(r) && (!isKatakana(last) || inBlock(out, r)):
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

// inBlock tells a dash from a long vowel behind kana: it is one behind a block (イ-2920),
// and where no key for kana gives it.
func inBlock(before []rune, dash rune) bool {
	block := len(before) == 1 || !isKatakana(before[len(before)-2])
	return block || dash != longVowel && dash < '\u2010'
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
	if rest, ok := strings.CutPrefix(strings.TrimLeft(string(rs), " "), "郵便番号"); ok {
		rs = []rune(strings.TrimLeft(rest, " ハ"))
	}
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
