package outside

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"

	"hoten/app/fault"
	"hoten/app/secrets"
	"hoten/app/store"
)

// Plan is how somebody wants a system to be set up.
type Plan struct {
	Code     string
	Name     string
	Kind     string
	Settings map[string]string // by name; a secret that is empty stays as it is kept
}

// longestName bounds the name of a system, in characters.
const longestName = 100

var codeForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// Put is what Table.Put did: Before is the system as it was, nil for a new one.
type Put struct {
	System
	Before  *System
	Changed bool
	Renewed []string // the secrets that were given anew
}

// Told is what the audit trail tells of a system: no secret, but which were given anew.
type Told struct {
	Name     string   `json:"name"`
	Kind     string   `json:"protocol"`
	Settings []string `json:"settings"` // "name=value"
	Secrets  []string `json:"secrets,omitempty"`
}

// Told is what the audit trail tells of the system as it was, and as it is.
func (p Put) Told() (before, after *Told) {
	if p.Before != nil {
		before = &Told{p.Before.Name, p.Before.Kind, listed(p.Before.Set()), nil}
	}
	return before, &Told{p.Name, p.Kind, listed(p.Set()), p.Renewed}
}

// Put makes a system, or changes the one with its code. What cannot be meant: Invalid, which
// names the settings.
func (t Table[S]) Put(tx *store.Tx, p Plan) (put Put, err error) {
	rows, err := store.Select[System](tx.DB, "select * from "+t.Name+" where code = $1 for update", p.Code)
	if err != nil {
		return put, err
	}
	all := map[string]string{}
	if put.System = (System{Code: p.Code, Kind: p.Kind}); len(rows) > 0 {
		put.System, put.Before = rows[0], &rows[0]
		if all, err = t.secrets(tx.Vault(), put.System); err != nil {
			return put, err
		}
	}
	before := maps.Clone(all)
	plain, hidden, err := t.read(p, put.Before, all)
	if err != nil {
		return put, err
	}
	put.Changed = put.Before == nil || put.Name != p.Name || !maps.Equal(put.Set(), plain) || !maps.Equal(before, hidden)
	put.Name, put.Renewed = p.Name, renewed(before, hidden)
	if put.Changed {
		err = t.keep(tx, &put.System, plain, hidden)
	}
	return put, err
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
func (t Table[S]) read(p Plan, kept *System, all map[string]string) (plain, hidden map[string]string, err error) {
	var refused fault.Problems
	if !codeForm.MatchString(p.Code) {
		refused.Add("code", "code_invalid")
	}
	secrets.Label(&refused, "name", p.Name, longestName)
	kind, known := t.Of(p.Kind)
	switch {
	case !known:
		refused.Add("kind", "connection_kind_unknown")
	case kept != nil && kept.Kind != p.Kind:
		refused.Add("kind", "connection_kind_fixed") // what was asked of one system is not asked of another
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

// keep writes the system; what did not answer is asked again at once, as it is set up now.
func (t Table[S]) keep(tx *store.Tx, y *System, plain, hidden map[string]string) (err error) {
	if y.ID == 0 {
		ids, err := store.TakeIDs(tx.DB, t.Name, 1)
		if err != nil {
			return err
		}
		y.ID = int16(ids[0])
	}
	if y.Settings, err = json.Marshal(plain); err != nil {
		return err
	}
	secret, err := json.Marshal(hidden)
	if err != nil {
		return err
	}
	y.Secrets = tx.Vault().Seal(t.Name, "secrets", int64(y.ID), string(secret))
	y.Version++
	y.CheckedAt, y.Findings, y.Fails, y.FailingSince, y.RestsUntil, y.Said = nil, nil, 0, nil, nil, ""
	_, err = store.Exec(tx, "insert into "+t.Name+` as s (id, code, name, kind, settings, secrets, version) values ($1, $2, $3, $4, $5::jsonb, $6, $7)
		on conflict (id) do update set name = excluded.name, settings = excluded.settings, secrets = excluded.secrets, version = excluded.version,
		checked_at = null, findings = null, fails = 0, failing_since = null, rests_until = null, said = ''`, y.ID, y.Code, y.Name, y.Kind, string(y.Settings), y.Secrets, y.Version)
	return err
}
