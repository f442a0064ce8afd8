package reports

import (
	"context"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/store"
	"hoten/app/verbs"
)

// ToExportAudit is the verb of ExportAudit.
var ToExportAudit = verbs.Declare(verbs.Verb{Name: "audit.exported", Needs: access.ReadAuditOwn, Subject: "audit"})

// ToExportList is the verb of ExportList.
var ToExportList = verbs.Declare(verbs.Verb{Name: "list.exported", Needs: access.ReadCases, Subject: "list"})

// ExportList is what find reads of a list, for a file that leaves the program; filters says
// in the trail what was asked for. It holds at most as many rows as that.
func ExportList[R any](ctx context.Context, s *store.Store, by access.Actor, list string, most int, filters map[string]string, find func(db *gorm.DB) ([]R, error)) ([]R, error) {
	return verbs.Do(ctx, s, by, ToExportList, verbs.About("list", list), "", func(tx *store.Tx) ([]R, error) {
		rows, err := find(tx.DB)
		if err != nil {
			return nil, err
		}
		return rows, audit.Record(tx, audit.Change{After: map[string]any{"found": min(len(rows), most), "filters": filters}})
	})
}

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
