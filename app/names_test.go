package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// anybodys are names of the demo's operators, their IDs and programs.
var anybodys = regexp.MustCompile(`(?i)ocn\b|ocn[^a-z]|\bntt|pointtalk|ポイントーク|\bgoo\b|gooポイント|docomo|ドコモ`)

// hints are what a file that names them contains: the expression is slow.
var hints = []string{"ocn", "ntt", "pointtalk", "ポイントーク", "goo", "docomo", "ドコモ"}

// theirs is where these names stand on purpose: the demo and its file, what tests read, and
// migrations of databases that had them. The file's own name may be said.
var theirs = []string{"app/demo", "app/setup/examples", "app/apptest", "app/bench", "app/crash", "migrations", "docs", "ui/e2e", "ui/dist", "ui/node_modules"}

// Whose incident it is is data: the program says nobody's name, in code, words, mails or
// the description of the API.
func TestNobodysNameIsInTheProgram(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel("..", path)
		name = filepath.ToSlash(name)
		if d.IsDir() {
			if slices.Contains(theirs, name) || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && name != "." {
				return fs.SkipDir
			}
			return nil
		}
		kinds := []string{".go", ".templ", ".toml", ".txt", ".js", ".css", ".json", ".svg"}
		if !slices.Contains(kinds, filepath.Ext(name)) || strings.HasSuffix(name, "_test.go") || d.Name() == "package-lock.json" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen++
		if !slices.ContainsFunc(hints, func(h string) bool { return strings.Contains(strings.ToLower(string(text)), h) }) {
			return nil
		}
		for i, line := range strings.Split(string(text), "\n") {
			if found := anybodys.FindString(strings.ReplaceAll(line, "ocn-2014", "")); found != "" {
				t.Errorf("%s:%d says %q: %s", name, i+1, found, strings.TrimSpace(line))
			}
		}
		return nil
	})
	if err != nil || seen < 400 {
		t.Errorf("%d files, %v", seen, err)
	}
}
