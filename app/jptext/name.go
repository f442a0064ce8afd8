package jptext

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// NameMatch is how alike two names are.
type NameMatch int

// NameSame: the order of the parts does not matter, but in a Latin name. What stands between
// it and NameDiffers an agent has to confirm: NameVariant differs only in variant characters
// (髙 for 高); a Latin name in the order of its parts only (NameOrder), or also in marks,
// titles or middle names (NameSpelling).
const (
	NameDiffers NameMatch = iota
	NameSpelling
	NameOrder
	NameVariant
	NameSame
)

// CompareNames compares a name or kana with what was said, honorifics left out. An
// empty name is like none.
func CompareNames(registered, said string) NameMatch {
	a, b := CutHonorific(registered), CutHonorific(said)
	switch {
	case NameKey(a) == "" || NameKey(b) == "":
		return NameDiffers
	case PlainKey(a) == PlainKey(b), PlainKey(registered) == PlainKey(said):
		return NameSame
	case IsLatin(a) && IsLatin(b):
		if SearchKey(a) == SearchKey(b) {
			return NameSpelling
		}
		return CompareParts(a, b)
	case SearchKey(a) == SearchKey(b):
		return NameVariant
	}
	return max(turned(a, b), turned(b, a))
}

// turned compares b with a in the other order, where a shows its parts: 太郎 山田, or a
// foreign name whose family name stands at the other end.
func turned(a, b string) (is NameMatch) {
	parts := NameParts(a)
	for i := 1; i < len(parts); i++ {
		other := strings.Join(slices.Concat(parts[i:], parts[:i]), "")
		switch {
		case PlainKey(other) == PlainKey(b):
			return NameSame
		case SearchKey(other) == SearchKey(b):
			is = NameVariant
		}
	}
	return is
}

// NameParts cuts a name where it is written in parts: at spaces, dots and commas.
func NameParts(name string) []string {
	return strings.FieldsFunc(compat(name), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("・･.,、=＝", r) })
}

// NameKey is the PlainKey of a name; empty where nothing of it is a letter.
func NameKey(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.Co, r) }) {
		return ""
	}
	return PlainKey(s)
}

// IsLatin reports whether all letters of a name are Latin ones.
func IsLatin(s string) bool {
	letters := false
	for _, r := range compat(s) {
		if unicode.IsLetter(r) {
			if letters = true; !unicode.Is(unicode.Latin, r) {
				return false
			}
		}
	}
	return letters
}

// honorifics stand behind names, titles before Latin ones.
var (
	honorifics = []string{"様", "樣", "さま", "サマ", "ｻﾏ", "さん", "殿", "どの", "氏"}
	titles     = []string{"mr", "mrs", "ms", "miss", "dr"}
)

// CutHonorific is the name as it came without what is said behind it out of
// politeness: 山田 太郎 様, 山田さん. サン is cut only where no kana runs into it, since
// names end so.
func CutHonorific(name string) string {
	said := strings.TrimRightFunc(name, blankOrMark)
	for _, h := range honorifics {
		if bare := strings.TrimRightFunc(strings.TrimSuffix(said, h), blankOrMark); bare != said && bare != "" {
			return bare
		}
	}
	for _, h := range []string{"サン", "ｻﾝ"} {
		bare, ok := strings.CutSuffix(said, h)
		if last, _ := utf8.DecodeLastRuneInString(bare); ok && bare != "" && !unicode.Is(unicode.Katakana, last) && last != longVowel && last != 'ｰ' {
			return strings.TrimRightFunc(bare, blankOrMark)
		}
	}
	return name
}

func blankOrMark(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("()（）「」,、。", r)
}

// namePart is a part of a name without marks: the marks dropped, and written as those
// do who cannot type them (Müller: muller, mueller).
type namePart struct{ plain, german string }

func (p namePart) same(q namePart) bool {
	return p.plain == q.plain || p.plain == q.german || p.german == q.plain || p.german == q.german
}

// initialOf reports whether p is the initial of q.
func (p namePart) initialOf(q namePart) bool {
	return utf8.RuneCountInString(p.plain) == 1 && strings.HasPrefix(q.plain, p.plain)
}

// nameParts are the parts of a name, given names first: a comma stands behind the
// family name.
func nameParts(name string) []namePart {
	if family, given, ok := strings.Cut(compat(name), ","); ok {
		name = given + " " + family
	}
	var parts []namePart
	for _, p := range strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(".-‐・･=＝,", r) }) {
		part := namePart{SearchKey(withoutMarks(p)), SearchKey(inGerman(p))}
		if part.plain != "" && !slices.Contains(titles, part.plain) {
			parts = append(parts, part)
		}
	}
	return parts
}

// CompareParts compares two names part by part in any order: marks are left out, and
// a middle name is left out or an initial. Two parts at least are the same.
// It is NameOrder or NameSpelling where they are alike.
func CompareParts(registered, said string) NameMatch {
	a, b := nameParts(registered), nameParts(said)
	restA, restB, shared := pair(a, b, namePart.same)
	restA, restB, _ = pair(restA, restB, func(p, q namePart) bool {
		return (p.initialOf(q) || q.initialOf(p)) && (middle(a, p) || middle(b, q))
	})
	if shared < 2 || len(restA) > 0 && len(restB) > 0 || !allMiddle(a, restA) || !allMiddle(b, restB) {
		return NameDiffers
	}
	if NameKey(registered) != "" && slices.Equal(sorted(registered), sorted(said)) {
		return NameOrder
	}
	return NameSpelling
}

// sorted are the parts of a name as written, in an order of their own.
func sorted(name string) []string {
	parts := NameParts(strings.NewReplacer("-", " ", "‐", " ").Replace(name))
	for i, p := range parts {
		parts[i] = PlainKey(p)
	}
	slices.Sort(parts)
	return parts
}

// pair takes from both lists what are pairs, each part once, and counts them.
func pair(a, b []namePart, are func(p, q namePart) bool) (restA, restB []namePart, pairs int) {
	restB = slices.Clone(b)
	for _, p := range a {
		if i := slices.IndexFunc(restB, func(q namePart) bool { return are(p, q) }); i >= 0 {
			restB = slices.Delete(restB, i, i+1)
			pairs++
		} else {
			restA = append(restA, p)
		}
	}
	return restA, restB, pairs
}

// middle reports whether a part is neither the first nor the last.
func middle(of []namePart, part namePart) bool {
	i := slices.Index(of, part)
	return i > 0 && i < len(of)-1
}

func allMiddle(of, parts []namePart) bool {
	return !slices.ContainsFunc(parts, func(p namePart) bool { return !middle(of, p) })
}

var (
	plainLetters  = strings.NewReplacer("đ", "d", "ø", "o", "ł", "l", "ß", "ss", "æ", "ae", "œ", "oe", "þ", "th", "ð", "d", "ı", "i", "'", "", "’", "")
	germanLetters = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "å", "aa", "ø", "oe")
)

// withoutMarks writes Latin letters without their marks: Nguyễn is nguyen.
func withoutMarks(s string) string {
	var out strings.Builder
	for _, r := range norm.NFD.String(plainLetters.Replace(strings.ToLower(compat(s)))) {
		if r >= 0x0300 && r <= 0x036f {
			continue
		}
		out.WriteRune(r)
	}
	return norm.NFC.String(out.String())
}

// inGerman writes the marks as those who cannot type them do: Müller is mueller.
func inGerman(s string) string {
	return withoutMarks(germanLetters.Replace(strings.ToLower(compat(s))))
}
