// Package fault holds the errors a person may see. A Fault carries a kind, a
// stable word and arguments, never a sentence: the fronts turn it into words in
// the reader's language (i18n key "fault.<code>") and into an HTTP status.
// Every other error is internal and silent to the reader.
package fault

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Kind says what sort of refusal a Fault is; each front maps it to a status.
type Kind int

const (
	Invalid Kind = iota
	Unauthenticated
	Forbidden
	NotFound
	Conflict
	TooLarge
	RateLimited
	Unsupported // a kind of body that is not taken here
	Timeout     // the client took too long to send its request
	Unavailable // the database cannot be reached; retrying may succeed
)

// Field is one refused input: its name as the caller sent it, a stable word
// (i18n key "fault.field.<code>") and the arguments of that sentence.
type Field struct {
	Name string
	Code string
	Args []any
}

// Fault is an error that a person may see. Code is the stable word of docs/api.md
// ("conflict", "self_approval", …); Args are key/value pairs for its sentence.
type Fault struct {
	Kind   Kind
	Code   string
	Args   []any
	Fields []Field
}

func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.Code)
	for _, p := range f.Fields {
		fmt.Fprintf(&b, " %s:%s", p.Name, p.Code)
	}
	if len(f.Args) > 0 {
		fmt.Fprintf(&b, " %v", f.Args)
	}
	return b.String()
}

// New makes a Fault; args are key/value pairs for the sentence.
func New(kind Kind, code string, args ...any) *Fault {
	return &Fault{Kind: kind, Code: code, Args: args}
}

// Input makes an Invalid fault about one field.
func Input(name, code string, args ...any) *Fault {
	return Inputs(Field{Name: name, Code: code, Args: args})
}

// Inputs makes an Invalid fault about several fields.
func Inputs(fields ...Field) *Fault {
	return &Fault{Kind: Invalid, Code: "invalid", Fields: fields}
}

// Missing makes the NotFound fault. It names nothing: whether a thing exists
// may itself be something the reader is not allowed to know.
func Missing() *Fault { return New(NotFound, "not_found") }

// Renamed is err with what it says of the field from said of the field to: where what is
// given as the reason of an action is called otherwise by who gives it.
func Renamed(err error, from, to string) error {
	f, ok := As(err)
	if !ok || !slices.ContainsFunc(f.Fields, func(field Field) bool { return field.Name == from }) {
		return err
	}
	renamed := *f
	renamed.Fields = slices.Clone(f.Fields)
	for i := range renamed.Fields {
		if renamed.Fields[i].Name == from {
			renamed.Fields[i].Name = to
		}
	}
	return &renamed
}

// As finds the Fault in err, if there is one.
func As(err error) (*Fault, bool) {
	var f *Fault
	ok := errors.As(err, &f)
	return f, ok
}

// Is reports whether err is a Fault with the given code.
func Is(err error, code string) bool {
	f, ok := As(err)
	return ok && f.Code == code
}

// Of reports whether err is a Fault of the kind.
func Of(err error, kind Kind) bool {
	f, ok := As(err)
	return ok && f.Kind == kind
}

// Problems gathers refused fields; its zero value is ready to use.
type Problems []Field

// Add notes a refused field.
func (p *Problems) Add(name, code string, args ...any) {
	*p = append(*p, Field{Name: name, Code: code, Args: args})
}

// Err is nil when nothing was refused, else one Fault naming every field.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return Inputs(p...)
}
