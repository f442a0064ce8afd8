package staff

import (
	"context"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/passwords"
	"hoten/app/store"
	"hoten/app/verbs"
)

// freeFailures is how many wrong passwords cost nothing; after that each doubles
// the wait, up to maxWait. Failures are forgotten after forgetAfter.
const (
	freeFailures = 5
	maxWait      = 15 * time.Minute
	forgetAfter  = time.Hour
)

// SignIn checks an address and a password. It throttles per address and per
// remote host, and says the same whether the account is unknown, disabled, not
// yet enrolled or the password wrong.
func SignIn(ctx context.Context, s *store.Store, email, password, host string) (*Staff, error) {
	keys := [][]byte{s.Vault.Blind("sign_in", "account:"+normal(email)), s.Vault.Blind("sign_in", "host:"+host)}
	if err := throttled(ctx, s, keys); err != nil {
		return nil, err
	}
	account, err := ByEmail(store.Read(ctx, s), email)
	if f, ok := fault.As(err); err != nil && (!ok || f.Kind != fault.NotFound) {
		return nil, err
	}
	hash := ""
	if account != nil && account.DisabledAt == nil {
		hash = account.PasswordHash
	}
	if !passwords.Match(hash, password) {
		return nil, failed(ctx, s, account, keys)
	}
	return account, verbs.Run(ctx, s, account.Actor("console"), ToSignIn, account.Subject(), "", func(tx *store.Tx) error {
		if _, err := store.Exec(tx, "delete from sign_in_failures where key = $1", keys[0]); err != nil {
			return err
		}
		if _, err := store.Exec(tx, "update staff set signed_in_at = $2 where id = $1", account.ID, tx.Now); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{})
	})
}

// throttled refuses while a wait from earlier failures runs. A host is given
// more room than an account: a whole call center may share its address.
func throttled(ctx context.Context, s *store.Store, keys [][]byte) error {
	type failures struct {
		Key      []byte
		Failures int
		LastAt   time.Time
	}
	rows, err := store.Select[failures](store.Read(ctx, s), "select * from sign_in_failures where key = any($1)", keys)
	if err != nil {
		return err
	}
	for _, r := range rows {
		free := freeFailures
		if string(r.Key) == string(keys[1]) {
			free = 20 * freeFailures
		}
		if since := s.Clock().Sub(r.LastAt); r.Failures >= free && since < wait(r.Failures-free) {
			left := wait(r.Failures-free) - since
			return fault.New(fault.RateLimited, "sign_in_throttled", "seconds", int(left.Seconds())+1)
		}
	}
	return nil
}

func wait(over int) time.Duration { return min(maxWait, 5*time.Second<<min(over, 10)) }

func failed(ctx context.Context, s *store.Store, account *Staff, keys [][]byte) error {
	subject := "staff:unknown"
	if account != nil {
		subject = account.Subject()
	}
	err := verbs.Run(ctx, s, access.System("sign-in"), ToFailSignIn, subject, "", func(tx *store.Tx) error {
		_, err := store.Exec(tx, `insert into sign_in_failures (key, failures, last_at) select k, 1, $2 from unnest($1::bytea[]) k order by k
			on conflict (key) do update set last_at = excluded.last_at,
			failures = case when sign_in_failures.last_at < $3 then 1 else sign_in_failures.failures + 1 end`, keys, tx.Now, tx.Now.Add(-forgetAfter))
		if err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{})
	})
	if err != nil {
		return err
	}
	return fault.New(fault.Unauthenticated, "sign_in_failed")
}

// SignedOut notes the end of a session.
func SignedOut(ctx context.Context, s *store.Store, by access.Actor) error {
	return verbs.Run(ctx, s, by, ToSignOut, Subject(by.ID), "", func(tx *store.Tx) error { return audit.Record(tx, audit.Change{}) })
}

// Enrolling finds the account of an enrolment link that still works. Any other
// token is NotFound.
func Enrolling(ctx context.Context, s *store.Store, token string) (*Staff, error) {
	return store.Find[Staff](store.Read(ctx, s), "enrolment_hash = ? and enrolment_expires_at > ? and disabled_at is null", hashSecret(token), s.Clock())
}

// SetFirstPassword uses an enrolment link.
func SetFirstPassword(ctx context.Context, s *store.Store, token, password, again string) (*Staff, error) {
	seen, err := Enrolling(ctx, s, token)
	if err != nil {
		return nil, err
	}
	return verbs.Do(ctx, s, seen.Actor("console"), ToEnrolSelf, seen.Subject(), "", func(tx *store.Tx) (*Staff, error) {
		a, err := store.Lock[Staff](tx, seen.ID)
		if err != nil {
			return nil, err
		}
		if string(a.EnrolmentHash) != string(hashSecret(token)) {
			return nil, fault.Missing()
		}
		if err := a.setPassword("password", password); err != nil {
			return nil, err
		}
		if password != again {
			return nil, fault.Input("password_again", "passwords_differ")
		}
		if err := store.Save(tx, a, "password_hash", "enrolment_hash", "enrolment_expires_at"); err != nil {
			return nil, err
		}
		return a, audit.Record(tx, audit.Change{})
	})
}
