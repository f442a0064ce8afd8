package jptext

import (
	"regexp"
	"strconv"
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
