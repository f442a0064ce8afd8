package imports

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/store"
)

// Names of the two files.
const (
	AffectedFile  = "affected"
	MovementsFile = "movements"
)

// States of an import.
const (
	Running = "running"
	Done    = "done"
	Failed  = "failed"
)

// Import is one import of one or both files; its counts are rows.
type Import struct {
	ID             int64
	IncidentID     int64
	StaffID        *int64
	DryRun         bool
	State          string
	Total          int64
	Processed      int64
	Accepted       int64
	Ignored        int64
	Rejected       int64
	IgnoredColumns string
	Error          string
	CreatedAt      time.Time
	FinishedAt     *time.Time
}

// Subject names the import in the audit trail.
func (i Import) Subject() string { return "import:" + strconv.FormatInt(i.ID, 10) }

// lockName is the advisory lock of an import's work.
func lockName(id int64) string { return fmt.Sprintf("import:%d", id) }

// Rejection is one refused row.
type Rejection struct {
	ID         int64
	ImportID   int64
	File       string
	Line       int64
	ColumnName string
	Reason     string
	Record     []byte
}

// TableName is the table of Rejection.
func (Rejection) TableName() string { return "import_rejections" }

// begin notes an import and who asked for it.
func begin(ctx context.Context, s *store.Store, by access.Actor, reference string, dryRun bool, more func(tx *store.Tx, i *Import) error) (*Import, error) {
	i, err := store.Write(ctx, s, by, func(tx *store.Tx) (*Import, error) {
		if err := by.Require(access.ManageIncidents); err != nil {
			return nil, err
		}
		incident, err := incidents.ByReference(tx.DB, reference)
		if err != nil {
			return nil, err
		}
		i := &Import{IncidentID: incident.ID, DryRun: dryRun, State: Running, IgnoredColumns: "[]", CreatedAt: tx.Now}
		if by.ID != 0 {
			i.StaffID = &by.ID
		}
		if err := tx.Create(i).Error; err != nil {
			return nil, err
		}
		if err := more(tx, i); err != nil {
			return nil, err
		}
		return i, audit.Record(tx, audit.Change{Action: "import.started", Subject: i.Subject(),
			After: map[string]any{"incident": reference, "dry_run": dryRun}})
	})
	return i, audit.Refused(ctx, s, by, "import.started", "incident:"+reference, err)
}

// ByID finds an import. Unknown: NotFound.
func ByID(db *gorm.DB, id int64) (*Import, error) { return store.Find[Import](db, "id = ?", id) }

// List is the newest imports, of one incident or (0) of all.
func List(db *gorm.DB, incident int64, limit int) ([]Import, error) {
	var out []Import
	q := db.Order("id desc").Limit(limit)
	if incident != 0 {
		q = q.Where("incident_id = ?", incident)
	}
	return out, q.Find(&out).Error
}

// Rejections lists refused rows in the order of the files, after the one with
// the id after.
func Rejections(db *gorm.DB, importID, after int64, limit int) ([]Rejection, error) {
	var out []Rejection
	err := db.Where("import_id = ? and id > ?", importID, after).Order("id").Limit(limit).Find(&out).Error
	return out, err
}

// needFile refuses an import without any file.
func needFile(affected, movements bool) error {
	if affected || movements {
		return nil
	}
	return fault.Input("affected", "file_missing")
}
