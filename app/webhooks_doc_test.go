package app_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"hoten/app/webhooks"
)

const webhooksDoc = "../docs/connect/webhooks.md"

// The table of types is that of the verbs, and the code shown is the code that is tested.
func TestWebhooksAreDocumented(t *testing.T) {
	kept, err := os.ReadFile(webhooksDoc)
	must(t, err)
	var table strings.Builder
	table.WriteString("| events | types |\n|---|---|\n")
	for _, kind := range webhooks.Kinds {
		fmt.Fprintf(&table, "| `%s` | `%s` |\n", kind, strings.Join(webhooks.Types(kind), "`, `"))
	}
	code, err := os.ReadFile("webhooks/example_test.go")
	must(t, err)
	_, shown, _ := strings.Cut(string(code), "// genuine reports")
	shown, _, _ = strings.Cut(shown, "\n\n// The message")
	doc := between(string(kept), "<!-- types -->\n", "<!-- end of types -->", table.String())
	doc = between(doc, "```go\n", "\n```", "// genuine reports"+shown)
	if doc == string(kept) {
		return
	}
	if *update {
		must(t, os.WriteFile(webhooksDoc, []byte(doc), 0o644))
		return
	}
	t.Error("docs/connect/webhooks.md is behind: go test ./app -run TestWebhooksAreDocumented -update")
}

// between puts a text between two marks.
func between(doc, from, to, text string) string {
	before, rest, _ := strings.Cut(doc, from)
	_, after, _ := strings.Cut(rest, to)
	return before + from + text + to + after
}
