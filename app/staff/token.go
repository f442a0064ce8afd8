package staff

import (
	"context"
	"slices"
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
	Scope     access.Scope
	ExpiresAt *time.Time // nil: made before tokens ended by themselves
	UsedAt    *time.Time // last, to within usedWithin
}

// TableName is the table of Token.
func (Token) TableName() string { return "api_tokens" }

// tokenPrefix lets secret scanners know a token when they see one.
const tokenPrefix = "hoten_"

// NewToken is how somebody wants a token to be.
type NewToken struct {
	Name  string
	Scope []string // permissions of the owner's role; empty: all of them, also those that it gets later
	Days  int      // that it lasts, up to LongestDays; 0: UsualDays
}

// How many days a token lasts.
const (
	UsualDays   = 90
	LongestDays = 365
)

func (n *NewToken) check(role access.Role) error {
	var p fault.Problems
	secrets.Label(&p, "name", n.Name, longestName)
	if n.Days == 0 {
		n.Days = UsualDays
	}
	if n.Days < 1 || n.Days > LongestDays {
		p.Add("days", "days_range", "max", LongestDays)
	}
	for _, one := range n.Scope {
		if !slices.Contains(access.Granted(role), one) {
			p.Add("scope", "scope_unknown", "scope", one)
		}
	}
	return p.Err()
}

// CreateToken makes a token for an account and returns it in the clear, once.
// One's own needs no permission; others' are for administrators.
func CreateToken(ctx context.Context, s *store.Store, by access.Actor, owner int64, n NewToken) (string, error) {
	return verbs.Do(ctx, s, by, ToCreateToken, Subject(owner), "", func(tx *store.Tx) (string, error) {
		if owner != by.ID {
			if err := by.Require(access.ManageStaff); err != nil {
				return "", err
			}
		}
		of, err := Active(tx.DB, owner)
		if err != nil {
			return "", err
		}
		wanted := n
		if err := wanted.check(of.Role); err != nil {
			return "", err
		}
		plain, hash, err := newSecret(tokenPrefix)
		if err != nil {
			return "", err
		}
		until := tx.Now.AddDate(0, 0, wanted.Days)
		made := &Token{StaffID: owner, Name: wanted.Name, TokenHash: hash, CreatedAt: tx.Now, Scope: access.Narrow(wanted.Scope), ExpiresAt: &until}
		if err := store.Insert(tx, made); err != nil {
			return "", err
		}
		return plain, audit.Record(tx, audit.Change{After: map[string]any{"name": made.Name, "permissions": wanted.Scope, "expires_at": until}})
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

// Bearer is an account that a token acts as.
type Bearer struct {
	Staff
	TokenID   int64
	Scope     access.Scope
	ExpiresAt *time.Time
	UsedAt    *time.Time
}

// Actor is who acts with the token.
func (b Bearer) Actor(via string) access.Actor {
	a := b.Staff.Actor(via)
	a.Scope = b.Scope
	return a
}

// ByToken finds whom an API token acts as. Unknown, revoked or of a disabled account:
// Unauthenticated; expired: Unauthenticated token_expired.
func ByToken(db *gorm.DB, plain string, now time.Time) (*Bearer, error) {
	rows, err := store.Select[Bearer](db, `select s.*, t.id as token_id, t.scope, t.expires_at, t.used_at from api_tokens t join staff s on s.id = t.staff_id
		where t.token_hash = $1 and t.revoked_at is null and s.disabled_at is null`, hashSecret(plain))
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0:
		return nil, fault.New(fault.Unauthenticated, "unauthenticated")
	case rows[0].ExpiresAt != nil && !now.Before(*rows[0].ExpiresAt):
		return nil, fault.New(fault.Unauthenticated, "token_expired")
	}
	return &rows[0], nil
}

// usedWithin is how exactly it is kept when a token was used last.
const usedWithin = 10 * time.Minute

// NoteUse keeps that the token was used, unless that is known.
func (b Bearer) NoteUse(ctx context.Context, s *store.Store) error {
	if b.UsedAt != nil && s.Clock().Sub(*b.UsedAt) < usedWithin {
		return nil
	}
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		tx.Queue("update api_tokens set used_at = $2 where id = $1", b.TokenID, tx.Now)
		return nil
	})
}
