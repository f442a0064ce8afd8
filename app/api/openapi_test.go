package api_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"hoten/app/api"
)

// The document and the routes say the same, and every reference in it leads
// somewhere.
func TestOpenAPIMatchesRoutes(t *testing.T) {
	raw, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		OpenAPI    string
		Paths      map[string]map[string]struct{ Summary string }
		Components struct{ Schemas, Parameters map[string]any }
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("version %q", doc.OpenAPI)
	}
	parameter := regexp.MustCompile(`:(\w+)`)
	routed := map[string]bool{}
	for _, r := range api.Routes {
		path := parameter.ReplaceAllString(r.Path, "{$1}")
		routed[r.Method+" "+path] = true
		if doc.Paths[path][strings.ToLower(r.Method)].Summary == "" {
			t.Errorf("%s %s is not described", r.Method, path)
		}
	}
	for path, methods := range doc.Paths {
		for method := range methods {
			if !routed[strings.ToUpper(method)+" "+path] {
				t.Errorf("%s %s is described and not routed", method, path)
			}
		}
	}
	for _, ref := range regexp.MustCompile(`"#/components/(\w+)/(\w+)"`).FindAllStringSubmatch(string(raw), -1) {
		known := doc.Components.Schemas
		if ref[1] == "parameters" {
			known = doc.Components.Parameters
		}
		if _, ok := known[ref[2]]; !ok {
			t.Errorf("%s leads nowhere", ref[0])
		}
	}
}

// Every body in JSON has an example, and the examples are what the document says.
func TestOpenAPIHasExamples(t *testing.T) {
	c, err := document()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range c.routes {
		operation := c.doc["paths"].(map[string]any)[r.path].(map[string]any)[strings.ToLower(r.method)].(map[string]any)
		places := [][]string{{"requestBody"}}
		for status := range operation["responses"].(map[string]any) {
			places = append(places, []string{"responses", status})
		}
		for _, place := range places {
			place = append(place, "content", "application/json")
			content := c.at(r, place)
			if content == nil {
				continue
			}
			example, err := json.Marshal(content["example"])
			if err != nil {
				t.Fatal(err)
			}
			if content["example"] == nil {
				t.Errorf("%s %s: no example of %s", r.method, r.path, strings.Join(place, " "))
			} else if err := c.judge(r, place, string(example)); err != nil {
				t.Errorf("%s %s: the example does not fit: %v", r.method, r.path, err)
			}
		}
	}
}
