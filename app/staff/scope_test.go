package staff_test

import (
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/staff"
	"hoten/app/store"
)

// A token may what its scope names of what its owner may, until it expires.
func TestScopesOfTokens(t *testing.T) {
	w := apptest.NewWorld(t)
	db := store.Read(w.Ctx, w.Store)
	plain, err := staff.CreateToken(w.Ctx, w.Store, w.Supervisor, w.Supervisor.ID, staff.NewToken{Name: "BI", Scope: []string{"read_cases", "decide"}, Days: 30})
	if err != nil {
		t.Fatal(err)
	}
	b, err := staff.ByToken(db, plain, w.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	by := b.Actor("api")
	for p, may := range map[access.Permission]bool{access.ReadCases: true, access.Decide: true, access.Anyone: true, access.WorkCases: false, access.Supervise: false, access.ManageStaff: false} {
		if by.May(p) != may {
			t.Errorf("%q: %v", p, !may)
		}
	}
	for p, code := range map[access.Permission]string{access.WorkCases: "scope_missing", access.ManageStaff: "forbidden"} {
		if err := by.Require(p); !fault.Is(err, code) {
			t.Errorf("%s: %v", p, err)
		}
	}
	// Its last use is kept, and not each.
	for range 2 {
		if err := b.NoteUse(w.Ctx, w.Store); err != nil {
			t.Fatal(err)
		}
		used := w.Clock.Now()
		w.Clock.Add(9 * time.Minute)
		if b, err = staff.ByToken(db, plain, w.Clock.Now()); err != nil || b.UsedAt == nil || b.UsedAt.After(used) || used.Sub(*b.UsedAt) > 9*time.Minute {
			t.Fatalf("%+v, %v", b, err)
		}
	}
	w.Clock.Add(30*24*time.Hour - 19*time.Minute)
	if _, err = staff.ByToken(db, plain, w.Clock.Now()); err != nil {
		t.Error(err)
	}
	w.Clock.Add(time.Minute)
	if _, err = staff.ByToken(db, plain, w.Clock.Now()); !fault.Is(err, "token_expired") {
		t.Error(err)
	}
	for field, n := range map[string]staff.NewToken{"scope": {Name: "x", Scope: []string{"manage_staff"}}, "days": {Name: "x", Days: 366}, "name": {}} {
		_, err := staff.CreateToken(w.Ctx, w.Store, w.Supervisor, w.Supervisor.ID, n)
		if f, _ := fault.As(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// Without a number of days a token lasts 90.
func TestTokensExpire(t *testing.T) {
	w := apptest.NewWorld(t)
	if _, err := staff.CreateToken(w.Ctx, w.Store, w.Agent, w.Agent.ID, staff.NewToken{Name: "CTI"}); err != nil {
		t.Fatal(err)
	}
	list, err := staff.Tokens(store.Read(w.Ctx, w.Store), w.Agent.ID)
	if err != nil || len(list) != 1 || list[0].ExpiresAt == nil || !list[0].ExpiresAt.Equal(w.Clock.Now().AddDate(0, 0, 90)) {
		t.Errorf("%+v, %v", list, err)
	}
}
