package directories

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"hoten/app/fault"
	"hoten/app/secrets"
)

var (
	registering sync.Mutex
	kinds       []Kind
)

// Register makes a protocol known; the packages of the adapters do it when they are linked in,
// as drivers of databases do. A second of the same name is a mistake in the program and panics.
func Register(k Kind) {
	registering.Lock()
	defer registering.Unlock()
	if slices.ContainsFunc(kinds, func(other Kind) bool { return other.Name == k.Name }) {
		panic("kind of directory registered twice: " + k.Name)
	}
	kinds = append(kinds, k)
}

// Kinds lists the protocols by name.
func Kinds() []Kind {
	registering.Lock()
	defer registering.Unlock()
	return slices.SortedFunc(slices.Values(kinds), func(a, b Kind) int { return strings.Compare(a.Name, b.Name) })
}

// KindOf finds a protocol by name. Unknown: false.
func KindOf(name string) (Kind, bool) {
	all := Kinds()
	at := slices.IndexFunc(all, func(k Kind) bool { return k.Name == name })
	if at < 0 {
		return Kind{}, false
	}
	return all[at], true
}

// longestSetting bounds one setting, in characters: a chain of certificates fits.
const longestSetting = 20000

// settled is what a system is opened with: every setting of the kind by name, trimmed,
// defaults filled in. What is missing, not a choice or unknown is refused by name.
func (k Kind) settled(given map[string]string) (map[string]string, error) {
	var p fault.Problems
	out := make(map[string]string, len(k.Settings))
	for _, s := range k.Settings {
		value := strings.TrimSpace(given[s.Name])
		if value == "" {
			value = s.Default
		}
		switch {
		case value == "" && s.Required:
			p.Add(s.Name, "required")
		case len(s.Choices) > 0 && value != "" && !slices.Contains(s.Choices, value):
			p.Add(s.Name, "choice_unknown")
		case !utf8.ValidString(value):
			p.Add(s.Name, "undecodable")
		case s.control(value) >= 0:
			p.Add(s.Name, "characters_invalid", "character", secrets.Character(value[s.control(value):]))
		case utf8.RuneCountInString(value) > longestSetting:
			p.Add(s.Name, "too_long", "max", longestSetting)
		}
		out[s.Name] = value
	}
	for name := range given {
		if _, known := out[name]; !known {
			p.Add(name, "setting_unknown")
		}
	}
	return out, p.Err()
}

// control is where the first control character of a value stands; -1 for none.
func (s Setting) control(value string) int {
	return strings.IndexFunc(value, func(r rune) bool { return unicode.IsControl(r) && !(s.Lines && (r == '\n' || r == '\r')) })
}
