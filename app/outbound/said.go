package outbound

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// unescapedHTML undoes what only our own JSON escapes.
var unescapedHTML = strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">")

// Said is a text of the other side as people may read it: printable, at most longest
// characters, without what is hidden, in whichever way that was written.
func Said(text string, longest int, hidden ...string) string {
	var all []string
	for _, h := range hidden {
		if quoted, err := json.Marshal(h); err == nil && h != "" {
			escaped := string(quoted[1 : len(quoted)-1])
			all = append(all, h, escaped, unescapedHTML.Replace(escaped), url.QueryEscape(h), url.PathEscape(h))
		}
	}
	// A secret that is part of another must not leave the rest of it.
	slices.SortFunc(all, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, h := range all {
		text = strings.ReplaceAll(text, h, "…")
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(text, ""))
	if long := []rune(text); len(long) > longest {
		text = string(long[:longest-1]) + "…"
	}
	return text
}
