package web_test

import (
	"net/http"
	"strings"
	"testing"

	"hoten/app/passwords"
	"hoten/app/staff"
	"hoten/app/store"
)

func TestChangeOwnPassword(t *testing.T) {
	s := newSite(t)
	const first, second = "tsukimi-dango-47", "keyaki-no-ki-48"
	b, elsewhere := s.as(s.Agent), s.as(s.Agent)
	hash, err := passwords.Hash(first)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Pool.Exec(s.Ctx, "update staff set password_hash = $2, sessions_after = null where id = $1", s.Agent.ID, hash); err != nil {
		t.Fatal(err)
	}
	token, err := staff.CreateToken(s.Ctx, s.Store, s.Agent, s.Agent.ID, staff.NewToken{Name: "CTI"})
	if err != nil {
		t.Fatal(err)
	}
	b.get("/password")
	a := b.post("/password", "current_password", "wrong", "password", second, "password_again", second)
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "正しくありません。もう一度入力してください。") || strings.Contains(a.body, second) {
		t.Errorf("a wrong one: %d", a.status)
	}
	if _, err := staff.ByToken(store.Read(s.Ctx, s.Store), token, s.Store.Clock()); err != nil {
		t.Errorf("a refused change ended a token: %v", err)
	}
	s.Clock.Add(1e9)
	if a := b.post("/password", "current_password", first, "password", second, "password_again", second); a.status != http.StatusSeeOther {
		t.Fatalf("changed: %d", a.status)
	}
	if a := b.get("/tokens"); a.status != http.StatusOK {
		t.Errorf("this browser: %d", a.status)
	}
	if a := elsewhere.get("/tokens"); a.status != http.StatusSeeOther {
		t.Errorf("another browser is still signed in: %d", a.status)
	}
	if _, err := staff.ByToken(store.Read(s.Ctx, s.Store), token, s.Store.Clock()); err == nil {
		t.Error("the token still works")
	}
	for range 6 {
		a = b.post("/password", "current_password", "guess", "password", first, "password_again", first)
	}
	if a.status != http.StatusTooManyRequests {
		t.Errorf("guessed on and on: %d", a.status)
	}
}
