package cti

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Connection is a telephone system that may tell of its calls.
type Connection struct {
	ID        int64
	Name      string
	TokenHash []byte
	CreatedBy int64
	CreatedAt time.Time
	RevokedAt *time.Time
	HeardAt   *time.Time // its last event
	RefusedAt *time.Time // its last event that could not be read
	Refused   string     // and why: the code of a fault
}

// TableName is the table of Connection.
func (Connection) TableName() string { return "cti_connections" }

// longestName bounds the name of a connection, in characters.
const longestName = 100

// Connect adds a telephone system and returns the secret of its address in the clear, once.
func Connect(ctx context.Context, s *store.Store, by access.Actor, name string) (token string, err error) {
	return verbs.Do(ctx, s, by, ToConnect, "cti", "", func(tx *store.Tx) (string, error) {
		var p fault.Problems
		if secrets.Label(&p, "name", name, longestName); p != nil {
			return "", p.Err()
		}
		plain := rand.Text()
		made := &Connection{Name: name, TokenHash: hash(plain), CreatedBy: by.ID, CreatedAt: tx.Now}
		if err := store.Insert(tx, made); err != nil {
			return "", err
		}
		return plain, audit.Record(tx, audit.Change{Subject: verbs.About("cti", made.ID), After: map[string]string{"name": name}})
	})
}

func hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Disconnect ends a connection at once; its calls stay.
func Disconnect(ctx context.Context, s *store.Store, by access.Actor, id int64) error {
	return verbs.Run(ctx, s, by, ToDisconnect, verbs.About("cti", id), "", func(tx *store.Tx) error {
		c, err := store.Lock[Connection](tx, id)
		if err != nil || c.RevokedAt != nil {
			return err
		}
		c.RevokedAt = &tx.Now
		if err := store.Save(tx, c, "revoked_at"); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{After: map[string]string{"name": c.Name}})
	})
}

// Connections lists them, those in use first.
func Connections(db *gorm.DB) ([]Connection, error) {
	return store.Select[Connection](db, "select * from cti_connections order by revoked_at is not null, id desc")
}

// ByToken finds the connection with the secret. Unknown or ended: NotFound.
func ByToken(db *gorm.DB, token string) (*Connection, error) {
	return store.Find[Connection](db, "token_hash = ? and revoked_at is null", hash(token))
}

// Unknown is what a telephone system named lately that nobody here has.
type Unknown struct {
	Dialled    string // a number that is no desk's
	AnsweredBy string // whom no account is known by
	Calls      int64
	Last       time.Time
}

// unknownFor is for how long what was unknown is told.
const unknownFor = 7 * 24 * time.Hour

// Unknowns lists what a connection named lately that nobody here has, the most frequent first.
func Unknowns(db *gorm.DB, connection int64, now time.Time) ([]Unknown, error) {
	return store.Select[Unknown](db, `select dialled, answered_by, count(*) as calls, max(offered_at) as last from cti_calls
		where connection_id = $1 and offered_at > $2 and (dialled <> '' or answered_by <> '') group by 1, 2 order by 3 desc, 1, 2 limit 20`,
		connection, now.Add(-unknownFor))
}
