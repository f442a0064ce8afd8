// Package jobs keeps how far long work has come (GET /jobs/{id}). The work
// itself is a River job; a row here outlives a crash, and Lost finds the rows
// whose work nobody does any more.
package jobs

import (
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"hoten/app/store"
)

// Job is one piece of long work. Its counts are rows of what it works on.
type Job struct {
	ID         int64
	Kind       string
	StaffID    int64
	Args       string
	State      string
	Total      int64
	Processed  int64
	Failed     int64
	CreatedAt  time.Time
	FinishedAt *time.Time
}

// States of a job.
const (
	Running = "running"
	Done    = "done"
	Failed  = "failed"
)

// Begin notes work that the caller enqueues in the same transaction.
func Begin(tx *store.Tx, kind string, args any) (*Job, error) {
	b, err := json.Marshal(args)
	if err != nil {
		return nil, err
	}
	j := &Job{Kind: kind, StaffID: tx.By.ID, Args: string(b), State: Running, CreatedAt: tx.Now}
	return j, tx.Create(j).Error
}

// Save writes the counts and the state.
func (j *Job) Save(tx *store.Tx) error {
	if j.State != Running && j.FinishedAt == nil {
		j.FinishedAt = &tx.Now
	}
	return tx.Model(j).Select("state", "total", "processed", "failed", "finished_at").Updates(j).Error
}

// ByID finds a job. Unknown: NotFound.
func ByID(db *gorm.DB, id int64) (*Job, error) { return store.Find[Job](db, "id = ?", id) }
