package directories

import (
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/operators"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Plan is how somebody wants a directory to be set up.
type Plan struct {
	Code     string
	Name     string
	Kind     string
	IDs      []string          // codes of the IDs that live there
	Settings map[string]string // by name; a secret that is empty stays as it is kept
}

// longestName bounds the name of a directory, in characters.
const longestName = 100

var codeForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// Set makes the directory (seen 0), or changes the one with its code for somebody who looked
// at the version seen; it tells whether anything changed. What cannot be meant: Invalid, which
// names the settings; changed since: Conflict.
func Set(ctx context.Context, s *store.Store, by access.Actor, seen int64, p Plan) (bool, error) {
	return verbs.Do(ctx, s, by, ToSet, verbs.About("directory", p.Code), "", func(tx *store.Tx) (bool, error) {
		if err := operators.Seen[Directory](tx, p.Code, seen, func(d *Directory) int64 { return d.Version }); err != nil {
			return false, err
		}
		return Put(tx, p)
	})
}

// Put is Set as a part of another action, which has asked for the permission.
func Put(tx *store.Tx, p Plan) (bool, error) {
	kept, err := store.LockBy[Directory](tx, "code = ?", p.Code)
	if err != nil && !fault.Of(err, fault.NotFound) {
		return false, err
	}
	all := map[string]string{}
	if kept != nil {
		if all, err = kept.secrets(tx.Vault()); err != nil {
			return false, err
		}
	}
	before := maps.Clone(all)
	plain, hidden, err := p.read(kept, all)
	if err != nil {
		return false, err
	}
	change := audit.Change{Action: ToSet.Name, Subject: verbs.About("directory", p.Code)}
	d := Directory{Code: p.Code, Kind: p.Kind}
	if kept != nil {
		d = *kept
	}
	same := kept != nil && d.Name == p.Name && maps.Equal(d.Set(), plain) && maps.Equal(before, hidden)
	if d.Name = p.Name; !same {
		if err := d.keep(tx, plain, hidden); err != nil {
			return false, err
		}
	}
	was, moved, err := d.take(tx, p.IDs)
	if err != nil || same && !moved {
		return false, err
	}
	if kept != nil {
		change.Before = told{kept.Name, kept.Kind, listed(kept.Set()), nil, was}
	}
	change.After = told{d.Name, d.Kind, listed(plain), renewed(before, hidden), p.IDs}
	return true, audit.Record(tx, change)
}

// told is what the audit trail tells of a directory: no secret, but which were given anew.
type told struct {
	Name     string   `json:"name"`
	Kind     string   `json:"protocol"`
	Settings []string `json:"settings"` // "name=value"
	Secrets  []string `json:"secrets,omitempty"`
	IDs      []string `json:"ids"`
}

func listed(settings map[string]string) (out []string) {
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		out = append(out, name+"="+settings[name])
	}
	return out
}

func renewed(before, after map[string]string) (names []string) {
	for name, value := range after {
		if before[name] != value {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// read is what the plan sets up, over the secrets that are kept, apart from secrets and these.
func (p Plan) read(kept *Directory, all map[string]string) (plain, hidden map[string]string, err error) {
	var refused fault.Problems
	if !codeForm.MatchString(p.Code) {
		refused.Add("code", "code_invalid")
	}
	secrets.Label(&refused, "name", p.Name, longestName)
	kind, known := KindOf(p.Kind)
	switch {
	case !known:
		refused.Add("kind", "directory_kind_unknown")
	case kept != nil && kept.Kind != p.Kind:
		refused.Add("kind", "directory_kind_fixed") // what was asked of one system is not asked of another
	}
	if err := refused.Err(); err != nil {
		return nil, nil, err
	}
	for name, value := range p.Settings {
		if value != "" {
			all[name] = value
		}
	}
	settings, err := kind.settled(all)
	if err == nil {
		_, err = kind.Open(settings)
	}
	if err != nil {
		return nil, nil, err
	}
	plain, hidden = map[string]string{}, map[string]string{}
	for _, s := range kind.Settings {
		if s.Secret {
			hidden[s.Name] = settings[s.Name]
		} else {
			plain[s.Name] = settings[s.Name]
		}
	}
	return plain, hidden, nil
}

// keep writes the directory; what did not answer is asked again at once, as it is set up now.
func (d *Directory) keep(tx *store.Tx, plain, hidden map[string]string) (err error) {
	fresh := d.ID == 0
	if fresh {
		ids, err := store.TakeIDs(tx.DB, "directories", 1)
		if err != nil {
			return err
		}
		d.ID = int16(ids[0])
	}
	if d.Settings, err = json.Marshal(plain); err != nil {
		return err
	}
	secret, err := json.Marshal(hidden)
	if err != nil {
		return err
	}
	d.Secrets = tx.Vault().Seal("directories", "secrets", int64(d.ID), string(secret))
	d.Version++
	d.CheckedAt, d.Findings, d.Fails, d.FailingSince, d.RestsUntil, d.Said = nil, nil, 0, nil, nil, ""
	if fresh {
		return store.Insert(tx, d)
	}
	return store.Save(tx, d, "name", "settings", "secrets", "version", "checked_at", "findings", "fails", "failing_since", "rests_until", "said")
}

// take has the IDs of the codes live in the directory, and no others; it tells which lived
// there before, and whether that changed. IDs that nobody may use are restricted there, too:
// what was decided before the directory was known holds in it.
func (d Directory) take(tx *store.Tx, codes []string) (was []string, moved bool, err error) {
	all, err := operators.IDs(tx.DB)
	if err != nil {
		return nil, false, err
	}
	type home struct{ IDKindID, DirectoryID int16 }
	homes, err := store.Select[home](tx.DB, "select id_kind_id, directory_id from directory_kinds for update")
	if err != nil {
		return nil, false, err
	}
	for _, code := range codes {
		if !slices.ContainsFunc(all, func(i operators.ID) bool { return i.Code == code }) {
			return nil, false, fault.Input("ids", "id_unknown")
		}
	}
	for _, i := range all {
		at := slices.IndexFunc(homes, func(h home) bool { return h.IDKindID == i.ID })
		here, wanted := at >= 0 && homes[at].DirectoryID == d.ID, slices.Contains(codes, i.Code)
		if here {
			was = append(was, i.Code)
		}
		switch {
		case here == wanted:
			continue
		case wanted && at >= 0:
			return nil, false, fault.Input("ids", "id_elsewhere", "id", i.Code)
		case wanted:
			err = d.moveIn(tx, i.ID)
		default:
			err = d.moveOut(tx, i.ID)
		}
		if moved = true; err != nil {
			return nil, false, err
		}
	}
	return was, moved, nil
}
