package reconciliations

import (
	"bufio"
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"time"

	"hoten/app/store"
)

// mostRows bounds a statement.
const mostRows = 3_000_000

// errTooLong says that a statement has more rows than mostRows.
var errTooLong = errors.New("the statement has too many rows")

// row is a row of a statement as it is kept: whose account it is only as a keyed hash.
type row struct {
	Key, Program, Reference string
	Login                   []byte
	Points                  int64
	DoneAt                  time.Time
}

// spool keeps the rows of a statement in a temporary file without a name, so that what is slow
// to come holds nothing of the database. It is a pgx.CopyFromSource.
type spool struct {
	file   *os.File
	out    *bufio.Writer
	encode *gob.Encoder
	digest hash.Hash
	rows   int

	decode *gob.Decoder
	value  []any
	at     int
	err    error
}

func newSpool() (*spool, error) {
	f, err := os.CreateTemp("", "hoten-statement-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	s := &spool{file: f, out: bufio.NewWriterSize(f, 1<<18), digest: sha256.New()}
	s.encode = gob.NewEncoder(s.out)
	return s, nil
}

// Close gives the file back.
func (s *spool) Close() error { return s.file.Close() }

func (s *spool) add(r row) error {
	if s.rows++; s.rows > mostRows {
		return errTooLong
	}
	fmt.Fprintf(s.digest, "%q %q %q %x %d %d\n", r.Key, r.Program, r.Reference, r.Login, r.Points, r.DoneAt.UnixMicro())
	return s.encode.Encode(r)
}

// rewind has the rows come from the first on.
func (s *spool) rewind() error {
	if err := s.out.Flush(); err != nil {
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	s.decode, s.at, s.err = gob.NewDecoder(bufio.NewReaderSize(s.file, 1<<18)), 0, nil
	return nil
}

// Next moves on to the next row for COPY.
func (s *spool) Next() bool {
	if s.at == s.rows || s.err != nil {
		return false
	}
	var r row
	s.err = s.decode.Decode(&r)
	s.at++
	s.value = []any{int32(s.at), r.Key, r.Login, r.Program, r.Points, r.Reference, r.DoneAt}
	return s.err == nil
}

// Values is the row for COPY.
func (s *spool) Values() ([]any, error) { return s.value, nil }

// Err is what reading the file failed with.
func (s *spool) Err() error { return s.err }

// stated is the table that the rows of a statement come into, and its columns.
const stated = "create temp table stated (n integer, key text, login bytea, program text, points bigint, reference text, done_at timestamptz) on commit drop"

var statedColumns = []string{"n", "key", "login", "program", "points", "reference", "done_at"}

// copyInto puts the rows in the place of those of the last statement, each with its leg as far
// as its key tells.
func (s *spool) copyInto(tx *store.Tx, r *Reconciliation) error {
	if err := s.rewind(); err != nil {
		return err
	}
	if _, err := store.Exec(tx, stated); err != nil {
		return err
	}
	if _, err := tx.Copy("stated", statedColumns, s); err != nil {
		return err
	}
	if _, err := store.Exec(tx, "delete from statement_rows where reconciliation_id = $1", r.ID); err != nil {
		return err
	}
	_, err := store.Exec(tx, `insert into statement_rows (reconciliation_id, n, key, login, program, points, reference, done_at, leg_id)
		select $1, s.n, s.key, s.login, s.program, s.points, s.reference, s.done_at, l.id
		from stated s left join point_legs l on l.key = s.key and l.system_id = $2`, r.ID, r.SystemID)
	return err
}
