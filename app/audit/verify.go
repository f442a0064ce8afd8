package audit

import (
	"bytes"
	"context"
	"crypto/hmac"
	"fmt"

	"gorm.io/gorm"

	"hoten/app/store"
)

// Report is the outcome of Verify: how many entries are sealed, how many are
// authentic but not sealed yet, and the first broken one, empty when whole.
type Report struct {
	Sealed   int64
	Unsealed int64
	Broken   string
	Headless bool // the data folder remembers no head: a cut tail would not be found
}

// Verify recomputes the whole chain from the rows: every seal must follow the
// one before without a gap, its entry must be there and unedited, every entry
// without a seal must be authentic and newer than the last sealing, and the chain must contain the
// head that this data folder remembers.
func Verify(ctx context.Context, s *store.Store, headFile string) (Report, error) {
	h, err := readHead(headFile)
	if err != nil {
		return Report{}, err
	}
	w := walk{s: s, head: h}
	db := store.Read(ctx, s)
	if err := w.chain(db); err != nil || w.report.Broken != "" {
		return w.report, err
	}
	w.report.Headless = h.Seq == 0 && w.report.Sealed > 0
	if w.report.Sealed < h.Seq {
		w.report.Broken = fmt.Sprintf("seal %d: the chain ends at %d, but this data folder remembers %d: the tail was cut", w.report.Sealed+1, w.report.Sealed, h.Seq)
		return w.report, nil
	}
	return w.report, w.rest(db)
}

type walk struct {
	s        *store.Store
	head     head
	report   Report
	previous []byte
}

const verifyBatch = 5000

type sealedEntry struct {
	Entry
	Seq  int64
	Hash []byte
	Mine *string
}

func (w *walk) chain(db *gorm.DB) error {
	for w.report.Broken == "" {
		var rows []sealedEntry
		err := db.Raw(`select s.seq, s.hash, e.id::text as mine, e.* from audit_seals s left join audit_entries e on e.id = s.entry_id
			where s.seq > ? order by s.seq limit ?`, w.report.Sealed, verifyBatch).Scan(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			if w.report.Broken = w.check(r); w.report.Broken != "" {
				return nil
			}
			w.previous, w.report.Sealed = r.Hash, r.Seq
		}
	}
	return nil
}

func (w *walk) check(r sealedEntry) string {
	next := w.report.Sealed + 1
	switch {
	case r.Seq != next:
		return fmt.Sprintf("seal %d is missing", next)
	case r.Mine == nil:
		return fmt.Sprintf("seal %d: its entry was removed", r.Seq)
	case !r.Own(w.s.Vault):
		return fmt.Sprintf("seal %d: entry %s was changed", r.Seq, r.ID)
	case !hmac.Equal(r.Hash, link(w.s.Vault, r.Seq, w.previous, r.MAC)):
		return fmt.Sprintf("seal %d: the chain is broken at entry %s", r.Seq, r.ID)
	case r.Seq == w.head.Seq && !bytes.Equal(r.Hash, w.head.Hash):
		return fmt.Sprintf("seal %d is not the one this data folder remembers", r.Seq)
	}
	return ""
}

// openEntry has no seal; Passed: the sealer went by it, so it had one.
type openEntry struct {
	Entry
	Passed bool
}

func (w *walk) rest(db *gorm.DB) error {
	return eachOpen(db, func(e openEntry) bool {
		switch {
		case !e.Own(w.s.Vault):
			w.report.Broken = fmt.Sprintf("entry %s is not the program's own", e.ID)
		case e.Passed:
			w.report.Broken = fmt.Sprintf("entry %s has lost its seal", e.ID)
		default:
			w.report.Unsealed++
		}
		return w.report.Broken == ""
	})
}

// eachOpen calls fn for every entry without a seal, oldest first, until it returns false.
func eachOpen(db *gorm.DB, fn func(openEntry) bool) error {
	rows, err := db.Raw(`select e.*, e.xid < coalesce(` + watermark + `, '0') as passed from audit_entries e left join audit_seals s on s.entry_id = e.id
		where s.seq is null order by e.xid, e.id`).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var e openEntry
		if err := db.ScanRows(rows, &e); err != nil {
			return err
		}
		if !fn(e) {
			return nil
		}
	}
	return rows.Err()
}
