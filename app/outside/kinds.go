package outside

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"hoten/app/fault"
	"hoten/app/secrets"
)

// Setting is one thing that a kind of system is set up with. Its words are in i18n:
// NOUN.KIND.NAME, and NOUN.KIND.NAME.hint.
type Setting struct {
	Name     string
	Secret   bool     // kept sealed, shown to nobody
	Required bool     //
	Lines    bool     // several lines, as a certificate
	Choices  []string // one of these; empty: free text. Words: NOUN.KIND.NAME.CHOICE
	Default  string
}

// Kind is a protocol that systems are spoken to by.
type Kind[S any] struct {
	Name     string // "ldap"
	Settings []Setting
	// Open makes a system of what it is set up with, which has every setting by name, defaults
	// filled in. It does not connect. A fault.Invalid names the settings that cannot be meant.
	Open func(settings map[string]string) (S, error)
}

// Kinds are the protocols of a noun that are linked in.
type Kinds[S any] struct {
	mu  sync.Mutex
	all []Kind[S]
}

// Register makes a protocol known; the packages of the adapters do it when they are linked in,
// as drivers of databases do. A second of the same name is a mistake in the program and panics.
func (k *Kinds[S]) Register(of Kind[S]) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if slices.ContainsFunc(k.all, func(other Kind[S]) bool { return other.Name == of.Name }) {
		panic("kind registered twice: " + of.Name)
	}
	k.all = append(k.all, of)
}

// List lists the protocols by name.
func (k *Kinds[S]) List() []Kind[S] {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.SortedFunc(slices.Values(k.all), func(a, b Kind[S]) int { return strings.Compare(a.Name, b.Name) })
}

// Of finds a protocol by name. Unknown: false.
func (k *Kinds[S]) Of(name string) (Kind[S], bool) {
	all := k.List()
	at := slices.IndexFunc(all, func(k Kind[S]) bool { return k.Name == name })
	if at < 0 {
		return Kind[S]{}, false
	}
	return all[at], true
}

// longestSetting bounds one setting, in characters: a chain of certificates fits.
const longestSetting = 20000

// settled is what a system is opened with: every setting of the kind by name, trimmed,
// defaults filled in. What is missing, not a choice or unknown is refused by name.
func (k Kind[S]) settled(given map[string]string) (map[string]string, error) {
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
