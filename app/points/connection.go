package points

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/installation"
	"hoten/app/ledger"
	"hoten/app/operators"
	"hoten/app/outside"
	"hoten/app/store"
	"hoten/app/vault"
	"hoten/app/verbs"
)

// Connection is a point system as it is set up here.
type Connection struct {
	outside.System
	AlarmMinutes int        // after so many minutes people are told of a leg without a definite answer; where it takes files, of a file without a result
	ByFile       bool       // it is a Batch
	CutUntil     *time.Time // the last agreed moment for which all files were cut
}

// TableName is the table of Connection.
func (Connection) TableName() string { return systems.Name }

// The most that Connection.AlarmMinutes may be, and what it is at first.
const (
	mostAlarm   = 7 * 24 * 60
	alarm       = 15
	resultAlarm = 6 * 60
)

// TakesFiles reports whether systems of the kind are a Batch.
func TakesFiles(kind Kind) bool {
	if kind.Open == nil {
		return false
	}
	system, _ := kind.Open(nil) // whatever it is set up with
	_, is := system.(Batch)
	return is
}

// DefaultAlarm is what Connection.AlarmMinutes of a kind is at first.
func DefaultAlarm(kind Kind) int {
	if TakesFiles(kind) {
		return resultAlarm
	}
	return alarm
}

// List reads the point systems, in the order they were set up.
func List(db *gorm.DB) ([]Connection, error) {
	return store.Select[Connection](db, "select * from point_systems order by id")
}

// ByCode finds the point system with a code. Unknown: NotFound.
func ByCode(db *gorm.DB, code string) (*Connection, error) {
	return store.Find[Connection](db, "code = ?", code)
}

// ByID finds a point system. Unknown: NotFound.
func ByID(db *gorm.DB, id int16) (*Connection, error) {
	return store.Find[Connection](db, "id = ?", id)
}

// Has names the secrets that are kept.
func (c Connection) Has(v *vault.Vault) (map[string]bool, error) { return systems.Has(v, c.System) }

// Home is where a program lives that does not live on hoten's own ledger alone.
type Home struct {
	ProgramID int16
	SystemID  int16
	Code      string // of the program
}

// AskHomes reads where programs live outside.
func AskHomes(reads *store.Reads) *[]Home {
	return store.Ask[Home](reads, "select h.program_id, h.system_id, p.code from point_programs h join programs p on p.id = h.program_id order by p.id")
}

// Homes lists where programs live outside.
func Homes(db *gorm.DB) ([]Home, error) { return store.Now(db, AskHomes) }

// Standing is how the point system with a code is set up, without its secrets; nil: there is
// none.
func Standing(db *gorm.DB, code string) (*Plan, error) {
	c, err := ByCode(db, code)
	if fault.Of(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	homes, err := Homes(db)
	plan := &Plan{Plan: outside.Plan{Code: c.Code, Name: c.Name, Kind: c.Kind, Settings: c.Set()}, AlarmMinutes: c.AlarmMinutes}
	for _, h := range homes {
		if h.SystemID == c.ID {
			plan.Programs = append(plan.Programs, h.Code)
		}
	}
	return plan, err
}

// Plan is how somebody wants a point system to be set up.
type Plan struct {
	outside.Plan
	Programs     []string // codes of the programs that live there
	AlarmMinutes int      // 0: DefaultAlarm of its kind
	Moved        bool     // the same system, and all that it did, is at another URL
}

// Set makes the point system (seen 0), or changes the one with its code for somebody who looked
// at the version seen; it tells whether anything changed. What cannot be meant: Invalid, which
// names the settings; changed since: Conflict.
func Set(ctx context.Context, s *store.Store, by access.Actor, seen int64, p Plan) (bool, error) {
	return verbs.Do(ctx, s, by, ToSet, verbs.About("points", p.Code), "", func(tx *store.Tx) (bool, error) {
		if err := operators.Seen[Connection](tx, p.Code, seen, func(c *Connection) int64 { return c.Version }); err != nil {
			return false, err
		}
		return Put(tx, p)
	})
}

// Put is Set as a part of another action, which has asked for the permission.
func Put(tx *store.Tx, p Plan) (bool, error) {
	if p.AlarmMinutes == 0 {
		kind, _ := KindOf(p.Kind)
		p.AlarmMinutes = DefaultAlarm(kind)
	}
	if p.AlarmMinutes < 1 || p.AlarmMinutes > mostAlarm {
		return false, fault.Input("alarm_minutes", "limit_range", "max", mostAlarm)
	}
	put, err := systems.Put(tx, p.Plan)
	if err != nil {
		return false, err
	}
	c, err := ByID(tx.DB, put.ID)
	if err != nil {
		return false, err
	}
	if err := c.agree(tx, put, p.Moved); err != nil {
		return false, err
	}
	wasAlarm := c.AlarmMinutes
	if c.AlarmMinutes = p.AlarmMinutes; wasAlarm != p.AlarmMinutes {
		if err := store.Save(tx, c, "alarm_minutes"); err != nil {
			return false, err
		}
	}
	was, moved, err := c.take(tx, p.Programs)
	if err != nil || !put.Changed && wasAlarm == p.AlarmMinutes && !moved {
		return false, err
	}
	before, after := put.Told()
	change := audit.Change{Action: ToSet.Name, Subject: verbs.About("points", p.Code), After: told{after, p.Programs, p.AlarmMinutes, p.Moved}}
	if before != nil {
		change.Before = told{before, was, wasAlarm, false}
	}
	return true, audit.Record(tx, change)
}

// agree keeps whether the system takes files, from the next agreed moment on. By what files are
// written and results read is not changed while a file has no result: Invalid files_open. Nor is
// where, and under which account, what was sent can be looked up while that has no definite answer:
// Invalid legs_uncertain.
func (c *Connection) agree(tx *store.Tx, put outside.Put, moved bool) error {
	system, err := systems.Open(tx.Vault(), put.System)
	if err != nil {
		return err
	}
	b, is := system.(Batch)
	if !is {
		return c.keepsAddress(tx, put, moved)
	}
	if c.ByFile = true; c.CutUntil == nil {
		c.CutUntil = new(b.Terms().Agreed(tx.Now))
		return store.Save(tx, c, "by_file", "cut_until")
	}
	var open bool
	if err := store.Scan(tx.DB, "select exists (select from point_files f join point_rows r on r.file_id = f.id where f.system_id = $1 and r.outcome is null)", []any{c.ID}, &open); err != nil || !open {
		return err
	}
	var p fault.Problems
	for _, name := range b.Terms().Layout {
		if put.Before != nil && put.Before.Set()[name] != put.Set()[name] {
			p.Add(name, "files_open")
		}
	}
	return p.Err()
}

func (c *Connection) keepsAddress(tx *store.Tx, put outside.Put, moved bool) error {
	var open bool
	if err := store.Scan(tx.DB, "select exists (select from point_legs where system_id = $1 and (state = '"+outside.Uncertain+"' or state = '"+outside.Waiting+"' and taken_until is not null))", []any{c.ID}, &open); err != nil || !open {
		return err
	}
	var p fault.Problems
	for _, name := range []string{"url", "account"} {
		if put.Before != nil && put.Before.Set()[name] != put.Set()[name] && !(name == "url" && moved) {
			p.Add(name, "legs_uncertain")
		}
	}
	return p.Err()
}

// told is what the audit trail tells of a point system.
type told struct {
	*outside.Told
	Programs     []string `json:"programs"`
	AlarmMinutes int      `json:"alarm_minutes,omitempty"`
	Moved        bool     `json:"moved,omitempty"`
}

// take has the programs of the codes live in the system, and no others; it tells which lived
// there before, and whether that changed. What was approved before stays on hoten's ledger
// alone; a program that has legs which are not done stays: Invalid legs_open.
func (c Connection) take(tx *store.Tx, codes []string) (was []string, moved bool, err error) {
	all, err := store.Select[ledger.Program](tx.DB, "select * from programs order by id")
	if err != nil {
		return nil, false, err
	}
	homes, err := store.Select[Home](tx.DB, "select program_id, system_id from point_programs for update")
	if err != nil {
		return nil, false, err
	}
	for _, code := range codes {
		if !slices.ContainsFunc(all, func(p ledger.Program) bool { return p.Code == code }) {
			return nil, false, fault.Input("programs", "program_unknown")
		}
	}
	for _, p := range all {
		at := slices.IndexFunc(homes, func(h Home) bool { return h.ProgramID == p.ID })
		here, wanted := at >= 0 && homes[at].SystemID == c.ID, slices.Contains(codes, p.Code)
		if here {
			was = append(was, p.Code)
		}
		switch {
		case here == wanted:
			continue
		case wanted && at >= 0:
			return nil, false, fault.Input("programs", "program_elsewhere", "program", ledger.Named{Program: p})
		case wanted:
			_, err = store.Exec(tx, "insert into point_programs (program_id, system_id) values ($1, $2)", p.ID, c.ID)
		default:
			err = c.moveOut(tx, p)
		}
		if moved = true; err != nil {
			return nil, false, err
		}
	}
	return was, moved, nil
}

func (c Connection) moveOut(tx *store.Tx, p ledger.Program) error {
	n, err := store.Exec(tx, "delete from point_programs where program_id = $1 and not exists (select from point_legs where program_id = $1 and state "+open+")", p.ID)
	if err == nil && n == 0 {
		err = fault.Input("programs", "legs_open", "program", ledger.Named{Program: p})
	}
	return err
}

// Check tries a point system as it is set up and keeps what was found. It changes nothing there.
// A copy that is held leaves it alone: Conflict installation_held.
func Check(ctx context.Context, s *store.Store, by access.Actor, id int16) ([]outside.Finding, error) {
	if err := by.Require(ToCheck.Needs); err != nil {
		return nil, ToCheck.Refused(ctx, s, by, verbs.About("points", id), err)
	}
	c, err := ByID(store.Read(ctx, s), id)
	if err != nil {
		return nil, err
	}
	here, err := installation.Look(ctx, s)
	if err == nil {
		err = here.Refusal()
	}
	if err != nil {
		return nil, err
	}
	homes, err := Homes(store.Read(ctx, s))
	if err != nil {
		return nil, err
	}
	var programs []string
	for _, h := range homes {
		if h.SystemID == id {
			programs = append(programs, h.Code)
		}
	}
	found := systems.Try(ctx, s.Vault, c.System, func(ctx context.Context, y System) []outside.Finding { return y.Check(ctx, programs) })
	return found, verbs.Run(ctx, s, by, ToCheck, verbs.About("points", c.Code), "", func(tx *store.Tx) error {
		failing, err := systems.KeepFound(tx, c.System, found)
		if err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{After: map[string]any{"failing": failing}})
	})
}
