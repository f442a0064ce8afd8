package i18n

import (
	"maps"
	"slices"
	"strings"
)

// Keys lists the keys of a language.
func Keys(lang string) []string { return slices.Sorted(maps.Keys(catalogs[lang].forms)) }

// Raw is a message as it stands in the file, all its forms.
func Raw(lang, key string) string { return strings.Join(catalogs[lang].forms[key], "\n") }

// Holes lists the placeholders of a message, of all its forms together.
func Holes(lang, key string) []string {
	found := map[string]bool{}
	for _, form := range catalogs[lang].forms[key] {
		for _, p := range cut(form) {
			if p.hole {
				found[p.text] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}
