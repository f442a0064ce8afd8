package secrets_test

import (
	"testing"

	"hoten/app/fault"
	"hoten/app/secrets"
)

// A joiner is taken where something is written with it, and each other character that nobody
// sees is refused by its name.
func TestLabelNamesRefusedCharacters(t *testing.T) {
	for text, want := range map[string]string{
		"👨\u200d👩\u200d👧 の窓口": "", "👩🏽\u200d💻": "", "❤️\u200d🔥": "", "علی\u200cرضا": "", "श्री\u200dमती": "", "葛\U000e0100城": "", // a variant of a kanji
		"a\u200db": "U+200D", "山\u200c田": "U+200C", "👨\u200d": "U+200D", "a\u200bb": "U+200B", "a\u202eb": "U+202E", "a\nb": "U+000A", "a\xffb": "U+FFFD", "a\x00b": "U+0000",
	} {
		var p fault.Problems
		secrets.Label(&p, "name", text, 100)
		f, _ := fault.As(p.Err())
		got := ""
		if f != nil {
			got = f.Fields[0].Code + " " + f.Fields[0].Args[1].(string)
		}
		if want != "" {
			want = "characters_invalid " + want
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
