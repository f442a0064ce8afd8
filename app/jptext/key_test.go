package jptext

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestKeys(t *testing.T) {
	for _, c := range []struct{ name, in, search, plain string }{
		{"full-width space", "山田　太郎", "山田太郎", "山田太郎"},
		{"no-break and zero-width space", "山田\u00a0\u200b太郎\ufeff", "山田太郎", "山田太郎"},
		{"hiragana", "やまだ たろう", "ヤマダタロウ", "ヤマダタロウ"},
		{"half-width kana", "ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダタロウ", "ヤマダタロウ"},
		{"combining voiced mark", "ヤマタ\u3099", "ヤマダ", "ヤマダ"},
		{"spacing voiced mark", "か゛は゜", "ガパ", "ガパ"},
		{"surrogate pair", "𠮷田", "吉田", "𠮷田"},
		{"ladder high and standing cliff", "髙﨑", "高崎", "髙﨑"},
		{"variation selector", "葛\U000e0100城", "葛城", "葛城"},
		{"compatibility forms", "\ufa19\ufa1b\ufa10", "神福塚", "神福塚"},
		{"many ways to write Saito", "齋齊斎斉", "斎斎斎斎", "齋齊斎斉"},
		{"watanabe", "渡邉渡邊渡辺", "渡辺渡辺渡辺", "渡邉渡邊渡辺"},
		{"iteration mark", "佐々木", "佐佐木", "佐々木"},
		{"small kana", "キョウコ ィッャ", "キヨウコイツヤ", "キョウコィッャ"},
		{"dashes after kana", "ヨ－コ ヨ―コ ﾖｰｺ ヨ−コ ヨ〜コ", "ヨーコヨーコヨーコヨーコヨーコ", "ヨーコヨーコヨーコヨーコヨーコ"},
		{"doubled long vowel", "マーーク", "マーク", "マーク"},
		{"hyphen in a Latin name", "Ｍａｒｙ-Ann O’Neil", "maryannoneil", "maryannoneil"},
		{"marks of Latin letters", "Müller Jürgen, Søren Łuk Đặng Lefèvre ı", "mullerjurgensorenlukdanglefevrei", "müllerjürgensørenłukđặnglefèvreı"},
		{"marks written apart", "Mu\u0308ller", "muller", "müller"},
		{"kanji one is no dash", "一郎", "一郎", "一郎"},
		{"middle dot", "ジョン・スミス", "ジヨンスミス", "ジョンスミス"},
		{"emoji", "山田😀太郎👨‍👩‍👧", "山田太郎", "山田太郎"},
		{"private use gaiji stays", "山\ue000", "山\ue000", "山\ue000"},
		{"nothing", " ・- ", "", ""},
		{"invalid UTF-8", "山\xff田", "山田", "山田"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := SearchKey(c.in); got != c.search {
				t.Errorf("SearchKey %q, want %q", got, c.search)
			}
			if got := PlainKey(c.in); got != c.plain {
				t.Errorf("PlainKey %q, want %q", got, c.plain)
			}
		})
	}
}

func TestVariantsPointAtForms(t *testing.T) {
	for from, to := range variantOf {
		if _, again := variantOf[to]; again {
			t.Errorf("%c leads to %c, which leads on", from, to)
		}
		if key := PlainKey(string(to)); key != string(to) {
			t.Errorf("%c is kept as %q", to, key)
		}
	}
	seen := map[rune]bool{}
	for _, group := range strings.Fields(variantGroups) {
		if utf8.RuneCountInString(group) < 2 {
			t.Errorf("%q is no group", group)
		}
		for _, r := range group {
			if seen[r] {
				t.Errorf("%c stands in two groups", r)
			}
			seen[r] = true
		}
	}
}

var nameRunes = rapid.SampledFrom([]rune("山田髙𠮷佐々あがカカﾞﾀﾞー-−–・ \u3099\u200b\u3000ＡaZ1１😀\ufa19\ue000゛ㄱㅏŒİẞ"))

func TestKeysAreStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(nameRunes).Draw(t, "s"))
		if rapid.Bool().Draw(t, "any") {
			s = rapid.String().Draw(t, "t")
		}
		for _, key := range []func(string) string{SearchKey, PlainKey, PhoneKey, EmailKey, LoginKey, ReferenceKey, CustomerNumberKey} {
			once := key(s)
			if twice := key(once); twice != once {
				t.Fatalf("key of %q: %q, then %q", s, once, twice)
			}
		}
		if SearchKey(norm.NFD.String(s)) != SearchKey(s) {
			t.Fatalf("composition changes the key of %q", s)
		}
		if SearchKey(PlainKey(s)) != SearchKey(s) {
			t.Fatalf("a plain match of %q is no search match", s)
		}
	})
}

func TestPhoneKey(t *testing.T) {
	for in, want := range map[string]string{
		"090-0000-8551": "09000008551", "０９０－００００－８５５１": "09000008551", "(090) 0000 8551": "09000008551",
		"+81-90-0000-8551": "09000008551", "+81 (0)90 0000 8551": "09000008551", "9000008551": "09000008551",
		"300008551": "0300008551", "03-0000-8551": "0300008551", "0120-047-860": "0120047860",
		"+1 415 555 0100": "+14155550100", "": "", "なし": "", "＋８１９０００００８５５１": "09000008551",
	} {
		if got := PhoneKey(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for key, want := range map[string]bool{"09000008551": true, "0300008551": true, "+14155550100": true,
		"": false, "090": false, "090000085511": false, "19000008551": false, "+123": false} {
		if ValidPhone(key) != want {
			t.Errorf("valid %q: want %v", key, want)
		}
	}
	for key, want := range map[string]string{"09000008551": "090-0000-8551", "0300008551": "03-0000-8551",
		"0120047860": "0120-047-860", "08001234567": "0800-123-4567", "0451234567": "045-123-4567", "０４２２（１２）３４５６": "042-212-3456",
		"0466-123456": "0466-12-3456", "0126712345": "01267-1-2345", "0112345678": "011-234-5678", "+81 90-0000-8551": "090-0000-8551",
		"03-1234-5678（内線12）": "03-1234-5678（内線12）", "+14155550100": "+14155550100", "12": "12"} {
		if got := FormatPhone(key); got != want {
			t.Errorf("format %q: %q, want %q", key, got, want)
		}
	}
}

func TestFormatPostal(t *testing.T) {
	for in, want := range map[string]string{"1000001": "〒100-0001", "１００－０００１": "〒100-0001", "〒100-0001": "〒100-0001", "100 0001": "〒100-0001", "": "", "D-10115": "D-10115"} {
		if got := FormatPostal(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestIdentKeys(t *testing.T) {
	for in, want := range map[string]string{"Ｍ０００００１＠ocn.example": "m000001@ocn.example", " M000001 @OCN.example\u200b": "m000001@ocn.example", "": "",
		"FC-000123": "fc-000123", "ＦＣ－０００１２３": "fc-000123", "FC−000123": "fc-000123", "FC‐000123": "fc-000123", "FC‑000123": "fc-000123",
		"FC–000123": "fc-000123", "FC—000123": "fc-000123", "fcー000123": "fc-000123", "fcｰ000123": "fc-000123", "fcー": "fc-", "fc--1": "fc--1",
		"スーザン": "スーザン", "aーあ": "aーあ", "~fc~1": "~fc~1", "fc〜1": "fc〜1", "fc_1.2": "fc_1.2", "mary–ann@ocn.example": "mary–ann@ocn.example"} {
		if got := LoginKey(in); got != want {
			t.Errorf("login %q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"ｎ916-201 972": "N916201972", "N916201972": "N916201972", "－": ""} {
		if got := CustomerNumberKey(in); got != want {
			t.Errorf("customer number %q: %q, want %q", in, got, want)
		}
	}
}

// What was imported once is known again, so the keys of movements and of mail addresses stay.
func TestOtherKeysKeepTheirDashes(t *testing.T) {
	for _, in := range []string{"m–1", "m−1", "mー1", "m-1"} {
		if ReferenceKey(in) != in || EmailKey(in) != in {
			t.Errorf("%q: %q, %q", in, ReferenceKey(in), EmailKey(in))
		}
	}
}

func TestParseEmail(t *testing.T) {
	for in, want := range map[string]string{
		" contact1@mail.example ": "contact1@mail.example", "Ａ＠mail.example": "A@mail.example",
		"foo..bar@docomo.example": "foo..bar@docomo.example", "foo.@docomo.example": "foo.@docomo.example",
		".foo@ezweb.example": ".foo@ezweb.example", `"a b"@mail.example`: `"a b"@mail.example`, "a/+?=@m-1.example": "a/+?=@m-1.example",
		"": "", "foo": "", "@mail.example": "", "foo@": "", "foo@localhost": "", "foo@mail..example": "", "f oo@mail.example": "",
		"foo@mail.example\r\nBcc: x@y.example": "", "a@b@mail.example": "", "foo@-mail.example": "", "山田@mail.example": "",
		"\"a\r\n\"@mail.example": "", "foo@mail.example,bar@mail.example": "",
	} {
		got, err := ParseEmail(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q %v, want %q", in, got, err, want)
		}
	}
}

func BenchmarkSearchKey(b *testing.B) {
	for b.Loop() {
		SearchKey("山﨑 花子")
		SearchKey("ヤマザキ ハナコ")
	}
}

// One mailbox is one key, however the address is written; other mailboxes have others.
func TestMailboxKey(t *testing.T) {
	for want, written := range map[string][]string{
		"taro@ocn.example": {"taro@ocn.example", "TARO@OCN.Example", "ｔａｒｏ＠ｏｃｎ．ｅｘａｍｐｌｅ", "\"taro\"@ocn.example", "taro+shop@ocn.example", "Taro+a+b@ocn.example",
			"\"TARO+x\"@ocn.example", " taro@ocn.example. ", "ta\u200bro@ocn.example", "\"ta ro\"@ocn.example"},
		"taro@":               {"taro", "Taro", "ｔａｒｏ", "taro+1"},
		"taro@ocn.example.jp": {"taro@ocn.example.jp"}, "taro1@ocn.example": {"taro1@ocn.example"}, "taro.@ocn.example": {"taro.@ocn.example"},
		"+taro@ocn.example": {"+taro@ocn.example"}, "taro@mail.ocn.example": {"taro@mail.ocn.example"}, "ataro@ocn.example": {"\"a@taro\"@ocn.example"},
	} {
		for _, address := range written {
			if got := MailboxKey(address); got != want {
				t.Errorf("%q: %s, want %s", address, got, want)
			}
		}
	}
}
