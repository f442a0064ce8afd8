package app_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/verbs"
)

var update = flag.Bool("update", false, "write docs/verbs.md anew")

// The table of verbs in docs is made of the list.
func TestVerbsAreDocumented(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Verbs\n\nEvery action that changes something, as `app/verbs` runs it. Made of the list by `make generate`.\n\n")
	b.WriteString("| verb (action in the audit trail) | about | who may | reason |\n|---|---|---|---|\n")
	for _, v := range verbs.All() {
		reason := ""
		if v.Reason {
			reason = "required"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", v.Name, v.Subject, whoMay(v.Needs), reason)
	}
	apptest.Golden(t, "../../docs/verbs.md", b.String(), *update)
}

func whoMay(p access.Permission) string {
	switch p {
	case access.Anyone:
		return "whoever it concerns"
	case access.Program:
		return "the program itself"
	}
	var names []string
	for _, r := range access.Roles {
		if r.May(p) {
			names = append(names, strings.ReplaceAll(string(r), "_", " "))
		}
	}
	if slices.Equal(names, []string{"agent", "supervisor", "center manager"}) {
		return "agent and above"
	}
	return strings.Join(names, ", ")
}
