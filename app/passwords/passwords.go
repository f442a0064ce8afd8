// Package passwords hashes passwords of staff and members with argon2id
// (RFC 9106, second recommended option: 64 MiB would be three times the memory
// the whole program may take, so 19 MiB and two passes, OWASP's minimum) and
// says which are too weak to be accepted.
package passwords

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"hoten/app/fault"
)

const (
	memory  = 19 * 1024 // KiB
	passes  = 2
	threads = 1
	keyLen  = 32
)

// running bounds how many hashes are computed at once, and with that the memory.
var running = make(chan struct{}, 2)

func derive(password string, salt []byte, m, t uint32, p uint8) []byte {
	running <- struct{}{}
	defer func() { <-running }()
	return argon2.IDKey([]byte(password), salt, t, m, p, keyLen)
}

// composed is the password as it is hashed and judged: an iPhone and a PC write が with
// different code points, and RFC 8265 asks for NFC.
func composed(password string) string { return norm.NFC.String(password) }

// Same reports whether two entries are one password.
func Same(a, b string) bool { return composed(a) == composed(b) }

// Hash makes the PHC string of a password, in NFC.
func Hash(password string) (string, error) {
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, threads,
		b64.EncodeToString(salt), b64.EncodeToString(derive(composed(password), salt, memory, passes, threads))), nil
}

// Match reports whether the password belongs to the hash. An empty or broken
// hash matches nothing, and takes as long to say so.
func Match(hash, password string) bool {
	var v int
	var m, t uint32
	var p uint8
	parts := strings.Split(hash, "$")
	if len(parts) == 6 && parts[1] == "argon2id" {
		_, err1 := fmt.Sscanf(parts[2], "v=%d", &v)
		_, err2 := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p)
		salt, err3 := base64.RawStdEncoding.DecodeString(parts[4])
		key, err4 := base64.RawStdEncoding.DecodeString(parts[5])
		if err1 == nil && err2 == nil && err3 == nil && err4 == nil && v == argon2.Version {
			matches := subtle.ConstantTimeCompare(key, derive(composed(password), salt, m, t, p)) == 1
			if !matches && composed(password) != password { // hashed by a release that did not compose
				matches = subtle.ConstantTimeCompare(key, derive(password, salt, m, t, p)) == 1
			}
			return matches
		}
	}
	derive(password, make([]byte, 16), memory, passes, threads)
	return false
}

// MinLength and MaxLength bound a password, in characters.
const (
	MinLength = 12
	MaxLength = 128
)

// MinDistinct is how many different characters a password has, and MinRest how many characters
// beside the common words and rows of keys in it.
const (
	MinDistinct = 5
	MinRest     = MinLength / 2
)

// common are words and rows of keys, of those that begin alike the longest first.
var common = []string{"password", "passw0rd", "qwertyuiop", "qwerty", "asdfghjkl", "zxcvbnm", "1q2w3e4r", "1qaz2wsx", "zaq12wsx", "qazwsx", "1234567890", "12345678", "abcdefgh", "letmein", "iloveyou", "sakura",
	"doraemon", "welcome"}

// plain is a text as it is looked for in a password: full-width letters, which an input
// method makes of the same keys, hide no word.
func plain(text string) string { return strings.ToLower(norm.NFKC.String(text)) }

// Check returns an Invalid fault naming field unless the password is long
// enough, not made of few characters or a common word, and free of the login
// and the other given words. Its length is that of its NFC.
func Check(field, password string, personal ...string) error {
	password = composed(password)
	n := utf8.RuneCountInString(password)
	lower := plain(password)
	switch {
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return fault.Input(field, "password_characters")
	case n < MinLength:
		return fault.Input(field, "password_short", "min", MinLength)
	case n > MaxLength:
		return fault.Input(field, "password_long", "max", MaxLength)
	case distinct(lower) < MinDistinct:
		return fault.Input(field, "password_simple", "kinds", MinDistinct)
	}
	for _, w := range common {
		if rest := strings.ReplaceAll(lower, w, ""); utf8.RuneCountInString(rest) < MinRest && rest != lower {
			return fault.Input(field, "password_common", "rest", MinRest)
		}
	}
	for _, w := range personal {
		whole := plain(w)
		local, _, _ := strings.Cut(whole, "@")
		for _, w := range []string{whole, local} { // a short local part is no word to look for, the whole address is
			if utf8.RuneCountInString(w) >= 4 && strings.Contains(lower, w) {
				return fault.Input(field, "password_personal")
			}
		}
	}
	return nil
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}
