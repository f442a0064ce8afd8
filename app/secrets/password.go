package secrets

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// manner is how a value is joined to the name of a password: the looser the link, the
// more the value must look like a password.
type manner int

const (
	plainly  manner = iota // パスワード：x
	inWords                // パスワードはx, the password is x
	asChange               // パスワードをxに, the password was changed to x
	loosely                // パスワード x
)

var (
	asciiToken = regexp.MustCompile(`^[!-'*-~]+`) // no brackets: what stands in them explains
	spelled    = regexp.MustCompile(`^\d(?:[ -]\d){3,7}`)
	// reported is the end of a sentence that tells what somebody said.
	reported = regexp.MustCompile(`^(?:$|[\n。、,.;!?)」]|\s*(?:です|だ|でし|との?こと|と言|と申|という|といい|とお|と話|と伺|を使|を利用|を登録|で登録|で設定|にし))`)
	reports  = regexp.MustCompile(`(?:だった|です|でした|だ|との?こと|と?(?:言|申|おっしゃ|お話).*|そうです|そう)+$`)
	phrase   = regexp.MustCompile(`^[^。、,!?\n「」()]+`)
	// fromThen follows a day: 20140728から.
	fromThen = regexp.MustCompile(`^ ?(?:に|から|以降|より|変更|再設定|付|済|まで)`)
)

// isSecret reports whether the text that begins with rest begins with a password.
func isSecret(rest string, how manner) bool {
	if spelled.MatchString(rest) {
		return true
	}
	token := strings.TrimRight(asciiToken.FindString(rest), `.,;:!?)'"`)
	if token == "" {
		return how != asChange && how != loosely && phraseIsSecret(rest)
	}
	next := rest[len(token):]
	switch {
	case allDigits(token):
		return len(token) >= 4 && len(token) <= 20 && !counted.MatchString(next) && !(compact.MatchString(token) && fromThen.MatchString(next))
	case mixed(token):
		return true
	case ordinaryWord(token) || known.MatchString(token) || len(token) < 3:
		return false
	case how == plainly:
		return oneWord(token) && (!englishGoesOn.MatchString(next) || !aboutState(next))
	case how == inWords:
		return oneWord(token) && reported.MatchString(next)
	}
	return false
}

// phraseIsSecret judges a value in Japanese: it is one when nothing in it is said
// of passwords in ordinary sentences.
func phraseIsSecret(rest string) bool {
	said := strings.TrimSpace(reports.ReplaceAllString(phrase.FindString(rest), ""))
	return utf8.RuneCountInString(said) >= 3 && !statement(said)
}

// known are tokens of letters and digits that are names of things: devices, IDs,
// eras, mail addresses, numbers of ours.
var known = regexp.MustCompile(`(?i)^(?:iphone|ipad|ipod|ios|mac|macos|windows|win|ie|edge|chrome|firefox|android|nexus|xperia|galaxy|arrows|aquos|office|outlook|os|ver\.?|v|q|a|no\.?|step|utf-?|ipv|http|web|class|level|lv){1}[\d.]{1,4}[a-z]?$|^[\d.]+$|^[a-z]{1,2}\d{6,9}(?:-\d)?$|^[shtmr]\d{1,2}(?:[./]\d{1,2}){0,2}$|^\d+(?:pt|pts|st|nd|rd|th|min|h|am|pm|gb|mb|x|times|-digit)$|^[^@]+@[^@]+\.[a-z]+|^(?:https?:)?//|^\d{1,2}-\d{1,2}$|^[a-z]{2}\d{4}-\d+$`)

// mixed reports whether a token has letters and digits, or letters and a sign that
// no sentence has within a word: hunter22, kingyo!x.
func mixed(token string) bool {
	token = strings.TrimRight(token, `.,;:!?)'"`)
	return len(token) >= 4 && hasLetter(token) && !known.MatchString(token) && (strings.ContainsAny(token, "0123456789") || strings.ContainsAny(token, "_!#$%^*=~|"))
}

func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// oneWord reports whether a token is letters only, with hyphens at most.
func oneWord(token string) bool { return !strings.ContainsAny(token, "/@.:,&()") }

var englishGoesOn = regexp.MustCompile(`^ [a-z]`)

// aboutState reports whether one of the next words is said of passwords.
func aboutState(next string) bool {
	words := strings.Fields(strings.ToLower(next))
	return slices.ContainsFunc(words[:min(len(words), 4)], func(w string) bool { return ordinaryWord(strings.Trim(w, ".,;:()")) })
}
