package ledger

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"hoten/app/fault"
	"hoten/app/store"
	"hoten/i18n"
)

// Program is a point program; each is a unit of its own, never summed with another.
type Program struct {
	ID         int16  `json:"-"`
	Code       string `json:"code"`
	NameJa     string `json:"name_ja"`
	NameEn     string `json:"name_en"`
	UnitJa     string `json:"unit_ja"`     // ポイント, behind a number
	UnitEn     string `json:"unit_en"`     // points
	UnitEnOne  string `json:"unit_en_one"` // point
	OperatorID int16  `json:"-"`
	Version    int64  `json:"-"`
}

// Name is the program's name in the language.
func (p Program) Name(lang string) string {
	if lang == "en" {
		return p.NameEn
	}
	return p.NameJa
}

// Amount is so many points of a program: to readers with its unit, to programs the number.
type Amount struct {
	Program Program
	Points  int64
}

// MarshalJSON writes the number.
func (a Amount) MarshalJSON() ([]byte, error) { return strconv.AppendInt(nil, a.Points, 10), nil }

// Named is a program as sentences name it: to readers by its name, to programs by its code.
type Named struct{ Program }

// MarshalJSON writes the code.
func (n Named) MarshalJSON() ([]byte, error) { return json.Marshal(n.Code) }

// NamedAll are programs as sentences name them, one after the other.
type NamedAll []Program

// Name lists the names in the language.
func (n NamedAll) Name(lang string) string {
	names := make([]string, len(n))
	for i, p := range n {
		names[i] = p.Name(lang)
	}
	return strings.Join(names, i18n.T(i18n.With(context.Background(), lang), "form.and"))
}

// String lists the codes.
func (n NamedAll) String() string {
	codes := make([]string, len(n))
	for i, p := range n {
		codes[i] = p.Code
	}
	return strings.Join(codes, ", ")
}

// MarshalJSON writes the codes.
func (n NamedAll) MarshalJSON() ([]byte, error) { return json.Marshal(n.String()) }

// Name writes the amount in the language: 10,500マイル; 10,500 miles, 1 mile.
func (a Amount) Name(lang string) string {
	switch n := i18n.Number(a.Points); {
	case lang != "en":
		return n + a.Program.UnitJa
	case a.Points == 1:
		return n + " " + a.Program.UnitEnOne
	default:
		return n + " " + a.Program.UnitEn
	}
}

// Open makes a program with the company accounts that its postings need.
func Open(tx *store.Tx, p *Program) error {
	if err := store.Insert(tx, p); err != nil {
		return err
	}
	_, err := store.Exec(tx, "insert into accounts (program_id, purpose) select $1, unnest($2::text[])", p.ID,
		[]string{Opening, Restored, Reimbursed, Absorbed, Adjusted})
	return err
}

// Change keeps what a program is called, and whose it is. Its code stays, and once points
// were put back also its operator, by whom is reported who owes them to whom: Invalid.
func Change(tx *store.Tx, before Program, p *Program) error {
	if p.OperatorID != before.OperatorID {
		var posted bool
		err := store.Scan(tx.DB, "select exists (select from accounts a join postings p on p.account_id = a.id where a.program_id = $1 and a.purpose = any($2))",
			[]any{p.ID, []string{Restored, Reimbursed, Absorbed, Adjusted}}, &posted)
		if err != nil {
			return err
		}
		if posted {
			return fault.Input("operator", "program_posted")
		}
	}
	return store.Save(tx, p, "name_ja", "name_en", "unit_ja", "unit_en", "unit_en_one", "operator_id", "version")
}
