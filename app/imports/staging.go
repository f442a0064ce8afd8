package imports

import (
	"context"
	"errors"
	"io"
	"strconv"

	"hoten/app/imports/csvin"
)

// staging is a pgx.CopyFromSource of one part of a file after the other.
type staging struct {
	*run
	ctx      context.Context
	file     string
	reader   *csvin.Reader
	judge    func(csvin.Row) (string, []csvin.Problem)
	sealing  func(rows int) (sealer, error)
	seen     map[[16]byte]first // by hash of their keys
	out      chan chan sealed   // in the order of the file
	batch    [][]any
	at, left int // in the batch; of the part
	err      error
}

// first is the row that came first with its key.
type first struct {
	hash [16]byte
	line int
}

// sealer turns an accepted row into the columns of its table.
type sealer func(csvin.Row) []any

// sealed is what became of a batch of rows.
type sealed [][]any

// Rows pass from reading to sealing and on in batches of stageBatch, of which so many
// are sealed ahead; the database works on parts of partRows.
const stageBatch, sealingAhead, partRows = 500, 4, 5000

// produce reads, and has each batch sealed in a goroutine of its own.
func (s *staging) produce() {
	defer close(s.out)
	for {
		rows, err := s.next()
		if len(rows) > 0 {
			seal, err := s.sealing(len(rows))
			if err != nil {
				s.err = err
				return
			}
			ahead := make(chan sealed, 1)
			select {
			case s.out <- ahead:
			case <-s.ctx.Done():
				return
			}
			go func() {
				batch := make(sealed, len(rows))
				for i, row := range rows {
					batch[i] = seal(row)
				}
				ahead <- batch
			}()
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				s.err = err
			}
			return
		}
	}
}

// next reads and judges a batch of rows: those that were neither ignored nor refused.
func (s *staging) next() ([]csvin.Row, error) {
	rows := make([]csvin.Row, 0, stageBatch)
	for n := range stageBatch {
		row, err := s.reader.Next()
		if err != nil {
			s.note(s.ctx, n)
			return rows, err
		}
		taken, err := s.take(row)
		if err != nil {
			return rows, err
		}
		if taken {
			rows = append(rows, row)
		}
	}
	s.note(s.ctx, stageBatch)
	return rows, nil
}

// take judges one row: false when it was ignored or refused.
func (s *staging) take(row csvin.Row) (bool, error) {
	if len(row.Problems) > 0 {
		return false, s.rejected.add(s.ctx, s.file, row.Raw, row.Problems...)
	}
	key, problems := s.judge(row)
	if len(problems) > 0 {
		return false, s.rejected.add(s.ctx, s.file, row.Raw, problems...)
	}
	name := [16]byte(s.s.Vault.Blind("import", key))
	if earlier, repeated := s.seen[name]; repeated {
		if earlier.hash == row.Hash {
			s.Ignored++
			return false, nil
		}
		return false, s.rejected.add(s.ctx, s.file, row.Raw, csvin.Problem{Line: row.Line, Reason: "duplicate_conflict", Detail: strconv.Itoa(earlier.line)})
	}
	s.seen[name] = first{row.Hash, row.Line}
	return true, nil
}

// more begins the next part; false at the end of the file.
func (s *staging) more() bool {
	s.left = partRows
	return s.wait()
}

// wait waits for the next row; false at the end of the file.
func (s *staging) wait() bool {
	for s.at == len(s.batch) {
		ahead, more := <-s.out
		if !more {
			return false
		}
		s.batch, s.at = <-ahead, 0
	}
	return true
}

// Next moves on to the next row for COPY.
func (s *staging) Next() bool {
	if s.left == 0 || !s.wait() {
		return false
	}
	s.left--
	s.at++
	return true
}

// Values is the row for COPY.
func (s *staging) Values() ([]any, error) { return s.batch[s.at-1], nil }

// Err is nil: what reading failed with is told after the last part.
func (s *staging) Err() error { return nil }
