package staff

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/store"
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
	return store.Write(ctx, s, by, func(tx *store.Tx) (string, error) {
		if owner != by.ID {
			if err := by.Require(access.ManageStaff); err != nil {
				return "", err
			}
		}
		if strings.TrimSpace(name) == "" {
			return "", fault.Input("name", "required")
		}
		if len([]rune(name)) > 100 {
			return "", fault.Input("name", "too_long", "max", 100)
		}
		account, err := ByID(tx.DB, owner)
		if err != nil {
			return "", err
		}
		plain, hash, err := newSecret(tokenPrefix)
		if err != nil {
			return "", err
		}
		if err := tx.Create(&Token{StaffID: owner, Name: name, TokenHash: hash, CreatedAt: tx.Now}).Error; err != nil {
			return "", err
		}
		return plain, audit.Record(tx, audit.Change{Action: "token.created", Subject: account.Subject(), After: map[string]string{"name": name}})
	})
}

// RevokeToken ends a token at once.
func RevokeToken(ctx context.Context, s *store.Store, by access.Actor, id int64) error {
	_, err := store.Write(ctx, s, by, func(tx *store.Tx) (struct{}, error) {
		t, err := store.Lock[Token](tx, id)
		if err != nil {
			return struct{}{}, err
		}
		if t.StaffID != by.ID {
			if err := by.Require(access.ManageStaff); err != nil {
				return struct{}{}, err
			}
		}
		if t.RevokedAt != nil {
			tx.NothingChanged()
			return struct{}{}, nil
		}
		if err := tx.Model(t).Update("revoked_at", tx.Now).Error; err != nil {
			return struct{}{}, err
		}
		return struct{}{}, audit.Record(tx, audit.Change{Action: "token.revoked", Subject: Staff{ID: t.StaffID}.Subject(), After: map[string]string{"name": t.Name}})
	})
	return err
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
