package store

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Select runs set-based SQL with $1 placeholders; unlike gorm's Raw it sends
// slices as PostgreSQL arrays. Columns go to the fields of T by name.
func Select[T any](db *gorm.DB, query string, args ...any) ([]T, error) {
	rows, err := db.Statement.ConnPool.QueryContext(db.Statement.Context, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		var row T
		if err := db.ScanRows(rows, &row); err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

// Each runs set-based SQL and hands over row by row; scan reads the columns. For
// lists so long that finding fields by name would cost more than the query.
func Each(db *gorm.DB, query string, args []any, row func(scan func(dest ...any) error) error) error {
	rows, err := db.Statement.ConnPool.QueryContext(db.Statement.Context, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Scan reads the one row of query into dest.
func Scan(db *gorm.DB, query string, args []any, dest ...any) error {
	return db.Statement.ConnPool.QueryRowContext(db.Statement.Context, query, args...).Scan(dest...)
}

// Exec writes by set-based SQL with $1 placeholders and returns how many rows it
// touched.
func Exec(tx *Tx, query string, args ...any) (int64, error) {
	tx.changed = true
	done, err := tx.DB.Statement.ConnPool.ExecContext(tx.Context(), query, args...)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// Freeze waits for whoever is writing to the table, and lets nobody else write to it before
// the transaction ends.
func Freeze(tx *Tx, table string) error {
	_, err := tx.DB.Statement.ConnPool.ExecContext(tx.Context(), "lock table "+table+" in share mode")
	return err
}

// Set changes a setting of the database for the rest of the transaction. It goes to the
// database with the next statement.
func (tx *Tx) Set(setting string) { tx.on.settings = append(tx.on.settings, setting) }

// Returning is Select for statements that write and return rows.
func Returning[T any](tx *Tx, query string, args ...any) ([]T, error) {
	tx.changed = true
	return Select[T](tx.DB, query, args...)
}

// insertBatch is how many rows one insert statement carries.
const insertBatch = 1000

// Insert writes a row or a slice of rows, and fills in the keys that the database gives.
func Insert(tx *Tx, rows any) error {
	tx.changed = true
	return tx.DB.CreateInBatches(rows, insertBatch).Error
}

// InsertNew writes a row unless one with its unique key stands; it reports whether
// it was written.
func InsertNew(tx *Tx, row any) (bool, error) {
	done := tx.DB.Clauses(clause.OnConflict{DoNothing: true}).Create(row)
	tx.changed = tx.changed || done.RowsAffected > 0
	return done.RowsAffected > 0, done.Error
}

// Save writes the named columns of a row that the transaction has locked.
func Save(tx *Tx, row any, column string, more ...any) error {
	tx.changed = true
	return tx.DB.Model(row).Select(column, more...).Updates(row).Error
}

// Queue notes a write with $1 placeholders whose outcome nobody in the transaction
// reads. Queued writes go to the database in one round trip with the commit, in
// their order; any that fails rolls everything back.
func (tx *Tx) Queue(query string, args ...any) {
	tx.changed = true
	tx.queued.Queue(query, args...)
}

// Flush sends the queued writes now, for what reads them in the same transaction.
func (tx *Tx) Flush() error {
	if tx.queued.Len() == 0 {
		return nil
	}
	batch := tx.queued
	tx.queued = pgx.Batch{}
	return tx.on.send(tx.Context(), &batch)
}

// Copy streams rows into a table by COPY, inside the transaction.
func (tx *Tx) Copy(table string, columns []string, rows pgx.CopyFromSource) (n int64, err error) {
	tx.changed = true
	err = tx.on.raw(tx.Context(), func(c *pgx.Conn) error {
		n, err = c.CopyFrom(tx.Context(), pgx.Identifier{table}, columns, rows)
		return err
	})
	return n, err
}

// SetSetting keeps a value of the program's own under a key.
func SetSetting(tx *Tx, key, value string) {
	tx.Queue("insert into settings (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value", key, value)
}

// Setting reads a value kept by SetSetting, empty when there is none.
func Setting(db *gorm.DB, key string) (value string, err error) {
	err = Scan(db, "select coalesce((select value from settings where key = $1), '')", []any{key}, &value)
	return value, err
}

// Storable reports whether PostgreSQL takes s as text.
func Storable(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// Before is the bound of a page that goes down by id: 0 is none, from the newest.
func Before(id int64) int64 {
	if id == 0 {
		return math.MaxInt64
	}
	return id
}
