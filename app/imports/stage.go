package imports

import (
	"context"
	"errors"

	"hoten/app/imports/csvin"
	"hoten/app/jptext"
	"hoten/app/ledger"
	"hoten/app/store"
)

// stageAll stages the files that there are; each has its table in any case. IDs that
// nobody knew land as they come, in the classes of their movements, so these are read
// first.
func (r *run) stageAll(tx *store.Tx) error {
	for _, create := range createStaged {
		if _, err := store.Exec(tx, create); err != nil {
			return err
		}
	}
	if err := r.stageMovements(tx); err != nil {
		return err
	}
	return r.stageAffected(tx)
}

func (r *run) stageMovements(tx *store.Tx) error {
	if r.src.movements == nil {
		return nil
	}
	sealing := func(int) (sealer, error) { return r.sealMovement, nil }
	err := r.stage(tx, MovementsFile, r.src.movements, csvin.MovementsFile, "staged_movements", movementColumns, r.judgeMovement, sealing, func(*store.Tx) error { return nil })
	if err != nil {
		return err
	}
	return r.stageClasses(tx)
}

func (r *run) stageAffected(tx *store.Tx) error {
	if r.src.affected == nil {
		return nil
	}
	if !r.DryRun {
		var err error
		if r.opening, err = ledger.BeginOpening(tx, r.Subject()+":opening"); err != nil {
			return err
		}
	}
	numbered := &numbered{run: r, identities: numbers{s: r.s, table: "identities"}, members: numbers{s: r.s, table: "members"}, contacts: numbers{s: r.s, table: "contacts"}}
	judge := func(row csvin.Row) (string, []csvin.Problem) { return row.Affected.LoginKey, nil }
	// Plans made for the first part serve the last one, when tables are a thousand times
	// larger than at first: they must look up by index.
	tx.Set("enable_seqscan = off")
	err := r.stage(tx, AffectedFile, r.src.affected, csvin.AffectedFile, "arriving_affected", affectedColumns, judge, numbered.sealing, r.arrive)
	tx.Set("enable_seqscan = on")
	return err
}

// stage streams one file into a temporary table by COPY: goroutines read and seal
// while the database takes rows in, and works on each part of them (arrived). judge
// names the row and may refuse it. Equal keys are settled here: an equal row is
// ignored, another one refused, the first stands.
func (r *run) stage(tx *store.Tx, file string, open opener, kind csvin.Kind, table string, columns []string,
	judge func(csvin.Row) (key string, problems []csvin.Problem), sealing func(rows int) (sealer, error), arrived func(*store.Tx) error) error {
	f, err := open()
	if err != nil {
		return err
	}
	defer f.Close()
	reader, err := csvin.NewReader(f, kind, r.names)
	if err != nil {
		return r.refuseFile(tx.Context(), file, err)
	}
	defer reader.Close()
	r.headers[file], r.headers[file+named] = reader.Header(), reader.Columns()
	if err := r.checkHeader(reader); err != nil {
		return r.refuseFile(tx.Context(), file, err)
	}
	reader.Today = jptext.DateOf(tx.Now)
	r.columns = append(r.columns, reader.Ignored()...)
	r.columns = append(r.columns, reader.BalanceColumns(func(program string) bool { return !r.about(program) })...)
	ctx, cancel := context.WithCancel(tx.Context())
	defer cancel()
	s := &staging{run: r, ctx: ctx, file: file, reader: reader, judge: judge, sealing: sealing, seen: map[[16]byte]first{}, out: make(chan chan sealed, sealingAhead)}
	go s.produce()
	for err == nil && s.more() {
		if _, err = tx.Copy(table, columns, s); err == nil {
			err = arrived(tx)
		}
	}
	cancel()
	for ahead := range s.out {
		// Until the goroutines have ended: they count into r.
		<-ahead
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
		r.columns = append(r.columns, header.Ignored...)
		for _, p := range header.Problems {
			if err := r.rejected.add(ctx, file, nil, p); err != nil {
				return err
			}
		}
	}
	return err
}
