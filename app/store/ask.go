package store

import (
	"reflect"
	"strings"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// AskValues is Ask for queries of one column.
func AskValues[T any](r *Reads, query string, args ...any) *[]T {
	return ask(r, pgx.RowTo[T], query, args)
}

// Now runs one read of Ask by itself.
func Now[T any](db *gorm.DB, ask func(*Reads) *[]T) ([]T, error) {
	var reads Reads
	rows := ask(&reads)
	err := reads.Run(db)
	return *rows, err
}

// First is the first of the rows; nil where there are none.
func First[T any](rows []T) *T {
	if len(rows) == 0 {
		return nil
	}
	return &rows[0]
}

// Columns names the columns of T, of the table known as alias: a row may have more
// that T does not read. Fields without a column are tagged gorm:"-".
func Columns[T any](alias string) string {
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if !f.Anonymous && f.Tag.Get("gorm") != "-" {
			names = append(names, alias+"."+schema.NamingStrategy{}.ColumnName("", f.Name))
		}
	}
	return strings.Join(names, ", ")
}
