package jptext

import (
	"regexp"
	"strconv"
	"strings"
)

var digitsOnly = regexp.MustCompile(`^(?:\[0-9\]|\\d)\{([1-9][0-9]?)\}$`)

// FormDigits is the number of digits that an ID has by its form, a regular expression; 0 where
// the form says more than that.
func FormDigits(form string) int {
	n := 0
	if found := digitsOnly.FindStringSubmatch(form); found != nil {
		n, _ = strconv.Atoi(found[1])
	}
	return n
}

var simpleForm = regexp.MustCompile(`^([A-Za-z0-9_-]*)(?:\[0-9\]|\\d)\{([1-9][0-9]?)\}$`)

// FormExample is an ID of the form, a regular expression: what it begins with, and digits.
// Empty where the form is not that simple.
func FormExample(form string) string {
	found := simpleForm.FindStringSubmatch(form)
	if found == nil {
		return ""
	}
	n, _ := strconv.Atoi(found[2])
	return found[1] + strings.Repeat("0", n-1) + "1"
}
