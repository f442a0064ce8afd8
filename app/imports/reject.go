package imports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"hoten/app/imports/csvin"
	"hoten/app/store"
)

// rejector keeps refused rows, in transactions of their own: they stay whatever
// becomes of the import.
type rejector struct {
	s     *store.Store
	id    int64
	max   int64 // refused rows, see policies.RefusedRows
	open  []refusal
	count int64
	bytes int
}

type refusal struct {
	file    string
	problem csvin.Problem
	raw     []string
}

// rejectBatch bounds how many refused rows wait in memory, and maxRefused what is
// kept of all of them, in bytes.
const rejectBatch, maxRefused = 1000, 64 << 20

// errTooMany ends an import that refuses more than anybody would look at.
var errTooMany = errors.New("too many refused rows")

func (r *rejector) add(ctx context.Context, file string, raw []string, problems ...csvin.Problem) error {
	r.count++
	for _, cell := range raw {
		r.bytes += len(cell)
	}
	for _, p := range problems {
		r.open = append(r.open, refusal{file, p, raw})
	}
	if r.count >= r.max || r.bytes > maxRefused {
		return errTooMany
	}
	if len(r.open) < rejectBatch {
		return nil
	}
	return r.flush(ctx)
}

func (r *rejector) flush(ctx context.Context) error {
	if len(r.open) == 0 {
		return nil
	}
	err := store.Keep(ctx, r.s, func(tx *store.Tx) error {
		ids, err := store.TakeIDs(tx.DB, "import_rejections", len(r.open))
		if err != nil {
			return err
		}
		rows := make([]Rejection, len(r.open))
		for i, o := range r.open {
			record, err := json.Marshal(o.raw)
			if err != nil {
				return err
			}
			rows[i] = Rejection{ID: ids[i], ImportID: r.id, File: o.file, Line: int64(o.problem.Line), ColumnName: o.problem.Column, Reason: o.problem.Reason, Detail: o.problem.Detail,
				Record: tx.Vault().Seal("import_rejections", recordOf(r.id), ids[i], string(record))}
		}
		return store.Insert(tx, rows)
	})
	r.open = r.open[:0]
	return err
}

// recordOf is the name that a refused row of an import is sealed under, for its own
// number: neither another row nor another import has both.
func recordOf(importID int64) string { return fmt.Sprintf("record of import %d", importID) }

// Fields opens the refused row as it stood in the file.
func (r Rejection) Fields(s *store.Store) (fields []string, err error) {
	plain, err := s.Vault.Unseal("import_rejections", recordOf(r.ImportID), r.ID, r.Record)
	if err != nil {
		// Up to release 1 they were sealed for their import only.
		plain, err = s.Vault.Unseal("import_rejections", "record", r.ImportID, r.Record)
	}
	if err != nil || plain == "" {
		return nil, err
	}
	return fields, json.Unmarshal([]byte(plain), &fields)
}
