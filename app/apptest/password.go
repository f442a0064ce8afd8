package apptest

import (
	"context"
	"encoding/base64"
	"fmt"
	"testing"

	"golang.org/x/crypto/argon2"

	"hoten/app/access"
	"hoten/app/store"
)

// GivePassword gives somebody a password, as a hash that takes no time to check, and
// returns the email address to sign in with.
func GivePassword(t testing.TB, s *store.Store, who access.Actor, password string) (email string) {
	t.Helper()
	const memory, passes, threads = 64, 1, 1
	salt, b64 := []byte("of a test program"), base64.RawStdEncoding
	hash := fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, threads,
		b64.EncodeToString(salt), b64.EncodeToString(argon2.IDKey([]byte(password), salt, passes, memory, threads, 32)))
	err := s.Pool.QueryRow(context.Background(), "update staff set password_hash = $2 where id = $1 returning email", who.ID, hash).Scan(&email)
	if err != nil {
		t.Fatal(err)
	}
	return email
}
