package staff

import "strings"

// Name is what somebody is called, in each language, as NameOf reads it.
type Name string

const nameEnd = "\x1f" // in no name: secrets.Label refuses control characters

// NameOf is, in SQL, the Name of the staff that the alias names; empty for none.
func NameOf(alias string) string {
	return "concat_ws(chr(31), " + alias + ".name, nullif(" + alias + ".name_en, ''))"
}

// In is the name as it is said in the language.
func (n Name) In(lang string) string {
	name, en, _ := strings.Cut(string(n), nameEnd)
	return Staff{Name: name, NameEn: en}.NameIn(lang)
}

// String is the name as it is registered.
func (n Name) String() string { return n.In("") }

// MarshalText writes the name as it is registered.
func (n Name) MarshalText() ([]byte, error) { return []byte(n.String()), nil }
