package secrets

import (
	"regexp"
	"strings"
)

const oneTimeNames = `(?:確認|認証)用?(?:コード|番号|キー)|ワンタイム(?:パスワード|コード|PW)?|段階認証(?:コード)?|セキュリティー?コード|SMS` + gap + `{0,6}(?:コード|番号)|\botp\b|one-?\s?time (?:password|passcode|code|pin)|passcode by (?:sms|e?-?mail|text)|(?:verification|security|authentication|auth|sms|2fa) code`

// code is four to eight digits, together or apart.
const code = `(\d(?:[ ・、,./-]{0,2}\d){3,7})`

var (
	oneTimes = []*regexp.Regexp{
		regexp.MustCompile(`(?i)(?:` + oneTimeNames + `)(?:` + gap + `{0,12}|\s*)` + code),
		regexp.MustCompile(`(?i)(?:` + oneTimeNames + `)[^0-9\n]{0,6}(?:聞|伺|読)[^0-9\n]{0,6}` + code),
		regexp.MustCompile(`(?:6桁の?(?:番号|コード|数字)?|認証)[\s:はが、「]{0,4}(\d{6})`),
		regexp.MustCompile(`(?i)\bcode\b[^0-9.\n` + hidden + `]{1,20}\b(?:is|was|were)[ :]+(\d{6})`),
		// A code that nothing calls one-time has the length of those that are sent.
		regexp.MustCompile(`(?:^|[^\p{Katakana}\p{Han}ーA-Za-z])コード` + gap + `{0,4}(\d{6})`),
		regexp.MustCompile(`(?i)(?:^|[.,;:、。]\s*|\b(?:the|a|his|her|my|this) )code(?: is| was)?[ :=]{1,2}(\d{6})`),
	}
	oneTimeAfter   = regexp.MustCompile(`(?i)(?:^|[^0-9A-Za-z-])` + code + `\s*(?:が|という|って|is the )\s*(?:` + oneTimeNames + `)`)
	oneTimeLetters = regexp.MustCompile(`(?i)(?:` + oneTimeNames + `)(?:は|が|[\s:=「])+([A-Z0-9]{5,8})(?:[^A-Za-z0-9-]|$)`)
	ordinaryCode   = regexp.MustCompile(`(?i)(?:商品|製品|エラー|郵便)の?コード[^0-9]{0,4}$|(?:error|status|product|postal|zip|area|country) code[^0-9]*$|\b(?:since|in|from|until) $`)
	nameOfCode     = regexp.MustCompile(`(?i)(?:otp|code|password|pin|pw)$`)
)

func holdsOneTime(text string) bool {
	for _, form := range oneTimes {
		for _, at := range form.FindAllStringSubmatchIndex(text, -1) {
			before, rest := text[at[0]:at[2]], text[at[3]:]
			ordinary := ordinaryCode.MatchString(end(text[:at[2]], near)) || identifies(before) || counted.MatchString(rest) || rest != "" && isDigit(rune(rest[0]))
			if !ordinary {
				return true
			}
		}
	}
	if m := oneTimeLetters.FindStringSubmatch(text); m != nil && strings.ContainsAny(m[1], "0123456789") && hasLetter(m[1]) {
		return true
	}
	return oneTimeAfter.MatchString(text)
}

// identifies reports whether a word of letters runs into the number behind it that
// is not the name of a code.
func identifies(before string) bool {
	last := before[len(before)-1]
	return isASCIILetter(last) && !nameOfCode.MatchString(before) || labelled.MatchString(before)
}

func hasLetter(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 0x80 && isASCIILetter(byte(r)) }) >= 0
}
