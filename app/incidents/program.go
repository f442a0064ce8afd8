package incidents

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/ledger"
	"hoten/app/operators"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Program is a point program of the ledger.
type Program = ledger.Program

// Programs lists all programs by id.
func Programs(db *gorm.DB) ([]Program, error) { return store.Now(db, AskPrograms) }

// AskPrograms reads what Programs lists.
func AskPrograms(reads *store.Reads) *[]Program {
	return store.Ask[Program](reads, "select * from programs order by id")
}

// ProgramByCode finds a program. An unknown code: Invalid on program.
func ProgramByCode(db *gorm.DB, code string) (*Program, error) {
	p, err := store.Find[Program](db, "code = ?", code)
	if fault.Of(err, fault.NotFound) {
		return nil, fault.Input("program", "program_unknown")
	}
	return p, err
}

// ProgramIn finds a program that an incident is about. Any other: Invalid on program.
func ProgramIn(db *gorm.DB, incident int64, code string) (*Program, error) {
	p, err := ProgramByCode(db, code)
	if err != nil {
		return nil, err
	}
	mine, err := store.Now(db, func(reads *store.Reads) *[]int16 { return AskProgramsOf(reads, incident) })
	if err == nil && !slices.Contains(mine, p.ID) {
		return nil, fault.Input("program", "program_not_involved")
	}
	return p, err
}

// ProgramOf finds a program. Unknown: NotFound.
func ProgramOf(db *gorm.DB, code string) (*Program, error) {
	return store.Find[Program](db, "code = ?", code)
}

// ToSetProgram is the verb of SetProgram.
var ToSetProgram = verbs.Declare(verbs.Verb{Name: "program.set", Needs: access.ManageIncidents, Subject: "program"})

// SetProgram makes the program (seen 0), or changes the one with its code for somebody
// who looked at the version seen; it tells whether anything changed. The operator is named
// by code. A code that is taken or unknown, a value that cannot be meant: Invalid; changed
// since: Conflict.
func SetProgram(ctx context.Context, s *store.Store, by access.Actor, seen int64, p Program, operator string) (bool, error) {
	return verbs.Do(ctx, s, by, ToSetProgram, verbs.About("program", p.Code), "", func(tx *store.Tx) (bool, error) {
		if err := operators.Seen(tx, p.Code, seen, func(p *Program) int64 { return p.Version }); err != nil {
			return false, err
		}
		return PutProgram(tx, p, operator)
	})
}

// maxPrograms bounds the programs: each is a column of figures and policies.
const maxPrograms = 20

// maxName bounds names and units, in characters.
const maxName = 60

var programForm = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)

// reserved are codes that topics of desks, addresses and columns use for something else.
var reserved = map[string]bool{"id": true, "password": true, "new": true}

// counters are what Japanese counts things and money with. They mean nothing without a
// number, and a unit also stands alone: mails would write of 枚の補填.
var counters = strings.Fields("枚 個 箇 ヶ ケ コ 点 本 件 回 口 つ 人 名 台 冊 部 通 組 束 箱 杯 匹 頭 羽 足 着 袋 円 銭 元 ドル ユーロ ウォン ¥ ¥ $ $ €")

// CheckProgram refuses what cannot be meant, with an Invalid fault that names each field.
// kept is the program as it stands, whose unit may stay; zero: it is new.
func CheckProgram(p, kept Program) error {
	var problems fault.Problems
	switch {
	case reserved[p.Code]:
		problems.Add("code", "code_reserved")
	case !programForm.MatchString(p.Code):
		problems.Add("code", "code_invalid")
	}
	for field, v := range map[string]string{"name_ja": p.NameJa, "name_en": p.NameEn, "unit_ja": p.UnitJa, "unit_en": p.UnitEn, "unit_en_one": p.UnitEnOne} {
		secrets.Label(&problems, field, v, maxName)
	}
	if p.UnitJa != kept.UnitJa && slices.Contains(counters, p.UnitJa) {
		problems.Add("unit_ja", "unit_counter")
	}
	return problems.Err()
}

// PutProgram makes the program or changes the one with its code; it tells whether
// anything changed. It is part of another action, which has asked for the permission.
func PutProgram(tx *store.Tx, p Program, operator string) (bool, error) {
	company, err := operatorOf(tx, "operator", operator)
	if err != nil {
		return false, err
	}
	p.OperatorID = company.ID
	all, err := Programs(tx.DB)
	if err != nil {
		return false, err
	}
	var stands Program
	if i := slices.IndexFunc(all, func(one Program) bool { return one.Code == p.Code }); i >= 0 {
		stands = all[i]
	}
	err = CheckProgram(p, stands)
	if err == nil {
		err = operators.Distinct(p, all, func(p Program) (string, string, string) { return p.Code, p.NameJa, p.NameEn })
	}
	if err != nil {
		return false, err
	}
	kept, err := store.LockBy[Program](tx, "code = ?", p.Code)
	change := audit.Change{Action: ToSetProgram.Name, Subject: verbs.About("program", p.Code), After: p}
	switch {
	case fault.Of(err, fault.NotFound):
		p.Version = 1
		if len(all) >= maxPrograms {
			return false, fault.Input("code", "rows_too_many", "max", maxPrograms)
		}
		err = ledger.Open(tx, &p)
	case err == nil:
		if p.ID, p.Version = kept.ID, kept.Version; p == *kept {
			return false, nil
		}
		p.Version++
		change.Before = *kept
		err = ledger.Change(tx, *kept, &p)
	}
	if err != nil {
		return false, err
	}
	return true, audit.Record(tx, change)
}

func operatorOf(tx *store.Tx, field, code string) (*operators.Operator, error) {
	o, err := operators.ByCode(tx.DB, code)
	if fault.Of(err, fault.NotFound) {
		return nil, fault.Input(field, "operator_unknown")
	}
	return o, err
}
