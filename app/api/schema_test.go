package api_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"hoten/app/api"
)

// document is openapi.json, by which every exchange of every test is judged. Its schemas are
// those of JSON Schema 2020-12, as OpenAPI 3.1 has it.
var document = sync.OnceValues(func() (*contract, error) {
	raw, err := os.ReadFile("openapi.json")
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		return nil, err
	}
	closed(doc)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	if err := compiler.AddResource("file:///openapi.json", doc); err != nil {
		return nil, err
	}
	c := &contract{doc: doc.(map[string]any), compiler: compiler}
	for _, r := range api.Routes {
		pattern := regexp.MustCompile(`:\w+`).ReplaceAllString(r.Path, `[^/]+`)
		c.routes = append(c.routes, route{r.Method, regexp.MustCompile(`:(\w+)`).ReplaceAllString(r.Path, `{$1}`), regexp.MustCompile(`^` + pattern + `$`), strings.Count(r.Path, ":")})
	}
	return c, nil
})

// closed has the schemas of objects take no property that they do not describe: an answer
// tells nothing that the document does not.
func closed(v any) {
	switch x := v.(type) {
	case map[string]any:
		_, object := x["properties"].(map[string]any)
		_, all := x["allOf"]
		if _, told := x["additionalProperties"]; object && !told && !all {
			x["additionalProperties"] = false
		}
		for _, inner := range x {
			closed(inner)
		}
	case []any:
		for _, inner := range x {
			closed(inner)
		}
	}
}

type route struct {
	method, path string
	pattern      *regexp.Regexp
	parameters   int
}

type contract struct {
	doc      map[string]any
	routes   []route
	mu       sync.Mutex // of the compiler
	compiler *jsonschema.Compiler
}

// of is the route that a request goes to: the one with the fewest parameters.
func (c *contract) of(method, path string) (found route) {
	path, _, _ = strings.Cut(path, "?")
	for _, r := range c.routes {
		if r.method == method && r.pattern.MatchString(path) && (found.path == "" || r.parameters < found.parameters) {
			found = r
		}
	}
	return found
}

// at is what the document has at a place of the operation; nil: nothing.
func (c *contract) at(r route, place []string) map[string]any {
	where := c.doc
	for _, key := range append([]string{"paths", r.path, strings.ToLower(r.method)}, place...) {
		where, _ = where[key].(map[string]any)
	}
	return where
}

// judge holds a body against what is described at a place of the operation.
func (c *contract) judge(r route, place []string, body string) error {
	if c.at(r, place) == nil {
		return fmt.Errorf("%s %s: no %s in the document", r.method, r.path, strings.Join(place, " "))
	}
	pointer := "#"
	for _, key := range append([]string{"paths", r.path, strings.ToLower(r.method)}, place...) {
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(key)
	}
	c.mu.Lock()
	schema, err := c.compiler.Compile("file:///openapi.json" + pointer + "/schema")
	c.mu.Unlock()
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(v)
}

// fits holds an exchange against the document: what was taken, and what came back.
func (a answer) fits(method, path string, sent any) {
	a.t.Helper()
	c, err := document()
	if err != nil {
		a.t.Fatal(err)
	}
	r := c.of(method, path)
	if r.path == "" {
		return
	}
	kind, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	if a.status >= 300 {
		if err := c.judge(r, []string{"responses", "default", "content", kind}, a.body); err != nil {
			a.t.Errorf("%s: the problem does not fit the document: %v\n%s", a.what, err, a.body)
		}
		return
	}
	if kind == "application/json" {
		if err := c.judge(r, []string{"responses", strconv.Itoa(a.status), "content", kind}, a.body); err != nil {
			a.t.Errorf("%s: the answer does not fit the document: %v\n%s", a.what, err, a.body)
		}
	}
	if body, ok := sent.(j); ok {
		raw, err := json.Marshal(body)
		if err != nil {
			a.t.Fatal(err)
		}
		if err := c.judge(r, []string{"requestBody", "content", "application/json"}, string(raw)); err != nil {
			a.t.Errorf("%s: what was taken does not fit the document: %v\n%s", a.what, err, raw)
		}
	}
}
