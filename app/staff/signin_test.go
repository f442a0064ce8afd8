package staff_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/staff"
	"hoten/app/store"
)

// signing tries to sign in from an address, and gives the code of the refusal.
func signing(t *testing.T) (try func(email, with string, host int) string, s *store.Store, clock *apptest.Clock) {
	t.Helper()
	s, clock = apptest.New(t)
	add(t, s, agent("sato@hoten.example"))
	return func(email, with string, host int) string {
		_, err := staff.SignIn(ctx, s, email, with, fmt.Sprintf("192.0.2.%d", host))
		return codeOf(err)
	}, s, clock
}

const wrong = "wrong password 1"

// Who guesses at one account from one address waits longer each time; unknown
// accounts as well, or the throttle tells which exist.
func TestThrottleOfAPair(t *testing.T) {
	try, _, clock := signing(t)
	both := []string{"sato@hoten.example", "who@hoten.example"}
	for i := range 5 {
		for _, email := range both {
			if got := try(email, wrong, 1); got != "sign_in_failed" {
				t.Fatalf("attempt %d: %s", i, got)
			}
		}
	}
	wait := 5 * time.Second
	for range 12 {
		for _, email := range both {
			if got := try(email, password, 1); got != "sign_in_throttled" {
				t.Fatalf("the right password within %v: %s", wait, got)
			}
		}
		clock.Add(wait - time.Millisecond)
		if got := try(both[0], password, 1); got != "sign_in_throttled" {
			t.Fatalf("just before %v: %s", wait, got)
		}
		clock.Add(time.Millisecond)
		for _, email := range both {
			if got := try(email, wrong, 1); got != "sign_in_failed" {
				t.Fatalf("after %v: %s", wait, got)
			}
		}
		wait = min(2*wait, 15*time.Minute)
	}
	if got := try(both[0], password, 2); got != "<nil>" {
		t.Errorf("the member of staff, at another address: %s", got)
	}
	clock.Add(wait)
	if got := try(both[0], password, 1); got != "<nil>" {
		t.Fatalf("the right password after the wait: %s", got)
	}
	if got := try(both[0], wrong, 1); got != "sign_in_failed" {
		t.Errorf("a success did not clear the pair: %s", got)
	}
}

// Nobody keeps a call center out by guessing at many accounts from its address, nor
// an account by guessing at it from many: whoever has signed in there still does.
func TestNobodyLocksOthersOut(t *testing.T) {
	try, s, clock := signing(t)
	add(t, s, agent("new@hoten.example"))
	if got := try("sato@hoten.example", password, 1); got != "<nil>" {
		t.Fatal(got)
	}
	for i := range 200 {
		if got := try(fmt.Sprintf("a%d@hoten.example", i), wrong, 1); got != "sign_in_failed" {
			t.Fatalf("attempt %d: %s", i, got)
		}
	}
	if got := try("new@hoten.example", password, 1); got != "sign_in_throttled" {
		t.Errorf("somebody new after 200 failures of the address: %s", got)
	}
	if got := try("new@hoten.example", password, 2); got != "<nil>" {
		t.Errorf("from elsewhere: %s", got)
	}
	for range 3 {
		if got := try("sato@hoten.example", password, 1); got != "<nil>" {
			t.Errorf("whoever is known at the address: %s", got)
		}
	}
	clock.Add(time.Minute)
	if got := try("new@hoten.example", password, 1); got != "<nil>" {
		t.Errorf("after the wait: %s", got)
	}
	for host := range 100 {
		if got := try("sato@hoten.example", wrong, 100+host); got != "sign_in_failed" {
			t.Fatalf("attempt %d: %s", host, got)
		}
	}
	if got := try("sato@hoten.example", password, 99); got != "sign_in_throttled" {
		t.Errorf("one more address after 100: %s", got)
	}
	if got := try("sato@hoten.example", password, 1); got != "<nil>" {
		t.Errorf("at the known address: %s", got)
	}
	clock.Add(time.Minute)
	if got := try("sato@hoten.example", password, 99); got != "<nil>" {
		t.Errorf("a minute later: %s", got)
	}
}

// Attempts that come at once are counted before any password is looked at.
func TestThrottleAtOnce(t *testing.T) {
	try, s, _ := signing(t)
	var got [40]string
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { got[i] = try("sato@hoten.example", wrong, 1) })
	}
	all.Wait()
	n := map[string]int{}
	for _, code := range got {
		n[code]++
	}
	if n["sign_in_failed"] != 5 || n["sign_in_throttled"] != len(got)-5 {
		t.Errorf("%v", n)
	}
	if tried := count(t, s, "select count(*) from audit_entries where action = 'staff.sign_in_failed'"); tried != 5 {
		t.Errorf("%d passwords were looked at", tried)
	}
}

// A whole shift that signs in at once, wrong ones among it, is let in.
func TestManySignInAtOnce(t *testing.T) {
	try, s, _ := signing(t)
	const many = 12
	for i := range many {
		add(t, s, agent(fmt.Sprintf("a%d@hoten.example", i)))
	}
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			if got := try(fmt.Sprintf("a%d@hoten.example", i), wrong, 1); got != "sign_in_failed" {
				t.Errorf("%d wrong: %s", i, got)
			}
			if got := try(fmt.Sprintf("a%d@hoten.example", i), password, 1); got != "<nil>" {
				t.Errorf("%d: %s", i, got)
			}
		})
	}
	all.Wait()
}

// Counters go when they count nothing any more, and not before.
func TestForgetAttempts(t *testing.T) {
	try, s, clock := signing(t)
	try("sato@hoten.example", password, 1)
	try("who@hoten.example", wrong, 1)
	left := func(want int) {
		t.Helper()
		if err := staff.ForgetAttempts(ctx, s); err != nil {
			t.Fatal(err)
		}
		if n := count(t, s, "select count(*) from sign_in_failures"); n != want {
			t.Errorf("%d counters, want %d", n, want)
		}
	}
	left(5) // of two pairs, two accounts and the address
	clock.Add(61 * time.Minute)
	left(1)
	clock.Add(31 * 24 * time.Hour)
	left(0)
}
