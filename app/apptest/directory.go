package apptest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"

	"hoten/app/directories"
	"hoten/app/outside"
)

// Directory is an identity system in memory, of the kind "test": what it was asked, and what
// it holds. Its answers can be lost, late and wrong, as those of real ones.
type Directory struct {
	mu       sync.Mutex
	IDs      map[string]*DirectoryID // by login
	Asked    []directories.Request   // in order, repeats included
	Answer   func(r directories.Request) error
	Lost     func(r directories.Request) bool // it does it, and nobody hears of it
	Cannot   map[directories.Act]bool
	Unread   bool // Settled cannot tell
	Findings []outside.Finding
}

// DirectoryID is one ID in a Directory.
type DirectoryID struct {
	Password   string // empty: useless
	Restricted bool
	OneTime    bool
	PointsVoid bool
	Sets       int // how often a password was set
}

var errLost = errors.New("the answer was lost")

// current is the system that the kind "test" opens, by its setting "name".
var current sync.Map

func init() {
	directories.Register(directories.Kind{Name: "test",
		Settings: []outside.Setting{{Name: "name", Required: true}, {Name: "token", Secret: true}, {Name: "how", Choices: []string{"one", "two"}, Default: "one"}},
		Open: func(settings map[string]string) (directories.System, error) {
			d, known := current.Load(settings["name"])
			if !known {
				return nil, fmt.Errorf("no test directory %q", settings["name"])
			}
			return d.(*Directory), nil
		}})
}

// NewDirectory is a directory that the kind "test" opens by the test's name.
func NewDirectory(t testing.TB) *Directory {
	d := &Directory{IDs: map[string]*DirectoryID{}, Cannot: map[directories.Act]bool{}}
	current.Store(t.Name(), d)
	t.Cleanup(func() { current.Delete(t.Name()) })
	return d
}

// Connect has the first ID of a world live in a directory of the test's.
func (w *World) Connect(t testing.TB) *Directory {
	t.Helper()
	d := NewDirectory(t)
	plan := directories.Plan{Code: "outside", Name: "会員基盤", Kind: "test", IDs: []string{"ocn-id"}, Settings: map[string]string{"name": t.Name(), "token": "s3cret-token"}}
	if _, err := directories.Set(w.Ctx, w.Store, w.Administrator, 0, plan); err != nil {
		t.Fatal(err)
	}
	return d
}

// Of is the ID with the login, made when it is not there.
func (d *Directory) Of(login string) *DirectoryID {
	if d.IDs[login] == nil {
		d.IDs[login] = &DirectoryID{Password: "the thief's"}
	}
	return d.IDs[login]
}

// Count counts how often an act was asked for.
func (d *Directory) Count(act directories.Act) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range d.Asked {
		if r.Act == act {
			n++
		}
	}
	return n
}

// Look is a copy of what the directory holds.
func (d *Directory) Look(login string) DirectoryID {
	d.mu.Lock()
	defer d.mu.Unlock()
	return *d.Of(login)
}

// Logins lists the IDs that were asked about.
func (d *Directory) Logins() map[string]bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := map[string]bool{}
	for login := range maps.Keys(d.IDs) {
		out[login] = true
	}
	return out
}

// Can is directories.System's.
func (d *Directory) Can(act directories.Act) bool { return !d.Cannot[act] }

// Check is directories.System's.
func (d *Directory) Check(context.Context) []outside.Finding { return d.Findings }

// Do is directories.System's.
func (d *Directory) Do(_ context.Context, r directories.Request) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Asked = append(d.Asked, r)
	if d.Answer != nil {
		if err := d.Answer(r); err != nil {
			return err
		}
	}
	id := d.Of(r.Login)
	switch r.Act {
	case directories.Restrict:
		id.Password, id.Restricted = "", true
	case directories.SetPassword:
		id.Password, id.Restricted = r.Password, false
		id.Sets++
	case directories.Release:
		id.Restricted = false
	case directories.VoidPointPassword:
		id.PointsVoid = true
	case directories.OneTimePasswordOn:
		id.OneTime = true
	case directories.OneTimePasswordOff:
		id.OneTime = false
	}
	if d.Lost != nil && d.Lost(r) {
		return errLost
	}
	return nil
}

// Settled is directories.System's.
func (d *Directory) Settled(_ context.Context, r directories.Request) (outside.Settled, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := d.Of(r.Login)
	done := map[directories.Act]bool{directories.Restrict: id.Restricted, directories.SetPassword: id.Password == r.Password, directories.Release: !id.Restricted,
		directories.VoidPointPassword: id.PointsVoid, directories.OneTimePasswordOn: id.OneTime, directories.OneTimePasswordOff: !id.OneTime}[r.Act]
	switch {
	case d.Unread:
		return outside.CannotTell, nil
	case done:
		return outside.Done, nil
	}
	return outside.NotDone, nil
}
