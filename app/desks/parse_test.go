package desks

import "testing"

func TestParseClock(t *testing.T) {
	for s, want := range map[string]int{"10:00": 600, "9:05": 545, "10": 600, " １０：３０ ": 630, "0:00": 0, "24:00": 1440,
		"24:01": -1, "25:00": -1, "10:60": -1, "": -1, "ten": -1, "10:0": -1, "-1": -1, "10:00:00": -1, "1\x000": -1, "100": -1} {
		got, ok := ParseClock(s)
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("%q: %d, %t", s, got, ok)
		}
	}
	for m := range 24*60 + 1 {
		if got, ok := ParseClock(Clock(m)); !ok || got != m {
			t.Fatalf("%s: %d", Clock(m), got)
		}
	}
}

func TestParseDay(t *testing.T) {
	for s, want := range map[string]Day{"12/29": {12, 29}, "12-29": {12, 29}, "１２月２９日": {12, 29}, "2/29": {2, 29}, "1/3": {1, 3},
		"2/30": {}, "13/1": {}, "0/1": {}, "": {}, "12": {}, "12/29/2014": {}, "年末": {}} {
		got, ok := ParseDay(s)
		if ok != (want != Day{}) || ok && got != want {
			t.Errorf("%q: %v, %t", s, got, ok)
		}
	}
	for _, d := range []Day{{12, 29}, {1, 3}} {
		if got, ok := ParseDay(d.String()); !ok || got != d {
			t.Errorf("%v: %v", d, got)
		}
	}
}
