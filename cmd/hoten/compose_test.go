package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

var variables = []string{"HOTEN_ADDR", "HOTEN_DATA_DIR", "HOTEN_DATABASE_URL", "HOTEN_SMTP_URL", "HOTEN_MAIL_FROM", "HOTEN_BASE_URL", "LC_ALL", "LC_MESSAGES", "LANG"}

// No container engine runs where the tests run; this holds what can be held
// without one.
func TestComposeFile(t *testing.T) {
	raw, err := os.ReadFile("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Image       string
			Build       string
			Command     []string
			Environment map[string]string
			Ports       []string
			Profiles    []string
		}
	}
	if err := yaml.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	pinned := regexp.MustCompile(`^[a-z/]+:v?\d+`)
	for _, name := range []string{"app", "db", "mailpit", "demo", "demo-db"} {
		s, ok := file.Services[name]
		if !ok {
			t.Fatalf("no service %s", name)
		}
		if s.Build == "" && !pinned.MatchString(s.Image) {
			t.Errorf("%s: the image %q is not pinned", name, s.Image)
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s: %s is open to everybody", name, p)
			}
		}
	}
	app := file.Services["app"]
	if docker, err := os.ReadFile("../../Dockerfile"); err != nil || !strings.Contains(string(docker), "HOTEN_ADDR=0.0.0.0:8080") || !slices.Contains(app.Ports, "127.0.0.1:8080:8080") {
		t.Errorf("the image does not listen where the ports %v lead: %v", app.Ports, err)
	}
	for name, want := range map[string]string{"app": "serve", "demo": "demo"} {
		of := file.Services[name]
		if cmd, _ := find(of.Command); cmd == nil || of.Command[0] != want || slices.Contains(of.Profiles, "demo") != (name == "demo") {
			t.Errorf("%s runs %v in the profiles %v", name, of.Command, of.Profiles)
		}
		for variable := range of.Environment {
			if !slices.Contains(variables, variable) {
				t.Errorf("hoten reads no %s", variable)
			}
		}
	}
	if app.Environment["HOTEN_DATABASE_URL"] == file.Services["demo"].Environment["HOTEN_DATABASE_URL"] {
		t.Error("the demo works on the database of serve")
	}
}

func TestDockerfileCopiesWhatIsThere(t *testing.T) {
	raw, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if used := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(module); used == nil || !strings.Contains(string(raw), "FROM golang:"+string(used[1])+"-") {
		t.Errorf("the image is not built by the Go of go.mod, %s", used)
	}
	// What the bundles are made of (ui/build.mjs).
	for _, dir := range []string{"ui/static", "ui/charts"} {
		if !strings.Contains(string(raw), "COPY "+dir+" ") {
			t.Errorf("%s is missing in the image", dir)
		}
	}
	stages := regexp.MustCompile(`(?m)^FROM \S+ AS (\S+)`).FindAllStringSubmatch(string(raw), -1)
	for _, line := range strings.Split(string(raw), "\n") {
		words := strings.Fields(line)
		if len(words) < 3 || words[0] != "COPY" {
			continue
		}
		if from, ok := strings.CutPrefix(words[1], "--from="); ok {
			if !slices.ContainsFunc(stages, func(s []string) bool { return s[1] == from }) {
				t.Errorf("%q: there is no stage %s", line, from)
			}
			continue
		}
		for _, source := range words[1 : len(words)-1] {
			if _, err := os.Stat(filepath.Join("../..", source)); err != nil {
				t.Errorf("%q: %v", line, err)
			}
		}
	}
}
