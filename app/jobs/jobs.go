// Package jobs keeps how far long work has come (GET /jobs/{id}). The work
// itself is a River job; a row here outlives a crash, and Lost finds the rows
// whose work nobody does any more.
package jobs

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"hoten/app/fault"
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
	Error      string // why it was given up, as the code of a fault
	Reasons    string // JSON: how many of Failed there are by the code of a fault
}

// Refuse counts rows that the rules refused, by the codes of the faults.
func (j *Job) Refuse(codes ...string) {
	counts := j.Refused()
	for _, code := range codes {
		counts[code]++
	}
	j.Failed += int64(len(codes))
	if b, err := json.Marshal(counts); err == nil { // numbers by words always marshal
		j.Reasons = string(b)
	}
}

// Refused is how many rows the rules refused, by the codes of the faults.
func (j *Job) Refused() map[string]int64 {
	counts := map[string]int64{}
	json.Unmarshal([]byte(j.Reasons), &counts) // written by Refuse; without it nothing is counted
	return counts
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
	j := &Job{Kind: kind, StaffID: tx.By.ID, Args: string(b), State: Running, CreatedAt: tx.Now, Reasons: "{}"}
	return j, store.Insert(tx, j)
}

// Save writes the counts and the state, which are no change that must be recorded.
func (j *Job) Save(tx *store.Tx) error {
	if j.State != Running && j.FinishedAt == nil {
		j.FinishedAt = &tx.Now
	}
	return tx.Uncounted(func() error {
		return store.Save(tx, j, "state", "total", "processed", "failed", "finished_at", "error", "reasons")
	})
}

// GiveUp ends a job that will not be done, for the reason that refusal says.
func (j *Job) GiveUp(ctx context.Context, s *store.Store, refusal *fault.Fault) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		j.State, j.Error = Failed, refusal.Code
		return j.Save(tx)
	})
}

// ByID finds a job. Unknown: NotFound.
func ByID(db *gorm.DB, id int64) (*Job, error) { return store.Find[Job](db, "id = ?", id) }
