package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	toldInEnglish = regexp.MustCompile(`(?:Log\.\w+\(\w+, |c\.String\(http\.\w+, )"([^"]*)"`)
	mail          = regexp.MustCompile(`\bmails?\b`)
)

// What logs and probes tell is English as on the pages: an email, on a mail server.
func TestLogsSayEmail(t *testing.T) {
	told := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range toldInEnglish.FindAllStringSubmatch(string(source), -1) {
			told++
			if mail.MatchString(strings.ReplaceAll(m[1], "mail server", "")) {
				t.Errorf("%s: %s", path, m[1])
			}
		}
		return err
	})
	if err != nil || told < 20 {
		t.Fatalf("%d lines, %v", told, err)
	}
}
