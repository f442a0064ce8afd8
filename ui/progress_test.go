package ui

import (
	"bytes"
	"strings"
	"testing"

	"hoten/i18n"
)

// Work that could do nothing is not shown as done, and "more" stands only after something.
func TestProgressOfNothing(t *testing.T) {
	for _, c := range []struct {
		job      Progress
		has, not string
	}{
		{Progress{State: "done", Total: 3, Processed: 3, Failed: 3}, "None of the 3 could be done.", "✓"},
		{Progress{State: "done", Total: 3, Processed: 3, Done: 1, Failed: 2}, "2 more could not be done.", "None"},
		{Progress{State: "running", Total: 3, Processed: 1, Failed: 1}, "1 could not be done.", "more"},
	} {
		var b bytes.Buffer
		if err := progress(c.job, "Progress").Render(i18n.With(bg, "en"), &b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), c.has) || strings.Contains(b.String(), c.not) {
			t.Errorf("%+v: %s", c.job, b.String())
		}
	}
}
