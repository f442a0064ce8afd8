package secrets

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"hoten/app/jptext"
)

// hidden stands where a number was that is no secret: a date, a telephone number.
const hidden = "\ufffc"

// plain is the text in narrow letters without invisible characters; what stands
// for a dash between digits is a dash, and four or more kanji digits are digits.
func plain(text string) string {
	out := []rune(strings.ReplaceAll(norm.NFKC.String(strings.Map(visible, text)), hidden, ""))
	last := rune(0) // the last one that is neither a blank nor a dash
	for i, r := range out {
		switch {
		case isDigit(last) && (jptext.IsDash(r) || r == '一' && i+1 < len(out) && isDigit(out[i+1])):
			out[i] = '-'
		case !unicode.IsSpace(r):
			last = r
		}
	}
	return kanjiDigits.ReplaceAllStringFunc(string(out), func(s string) string { return digitOf.Replace(s) })
}

var (
	kanjiDigits = regexp.MustCompile(`[〇一二三四五六七八九]{4,}`)
	digitOf     = strings.NewReplacer("〇", "0", "一", "1", "二", "2", "三", "3", "四", "4", "五", "5", "六", "6", "七", "7", "八", "8", "九", "9")
)

func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) && r != '\u00ad' {
		return -1
	}
	if r > unicode.MaxLatin1 && unicode.IsDigit(r) {
		return '0' + digit(r)
	}
	return r
}

// digit is the value of a digit of any script: each has its ten in order, in a range
// that begins with a zero.
func digit(r rune) rune {
	for _, of := range unicode.Nd.R16 {
		if rune(of.Lo) <= r && r <= rune(of.Hi) {
			return (r - rune(of.Lo)) % 10
		}
	}
	for _, of := range unicode.Nd.R32 {
		if rune(of.Lo) <= r && r <= rune(of.Hi) {
			return (r - rune(of.Lo)) % 10
		}
	}
	return 0
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isASCIILetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// written are the numbers that their own form tells to be no secret.
var written = []*regexp.Regexp{
	regexp.MustCompile(`(?:19|20)\d\d(?:[-/.]\d{1,2}[-/.]\d{1,2}|年 ?\d{1,2}月 ?\d{1,2}日)(?:[ T]+[0-2]?\d:[0-5]\d(?::[0-5]\d)?)?`),
	regexp.MustCompile(`[0-2]?\d:[0-5]\d(?::[0-5]\d)?`),
	regexp.MustCompile(`\d{1,2}/\d{1,2}`),
	regexp.MustCompile(`0[1-9]\d{8,9}|0[36]-\d{8}|0[5789]0-\d{8}|0120-\d{6}|0120-\d{2,3}-\d{3,4}|0570-\d{2,3}-\d{3,4}`),
	regexp.MustCompile(`\(?0[1-9]\d?\)?[- ]{0,2}\d{4}[- ]{1,2}\d{4}|0[1-9]\d{1,2}[- ]{1,2}\d{3}[- ]{1,2}\d{4}|0[1-9]\d{2}[- ]{1,2}\d{2}[- ]{1,2}\d{4}`),
	regexp.MustCompile(`\+\d{1,3}[- (]\(?\d{1,5}(?:[-) ]{1,2}\d{2,4}){2,3}|\+\d{10,14}`), // abroad
	regexp.MustCompile(`[A-Z]\d{2}-\d{7}-\d{7}|\d{3}-\d{7}-\d{7}`),                       // orders
	regexp.MustCompile(`[A-Za-z]\d{7}-\d`),        // cases
	regexp.MustCompile(`[1-9]\d{0,2}(?:,\d{3})+`), // points
	regexp.MustCompile(`(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)`),
	regexp.MustCompile(`〒 ?\d{3}-?\d{4}`),
}

// compact are days, and minutes of days, in digits alone.
var compact = regexp.MustCompile(`(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[0-2]\d[0-5]\d(?:[0-5]\d)?)?`)

func hideWritten(text string) string {
	for _, form := range written {
		text = hide(text, form)
	}
	return text
}

func hideCompact(text string) string { return hide(text, compact) }

// hide replaces what has the form and stands by itself: a part of a longer number is
// none.
func hide(text string, form *regexp.Regexp) string {
	var out strings.Builder
	done := 0
	for _, at := range form.FindAllStringIndex(text, -1) {
		if partOfLonger.before.MatchString(end(text[:at[0]], 2)) || partOfLonger.after.MatchString(text[at[1]:]) {
			continue
		}
		out.WriteString(text[done:at[0]])
		out.WriteString(hidden)
		done = at[1]
	}
	out.WriteString(text[done:])
	return out.String()
}

// near is how many bytes before a number are looked at for what it is.
const near = 60

// end is the end of s, n bytes or a little less.
func end(s string, n int) string {
	from := max(0, len(s)-n)
	for from < len(s) && !utf8.RuneStart(s[from]) {
		from++
	}
	return s[from:]
}

var partOfLonger = struct{ before, after *regexp.Regexp }{regexp.MustCompile(`\d[-/.]?$`), regexp.MustCompile(`^[-/.]?\d`)}

// counted tells that a number counts something or is part of a date: 3回, 2014年.
var counted = regexp.MustCompile(`^ ?(?:回|日|月|年|時|分|秒|件|名|人|文字|字|桁|点|個|枚|通|つ|度|番目|番の|歳|代|円|ポイント|営業|か月|ヶ月|以上|以下|以内|%|(?i:pts?|points?|yen|times?|min(?:utes?)?|days?|hours?|ids?|characters?|digits?|am|pm)\b)`)

// labelled tells by what stands before a number that it is one of ours or of a trade.
var labelled = regexp.MustCompile(`(?i)(?:(?:お客(?:さま|様)|顧客|登録|契約|請求|管理|移動|案件|交換)の?(?:番号|no\.?|ID|コード)|(?:(?:伝票|追跡|送り状|問い?合わ?せ|受付|受理|注文|会員|整理|録音|通話|着信|申し?込み?|引受|書留|荷物|請求書)の?(?:番号|no\.?|ID|コード)?)|オーダー(?:番号|no\.?)?|cti|第|(?:tracking|parcel|order|customer|invoice|ticket|case|reference|message|msg|movement)\s?(?:number|no\.?|id|#)?)[\s:#はが.・-]{0,4}$`)
