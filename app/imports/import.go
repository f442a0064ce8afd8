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
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/verbs"
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

// Landed counts the imports that have brought something.
func Landed(db *gorm.DB) (n int64, err error) {
	err = store.Scan(db, "select count(*) from imports where state = $1 and not dry_run", []any{Done}, &n)
	return n, err
}

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
	Notices        string
	Headers        []byte // sealed
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
	Detail     string
	Record     []byte
}

// TableName is the table of Rejection.
func (Rejection) TableName() string { return "import_rejections" }

// begin notes an import and who asked for it; more is what belongs to the same
// transaction.
func begin(ctx context.Context, s *store.Store, by access.Actor, i *Import, reference string, more func(tx *store.Tx) error) (*Import, error) {
	return verbs.Do(ctx, s, by, ToStart, verbs.About("incident", reference), "", func(tx *store.Tx) (*Import, error) {
		incident, err := incidents.ByReference(tx.DB, reference)
		if err != nil {
			return nil, err
		}
		i.IncidentID, i.State, i.IgnoredColumns, i.Notices, i.CreatedAt = incident.ID, Running, "[]", "[]", tx.Now
		if by.ID != 0 {
			i.StaffID = &by.ID
		}
		if err := store.Insert(tx, i); err != nil {
			return nil, err
		}
		if err := more(tx); err != nil {
			return nil, err
		}
		return i, audit.Record(tx, audit.Change{Subject: i.Subject(), After: map[string]any{"incident": reference, "dry_run": i.DryRun}})
	})
}

// ByID finds an import. Unknown: NotFound.
func ByID(db *gorm.DB, id int64) (*Import, error) { return store.Find[Import](db, "id = ?", id) }

// Rejections lists refused rows in the order of the files, after the one with
// the id after (0: from the first).
func Rejections(db *gorm.DB, importID, after int64, limit int) ([]Rejection, error) {
	return store.Select[Rejection](db, `select * from import_rejections where import_id = $1
		and ($2::bigint = 0 or (file, line, id) > (select file, line, id from import_rejections where id = $2)) order by file, line, id limit $3`, importID, after, limit)
}

// needFile refuses an import without any file.
func needFile(affected, movements bool) error {
	if affected || movements {
		return nil
	}
	return fault.Input("affected", "file_missing")
}

// Row is one line of the list of imports.
type Row struct {
	Import
	Reference string
	By        staff.Name
}

// Find lists imports, newest first, before the one with the id before (0: from
// the newest): limit and one more when there are more.
func Find(db *gorm.DB, before int64, limit int) ([]Row, error) {
	return store.Select[Row](db, `select i.*, n.reference, `+staff.NameOf("s")+` as by from imports i join incidents n on n.id = i.incident_id
		left join staff s on s.id = i.staff_id where i.id < $1 order by i.id desc limit $2`, store.Before(before), limit+1)
}

// RejectedFiles lists which files of an import have refused rows.
func RejectedFiles(db *gorm.DB, id int64) ([]string, error) {
	type file struct{ File string }
	rows, err := store.Select[file](db, "select distinct file from import_rejections where import_id = $1 order by file", id)
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.File
	}
	return out, err
}

// Run does for real what a dry run of uploaded files has shown.
func Run(ctx context.Context, s *store.Store, by access.Actor, id int64) (*Import, error) {
	return verbs.Do(ctx, s, by, ToRun, verbs.About("import", id), "", func(tx *store.Tx) (*Import, error) {
		i, err := store.Lock[Import](tx, id)
		if err != nil {
			return nil, err
		}
		var waiting bool
		if err := store.Scan(tx.DB, "select exists (select 1 from import_chunks where import_id = $1)", []any{id}, &waiting); err != nil {
			return nil, err
		}
		if !i.DryRun || i.State != Done || !waiting {
			return nil, fault.New(fault.Conflict, "import_not_repeatable")
		}
		i.DryRun, i.State, i.Processed, i.FinishedAt = false, Running, 0, nil
		if err := store.Save(tx, i, "dry_run", "state", "processed", "finished_at"); err != nil {
			return nil, err
		}
		if err := tx.Enqueue(RunArgs{ImportID: id}); err != nil {
			return nil, err
		}
		return i, audit.Record(tx, audit.Change{After: map[string]any{"dry_run": false}})
	})
}
