package jptext

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// SearchKey is what a name or kana is searched by (docs/domain.md section 7): NFKC,
// lower case, katakana, no spaces or punctuation, variant characters and small
// kana folded, one long-vowel mark. Two texts with one SearchKey but different
// PlainKeys are a variant match, which an agent has to confirm.
func SearchKey(s string) string { return key(s, true) }

// PlainKey is SearchKey without the variant map: equal PlainKeys are the same
// name, however it was typed.
func PlainKey(s string) string { return key(s, false) }

// key folds until folding changes nothing: a dropped space can bring together
// characters that compose, as the letters of Hangul do.
func key(s string, variants bool) string {
	for range 4 {
		folded := fold(compat(s), variants)
		if norm.NFKC.IsNormalString(folded) {
			return folded
		}
		s = folded
	}
	return s
}

// loneSoundMarks are the spacing voiced marks. NFKC would turn them into a
// space and a combining mark, and the space would keep カ゛ from becoming ガ.
var loneSoundMarks = strings.NewReplacer("\u309b", "\u3099", "\u309c", "\u309a")

// compat is NFKC, skipped where it would change nothing.
func compat(s string) string {
	if ascii(s) {
		return s
	}
	if strings.ContainsAny(s, "\u309b\u309c") {
		s = loneSoundMarks.Replace(s)
	}
	return norm.NFKC.String(s)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func fold(s string, variants bool) string {
	buf := make([]byte, 0, 96)
	var last rune
	for _, r := range s {
		r = foldRune(r, last, variants)
		if r < 0 || r == longVowel && last == longVowel {
			continue
		}
		buf = utf8.AppendRune(buf, r)
		last = r
	}
	return string(buf)
}

// foldRune gives the key's rune for r after last, or -1 where r is dropped.
func foldRune(r, last rune, variants bool) rune {
	switch {
	case IsDash(r):
		// After kana every dash is a long vowel typed by another key; elsewhere
		// ("Mary-Ann") it is punctuation.
		if isKatakana(last) {
			return longVowel
		}
		return -1
	case variants && r == '々' && unicode.Is(unicode.Han, last):
		return last
	case !unicode.In(r, unicode.L, unicode.N, unicode.Co):
		// Co, the private use area, stays: it holds the gaiji of old systems,
		// and two names that differ in one are not the same name.
		return -1
	}
	r = toKatakana(unicode.ToLower(r))
	if variants {
		if v, ok := variantOf[r]; ok {
			return v
		}
		return withoutMark(r)
	}
	return r
}

// withoutMark is a Latin letter without its mark: ü is u, ø is o.
func withoutMark(r rune) rune {
	if r < utf8.RuneSelf || !unicode.Is(unicode.Latin, r) {
		return r
	}
	if i := strings.IndexRune("øłđı", r); i >= 0 {
		return rune("o_l_d_i"[i])
	}
	base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r)))
	return base
}

const longVowel = 'ー'

func toKatakana(r rune) rune {
	if r >= 'ぁ' && r <= 'ゖ' || r == 'ゝ' || r == 'ゞ' {
		return r + 'ァ' - 'ぁ'
	}
	return r
}

func isKatakana(r rune) bool { return r >= 'ァ' && r <= 'ヿ' }

// IsDash knows every mark that stands for a hyphen, a minus or a long vowel in
// real files. The kanji 一 is not one of them: it is a name of its own.
func IsDash(r rune) bool {
	switch r {
	case '-', '\u00ad', '\u02d7', '\u058a', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2015',
		'\u2043', '\u207b', '\u208b', '\u2212', '\u2500', '\u2501', '\u2796', '\u30fc', '\u3161', '\u3030',
		'\ufe58', '\ufe63', '\uff0d', '\uff70', '\u1173', '~', '\u301c', '\uff5e', '\u223c':
		return true
	}
	return false
}
