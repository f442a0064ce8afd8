package passwords_test

import (
	"strings"
	"testing"

	"hoten/app/fault"
	"hoten/app/passwords"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct{ password, want string }{
		{"correct horse battery", ""},
		{"hoten demo 2014", ""},
		{"ひらがなだけのパスワードです", ""},
		{strings.Repeat("か\u3099き\u3099", 3), "password_short"}, // six characters, which some devices write as twelve
		{"𠮷野家で牛丼を食べましたよ", ""},
		{"", "password_short"},
		{"elevenchars", "password_short"},
		{"ひらがな十一文字です。あ", ""},
		{strings.Repeat("abcdefg", 18) + "12", ""},
		{strings.Repeat("abcdefg", 18) + "123", "password_long"},
		{"aaaaaaaaaaaa", "password_simple"},
		{"AaAaBbBbCcCcDdDd", "password_simple"},
		{"password1234", "password_common"},
		{"PassWord-2014", "password_common"},
		{"qwertyqwerty", "password_common"},
		{"qwertyuiopas", "password_common"},
		{"1qaz2wsx3edc", "password_common"},
		{"１２３４５６７８９０１２", "password_common"},
		{"ｐａｓｓｗｏｒｄ１２３４", "password_common"},
		{"sakurasakura1", "password_common"},
		{"password and something long", ""},
		{"yamada-taro-1970", "password_personal"},
		{"ｙａｍａｄａ－ｔａｒｏ－８", "password_personal"},
		{"my YAMADA.T is it", "password_personal"},
		{"tabs\tin here too", "password_characters"},
		{"a zero \x00 byte in it", "password_characters"},
		{"broken \xff utf-8 here", "password_characters"},
	} {
		err := passwords.Check("password", c.password, "yamada.t@ocn.example", "yamada", "abc")
		f, refused := fault.As(err)
		switch {
		case c.want == "" && err != nil, c.want != "" && !refused:
			t.Errorf("%q: %v, want %q", c.password, err, c.want)
		case refused && (f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != "password" || f.Fields[0].Code != c.want):
			t.Errorf("%q: %v, want %q", c.password, f, c.want)
		}
	}
}

func TestHashesMatchTheirPasswordOnly(t *testing.T) {
	one, err := passwords.Hash("correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	other, err := passwords.Hash("correct horse battery")
	if err != nil || one == other {
		t.Errorf("the same password made the same hash: %v", err)
	}
	if !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("%s", one)
	}
	for _, c := range []struct {
		hash, password string
		want           bool
	}{
		{one, "correct horse battery", true}, {other, "correct horse battery", true}, {one, "correct horse batterz", false}, {one, "", false},
		{"", "", false}, {"", "correct horse battery", false}, {"$argon2id$v=19$m=19456,t=2,p=1$$", "", false},
		{strings.Replace(one, "v=19", "v=16", 1), "correct horse battery", false}, {one[:len(one)-3], "correct horse battery", false},
		{strings.Replace(one, "argon2id", "argon2i", 1), "correct horse battery", false}, {"$2a$10$abc", "correct horse battery", false},
	} {
		if got := passwords.Match(c.hash, c.password); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.hash, c.password, got)
		}
	}
}

// が is one code point on a PC and two on an iPhone: the password is the same on both.
func TestPasswordsAreComposed(t *testing.T) {
	const one, two = "がぎぐげごカフェ café", "\u304b\u3099\u304d\u3099\u304f\u3099\u3051\u3099\u3053\u3099カフェ cafe\u0301"
	if one == two || !passwords.Same(one, two) || passwords.Same(one, "x") {
		t.Error("two ways to write one password are not the same")
	}
	for _, set := range []string{one, two} {
		hash, err := passwords.Hash(set)
		if err != nil || !passwords.Match(hash, one) || !passwords.Match(hash, two) || passwords.Match(hash, "x") {
			t.Errorf("%+q: %v", set, err)
		}
	}
	// Hashed by an earlier release as it was typed.
	if !passwords.Match(decomposed, "か\u3099 as it was typed") || passwords.Match(decomposed, "が as it was typed") {
		t.Error("a hash of what was not composed does not open")
	}
}

// The parameters are read from the hash: one that was made with others still opens.
func TestOldParametersStillMatch(t *testing.T) {
	// argon2id of "correct horse battery" with one pass over 8 KiB and the salt "0123456789abcdef".
	if !passwords.Match(old, "correct horse battery") {
		t.Error("a hash with smaller parameters does not open")
	}
}

const (
	old        = "$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$gLHIkr1qgP4r3sH1P/NIg3+PMckaLQ3RkuIiytJhVlY"
	decomposed = "$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$v0mQHD1m0drvqHjT4nD2B/Ix/+gFrlVpzA6uCTNy2Mc"
)
