package jptext

import (
	"errors"
	"strings"
)

// MaxPoints bounds what one figure of a file may be: twelve digits, beyond any
// real balance and far from the end of an int64 when a million are summed.
const MaxPoints = 999_999_999_999

// ErrInteger says that a text is no whole number; ErrTooLarge that it is one
// beyond MaxPoints, up or down.
var (
	ErrInteger  = errors.New("jptext: not a whole number")
	ErrTooLarge = errors.New("jptext: number too large")
)

// ParsePoints reads a number of points: 1265, １,２６５, 1,265, +1265, 1265.00, and
// negative ones as -1,000, ▲1,000, △1,000 or (1,000) (docs/domain.md section 7). Commas
// must stand between groups of three. It fails with ErrInteger, or with
// ErrTooLarge and MaxPoints or its negative.
func ParsePoints(s string) (int64, error) {
	s = tidy(s)
	s, negative := sign(s)
	if whole, fraction, ok := strings.Cut(s, "."); ok {
		if strings.Trim(fraction, "0") != "" || fraction == "" {
			return 0, ErrInteger
		}
		s = whole
	}
	n, err := whole(s)
	if negative {
		n = -n
	}
	return n, err
}

func sign(s string) (string, bool) {
	for _, mark := range []string{"-", "▲", "△"} {
		if rest, ok := strings.CutPrefix(s, mark); ok {
			return strings.TrimLeft(rest, " "), true
		}
	}
	if len(s) > 2 && s[0] == '(' && s[len(s)-1] == ')' {
		return s[1 : len(s)-1], true
	}
	return strings.TrimPrefix(s, "+"), false
}

func whole(s string) (int64, error) {
	group, commas := 0, false
	n, large := int64(0), false
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			if n = n*10 + int64(c-'0'); n > MaxPoints {
				n, large = MaxPoints, true
			}
			group++
		case c == ',' && (commas && group == 3 || !commas && group >= 1 && group <= 3):
			group, commas = 0, true
		default:
			return 0, ErrInteger
		}
	}
	if group == 0 || commas && group != 3 {
		return 0, ErrInteger
	}
	if large {
		return MaxPoints, ErrTooLarge
	}
	return n, nil
}
