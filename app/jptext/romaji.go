package jptext

import "strings"

// mostReadings bounds how many ways of reading one text are tried.
const mostReadings = 8

// Readings are what a text in Latin letters may be in katakana: Satou is サトウ. Passports
// write long vowels as short ones (Shoji is ショウジ), n before a vowel may end the syllable
// (Junichi is ジュンイチ), and both Hepburn and the romaji of schools are written. The
// likeliest comes first; there is none where the letters are no Japanese syllables.
func Readings(s string) []string {
	out := []string{""}
	for i, part := range NameParts(strings.ToLower(s)) {
		in := romaji{text: strings.Map(withoutMark, part), read: map[place][]string{}}
		var next []string
		for _, before := range out {
			for _, kana := range in.readings(place{}) {
				if i > 0 {
					kana = before + " " + kana
				}
				next = append(next, kana)
			}
		}
		out = next[:min(len(next), mostReadings)]
	}
	if len(out) > 0 && out[0] == "" {
		return nil
	}
	return out
}

// romaji is a word in Latin letters, with how its rest may be read from each place.
type romaji struct {
	text string
	read map[place][]string
}

// place is how far a word is read, and the vowel of the last syllable, which may be long;
// 0 for none.
type place struct {
	at    int
	vowel byte
}

func (in romaji) readings(from place) (out []string) {
	if known, is := in.read[from]; is {
		return known
	}
	defer func() { in.read[from] = out }()
	s := in.text[from.at:]
	if s == "" {
		return []string{""}
	}
	then := func(kana string, letters int, vowel byte) {
		for _, rest := range in.readings(place{from.at + letters, vowel}) {
			if len(out) < mostReadings {
				out = append(out, kana+rest)
			}
		}
	}
	before := func(letters string, at int) bool { return len(s) > at && strings.IndexByte(letters, s[at]) >= 0 }
	switch {
	case s[0] == 'h' && from.vowel == 'o' && !before("aiueoy", 1): // Satoh, Ohno
		then("オ", 1, 0)
		then("ウ", 1, 0)
		return out
	case s[0] == 'm' && before("bpm", 1): // Homma
		then("ン", 1, 0)
		return out
	case strings.HasPrefix(s, "tch"), before(s[:1], 1) && !before("aiueon", 0): // Hattori, Hatchobori
		then("ッ", 1, 0)
		return out
	}
	for n := min(3, len(s)); n > 0; n-- {
		if kana, is := syllables[s[:n]]; is {
			then(kana, n, s[n-1])
			break
		}
	}
	if s[0] == 'n' {
		letters := 1
		if before("'", 1) || before("n", 1) && !before("aiueoy", 2) { // as it is typed
			letters = 2
		}
		then("ン", letters, 0)
	}
	if !before("aiueo", 0) && (from.vowel == 'o' || from.vowel == 'u') {
		then("ウ", 0, 0)
	}
	return out
}

// syllables are those of Hepburn and of the romaji of schools.
var syllables = func() map[string]string {
	out := map[string]string{
		"shi": "シ", "chi": "チ", "tsu": "ツ", "fu": "フ", "ji": "ジ", "dzu": "ヅ", "-": "ー",
		"sha": "シャ", "shu": "シュ", "sho": "ショ", "cha": "チャ", "chu": "チュ", "cho": "チョ", "ja": "ジャ", "ju": "ジュ", "jo": "ジョ",
		"she": "シェ", "che": "チェ", "je": "ジェ", "fa": "ファ", "fi": "フィ", "fe": "フェ", "fo": "フォ", "ti": "チ", "tu": "ツ",
		"ya": "ヤ", "yu": "ユ", "yo": "ヨ", "wa": "ワ", "wo": "ヲ",
	}
	for consonant, row := range map[string]string{"": "アイウエオ", "k": "カキクケコ", "g": "ガギグゲゴ", "s": "サシスセソ", "z": "ザジズゼゾ", "t": "タチツテト", "d": "ダヂヅデド",
		"n": "ナニヌネノ", "h": "ハヒフヘホ", "b": "バビブベボ", "p": "パピプペポ", "m": "マミムメモ", "r": "ラリルレロ"} {
		for i, kana := range []rune(row) {
			out[consonant+"aiueo"[i:i+1]] = string(kana)
			if i != 1 || consonant == "" {
				continue
			}
			for small, vowel := range map[string]string{"ャ": "a", "ュ": "u", "ョ": "o"} {
				out[consonant+"y"+vowel] = string(kana) + small
			}
		}
	}
	return out
}()
