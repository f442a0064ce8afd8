// Package views keeps lists of cases as people like to see them: filters, order
// and columns under a name of their own. Nobody sees another's.
package views

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/vault"
)

// View is one saved list; Query is the query string of its address, Words what
// it searches for, sealed: they name members.
type View struct {
	ID      int64
	StaffID int64
	Name    string
	Query   string
	Words   []byte
}

// PlainWords opens the words.
func (v View) PlainWords(of *vault.Vault) (string, error) {
	return of.Read("saved_views", "words", v.StaffID, v.Words), nil
}

// limits: a name fits a chip, a query an address, and all views a line or two.
const (
	longestName  = 30
	longestQuery = 2000
	most         = 30
)

// Of lists somebody's views by name.
func Of(db *gorm.DB, staff int64) ([]View, error) {
	return store.Now(db, func(reads *store.Reads) *[]View { return AskOf(reads, staff) })
}

// AskOf reads what Of lists.
func AskOf(reads *store.Reads, staff int64) *[]View {
	return store.Ask[View](reads, "select * from saved_views where staff_id = $1 order by name", staff)
}

// Save keeps a view; one of the same name is replaced. A name that is empty or
// too long is an Invalid fault, as is one view too many.
func Save(ctx context.Context, s *store.Store, by access.Actor, name, query, words string) error {
	name = strings.TrimSpace(name)
	var p fault.Problems
	if secrets.Label(&p, "name", name, longestName); len(query) > longestQuery {
		p.Add("query", "too_long", "max", longestQuery)
	}
	if err := p.Err(); err != nil {
		return err
	}
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		made, err := store.Exec(tx, `insert into saved_views (staff_id, name, query, words) select $1, $2, $3, $5::bytea
			where (select count(*) from saved_views where staff_id = $1 and name <> $2) < $4
			on conflict (staff_id, name) do update set query = excluded.query, words = excluded.words`,
			by.ID, name, query, most, tx.Vault().Seal("saved_views", "words", by.ID, words))
		if err == nil && made == 0 {
			err = fault.Input("name", "views_full", "max", most)
		}
		return err
	})
}

// Drop forgets one of one's own views. Somebody else's or none: NotFound.
func Drop(ctx context.Context, s *store.Store, by access.Actor, id int64) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		gone, err := store.Exec(tx, "delete from saved_views where id = $1 and staff_id = $2", id, by.ID)
		if err == nil && gone == 0 {
			err = fault.Missing()
		}
		return err
	})
}
