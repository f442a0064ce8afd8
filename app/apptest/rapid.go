package apptest

import (
	"flag"
	"testing"
)

// Rapidly bounds a test that works on a database, which rapid's hundred runs of
// thirty steps would make slow.
func Rapidly(t *testing.T, checks, steps string) {
	t.Helper()
	for name, value := range map[string]string{"rapid.checks": checks, "rapid.steps": steps} {
		before := flag.Lookup(name).Value.String()
		if before != flag.Lookup(name).DefValue {
			continue // asked for on the command line
		}
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = flag.Set(name, before) })
	}
}
