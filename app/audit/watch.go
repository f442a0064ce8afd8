package audit

import (
	"context"
	"sync"

	"gorm.io/gorm"

	"hoten/app/store"
)

// Watch looks for entries and seals that the program did not write, while it serves.
// What it found is kept in memory: who can write to the database cannot reset it. It
// is safe for concurrent use.
type Watch struct {
	Store    *store.Store
	HeadFile string

	mu       sync.Mutex
	begun    bool
	sealed   int64  // up to this seal the chain was followed
	previous []byte // its hash
	foreign  int64
	broken   string
}

// Foreign is how many entries were out of place at the last Look: their code is wrong,
// or they stand without a seal where the sealer has been.
func (w *Watch) Foreign() float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return float64(w.foreign)
}

// Broken is 1 when the last Look or Check found the chain broken, else 0.
func (w *Watch) Broken() float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken != "" {
		return 1
	}
	return 0
}

// Look counts the entries that are out of place and follows the chain from where the
// Look before it ended; the first one begins at the newest seal. It logs what is new.
func (w *Watch) Look(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	db := store.Read(ctx, w.Store)
	foreign, err := w.count(db)
	if err != nil {
		return err
	}
	if foreign > w.foreign {
		w.Store.Log.ErrorContext(ctx, "the audit trail is broken: entries are not the program's own or have lost their seal", "entries", foreign)
	}
	w.foreign = foreign
	if !w.begun {
		head, err := lastSeal(db)
		if err != nil {
			return err
		}
		w.begun, w.sealed, w.previous = true, head.Seq, head.Hash
		return nil
	}
	chain := walk{s: w.Store, report: Report{Sealed: w.sealed}, previous: w.previous}
	if err := chain.chain(db); err != nil {
		return err
	}
	w.sealed, w.previous = chain.report.Sealed, chain.previous
	if chain.report.Broken != "" {
		w.alarm(ctx, chain.report.Broken)
	}
	return nil
}

// Check checks the whole trail (see Check) and logs what is new.
func (w *Watch) Check(ctx context.Context) error {
	c, err := Check(ctx, w.Store, w.HeadFile)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.Broken == "" {
		w.broken = ""
	} else {
		w.alarm(ctx, c.Broken)
	}
	return nil
}

func (w *Watch) alarm(ctx context.Context, where string) {
	if where != w.broken {
		w.Store.Log.ErrorContext(ctx, "the audit trail is broken", "where", where)
	}
	w.broken = where
}

// count counts the entries without a seal that should have one or never get one.
func (w *Watch) count(db *gorm.DB) (foreign int64, err error) {
	err = eachOpen(db, func(e openEntry) bool {
		if e.Passed || !e.Own(w.Store.Vault) {
			foreign++
		}
		return true
	})
	return foreign, err
}
