package web

import "testing"

// Headers are shown as mail programs show them.
func TestHeadersAreReadable(t *testing.T) {
	for field, want := range map[string]string{
		"=?utf-8?q?=E8=A3=9C=E5=A1=AB?= <no-reply@hoten.example>": "補填 <no-reply@hoten.example>",
		"=?UTF-8?B?6KOc5aGr?= <a@b.example>":                      "補填 <a@b.example>",
		"no-reply@hoten.example":                                  "no-reply@hoten.example",
		"Hoten <a@b.example>":                                     "Hoten <a@b.example>",
		"=?x-unknown?q?=E8?= <a@b.example>":                       "=?x-unknown?q?=E8?= <a@b.example>",
		"":                                                        "",
	} {
		if got := readable(field); got != want {
			t.Errorf("%q is shown as %q", field, got)
		}
	}
}
