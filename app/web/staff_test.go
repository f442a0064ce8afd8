package web_test

import (
	"net/http"
	"strings"
	"testing"

	"hoten/app/access"
)

// A new account begins in the language of whoever adds it, unless another is chosen.
func TestANewAccountBeginsInTheLanguageOfWhoAddsIt(t *testing.T) {
	s := newSite(t)
	b := s.as(s.People()[access.Administrator])
	for _, lang := range []string{"en", "ja"} {
		b.post("/language", "language", lang)
		if a := b.get("/staff/new"); !strings.Contains(a.body, `<option value="`+lang+`" selected>`) {
			t.Errorf("%s is not chosen:\n%s", lang, a.body)
		}
	}
	a := b.post("/staff", "name", "佐藤", "email", "none", "role", "agent", "language", "en")
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `<option value="en" selected>`) {
		t.Errorf("what was chosen is lost: %d", a.status)
	}
}
