package directories

import (
	"context"
	"slices"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/operators"
	"hoten/app/outside"
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
	put, err := systems.Put(tx, outside.Plan{Code: p.Code, Name: p.Name, Kind: p.Kind, Settings: p.Settings})
	if err != nil {
		return false, err
	}
	was, moved, err := Directory{put.System}.take(tx, p.IDs)
	if err != nil || !put.Changed && !moved {
		return false, err
	}
	before, after := put.Told()
	change := audit.Change{Action: ToSet.Name, Subject: verbs.About("directory", p.Code), After: told{after, p.IDs}}
	if before != nil {
		change.Before = told{before, was}
	}
	return true, audit.Record(tx, change)
}

// told is what the audit trail tells of a directory.
type told struct {
	*outside.Told
	IDs []string `json:"ids"`
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
