package jptext

import (
	"regexp"
	"strconv"
	"strings"
)

// ParseSpokenDate reads a day as it is said over the telephone and typed as heard,
// which is looser than what files hold (ParseDate): S450302, 昭和四十五年三月二日,
// 1970年3月2日生まれ, 1970 3 2, March 2nd, 1970. It fails with ErrDate where the
// text may be no day or more than one: 45年3月2日, 450302, 3/2/1970, an Excel serial.
func ParseSpokenDate(s string) (Date, error) {
	s = aroundDate.ReplaceAllString(inBrackets.ReplaceAllString(tidy(s), ""), "")
	s = strings.TrimSpace(eraInLatin.ReplaceAllStringFunc(string(numbersInKanji([]rune(s))), func(era string) string { return era[:1] }))
	if d, ok := readEnglish(s); ok {
		return d, nil
	}
	if m := inDigits.FindStringSubmatch(s); m != nil {
		s = m[1] + m[2] + "." + m[3] + "." + m[4]
	} else if m := inParts.FindStringSubmatch(s); m != nil {
		s = m[1] + m[2] + "." + m[3] + "." + m[4]
	}
	if onlyDigits(s) && len(s) != len("19700302") {
		return Date{}, ErrDate
	}
	return ParseDate(s)
}

// SameBirthDate reports whether the spoken day is the registered one; never when
// one of them is no date.
func SameBirthDate(registered, spoken string) bool {
	a, err := ParseDate(registered)
	if err != nil {
		return false
	}
	b, err := ParseSpokenDate(spoken)
	return err == nil && a == b
}

const eraNames = `令和|平成|昭和|大正|明治|令|平|昭|大|明|[rhstm]`

var (
	inBrackets = regexp.MustCompile(`\([^)]*\)|\[[^\]]*\]|【[^】]*】`)
	// aroundDate is what people say before and after the day itself.
	aroundDate = regexp.MustCompile(`^(?:私の|本人の|お)?(?:生年月日|誕生日|生まれ)?(?:は|:|が)?\s*(?:西暦|和暦)?\s*(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s*)?(?:born\s*(?:on)?)?` +
		`|\s*(?:の?生まれ|うまれ|生|(?:[月火水木金土日]曜日?))?(?:です|でした|だ|とのこと|だそうです|になります|と申告)*[。.?、,]*$`)
	eraInLatin = regexp.MustCompile(`\b(?:reiwa|heisei|showa|taisho|meiji)\b[ .]*`)
	// inDigits is S450302 and 19700302, parted or not by a blank; inParts has anything
	// between year, month and day that people say or type there.
	inDigits = regexp.MustCompile(`^(` + eraNames + `)[ .]*(\d{2})(\d{2})(\d{2})$`)
	inParts  = regexp.MustCompile(`^(` + eraNames + `)?[ .-]*(\d{1,4}|元|正)(?:年の?|[ ./,、-])+(\d{1,2})(?:月の?|[ ./,、-])+(\d{1,2})日?$`)
	monthOf  = map[string]int{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}
	month    = `(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*`
	day      = `(\d{1,2})(?:st|nd|rd|th)?`
	english  = []struct {
		form             *regexp.Regexp
		year, month, day int
	}{
		{regexp.MustCompile(`^` + month + `[., -]*` + day + `[., -]+(?:in )?(\d{4})$`), 3, 1, 2},
		{regexp.MustCompile(`^(?:the )?` + day + `[., -]*(?:day )?(?:of )?` + month + `[., -]*(?:in )?(\d{4})$`), 3, 2, 1},
		{regexp.MustCompile(`^(\d{4})[., -]*` + month + `[., -]*` + day + `$`), 1, 2, 3},
		{regexp.MustCompile(`^(1[3-9]|2\d|3[01])[./-](\d{1,2})[./-](\d{4})$`), 3, 2, 1},
		{regexp.MustCompile(`^(\d{1,2})[./-](1[3-9]|2\d|3[01])[./-](\d{4})$`), 3, 1, 2},
	}
)

// readEnglish reads a day with the name of its month, or with the year last where
// only one order of month and day is possible.
func readEnglish(s string) (Date, bool) {
	for _, e := range english {
		m := e.form.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		at, named := monthOf[m[e.month][:min(3, len(m[e.month]))]]
		if !named {
			at, _ = strconv.Atoi(m[e.month])
		}
		y, _ := strconv.Atoi(m[e.year])
		d, _ := strconv.Atoi(m[e.day])
		date, ok := MakeDate(y, at, d)
		_, _, err := checked(date, "", ok)
		return date, err == nil
	}
	return Date{}, false
}

// numbersInKanji writes every kanji number in digits.
func numbersInKanji(rs []rune) []rune {
	var out []rune
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && isKanjiNumber(rs[j]) {
			j++
		}
		if j == i {
			out = append(out, rs[i])
			i++
			continue
		}
		out = append(out, []rune(kanjiValue(rs[i:j]))...)
		i = j
	}
	return out
}

func onlyDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }
