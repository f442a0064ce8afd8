package staff

import (
	"context"
	"time"

	"hoten/app/fault"
	"hoten/app/store"
)

// throttle is how many attempts cost nothing; after that each waits for the one
// before, twice as long each time, up to longest.
type throttle struct {
	free           int
	first, longest time.Duration
}

// Attempts are counted for an account from an address, where somebody guesses;
// for the account from everywhere; and for the address, behind which a whole
// call center may sit. The last two are generous and never hold for an account
// that has signed in from the address before: nobody locks others out.
var (
	perPair    = throttle{free: 5, first: 5 * time.Second, longest: 15 * time.Minute}
	perAccount = throttle{free: 100, first: 5 * time.Second, longest: time.Minute}
	perAddress = throttle{free: 200, first: 5 * time.Second, longest: time.Minute}
)

// Failures are forgotten forgetAfter the last one, and after provenFor that an
// account signed in from an address.
const (
	forgetAfter = time.Hour
	provenFor   = 30 * 24 * time.Hour
)

// attempt is a sign-in that was counted before its password is looked at: those
// that come at once are counted one by one.
type attempt struct {
	pair, account, address []byte
}

func newAttempt(s *store.Store, email, host string) attempt {
	blind := func(what string) []byte { return s.Vault.Blind("sign_in", what) }
	account := normal(email)
	return attempt{pair: blind("pair:" + host + " " + account), account: blind("account:" + account), address: blind("host:" + host)}
}

// count counts an attempt as failed, until succeeded takes that back. While a wait
// runs it is refused and counts for nothing.
func (a *attempt) count(ctx context.Context, s *store.Store) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		if err := a.counted(tx, a.pair, perPair); err != nil {
			return err
		}
		var proven bool
		err := store.Scan(tx.DB, "select coalesce(proven_at > $2, false) from sign_in_failures where key = $1", []any{a.pair, tx.Now.Add(-provenFor)}, &proven)
		if err != nil || proven {
			return err
		}
		if err := a.counted(tx, a.account, perAccount); err != nil {
			return err
		}
		return a.counted(tx, a.address, perAddress)
	})
}

// counted adds one to a counter. The row is locked by the first of those that come
// at once, and each sees what the one before it left.
func (a *attempt) counted(tx *store.Tx, key []byte, t throttle) error {
	var failures int
	var last time.Time
	err := store.Scan(tx.DB, `insert into sign_in_failures as f (key, failures, last_at) values ($1, 0, $2)
		on conflict (key) do update set failures = case when f.last_at < $3 then 0 else f.failures end
		returning failures, last_at`, []any{key, tx.Now, tx.Now.Add(-forgetAfter)}, &failures, &last)
	if err != nil {
		return err
	}
	if over := failures - t.free; over >= 0 {
		if left := t.wait(over) - tx.Now.Sub(last); left > 0 {
			return fault.New(fault.RateLimited, "sign_in_throttled", "seconds", int(left.Seconds())+1)
		}
	}
	_, err = store.Exec(tx, "update sign_in_failures set failures = failures + 1, last_at = $2 where key = $1", key, tx.Now)
	return err
}

func (t throttle) wait(over int) time.Duration { return min(t.longest, t.first<<min(over, 10)) }

// succeeded takes the attempt back: the pair is proven, and the others have one
// failure less.
func (a *attempt) succeeded(tx *store.Tx) error {
	if _, err := store.Exec(tx, "update sign_in_failures set failures = 0, proven_at = $2 where key = $1", a.pair, tx.Now); err != nil {
		return err
	}
	for _, key := range [][]byte{a.account, a.address} { // in the order in which count locks them
		if _, err := store.Exec(tx, "update sign_in_failures set failures = failures - 1 where key = $1 and failures > 0", key); err != nil {
			return err
		}
	}
	return nil
}

// ForgetAttempts deletes counters that count nothing any more.
func ForgetAttempts(ctx context.Context, s *store.Store) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		_, err := store.Exec(tx, "delete from sign_in_failures where last_at < $1 and (proven_at is null or proven_at < $2)",
			tx.Now.Add(-forgetAfter), tx.Now.Add(-provenFor))
		return err
	})
}
