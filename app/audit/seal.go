package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hoten/app/store"
)

// Seal is one link of the chain.
type Seal struct {
	Seq     int64 `gorm:"primaryKey"`
	EntryID string
	Hash    []byte
}

// TableName is the table of Seal.
func (Seal) TableName() string { return "audit_seals" }

// sealerLock lets one sealer in all programs work at a time.
const sealerLock = 0x686f74656e01

// sealBatch bounds one transaction of the sealer.
const sealBatch = 5000

// SealAll chains every committed entry that is not in the chain yet and notes
// the newest seal in headFile. An entry whose code is wrong stays out for Verify
// to name and Watch to raise the alarm; however many there are, those after it are
// sealed. It returns how many it sealed.
func SealAll(ctx context.Context, s *store.Store, headFile string) (sealed int, err error) {
	for at := (place{XID: "0"}); ; {
		var done batch
		err = store.Keep(ctx, s, func(tx *store.Tx) (err error) {
			done, err = sealSome(tx, at)
			return err
		})
		if err != nil {
			return sealed, err
		}
		if done.sealed > 0 {
			if err := moveHead(ctx, s, headFile, done.head); err != nil {
				return sealed, err
			}
		}
		if sealed += done.sealed; done.read < sealBatch {
			return sealed, nil
		}
		at = done.last
	}
}

// place is where an entry stands in the order of sealing.
type place struct {
	XID string
	ID  uuid.UUID
}

// batch is what one transaction of the sealer did.
type batch struct {
	read, sealed int
	head         Seal
	last         place
}

// watermark is the transaction number below which an earlier run sealed all. One
// that this server has not come to is from the server of a restored dump, whose
// numbers say nothing here.
const watermark = `(select case when value::xid8 <= pg_snapshot_xmin(pg_current_snapshot()) then value::xid8 else '0' end
	from settings where key = 'audit_settled')`

// sealSome finds open entries by transaction number, after the place at: all below
// the watermark were settled and sealed by an earlier run, so the search never walks
// the past.
func sealSome(tx *store.Tx, at place) (b batch, err error) {
	var mine bool
	if err := store.Scan(tx.DB, "select pg_try_advisory_xact_lock($1)", []any{sealerLock}, &mine); err != nil || !mine {
		return b, err
	}
	if b.head, err = lastSeal(tx.DB); err != nil {
		return b, err
	}
	var settled, from string
	if err := store.Scan(tx.DB, "select pg_snapshot_xmin(pg_current_snapshot())::text, coalesce("+watermark+", '0')::text", nil, &settled, &from); err != nil {
		return b, err
	}
	// A plan for any number would read all seals.
	tx.Set("plan_cache_mode = force_custom_plan")
	type openEntry struct {
		Entry `gorm:"embedded"`
		XID   string `gorm:"column:xid"`
	}
	open, err := store.Select[openEntry](tx.DB, `select e.*, e.xid::text as xid from audit_entries e left join audit_seals s on s.entry_id = e.id
		where e.xid >= $1::text::xid8 and (e.xid, e.id) > ($2::text::xid8, $3::uuid) and s.seq is null
		order by e.xid, e.id limit $4`, from, at.XID, at.ID.String(), sealBatch)
	if err != nil {
		return b, err
	}
	seals := make([]Seal, 0, len(open))
	for _, e := range open {
		b.last = place{e.XID, e.ID}
		if !e.Own(tx.Vault()) {
			continue
		}
		b.head = Seal{Seq: b.head.Seq + 1, EntryID: e.ID.String(), Hash: link(tx.Vault(), b.head.Seq+1, b.head.Hash, e.MAC)}
		seals = append(seals, b.head)
	}
	b.read, b.sealed = len(open), len(seals)
	if len(open) < sealBatch {
		store.SetSetting(tx, "audit_settled", settled)
	}
	if len(seals) > 0 {
		err = store.Insert(tx, seals)
	}
	return b, err
}

func lastSeal(db *gorm.DB) (Seal, error) {
	var head Seal
	err := db.Order("seq desc").Limit(1).Find(&head).Error
	return head, err
}

// head is what the file beside the keys remembers of the newest seal.
type head struct {
	Seq  int64     `json:"seq"`
	Hash []byte    `json:"hash"`
	At   time.Time `json:"at"`
}

// moveHead lets the file remember the newest seal, unless the chain has lost the
// one it remembers: working on must not cover the traces of a cut tail.
func moveHead(ctx context.Context, s *store.Store, file string, newest Seal) error {
	old, err := readHead(file)
	if err != nil {
		return err
	}
	if old.Seq >= newest.Seq {
		return nil
	}
	if old.Seq > 0 {
		var kept Seal
		err := store.Read(ctx, s).Where("seq = ? and hash = ?", old.Seq, old.Hash).Limit(1).Find(&kept).Error
		if err != nil || kept.Seq == 0 {
			return err
		}
	}
	return writeHead(file, newest)
}

func writeHead(file string, s Seal) error {
	b, err := json.Marshal(head{Seq: s.Seq, Hash: s.Hash, At: time.Now().UTC()})
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".head-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(b)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		os.Remove(tmp.Name())
	}
	return err
}

func readHead(file string) (h head, err error) {
	b, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return h, err
	}
	if err := json.Unmarshal(b, &h); err != nil {
		return h, fmt.Errorf("%s: %w", file, err)
	}
	return h, nil
}
