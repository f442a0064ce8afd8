package setup_test

import (
	"strings"
	"testing"

	"hoten/app/setup"
)

func TestExamplesRead(t *testing.T) {
	for _, name := range setup.Examples {
		text, ok := setup.Example(name)
		if !ok {
			t.Fatal(name)
		}
		if _, err := setup.Read(strings.NewReader(text)); err != nil {
			t.Errorf("%s:\n%v", name, err)
		}
	}
}
