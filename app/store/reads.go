package store

import (
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
)

// Reads are queries that go to the database together, in one round trip. They run one
// after the other: each sees what was committed before the locks of those before it
// were had. The zero value is ready.
type Reads struct{ batch pgx.Batch }

// Ask adds a query with $1 placeholders; its rows are there when Run is done. Columns
// go to the fields of T by name, and T must have a field for each.
func Ask[T any](r *Reads, query string, args ...any) *[]T {
	return ask(r, pgx.RowToStructByNameLax[T], query, args)
}

// AskIDs adds TakeIDs.
func AskIDs(r *Reads, table string, n int) *[]int64 {
	return ask(r, pgx.RowTo[int64], fmt.Sprintf("select nextval('%s_id_seq') from generate_series(1, $1::int)", table), []any{n})
}

func ask[T any](r *Reads, row pgx.RowToFunc[T], query string, args []any) *[]T {
	out := new([]T)
	r.batch.Queue(query, args...).Query(func(rows pgx.Rows) (err error) {
		*out, err = pgx.CollectRows(rows, row)
		return err
	})
	return out
}

// Run sends the queries, inside the transaction where db is a transaction's, and waits
// for all of them.
func (r *Reads) Run(db *gorm.DB) error {
	ctx := db.Statement.Context
	switch on := db.Statement.ConnPool.(type) {
	case *session:
		return on.send(ctx, &r.batch)
	case *sql.DB:
		conn, err := on.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		return raw(conn, func(c *pgx.Conn) error { return c.SendBatch(ctx, &r.batch).Close() })
	default:
		return fmt.Errorf("reads cannot be sent on a %T", on)
	}
}

// TakeIDs reserves n numbers of a table's id sequence, so that fields can be
// sealed for their row before it is written.
func TakeIDs(db *gorm.DB, table string, n int) ([]int64, error) {
	var reads Reads
	ids := AskIDs(&reads, table, n)
	err := reads.Run(db)
	return *ids, err
}
