package reports

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/store"
	"hoten/app/verbs"
)

// ToExportAudit is the verb of ExportAudit.
var ToExportAudit = verbs.Declare(verbs.Verb{Name: "audit.exported", Needs: access.ReadAuditOwn, Subject: "audit"})

// ExportAudit lists what the filter finds of the audit trail, as audit.Find does, for a file
// that leaves the program; filters says in the trail what was asked for.
func ExportAudit(ctx context.Context, s *store.Store, by access.Actor, f audit.Filter, filters map[string]string) ([]audit.Sealed, error) {
	return verbs.Do(ctx, s, by, ToExportAudit, "audit", "", func(tx *store.Tx) ([]audit.Sealed, error) {
		rows, err := audit.Find(tx.DB, by, f)
		if err != nil {
			return nil, err
		}
		return rows, audit.Record(tx, audit.Change{After: map[string]any{"found": min(len(rows), f.Limit), "filters": filters}})
	})
}
