package webhooks

import (
	"slices"
	"strings"

	"hoten/app/verbs"
)

// Kinds are what an endpoint chooses from, in the order of pages.
var Kinds = []string{"case", "contact", "call", "callback", "reset", "restriction", "reimbursement", "adjustment", "finding", "mail", "import", "incident"}

// private are the verbs of these kinds that change nothing: somebody looked.
var private = []string{"case.viewed", "cases.exported", "callback.dialled", "import.rejected_rows_read"}

// KindOf is the kind that a verb's events are of; empty: it has none.
func KindOf(verb string) string {
	noun, _, _ := strings.Cut(verb, ".")
	if noun = strings.TrimSuffix(noun, "s"); noun == "double" {
		noun = "finding"
	}
	if slices.Contains(private, verb) || !slices.Contains(Kinds, noun) {
		return ""
	}
	return noun
}

// Types are the types of events of the kinds, each the name of a verb.
func Types(kinds ...string) (out []string) {
	for _, v := range verbs.All() {
		if slices.Contains(kinds, KindOf(v.Name)) {
			out = append(out, v.Name)
		}
	}
	return out
}
