package setup

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"hoten/app/fault"
)

//go:embed examples/*.yaml
var examples embed.FS

// Examples are the names of the files that Example gives.
var Examples = []string{"ocn-2014", "one-program"}

// Example is the text of a ready file with its comments in the language, where they were
// translated, else in English; false for a name that none has.
func Example(name, lang string) (string, bool) {
	if !slices.Contains(Examples, name) {
		return "", false
	}
	text, err := examples.ReadFile("examples/" + name + "." + lang + ".yaml")
	if err != nil {
		text, err = examples.ReadFile("examples/" + name + ".yaml")
	}
	return string(text), err == nil
}

// ReadExample reads a ready file.
func ReadExample(name string) (*File, error) {
	text, ok := Example(name, "en")
	if !ok {
		return nil, fmt.Errorf("there is no example %q, only %v", name, Examples)
	}
	return Read(strings.NewReader(text))
}

// File is what a file says; see examples/ocn-2014.yaml for each key.
type File struct {
	Operators []operator `yaml:"operators"`
	IDs       []id       `yaml:"ids"`
	Programs  []program  `yaml:"programs"`
	Desks     []desk     `yaml:"desks"`
	Incidents []incident `yaml:"incidents"`
	Services  []service  `yaml:"services"`
	// Where IDs live outside of hoten.
	Directories []directory `yaml:"directories"`
	// Where programs live outside of hoten.
	PointSystems []pointSystem `yaml:"point_systems"`

	tree *ast.File
}

// Problem is one thing in a file that is refused: where it stands, and why as a word
// (i18n key "fault.field.CODE") with its arguments.
type Problem struct {
	offset int // of where it stands, to tell problems in the order of the file

	Line  int
	Field string // as the file nests it: "desks.0.hours.1.open"
	Code  string
	Args  []any
	Whole bool // about all that stands there and no field of it: i18n key "fault.CODE"
}

// Refused are the problems of a file, in its order. Nothing of it was done.
type Refused []Problem

// inOrder is r by the place in the file; what is missing in one place, by name.
func (r Refused) inOrder() error {
	if len(r) == 0 {
		return nil
	}
	slices.SortStableFunc(r, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.offset, b.offset), strings.Compare(a.Field, b.Field))
	})
	return r
}

func (r Refused) Error() string {
	var b strings.Builder
	for _, p := range r {
		b.WriteString("line " + strconv.Itoa(p.Line) + ": " + p.Field + ": " + p.Code + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// maxFile bounds a file, in bytes.
const maxFile = 1 << 20

// Read reads a file. What it refuses is told as Refused: text that is no YAML in UTF-8,
// keys that are unknown, values of another kind, values that cannot be read, and a file
// that names nothing. What the values mean is for Apply to judge, over what stands.
func Read(r io.Reader) (*File, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, Refused{{Line: 1, Code: "too_large", Args: []any{"max", maxFile}}}
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if i := bytes.IndexFunc(text, foreign); i >= 0 {
		return nil, Refused{{Line: 1 + bytes.Count(text[:i], []byte("\n")), Code: "setup_not_utf8"}}
	}
	f := &File{}
	if f.tree, err = parser.ParseBytes(text, 0); err != nil {
		return nil, unreadable(err)
	}
	if err := f.read(); err != nil {
		return nil, err
	}
	return f, f.unread()
}

// foreign tells what no text in UTF-8 holds: bytes of another encoding, what a program put
// in their place, and the zero bytes of UTF-16.
func foreign(r rune) bool { return r == utf8.RuneError || r == 0 }

// unreadable tells what the library refused, and where.
func unreadable(err error) error {
	var said yaml.Error
	if !errors.As(err, &said) {
		return err
	}
	p := Problem{Line: 1, Code: "setup_unreadable", Args: []any{"detail", said.GetMessage()}}
	if t := said.GetToken(); t != nil {
		p.Line = t.Position.Line
	}
	return Refused{p}
}

// place is where something stands in the file: "desks", "0".
type place []string

func (p place) at(more ...string) place { return append(slices.Clone(p), more...) }

func at(list string, i int) place { return place{list, strconv.Itoa(i)} }

// position is where a place begins; where it does not stand in the file, what it would
// stand in.
func (f *File) position(p place) *token.Position {
	for ; len(p) > 0; p = p[:len(p)-1] {
		path := (&yaml.PathBuilder{}).Root()
		for _, step := range p {
			if n, err := strconv.ParseUint(step, 10, 32); err == nil {
				path = path.Index(uint(n))
			} else {
				path = path.Child(step)
			}
		}
		if node, err := path.Build().FilterFile(f.tree); err == nil && node.GetToken() != nil {
			return node.GetToken().Position
		}
	}
	return &token.Position{Line: 1}
}

// problem is a refused value at a place.
func (f *File) problem(p place, code string, args ...any) Problem {
	pos := f.position(p)
	return Problem{offset: pos.Offset, Line: pos.Line, Field: strings.Join(p, "."), Code: code, Args: args}
}

// located says where in the file the fields of a fault stand, which is about what stands
// at the place; rows names where those of them stand that the file writes otherwise.
func (f *File) located(p place, err error, rows map[string]place) error {
	refusal, ok := fault.As(err)
	if !ok {
		return err
	}
	if len(refusal.Fields) == 0 {
		whole := f.problem(p, refusal.Code, refusal.Args...)
		whole.Whole = true
		return Refused{whole}
	}
	var out Refused
	for _, field := range refusal.Fields {
		where := p.at(strings.Split(field.Name, ".")...)
		if other, is := rows[field.Name]; is {
			where = other
		}
		out = append(out, f.problem(where, field.Code, field.Args...))
	}
	return out
}
