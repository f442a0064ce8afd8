package jptext

import "testing"

func TestFormDigits(t *testing.T) {
	for form, want := range map[string]int{"[0-9]{8}": 8, `\d{12}`: 12, "[0-9]{8,10}": 0, "FC-[0-9]{6}": 0, "": 0, "[0-9]{0}": 0} {
		if got := FormDigits(form); got != want {
			t.Errorf("%q: %d digits, want %d", form, got, want)
		}
	}
}
