package imports

import (
	"context"
	"errors"
	"io"

	"hoten/app/imports/csvin"
	"hoten/app/jptext"
	"hoten/app/store"
)

// stageAll stages the files that there are; each has its table in any case.
func (r *run) stageAll(tx *store.Tx) error {
	for _, create := range []string{createStagedAffected, createStagedMovements} {
		if _, err := store.Exec(tx, create); err != nil {
			return err
		}
	}
	if r.src.affected != nil {
		sealer := &affectedSealer{run: r, identities: numbers{s: r.s, table: "identities"}, members: numbers{s: r.s, table: "members"}, contacts: numbers{s: r.s, table: "contacts"}}
		judge := func(row csvin.Row) (string, []csvin.Problem) { return row.Affected.LoginKey, nil }
		if err := r.stage(tx, AffectedFile, r.src.affected, csvin.AffectedFile, "staged_affected", affectedColumns, judge, sealer.seal); err != nil {
			return err
		}
	}
	if r.src.movements == nil {
		return nil
	}
	return r.stage(tx, MovementsFile, r.src.movements, csvin.MovementsFile, "staged_movements", movementColumns, r.judgeMovement, r.sealMovement)
}

// stage streams one file into a temporary table by COPY: a goroutine reads and
// seals while the database takes rows in. seal turns an accepted row into the
// columns of the table. Equal keys are settled here: an equal row is ignored,
// another one refused, the first stands.
func (r *run) stage(tx *store.Tx, file string, open opener, kind csvin.Kind, table string, columns []string,
	judge func(csvin.Row) (key string, problems []csvin.Problem), seal func(csvin.Row) ([]any, error)) error {
	f, err := open()
	if err != nil {
		return err
	}
	defer f.Close()
	reader, err := csvin.NewReader(f, kind)
	if err != nil {
		return r.refuseFile(tx.Context(), file, err)
	}
	defer reader.Close()
	r.headers[file] = reader.Header()
	if err := r.checkHeader(reader); err != nil {
		return r.refuseFile(tx.Context(), file, err)
	}
	reader.Today = jptext.DateOf(tx.Now)
	r.columns = append(r.columns, reader.Ignored()...)
	ctx, cancel := context.WithCancel(tx.Context())
	defer cancel()
	s := &staging{run: r, ctx: ctx, file: file, reader: reader, judge: judge, seal: seal, seen: map[[16]byte][16]byte{}, out: make(chan [][]any, 4)}
	go s.produce()
	_, err = tx.Copy(table, columns, s)
	cancel()
	for range s.out {
		// Until the reading goroutine has ended: it counts into r.
	}
	r.tell(file, reader.Notices()...)
	if s.err != nil {
		return r.refuseFile(tx.Context(), file, s.err)
	}
	return err
}

// refuseFile keeps why a file cannot be read at all, or to its end.
func (r *run) refuseFile(ctx context.Context, file string, err error) error {
	var header *csvin.HeaderError
	if errors.As(err, &header) {
		for _, p := range header.Problems {
			if err := r.rejected.add(ctx, file, nil, p); err != nil {
				return err
			}
		}
	}
	return err
}

// staging is a pgx.CopyFromSource.
type staging struct {
	*run
	ctx    context.Context
	file   string
	reader *csvin.Reader
	judge  func(csvin.Row) (string, []csvin.Problem)
	seal   func(csvin.Row) ([]any, error)
	seen   map[[16]byte][16]byte // hash of the row by hash of its key
	out    chan [][]any
	batch  [][]any
	at     int
	err    error
}

// stageBatch is how many rows pass between reading and copying at a time.
const stageBatch = 500

func (s *staging) produce() {
	defer close(s.out)
	for {
		batch, err := s.next()
		if len(batch) > 0 {
			select {
			case s.out <- batch:
			case <-s.ctx.Done():
				return
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				s.err = err
			}
			return
		}
	}
}

func (s *staging) next() ([][]any, error) {
	batch := make([][]any, 0, stageBatch)
	for n := 0; n < stageBatch; n++ {
		row, err := s.reader.Next()
		if err != nil {
			s.note(s.ctx, n)
			return batch, err
		}
		columns, err := s.take(row)
		if err != nil {
			return batch, err
		}
		if columns != nil {
			batch = append(batch, columns)
		}
	}
	s.note(s.ctx, stageBatch)
	return batch, nil
}

// take judges one row: its columns, or nil when it was ignored or refused.
func (s *staging) take(row csvin.Row) ([]any, error) {
	if len(row.Problems) > 0 {
		return nil, s.rejected.add(s.ctx, s.file, row.Raw, row.Problems...)
	}
	key, problems := s.judge(row)
	if len(problems) > 0 {
		return nil, s.rejected.add(s.ctx, s.file, row.Raw, problems...)
	}
	name := [16]byte(s.s.Vault.Blind("import", key))
	if first, repeated := s.seen[name]; repeated {
		if first == row.Hash {
			s.Ignored++
			return nil, nil
		}
		return nil, s.rejected.add(s.ctx, s.file, row.Raw, csvin.Problem{Line: row.Line, Reason: "duplicate_conflict"})
	}
	s.seen[name] = row.Hash
	return s.seal(row)
}

// Next moves on to the next row for COPY.
func (s *staging) Next() bool {
	s.at++
	for s.at >= len(s.batch) {
		batch, more := <-s.out
		if !more {
			return false
		}
		s.batch, s.at = batch, 0
	}
	return true
}

// Values is the row for COPY.
func (s *staging) Values() ([]any, error) { return s.batch[s.at], nil }

// Err is what reading failed with.
func (s *staging) Err() error { return s.err }
