package audit

import (
	"regexp"
	"strings"
)

var nextWord = regexp.MustCompile(`([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])`)

// Field is the name of a field of an entry in one way: TitleJa, of a row that was recorded
// as it is, and title_ja are the same.
func Field(name string) string {
	return strings.ToLower(nextWord.ReplaceAllString(name, "${1}${3}_${2}${4}"))
}
