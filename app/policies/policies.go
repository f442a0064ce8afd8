// Package policies holds the numbers that docs/domain.md calls data: thresholds,
// limits and what a verification needs. Every change is a new audited row, so
// what held when a proposal was made stays known.
package policies

import (
	"context"
	"encoding/json"
	"maps"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Policies are the values in force. Thresholds and DailyLimits are points of
// company cost by program code; a program for which nobody has decided has
// FirstThreshold and FirstDailyLimit.
type Policies struct {
	Thresholds     map[string]int64 `json:"thresholds"`   // above: two different supervisors
	DailyLimits    map[string]int64 `json:"daily_limits"` // proposed by one person in a day of JST
	Verification   Verification     `json:"verification"`
	UnusualPercent int              `json:"unusual_percent"` // of a threshold: from there a cost stands out
	// A proposal that nobody decides about is reminded of after RemindHours, and goes to
	// a substitute after EscalateHours: hours in which the desk of its case is open.
	// Substitutes are staff by code of desk; Center is for all other cases.
	RemindHours   int              `json:"remind_hours"`
	EscalateHours int              `json:"escalate_hours"`
	Substitutes   map[string]int64 `json:"substitutes"`
	ResetMinutes  int              `json:"reset_minutes"`
	ResetsPerDay  int              `json:"resets_per_day"` // an ID; above it a supervisor
	// RespondMinutes is how long a desk may be open before somebody sees to a new case.
	RespondMinutes int `json:"respond_minutes"`
	// An import that refuses RefusedRows rows stops. UploadMegabytes is the most that
	// one uploaded file may hold.
	RefusedRows     int `json:"refused_rows"`
	UploadMegabytes int `json:"upload_megabytes"`
}

// Verification is what docs/domain.md section 4 asks for.
type Verification struct {
	NotVisible          []string `json:"not_visible"`         // items that cannot be read after login
	Level1Items         int      `json:"level1_items"`        // beside the name
	Level2Items         int      `json:"level2_items"`        // by knowledge: beside the name, one of them not visible
	Level2ByKnowledge   bool     `json:"level2_by_knowledge"` // without possession: ASVS 5 V6.4.2 and NIST SP 800-63B-4 forbid it
	WrongPerCall        int      `json:"wrong_per_call"`
	FailedPerDay        int      `json:"failed_per_day"`
	WrongPerDay         int      `json:"wrong_per_day"`
	ValidMinutes        int      `json:"valid_minutes"`
	CodeMinutes         int      `json:"code_minutes"`
	CodeTries           int      `json:"code_tries"`
	CodeIntervalSeconds int      `json:"code_interval_seconds"`
	CodesPerCall        int      `json:"codes_per_call"`
	CodesPerDay         int      `json:"codes_per_day"`
}

// FirstThreshold and FirstDailyLimit hold for a program until somebody decides otherwise.
const (
	FirstThreshold  = 5000
	FirstDailyLimit = 2_000_000
)

// Default is what holds until somebody decides otherwise: docs/domain.md sections 2, 4 and 5.
func Default() Policies {
	return Policies{
		Thresholds: map[string]int64{}, DailyLimits: map[string]int64{},
		Verification: Verification{
			NotVisible: []string{"customer_number"}, Level1Items: 2, Level2Items: 3, WrongPerCall: 3, FailedPerDay: 2, WrongPerDay: 6,
			ValidMinutes: 30, CodeMinutes: 10, CodeTries: 5, CodeIntervalSeconds: 60, CodesPerCall: 5, CodesPerDay: 10,
		},
		UnusualPercent: 50, RemindHours: 4, EscalateHours: 8, Substitutes: map[string]int64{}, ResetMinutes: 30, ResetsPerDay: 3, RespondMinutes: 480,
		RefusedRows: 10_000, UploadMegabytes: 1024,
	}
}

type row struct {
	ID    int64
	Value string
	SetAt time.Time
	SetBy int64
}

func (row) TableName() string { return "policies" }

// Current reads the policies in force.
func Current(db *gorm.DB) (Policies, error) {
	k, err := Latest(db)
	return k.Policies, err
}

// Kept is policies with when and by whom they were set; SetBy is nil and Version 0
// where they are the defaults.
type Kept struct {
	Policies
	Version int64
	SetAt   time.Time
	SetBy   *int64
}

// Latest reads the policies in force and who set them.
func Latest(db *gorm.DB) (Kept, error) {
	var reads store.Reads
	found := AskLatest(&reads)
	if err := reads.Run(db); err != nil {
		return Kept{}, err
	}
	return found()
}

// AskLatest reads what Latest gives; what it returns gives it once the reads have run.
func AskLatest(reads *store.Reads) func() (Kept, error) {
	rows := store.Ask[row](reads, "select id, value, set_at, set_by from policies order by id desc limit 1")
	programs := store.AskValues[string](reads, "select code from programs")
	return func() (k Kept, err error) {
		k.Policies = Default()
		if len(*rows) > 0 {
			k, err = (*rows)[0].kept()
		}
		k.include(*programs)
		return k, err
	}
}

// include gives the programs for which nobody has decided what holds at first.
func (p *Policies) include(programs []string) {
	for _, amounts := range []*map[string]int64{&p.Thresholds, &p.DailyLimits} {
		if *amounts == nil {
			*amounts = map[string]int64{}
		}
	}
	for _, code := range programs {
		if _, decided := p.Thresholds[code]; !decided {
			p.Thresholds[code] = FirstThreshold
		}
		if _, decided := p.DailyLimits[code]; !decided {
			p.DailyLimits[code] = FirstDailyLimit
		}
	}
}

// Of reads the policies of a version. Unknown: NotFound.
func Of(db *gorm.DB, version int64) (Kept, error) {
	var reads store.Reads
	programs := store.AskValues[string](&reads, "select code from programs")
	if err := reads.Run(db); err != nil {
		return Kept{}, err
	}
	k := Kept{Policies: Default()}
	if version != 0 {
		r, err := store.Find[row](db, "id = ?", version)
		if err != nil {
			return Kept{}, err
		}
		if k, err = r.kept(); err != nil {
			return k, err
		}
	}
	k.include(*programs)
	return k, nil
}

func (r row) kept() (Kept, error) {
	k := Kept{Policies: Default(), Version: r.ID, SetAt: r.SetAt}
	if r.SetBy != 0 {
		k.SetBy = &r.SetBy
	}
	return k, json.Unmarshal([]byte(r.Value), &k.Policies)
}

// numbers are the whole numbers among the policies, by the name of their field.
func (p *Policies) numbers() map[string]*int {
	v := &p.Verification
	return map[string]*int{
		"level1_items": &v.Level1Items, "level2_items": &v.Level2Items, "wrong_per_call": &v.WrongPerCall, "failed_per_day": &v.FailedPerDay, "wrong_per_day": &v.WrongPerDay,
		"valid_minutes": &v.ValidMinutes, "code_minutes": &v.CodeMinutes, "code_tries": &v.CodeTries, "code_interval_seconds": &v.CodeIntervalSeconds,
		"unusual_percent": &p.UnusualPercent, "remind_hours": &p.RemindHours, "escalate_hours": &p.EscalateHours, "codes_per_call": &v.CodesPerCall, "codes_per_day": &v.CodesPerDay, "reset_minutes": &p.ResetMinutes, "resets_per_day": &p.ResetsPerDay,
		"respond_minutes": &p.RespondMinutes, "refused_rows": &p.RefusedRows, "upload_megabytes": &p.UploadMegabytes,
	}
}

// Numbers reads the whole numbers by name.
func (p Policies) Numbers() map[string]int {
	out := map[string]int{}
	for name, n := range p.numbers() {
		out[name] = *n
	}
	return out
}

// SetNumbers sets the whole numbers that are given.
func (p *Policies) SetNumbers(values map[string]int) {
	for name, n := range p.numbers() {
		if v, given := values[name]; given {
			*n = v
		}
	}
}

// ToSet is the verb of Set.
var ToSet = verbs.Declare(verbs.Verb{Name: "policies.set", Needs: access.ManageIncidents, Subject: "policies", Reason: true})

// Set puts policies in force for what comes after, made by somebody who looked at the
// version seen; a reason is required. Policies set since, or just now: Conflict
// "conflict" with the version in force.
func Set(ctx context.Context, s *store.Store, by access.Actor, seen int64, p Policies, reason string) error {
	return verbs.Run(ctx, s, by, ToSet, "policies", reason, func(tx *store.Tx) error {
		if err := p.check(tx.DB); err != nil {
			return err
		}
		mine, err := store.Idle(tx, "set policies")
		if err != nil {
			return err
		}
		before, err := Latest(tx.DB)
		if err != nil {
			return err
		}
		if !mine || before.Version != seen {
			return fault.New(fault.Conflict, "conflict", "version", before.Version)
		}
		return put(tx, before.Policies, p)
	})
}

// PutProgram decides about a program: from which cost on two supervisors approve, and how
// much one person proposes in a day. It tells whether that changed anything, and is part of
// another action, which has asked for the permission and the reason.
func PutProgram(tx *store.Tx, code string, threshold, dailyLimit int64) (bool, error) {
	mine, err := store.Idle(tx, "set policies")
	if err == nil && !mine {
		err = fault.New(fault.Conflict, "conflict")
	}
	if err != nil {
		return false, err
	}
	before, err := Latest(tx.DB)
	if err != nil || before.Thresholds[code] == threshold && before.DailyLimits[code] == dailyLimit {
		return false, err
	}
	p := before.Policies
	p.Thresholds, p.DailyLimits = maps.Clone(p.Thresholds), maps.Clone(p.DailyLimits)
	p.Thresholds[code], p.DailyLimits[code] = threshold, dailyLimit
	if err := p.check(tx.DB); err != nil {
		return false, err
	}
	return true, put(tx, before.Policies, p)
}

func put(tx *store.Tx, before, p Policies) error {
	value, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if err := store.Insert(tx, &row{Value: string(value), SetAt: tx.Now, SetBy: tx.By.ID}); err != nil {
		return err
	}
	return audit.Record(tx, audit.Change{Action: ToSet.Name, Subject: "policies", Before: before, After: p})
}

// The most of some numbers. What protects a member is not switched off by a number that
// nobody reaches. A thousand open hours to respond: whoever means more means no deadline.
// Refused rows and uploads are kept in the database.
var most = map[string]int{"wrong_per_call": 10, "failed_per_day": 10, "wrong_per_day": 30, "valid_minutes": 120, "code_minutes": 60, "code_tries": 5, "codes_per_call": 20, "codes_per_day": 50,
	"reset_minutes": 1440, "resets_per_day": 20, "respond_minutes": 60_000, "refused_rows": 1_000_000, "upload_megabytes": 4096}

// CheckAmount refuses a threshold or a daily limit that cannot be meant.
func CheckAmount(p *fault.Problems, field string, n int64) {
	if n < 0 {
		p.Add(field, "points_negative")
	}
}

func (p Policies) check(db *gorm.DB) error {
	problems, err := p.checkSteps(db)
	if err != nil {
		return err
	}
	for _, amounts := range []map[string]int64{p.Thresholds, p.DailyLimits} {
		for code, n := range amounts {
			CheckAmount(&problems, code, n)
		}
	}
	v := p.Verification
	for name, n := range p.Numbers() {
		if n < 1 {
			problems.Add(name, "must_be_positive")
		}
		if limit, limited := most[name]; limited && n > limit {
			problems.Add(name, "too_large", "max", limit)
		}
	}
	if v.Level2Items < v.Level1Items {
		problems.Add("level2_items", "level2_below_level1")
	}
	return problems.Err()
}
