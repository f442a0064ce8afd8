package secrets

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	passwordNames = regexp.MustCompile(`(?i)パスワード|パスワ-ド|ぱすわーど|パスフレーズ|パスコード|ピンコード|暗[証唱]番号|暗証|合言葉|秘密の(?:質問の)?答え|` +
		`\bp/w\b|pass-?word|\bpasswd\b|\bpassphrase\b|\bpass-?code\b|\bpwd\b|\bpw\b|\bpin\b|\bpass\b|パス(?:は|が|:|=|→|「|\s)`)

	// shortName is パス, which is a password only at the beginning of a word.
	shortName = "パス"

	suffix = regexp.MustCompile(`(?i)^(?:番号|コード|の控え|\s?code|\s?number|\s?no\b\.?|\d桁)*`)
	sign   = regexp.MustCompile(`^\s*(?:[-=]+>|[:=→⇒#]|\.{2,}| - )\s*`)
	quote  = regexp.MustCompile(`^\s*(?:「([^」]*)|『([^』]*)|"([^"]*)|“([^”]*)|【([^】]*)|\(([^)]*)|\s'([^']*)')`)
	says   = regexp.MustCompile(`(?i)^\s*(?:は|が|って|ですが|ですけど|だが|、|\s(?:is|was|are|=)\b)、?\s*`)
	turns  = regexp.MustCompile(`(?i)^(?:[欄]?[をに]\s*|として\s*|\s(?:was |is |has been |been )?(?:changed|set|reset|updated) to\s+)`)
	blank  = regexp.MustCompile(`^\s+`)

	// toPassword is the English wording with the password behind: set the password to.
	toPassword = regexp.MustCompile(`^\s+to\s+`)

	// nearby is a token a little behind the name, which is judged by its form alone.
	nearby = regexp.MustCompile(`^(?:[^。\n` + hidden + `]{0,14}[:=→(「]\s*|(?:は|が|:)[^。\n` + hidden + `]{0,16}[^!-~。\n]\s?|[^!-~]{0,8}(?:下記|以下|次)[^!-~]{0,8})([!-~]+)`)
	// attached is a token that runs on behind the name.
	attached = regexp.MustCompile(`(?i)(?:パスワード|暗[証唱]番号|暗証|ピンコード|\bpw|\bpin|\bpwd)([a-z]*\d[!-~]{2,})`)
	// letterCases tells a password in words: 大文字でKINGYO.
	letterCases = regexp.MustCompile(`^[^。\n]{0,6}[大小]文字で\s*[!-~]{3,}`)
	// inPhrase is a passphrase of ordinary words, which nothing else tells.
	inPhrase = regexp.MustCompile(`(?i)(?:\bpassphrase|パスフレーズ)(?: is)?\s*[:=は「"]\s*[!-~]+ [!-~]+ [!-~]+`)
	reversed = regexp.MustCompile(`(?i)([!-~]{4,}|「[^」]{2,}」|"[^"]{2,}")\s*(?:が|という|っていう|って|is (?:his|her|the|my|their) |as (?:the |a |his |her )?)\s*(?:旧|新|古い|新しい|old |new )?(?:パスワード|暗証番号|password|pw|pin)(?:[だでとを。、,.\s]|$)`)
)

// holdsPassword looks behind every name of a password for what may be one, and
// before it.
func holdsPassword(text string) bool {
	for _, at := range passwordNames.FindAllStringIndex(text, -1) {
		rest := text[at[1]:]
		if name := text[at[0]:at[1]]; strings.HasPrefix(name, shortName) && strings.Trim(name, shortName+"はが:=→「 \n\t") == "" {
			if before, _ := utf8.DecodeLastRuneInString(text[:at[0]]); unicode.In(before, unicode.Katakana) || before == 'ー' {
				continue
			}
			rest = text[at[0]+len(shortName):]
		}
		if followsName(strings.TrimPrefix(rest, suffix.FindString(rest))) {
			return true
		}
	}
	for _, at := range attached.FindAllStringSubmatchIndex(text, -1) {
		if isSecret(text[at[2]:], loosely) {
			return true
		}
	}
	return inPhrase.MatchString(text) || precedesName(text)
}

// precedesName reports whether a password stands before the name of one.
func precedesName(text string) bool {
	return slices.ContainsFunc(reversed.FindAllStringSubmatch(text, -1), func(m []string) bool {
		if marked := strings.Trim(m[1], `「」"`); marked != m[1] {
			return quoted(marked)
		}
		return mixed(m[1]) || allDigits(m[1]) && len(m[1]) <= 8
	})
}

// followsName reports whether what stands behind the name of a password is one.
func followsName(rest string) bool {
	if m := nearby.FindStringSubmatch(rest); m != nil && mixed(m[1]) || letterCases.MatchString(rest) {
		return true
	}
	link := says.FindString(rest)
	rest = rest[len(link):]
	if m := quote.FindStringSubmatch(rest); m != nil {
		return quoted(strings.Join(m[1:], ""))
	}
	if signed := sign.FindString(rest); signed != "" {
		rest = rest[len(signed):]
		if m := quote.FindStringSubmatch(rest); m != nil {
			return quoted(strings.Join(m[1:], ""))
		}
		return isSecret(rest, plainly)
	}
	if link != "" {
		return isSecret(rest, inWords)
	}
	if to := turns.FindString(rest); to != "" {
		if m := quote.FindStringSubmatch(rest[len(to):]); m != nil {
			return quoted(strings.Join(m[1:], ""))
		}
		return isSecret(rest[len(to):], asChange)
	}
	if to := toPassword.FindString(rest); to != "" {
		return isSecret(rest[len(to):], asChange)
	}
	return blank.MatchString(rest) && isSecret(strings.TrimLeft(rest, " \t\n\u3000"), loosely)
}

// quoted judges what stands in quotation marks.
func quoted(value string) bool {
	value = strings.TrimSpace(value)
	switch token := asciiToken.FindString(value); {
	case allDigits(value):
		return len(value) >= 4
	case token == value:
		return len(value) > 1 && !ordinaryWord(value) && !known.MatchString(value)
	}
	return utf8.RuneCountInString(value) > 1 && !statement(value)
}
