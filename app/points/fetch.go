package points

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/store"
	"hoten/app/vault"
	"hoten/app/verbs"
)

// Fetched is a file that is handed over.
type Fetched struct {
	Name    string
	Content []byte
}

// Fetch hands a file over to somebody who brings it to the point system: the same bytes, as often
// as it is asked for.
func Fetch(ctx context.Context, s *store.Store, by access.Actor, code string, number int64) (*Fetched, error) {
	if err := by.Require(ToFetch.Needs); err != nil {
		return nil, ToFetch.Refused(ctx, s, by, verbs.About("points", code), err)
	}
	c, b, err := openBatch(ctx, s, code)
	if err != nil {
		return nil, err
	}
	return verbs.Do(ctx, s, by, ToFetch, verbs.About("points", code), "", func(tx *store.Tx) (*Fetched, error) {
		f, err := store.LockBy[File](tx, "system_id = ? and number = ?", c.ID, number)
		if err != nil {
			return nil, err
		}
		content, err := f.whole(tx.Vault())
		if err != nil {
			return nil, err
		}
		if f.FetchedAt == nil {
			f.FetchedAt = &tx.Now
			if by.ID != 0 {
				f.FetchedBy = &by.ID
			}
			if err := store.Save(tx, f, "fetched_at", "fetched_by"); err != nil {
				return nil, err
			}
		}
		return &Fetched{f.Name(c.Code, b.Terms().Extension), content}, audit.Record(tx, audit.Change{After: map[string]any{"file": f.Number, "sha256": Hash(f.SHA256)}})
	})
}

// whole reads the content as it was cut, or fails.
func (f File) whole(v *vault.Vault) ([]byte, error) {
	content, err := f.open(v)
	if sum := sha256.Sum256(content); err == nil && !bytes.Equal(sum[:], f.SHA256) {
		err = fmt.Errorf("file %d of point system %d is not as it was cut", f.Number, f.SystemID)
	}
	return content, err
}
