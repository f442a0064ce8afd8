package desks

import (
	"encoding/json"
	"slices"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/store"
)

// Kept is a desk as the database keeps it.
type Kept struct {
	ID int64
	Desk
}

type row struct {
	ID    int64
	Code  string
	Rules string
}

func (row) TableName() string { return "desks" }

// List reads all desks, in the order they were set up.
func List(db *gorm.DB) ([]Kept, error) {
	var reads store.Reads
	found := Ask(&reads)
	if err := reads.Run(db); err != nil {
		return nil, err
	}
	return found()
}

// Ask reads what List gives; what it returns gives it once the reads have run.
func Ask(reads *store.Reads) func() ([]Kept, error) {
	rows := store.Ask[row](reads, "select id, code, rules from desks order by id")
	return func() ([]Kept, error) {
		out := make([]Kept, len(*rows))
		for i, r := range *rows {
			out[i].ID = r.ID
			if err := json.Unmarshal([]byte(r.Rules), &out[i].Desk); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
}

// IDOf is the number of the desk that a form names; nil where it names none. Unknown:
// Invalid on desk.
func IDOf(db *gorm.DB, code string) (*int64, error) {
	if code == "" {
		return nil, nil
	}
	found, err := store.Find[row](db, "code = ?", code)
	if fault.Of(err, fault.NotFound) {
		return nil, fault.Input("desk", "desk_unknown")
	}
	if err != nil {
		return nil, err
	}
	return &found.ID, nil
}

// ByCode reads a desk. Unknown: NotFound.
func ByCode(db *gorm.DB, code string) (Desk, error) {
	r, err := store.Find[row](db, "code = ?", code)
	if err != nil {
		return Desk{}, err
	}
	var d Desk
	return d, json.Unmarshal([]byte(r.Rules), &d)
}

// Choose finds the desk that somebody of the desk own works at for a member whose ID has
// the code id: the one with the code, else their own, else the main one for the ID where
// theirs does not serve it; nil without any. Invalid on desk: an unknown code, or a desk
// that does not serve such members.
func Choose(db *gorm.DB, code string, own int64, id string) (*Kept, error) {
	list, err := List(db)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(d Kept) bool { return d.Code == code || code == "" && d.ID == own })
	switch {
	case i < 0 && code != "":
		return nil, fault.Input("desk", "desk_unknown")
	case i < 0:
		return nil, nil
	case list[i].Serves(id):
		return &list[i], nil
	case code != "":
		return nil, fault.Input("desk", "desk_of_others", "desk", list[i].Desk)
	}
	return Main(list, id), nil
}

// Topics that a desk may have besides the codes of programs.
const (
	AboutID       = "id"
	AboutPassword = "password"
)

// Main is the desk by whose hours a case without a desk is counted: of those that serve
// the members of the ID with the code, the first that is asked about IDs, else the first.
// Where none serves it, or the ID is not known (""), it is found among all; nil where
// there is no desk.
func Main(list []Kept, id string) *Kept {
	var first *Kept
	for i, d := range list {
		switch {
		case !d.Serves(id):
		case slices.Contains(d.Topics, AboutID):
			return &list[i]
		case first == nil:
			first = &list[i]
		}
	}
	if first == nil && id != "" {
		return Main(list, "")
	}
	return first
}
