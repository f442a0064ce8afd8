package jptext

import (
	"os"
	"strings"
	"testing"
)

// Pairs of addresses, registered and spoken, that are one home and that are not:
// invented ones and public ones of offices.
func TestAddressPairs(t *testing.T) {
	for file, want := range map[string]bool{"same_addresses.txt": true, "other_addresses.txt": false} {
		b, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		pairs := 0
		for line := range strings.Lines(string(b)) {
			registered, spoken, ok := strings.Cut(strings.TrimSpace(line), " | ")
			if !ok {
				t.Fatalf("%s: %q is no pair", file, line)
			}
			pairs++
			if SameAddress(registered, spoken) != want || SameAddress(spoken, registered) != want {
				t.Errorf("%s / %s: want %v (%+v / %+v)", registered, spoken, want, readAddress(registered), readAddress(spoken))
			}
		}
		if pairs < 60 {
			t.Errorf("%s has %d pairs", file, pairs)
		}
	}
}
