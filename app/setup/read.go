package setup

import (
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// read takes what the file says from its tree, where each value stands as it was written:
// the library's decoder would cut fractions and leading zeros off.
func (f *File) read() error {
	r := reader{anchors: map[string]ast.Node{}}
	begun := false
	for _, doc := range f.tree.Docs {
		switch {
		case doc.Body == nil || doc.Body.Type() == ast.DirectiveType:
		case begun:
			r.refuse(doc.Body, nil, "setup_second_document")
		default:
			begun = true
			r.value(doc.Body, reflect.ValueOf(f).Elem(), nil)
		}
	}
	if len(r.refused) > 0 {
		return r.refused.inOrder()
	}
	if len(f.Operators)+len(f.IDs)+len(f.Programs)+len(f.Desks)+len(f.Incidents)+len(f.Services)+len(f.Directories)+len(f.PointSystems) == 0 {
		return Refused{{Line: 1, Code: "setup_empty"}}
	}
	return nil
}

// reader reads the values of a tree and gathers those of another kind than is wanted.
type reader struct {
	anchors map[string]ast.Node
	refused Refused
}

func (r *reader) refuse(n ast.Node, p place, code string, args ...any) {
	pos := n.GetToken().Position
	r.refused = append(r.refused, Problem{offset: pos.Offset, Line: pos.Line, Field: strings.Join(p, "."), Code: code, Args: args})
}

// value reads what stands at the place into v and tells whether anything does; what is left
// empty stays as it is.
func (r *reader) value(n ast.Node, v reflect.Value, p place) (said bool) {
	switch n := n.(type) {
	case *ast.TagNode:
		return r.value(n.Value, v, p)
	case *ast.AnchorNode:
		said = r.value(n.Value, v, p)
		r.anchors[n.Name.GetToken().Value] = n.Value
		return said
	case *ast.AliasNode:
		return r.alias(n, v, p)
	case *ast.NullNode:
		return false
	default:
		r.meant(n, v, p)
		return true
	}
}

// alias reads what an anchor before it names.
func (r *reader) alias(n *ast.AliasNode, v reflect.Value, p place) (said bool) {
	name := n.Value.GetToken().Value
	named, known := r.anchors[name]
	if !known {
		r.refuse(n, p, "setup_unreadable", "detail", n.String())
		return false
	}
	delete(r.anchors, name) // what it names does not hold itself
	said = r.value(named, v, p)
	r.anchors[name] = named
	return said
}

// meant reads a value itself, neither tagged nor named.
func (r *reader) meant(n ast.Node, v reflect.Value, p place) {
	switch v.Kind() {
	case reflect.Pointer:
		if text, ok := asWritten(n); ok && text == "" {
			return // named, and none
		}
		v.Set(reflect.New(v.Type().Elem()))
		r.value(n, v.Elem(), p)
	case reflect.Struct:
		if keys, ok := n.(ast.MapNode); ok {
			r.keys(keys, v, p)
		} else {
			r.refuse(n, p, "setup_keys")
		}
	case reflect.Slice:
		list, ok := n.(*ast.SequenceNode)
		if !ok {
			r.refuse(n, p, "setup_list")
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(list.Values), len(list.Values)))
		for i, item := range list.Values {
			r.value(item, v.Index(i), p.at(strconv.Itoa(i)))
		}
	default:
		r.scalar(n, v, p)
	}
}

// keys reads a struct. What it takes over by << gives way to what it says itself.
func (r *reader) keys(n ast.MapNode, v reflect.Value, p place) {
	fields := map[string]reflect.Value{}
	for i := range v.NumField() {
		if name, ok := v.Type().Field(i).Tag.Lookup("yaml"); ok {
			fields[name] = v.Field(i)
		}
	}
	said := v.FieldByName("Named")
	if said.IsValid() && said.IsNil() {
		said.Set(reflect.ValueOf(named{}))
	}
	for each := n.MapRange(); each.Next(); {
		if each.KeyValue().Key.IsMergeKey() {
			r.value(each.Value(), v, p)
		}
	}
	for each := n.MapRange(); each.Next(); {
		key := each.KeyValue().Key
		if key.IsMergeKey() {
			continue
		}
		where := p.at(key.GetToken().Value)
		field, known := fields[key.GetToken().Value]
		if !known {
			r.refuse(key, where, "setup_unknown_key")
		} else if r.value(each.Value(), field, where) && said.IsValid() {
			said.SetMapIndex(reflect.ValueOf(key.GetToken().Value), reflect.ValueOf(true))
		}
	}
}

// scalar reads a text, a whole number or a yes or no.
func (r *reader) scalar(n ast.Node, v reflect.Value, p place) {
	text, ok := asWritten(n)
	switch v.Kind() {
	case reflect.String:
		if !ok {
			r.refuse(n, p, "setup_text")
		}
		v.SetString(text)
	case reflect.Bool:
		yes := strings.EqualFold(text, "true")
		if !yes && !strings.EqualFold(text, "false") {
			r.refuse(n, p, "setup_truth")
		}
		v.SetBool(yes)
	default:
		number, err := strconv.ParseInt(text, 10, 64)
		switch {
		case errors.Is(err, strconv.ErrRange) && number > 0:
			r.refuse(n, p, "too_large", "max", int64(math.MaxInt64))
		case err != nil:
			r.refuse(n, p, "setup_number")
		}
		v.SetInt(number)
	}
}

// asWritten is the text of a value; a number's is that of the file, where a telephone
// number begins with 0.
func asWritten(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case ast.ScalarNode:
		return n.GetToken().Value, true
	}
	return "", false
}
