package setup

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/desks"
	"hoten/app/incidents"
	"hoten/app/operators"
	"hoten/app/points"
	"hoten/app/policies"
	"hoten/app/services"
	"hoten/app/store"
	"hoten/app/verbs"
)

// unread gathers what is refused by looking at the file alone.
func (f *File) unread() error {
	var out Refused
	f.each(&standing{}, func(e entry) { out = append(out, f.refusedOf(e, e.unread)...) })
	for _, list := range f.lists() {
		for i, code := range list.codes {
			if slices.Contains(list.codes[:i], code) {
				out = append(out, f.problem(at(list.name, i), "setup_twice"))
			}
		}
	}
	return out.inOrder()
}

// check gathers what cannot be meant of what the file makes of that which stands.
func (f *File) check(stands *standing) error {
	var out Refused
	f.each(stands, func(e entry) { out = append(out, f.refusedOf(e, e.err)...) })
	return out.inOrder()
}

func (f *File) refusedOf(e entry, err error) Refused {
	if err == nil {
		return nil
	}
	return asRefused(f.located(e.place, err, e.rows))
}

// list is a list of a file whose entries have codes, with the table that keeps them.
type list struct {
	name, table, key string
	codes            []string
}

// lists are those of the file, in the order in which one refers to another.
func (f *File) lists() []list {
	return []list{
		{"operators", "operators", "code", keys(f.Operators, func(o operator) string { return o.Code })},
		{"ids", "id_kinds", "code", keys(f.IDs, func(i id) string { return i.Code })},
		{"programs", "programs", "code", keys(f.Programs, func(p program) string { return p.Code })},
		{"desks", "desks", "code", keys(f.Desks, func(d desk) string { return d.Code })},
		{"incidents", "incidents", "reference", keys(f.Incidents, func(i incident) string { return i.Reference })},
		{"directories", "directories", "code", keys(f.Directories, func(d directory) string { return d.Code })},
		{"point_systems", "point_systems", "code", keys(f.PointSystems, func(y pointSystem) string { return y.Code })},
	}
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

// entry is one thing of a file: where it stands, what it is called, what of it cannot be
// read, what is refused of what it makes, and how it is put in force.
type entry struct {
	place
	kind, name  string
	rows        map[string]place
	unread, err error
	put         func(tx *store.Tx) (bool, error)
}

// each visits all that the file names, in the order in which one refers to another: what it
// says of each, over what stands.
func (f *File) each(stands *standing, visit func(entry)) {
	for i, o := range f.Operators {
		n := over(stands.operators[o.Code], o.noun(), o.Named)
		visit(entry{place: at("operators", i), kind: "operator", name: n.Code, err: n.Check(), put: func(tx *store.Tx) (bool, error) { return operators.Put(tx, n) }})
	}
	for i, k := range f.IDs {
		kept, known := stands.ids[k.Code]
		if !known {
			kept.Language = "ja"
		}
		n, operator := over(kept, k.noun(), k.Named), stands.of(k.Named, k.Operator, kept.OperatorID)
		visit(entry{place: at("ids", i), kind: "id", name: n.Code, err: n.Check(), put: func(tx *store.Tx) (bool, error) { return operators.PutID(tx, n, operator) }})
	}
	for i, d := range f.Directories {
		visit(entry{place: at("directories", i), kind: "directory", name: d.Code, rows: settingRows(d.Settings, at("directories", i)), put: d.put})
	}
	for i, p := range f.Programs {
		kept := stands.programs[p.Code]
		n, operator := over(kept, p.noun(), p.Named), stands.of(p.Named, p.Operator, kept.OperatorID)
		visit(entry{place: at("programs", i), kind: "program", name: n.Code, err: p.check(n, kept), put: func(tx *store.Tx) (bool, error) { return p.put(tx, n, operator) }})
	}
	for i, y := range f.PointSystems {
		visit(entry{place: at("point_systems", i), kind: "points", name: y.Code, rows: settingRows(y.Settings, at("point_systems", i)), put: y.put})
	}
	for i, d := range f.Desks {
		said, rows, refused := d.noun(at("desks", i))
		if len(refused) > 0 {
			rows = nil // what cannot be read is named as the file has it
		}
		kept, known := stands.desks[d.Code]
		if !known {
			kept.Topics = []string{}
		}
		n := over(kept, said, d.Named)
		visit(entry{place: at("desks", i), kind: "desk", name: n.Code, rows: rows, unread: refused.Err(), err: d.check(n, known), put: func(tx *store.Tx) (bool, error) { return desks.Put(tx, n) }})
	}
	for i, c := range f.Incidents {
		kept := stands.incidents[c.Reference]
		said, rows, refused := c.noun(at("incidents", i), kept.Bearers)
		n := over(kept, said, c.Named)
		visit(entry{place: at("incidents", i), kind: "incident", name: n.Reference, rows: rows, unread: refused.Err(), err: n.Check(), put: func(tx *store.Tx) (bool, error) { return incidents.Put(tx, n) }})
	}
	for i, s := range f.Services {
		n, refused := s.noun()
		visit(entry{place: at("services", i), kind: "service", name: n.Program + "/" + n.Service, unread: refused.Err(), put: func(tx *store.Tx) (bool, error) {
			kept, err := services.Standing(tx, n)
			if err != nil {
				return false, err
			}
			return services.Put(tx, over(kept, n, s.Named))
		}})
	}
}

// put makes or changes the program, and decides about its amounts where the file says any.
func (p program) put(tx *store.Tx, n incidents.Program, operator string) (bool, error) {
	changed, err := incidents.PutProgram(tx, n, operator)
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
	Kind    string `json:"kind"` // operator, id, directory, program, points, desk, incident or service
	Name    string `json:"name"`
	Changed bool   `json:"changed"` // made or changed; else it was so already
}

// ToApply is the verb of Apply.
var ToApply = verbs.Declare(verbs.Verb{Name: "setup.applied", Needs: access.ManageIncidents, Subject: "setup", Reason: true})

// Apply puts all of a file in force, in one transaction, and tells what became of each
// thing that it names. What is refused is told as Refused, and nothing was done then.
// Who may not set up systems outside is refused a file with any: Forbidden.
func Apply(ctx context.Context, s *store.Store, by access.Actor, f *File, reason string) ([]Done, error) {
	return verbs.Do(ctx, s, by, ToApply, "setup", reason, func(tx *store.Tx) (done []Done, err error) {
		if len(f.Directories)+len(f.PointSystems) > 0 {
			if err := by.Require(points.ToSet.Needs); err != nil {
				return nil, err
			}
		}
		stands, err := f.readStanding(tx)
		if err == nil {
			err = f.check(stands)
		}
		if err != nil {
			return nil, err
		}
		changed := []Done{}
		var refused Refused
		kind := "" // of what was put last
		f.each(stands, func(e entry) {
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
		if err == nil {
			err = refused.inOrder()
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
	topics := []string{desks.AboutID, desks.AboutPassword}
	for _, p := range programs {
		topics = append(topics, p.Code)
	}
	var out Refused
	for i, d := range f.Desks {
		for n, topic := range d.Topics {
			if !slices.Contains(topics, topic) {
				out = append(out, f.problem(at("desks", i).at("topics", strconv.Itoa(n)), "setup_topic_unknown", "value", topic, "known", strings.Join(topics, ", ")))
			}
		}
		for n, code := range d.IDs {
			if !slices.ContainsFunc(ids, func(i operators.ID) bool { return i.Code == code }) {
				out = append(out, f.problem(at("desks", i).at("ids", strconv.Itoa(n)), "id_unknown"))
			}
		}
	}
	return out.inOrder()
}
