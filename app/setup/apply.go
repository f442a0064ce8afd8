package setup

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/desks"
	"hoten/app/incidents"
	"hoten/app/operators"
	"hoten/app/policies"
	"hoten/app/services"
	"hoten/app/store"
	"hoten/app/verbs"
)

// check gathers what is refused by looking at the file alone.
func (f *File) check() error {
	var out Refused
	f.each(func(e entry) {
		if e.err != nil {
			out = append(out, asRefused(f.located(e.place, e.err, e.rows))...)
		}
	})
	for _, list := range []struct {
		name string
		keys []string
	}{{"operators", keys(f.Operators, func(o operator) string { return o.Code })}, {"ids", keys(f.IDs, func(i id) string { return i.Code })},
		{"programs", keys(f.Programs, func(p program) string { return p.Code })}, {"desks", keys(f.Desks, func(d desk) string { return d.Code })},
		{"incidents", keys(f.Incidents, func(i incident) string { return i.Reference })}} {
		for i, key := range list.keys {
			if slices.Contains(list.keys[:i], key) {
				out = append(out, f.problem(at(list.name, i), "setup_twice"))
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	slices.SortStableFunc(out, func(a, b Problem) int { return a.Line - b.Line })
	return out
}

func keys[T any](list []T, key func(T) string) (out []string) {
	for _, v := range list {
		out = append(out, key(v))
	}
	return out
}

func asRefused(err error) Refused {
	var r Refused
	errors.As(err, &r)
	return r
}

// entry is one thing of a file: where it stands, what it is called, what is refused about
// it at once, and how it is put in force.
type entry struct {
	place
	kind, name string
	rows       map[string]place
	err        error
	put        func(tx *store.Tx) (bool, error)
}

// each visits all that the file names, in the order in which one refers to another.
func (f *File) each(visit func(entry)) {
	for i, o := range f.Operators {
		n := o.noun()
		visit(entry{place: at("operators", i), kind: "operator", name: n.Code, err: n.Check(), put: func(tx *store.Tx) (bool, error) { return operators.Put(tx, n) }})
	}
	for i, k := range f.IDs {
		n := k.noun()
		visit(entry{place: at("ids", i), kind: "id", name: n.Code, err: n.Check(), put: func(tx *store.Tx) (bool, error) { return operators.PutID(tx, n, k.Operator) }})
	}
	for i, p := range f.Programs {
		n := p.noun()
		visit(entry{place: at("programs", i), kind: "program", name: n.Code, err: p.check(), put: p.put})
	}
	for i, d := range f.Desks {
		n, rows, refused := d.noun(at("desks", i))
		err := refused.Err()
		if err == nil {
			err = n.Check()
		} else {
			rows = nil // what cannot be read is named as the file has it
		}
		visit(entry{place: at("desks", i), kind: "desk", name: n.Code, rows: rows, err: err, put: func(tx *store.Tx) (bool, error) { return desks.Put(tx, n) }})
	}
	for i, c := range f.Incidents {
		n, rows, refused := c.noun(at("incidents", i))
		err := refused.Err()
		if err == nil {
			err = n.Check()
		}
		visit(entry{place: at("incidents", i), kind: "incident", name: n.Reference, rows: rows, err: err, put: func(tx *store.Tx) (bool, error) { return incidents.Put(tx, n) }})
	}
	for i, s := range f.Services {
		n, refused := s.noun()
		visit(entry{place: at("services", i), kind: "service", name: n.Program + "/" + n.Service, err: refused.Err(), put: func(tx *store.Tx) (bool, error) { return services.Put(tx, n) }})
	}
}

// put makes or changes the program, and decides about its amounts where the file says any.
func (p program) put(tx *store.Tx) (bool, error) {
	changed, err := incidents.PutProgram(tx, p.noun(), p.Operator)
	if err != nil || p.Threshold == nil && p.DailyLimit == nil {
		return changed, err
	}
	stands, err := policies.Current(tx.DB)
	if err != nil {
		return false, err
	}
	threshold, dailyLimit := p.amounts(stands)
	decided, err := policies.PutProgram(tx, p.Code, threshold, dailyLimit)
	return changed || decided, err
}

// Rules are the desks of the file.
func (f *File) Rules() (out []desks.Desk) {
	for i, d := range f.Desks {
		rules, _, _ := d.noun(at("desks", i)) // Read has refused what cannot be meant
		out = append(out, rules)
	}
	return out
}

// Done is what became of one thing of a file.
type Done struct {
	Kind    string `json:"kind"` // operator, id, program, desk, incident or service
	Name    string `json:"name"`
	Changed bool   `json:"changed"` // made or changed; else it was so already
}

// ToApply is the verb of Apply.
var ToApply = verbs.Declare(verbs.Verb{Name: "setup.applied", Needs: access.ManageIncidents, Subject: "setup", Reason: true})

// Apply puts all of a file in force, in one transaction, and tells what became of each
// thing that it names. What is refused is told as Refused, and nothing was done then.
func Apply(ctx context.Context, s *store.Store, by access.Actor, f *File, reason string) ([]Done, error) {
	return verbs.Do(ctx, s, by, ToApply, "setup", reason, func(tx *store.Tx) (done []Done, err error) {
		changed := []Done{}
		var refused Refused
		kind := "" // of what was put last
		f.each(func(e entry) {
			// What is refused is told of all in its list, which do not refer to each other.
			if err != nil || len(refused) > 0 && e.kind != kind {
				return
			}
			kind = e.kind
			made := Done{Kind: e.kind, Name: e.name}
			if made.Changed, err = e.put(tx); err != nil {
				err = f.located(e.place, err, e.rows)
				if more := asRefused(err); more != nil {
					refused, err = append(refused, more...), nil
				}
			}
			if done = append(done, made); made.Changed {
				changed = append(changed, made)
			}
		})
		if err == nil && len(refused) > 0 {
			err = refused
		}
		if err == nil {
			err = f.knownToDesks(tx)
		}
		if err != nil || len(changed) == 0 {
			return done, err
		}
		return done, audit.Record(tx, audit.Change{After: changed})
	})
}

// knownToDesks refuses desks with topics that are neither about the ID nor a program, and
// desks for IDs that nobody has set up.
func (f *File) knownToDesks(tx *store.Tx) error {
	programs, err := incidents.Programs(tx.DB)
	if err != nil {
		return err
	}
	ids, err := operators.IDs(tx.DB)
	if err != nil {
		return err
	}
	var out Refused
	for i, d := range f.Desks {
		for n, topic := range d.Topics {
			known := topic == desks.AboutID || topic == desks.AboutPassword || slices.ContainsFunc(programs, func(p incidents.Program) bool { return p.Code == topic })
			if !known {
				out = append(out, f.problem(at("desks", i).at("topics", strconv.Itoa(n)), "topic_unknown"))
			}
		}
		for n, code := range d.IDs {
			if !slices.ContainsFunc(ids, func(i operators.ID) bool { return i.Code == code }) {
				out = append(out, f.problem(at("desks", i).at("ids", strconv.Itoa(n)), "id_unknown"))
			}
		}
	}
	if len(out) > 0 {
		return out
	}
	return nil
}
