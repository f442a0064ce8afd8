package staff

import (
	"context"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Token is an API token; it acts as its member of staff. Only the hash is kept.
type Token struct {
	ID        int64
	StaffID   int64
	Name      string
	TokenHash []byte
	CreatedAt time.Time
	RevokedAt *time.Time
}

// TableName is the table of Token.
func (Token) TableName() string { return "api_tokens" }

// tokenPrefix lets secret scanners know a token when they see one.
const tokenPrefix = "hoten_"

// CreateToken makes a token for an account and returns it in the clear, once.
// One's own needs no permission; others' are for administrators.
func CreateToken(ctx context.Context, s *store.Store, by access.Actor, owner int64, name string) (string, error) {
	return verbs.Do(ctx, s, by, ToCreateToken, Subject(owner), "", func(tx *store.Tx) (string, error) {
		if owner != by.ID {
			if err := by.Require(access.ManageStaff); err != nil {
				return "", err
			}
		}
		var p fault.Problems
		if secrets.Label(&p, "name", name, longestName); p != nil {
			return "", p.Err()
		}
		if _, err := Active(tx.DB, owner); err != nil {
			return "", err
		}
		plain, hash, err := newSecret(tokenPrefix)
		if err != nil {
			return "", err
		}
		if err := store.Insert(tx, &Token{StaffID: owner, Name: name, TokenHash: hash, CreatedAt: tx.Now}); err != nil {
			return "", err
		}
		return plain, audit.Record(tx, audit.Change{After: map[string]string{"name": name}})
	})
}

// RevokeToken ends a token at once.
func RevokeToken(ctx context.Context, s *store.Store, by access.Actor, id int64) error {
	return verbs.Run(ctx, s, by, ToRevokeToken, verbs.About("token", id), "", func(tx *store.Tx) error {
		t, err := store.Lock[Token](tx, id)
		if err != nil {
			return err
		}
		tx.Subject = Subject(t.StaffID)
		if t.StaffID != by.ID {
			if err := by.Require(access.ManageStaff); err != nil {
				return err
			}
		}
		if t.RevokedAt != nil {
			return nil
		}
		t.RevokedAt = &tx.Now
		if err := store.Save(tx, t, "revoked_at"); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{After: map[string]string{"name": t.Name}})
	})
}

// Tokens lists an account's tokens, newest first.
func Tokens(db *gorm.DB, owner int64) ([]Token, error) {
	var out []Token
	err := db.Where("staff_id = ?", owner).Order("id desc").Find(&out).Error
	return out, err
}

// ByToken finds whom an API token acts as. Unknown, revoked or of a disabled
// account: Unauthenticated.
func ByToken(db *gorm.DB, plain string) (*Staff, error) {
	rows, err := store.Select[Staff](db, `select s.* from api_tokens t join staff s on s.id = t.staff_id
		where t.token_hash = $1 and t.revoked_at is null and s.disabled_at is null`, hashSecret(plain))
	if err == nil && len(rows) == 0 {
		err = fault.New(fault.Unauthenticated, "unauthenticated")
	}
	if err != nil {
		return nil, err
	}
	return &rows[0], nil
}
