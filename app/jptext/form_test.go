package jptext

import "testing"

// An example is given of a form of letters and digits only.
func TestFormExample(t *testing.T) {
	for form, want := range map[string]string{"TM[0-9]{8}": "TM00000001", `FC-\d{6}`: "FC-000001", "[0-9]{1}": "1", "": "", "m[0-9]{5}|x": "", "[a-z]{3}[0-9]{2}": ""} {
		if got := FormExample(form); got != want {
			t.Errorf("%s: %q, want %q", form, got, want)
		}
	}
}

func TestFormDigits(t *testing.T) {
	for form, want := range map[string]int{"[0-9]{8}": 8, `\d{12}`: 12, "[0-9]{8,10}": 0, "FC-[0-9]{6}": 0, "": 0, "[0-9]{0}": 0} {
		if got := FormDigits(form); got != want {
			t.Errorf("%q: %d digits, want %d", form, got, want)
		}
	}
}
