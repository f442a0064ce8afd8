package cases

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Export lists what the filter finds, as Find does, for a file that leaves the program;
// filters says in the audit trail what was asked for, without words that name a member.
func Export(ctx context.Context, s *store.Store, by access.Actor, f Filter, filters map[string]string) ([]Row, error) {
	return verbs.Do(ctx, s, by, ToExport, "cases", "", func(tx *store.Tx) ([]Row, error) {
		rows, _, err := Find(tx.DB, tx.Vault(), f)
		if err != nil {
			return nil, err
		}
		return rows, audit.Record(tx, audit.Change{After: map[string]any{"found": min(len(rows), f.Limit), "filters": filters}})
	})
}
