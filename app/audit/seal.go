package audit

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

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
// the newest seal in headFile. An entry whose code is wrong is left out for
// Verify to name. It returns how many it sealed.
func SealAll(ctx context.Context, s *store.Store, headFile string) (sealed int, err error) {
	for {
		var head Seal
		n := 0
		err = store.Keep(ctx, s, func(tx *store.Tx) error {
			n, head, err = sealSome(tx)
			return err
		})
		if err != nil {
			return sealed, err
		}
		if n > 0 {
			if err := moveHead(ctx, s, headFile, head); err != nil {
				return sealed, err
			}
		}
		if sealed += n; n < sealBatch {
			return sealed, nil
		}
	}
}

// watermark is the transaction number below which an earlier run sealed all. One
// that this server has not come to is from the server of a restored dump, whose
// numbers say nothing here.
const watermark = `(select case when value::xid8 <= pg_snapshot_xmin(pg_current_snapshot()) then value::xid8 else '0' end
	from settings where key = 'audit_settled')`

// sealSome finds open entries by transaction number: all below the watermark
// were settled and sealed by an earlier run, so the search never walks the past.
func sealSome(tx *store.Tx) (int, Seal, error) {
	var mine bool
	if err := tx.Raw("select pg_try_advisory_xact_lock(?)", sealerLock).Scan(&mine).Error; err != nil || !mine {
		return 0, Seal{}, err
	}
	head, err := lastSeal(tx.DB)
	if err != nil {
		return 0, head, err
	}
	var settled string
	if err := tx.Raw("select pg_snapshot_xmin(pg_current_snapshot())::text").Scan(&settled).Error; err != nil {
		return 0, head, err
	}
	// A plan for any number would read all seals.
	if err := tx.Exec("set local plan_cache_mode = force_custom_plan").Error; err != nil {
		return 0, head, err
	}
	var from string
	if err := tx.Raw("select coalesce(" + watermark + ", '0')::text").Scan(&from).Error; err != nil {
		return 0, head, err
	}
	var open []Entry
	err = tx.Raw(`select e.* from audit_entries e left join audit_seals s on s.entry_id = e.id
		where e.xid >= ?::text::xid8 and s.seq is null
		order by e.xid, e.id limit ?`, from, sealBatch).Scan(&open).Error
	if err != nil {
		return 0, head, err
	}
	seals := make([]Seal, 0, len(open))
	for _, e := range open {
		if !hmac.Equal(e.MAC, e.code(tx.Vault())) {
			continue
		}
		head = Seal{Seq: head.Seq + 1, EntryID: e.ID.String(), Hash: link(tx.Vault(), head.Seq+1, head.Hash, e.MAC)}
		seals = append(seals, head)
	}
	if len(open) < sealBatch {
		err = tx.Exec(`insert into settings (key, value) values ('audit_settled', ?)
			on conflict (key) do update set value = excluded.value`, settled).Error
	}
	if err == nil && len(seals) > 0 {
		err = tx.CreateInBatches(seals, 1000).Error
	}
	return len(seals), head, err
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
