package secrets

import (
	"os"
	"strings"
	"testing"

	"hoten/app/fault"
)

// lines reads a file of texts, one a line, in which \n, \t and \u200b are written out.
func lines(t *testing.T, file string) (out []string) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "# ") {
			continue
		}
		if seen[line] {
			t.Errorf("%s holds %q twice", file, line)
		}
		seen[line] = true
		out = append(out, strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\u200b`, "\u200b").Replace(line))
	}
	return out
}

// What share of texts with secrets is refused, for the right reason, and what share of
// ordinary notes: both figures are printed with -v.
func TestShareOfSecretsRefused(t *testing.T) {
	missed, all := 0, lines(t, "secrets.txt")
	for _, line := range all {
		kind, text, _ := strings.Cut(line, "|")
		if code := secretIn(text); code != "secret_"+kind {
			missed++
			t.Logf("%q: %q, not secret_%s", text, code, kind)
		}
	}
	t.Logf("%d of %d secrets are refused: %.1f %%", len(all)-missed, len(all), 100*float64(len(all)-missed)/float64(len(all)))
	if len(all) < 200 || missed*20 > len(all) {
		t.Errorf("%d of %d secrets pass", missed, len(all))
	}
}

func TestShareOfOrdinaryNotesRefused(t *testing.T) {
	refused, all := 0, lines(t, "ordinary.txt")
	for _, text := range all {
		if code := secretIn(text); code != "" {
			refused++
			t.Logf("%q: %s", text, code)
		}
	}
	t.Logf("%d of %d ordinary notes are refused: %.1f %%", refused, len(all), 100*float64(refused)/float64(len(all)))
	if len(all) < 500 || refused*50 > len(all) {
		t.Errorf("%d of %d ordinary notes are refused", refused, len(all))
	}
}

func TestRefuse(t *testing.T) {
	const text = "パスワードは hunter22 とのこと"
	f, ok := fault.As(Refuse("reason", text))
	if !ok || len(f.Fields) != 1 || f.Fields[0].Name != "reason" || f.Fields[0].Code != "secret_password" || strings.Contains(f.Error(), "hunter22") {
		t.Errorf("%v", f)
	}
	if err := Refuse("text", ""); err != nil {
		t.Error(err)
	}
	if err := Refuse("text", strings.Repeat("あ", 4000)); err != nil {
		t.Error(err)
	}
	if err := Refuse("text", strings.Repeat("あ", 4001)); err == nil {
		t.Error("4,001 characters pass")
	}
}

// A text of the greatest length is judged in a moment, whatever it is made of.
func BenchmarkRefuse(b *testing.B) {
	for _, part := range []string{"1/1 ", "4 ", "パスワードは", "1", "口座", "090-0000-0001 2014-07-28 "} {
		text := string([]rune(strings.Repeat(part, maxText))[:maxText])
		b.Run(part, func(b *testing.B) {
			for b.Loop() {
				secretIn(text)
			}
		})
	}
}
