package setup

import (
	"reflect"
	"strings"

	"hoten/app/desks"
	"hoten/app/incidents"
	"hoten/app/operators"
	"hoten/app/store"
)

// named are the keys of an entry that the file names. One with nothing behind it is not
// named; one with an empty text or list is.
type named map[string]bool

// over is what the file says of a thing over how the thing stands: the fields, by their
// names in JSON, that it does not name stay.
func over[T any](stands, said T, keys named) T {
	v, from := reflect.ValueOf(&stands).Elem(), reflect.ValueOf(said)
	for i := range v.NumField() {
		if key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); keys[key] {
			v.Field(i).Set(from.Field(i))
		}
	}
	return stands
}

// standing is what stands already of the things that a file names.
type standing struct {
	operators map[string]operators.Operator
	ids       map[string]operators.ID
	programs  map[string]incidents.Program
	desks     map[string]desks.Desk
	incidents map[string]incidents.New
	companies map[int16]string // the codes of the operators
}

// readStanding locks what the file names, in the order in which it is put in force, and
// reads how it stands.
func (f *File) readStanding(tx *store.Tx) (*standing, error) {
	for _, list := range f.lists() {
		if _, err := store.Select[int64](tx.DB, "select id from "+list.table+" where "+list.key+" = any($1) order by id for update", list.codes); err != nil {
			return nil, err
		}
	}
	companies, err := operators.List(tx.DB)
	if err != nil {
		return nil, err
	}
	ids, err := operators.IDs(tx.DB)
	if err != nil {
		return nil, err
	}
	programs, err := incidents.Programs(tx.DB)
	if err != nil {
		return nil, err
	}
	list, err := desks.List(tx.DB)
	if err != nil {
		return nil, err
	}
	out := &standing{operators: map[string]operators.Operator{}, ids: map[string]operators.ID{}, programs: map[string]incidents.Program{}, desks: map[string]desks.Desk{}, companies: map[int16]string{}}
	for _, o := range companies {
		out.operators[o.Code], out.companies[o.ID] = o, o.Code
	}
	for _, i := range ids {
		out.ids[i.Code] = i
	}
	for _, p := range programs {
		out.programs[p.Code] = p
	}
	for _, d := range list {
		out.desks[d.Code] = d.Desk
	}
	out.incidents, err = incidents.Recorded(tx.DB)
	return out, err
}

// of is who runs an ID or a program: the operator that the file names, else as it stands.
func (s *standing) of(keys named, said string, stands int16) string {
	if keys["operator"] {
		return said
	}
	return s.companies[stands]
}
