package reimbursements_test

import (
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/store"
)

// Making an ID whole voids its password for points, which the thief may have set, and the
// member is told: once for each time that the ID was restricted, unless a reset did so.
func TestMadeWholeVoidsPointPasswords(t *testing.T) {
	w, of := importLosses(t, small, large, small, small, small)
	directory := func(do func(*store.Tx) error) {
		t.Helper()
		if err := store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error { return do(tx) }); err != nil {
			t.Fatal(err)
		}
	}
	reset := func(i int) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			return members.Resume(tx, of[i].IdentityID, "correct horse battery", false)
		}
	}
	directory(reset(2)) // the member may have registered a new one since
	directory(reset(3))
	reset2 := w.Clock.Now()
	w.Clock.Add(time.Hour)
	directory(func(tx *store.Tx) error { return members.Restrict(tx, []int64{of[3].IdentityID}) })
	directory(func(tx *store.Tx) error { return members.Release(tx, of[4].IdentityID) })
	w.Clock.Add(time.Hour)
	for i, c := range of {
		r := propose(t, w, w.Agent, c)
		approve(t, w, w.Supervisor, r.ID)
		if i == 1 {
			if w.ID(login(i)).PointPasswordVoidedAt != nil {
				t.Error("void before the last approval")
			}
			approve(t, w, w.Manager, r.ID)
		}
	}
	for i := range of {
		want := w.Clock.Now()
		if i == 2 {
			want = reset2
		}
		if at := w.ID(login(i)).PointPasswordVoidedAt; at == nil || !at.Equal(want) {
			t.Errorf("%s: void at %v", login(i), at)
		}
	}
	told := map[string]bool{}
	w.Deliver(apptest.OutletFunc(func(e notices.Envelope) error {
		told[e.To] = strings.Contains(strings.ReplaceAll(e.Text, "\n", ""), "ポイントパスワードを無効にいたしました")
		return nil
	}))
	for i, address := range []string{"c0@mail.example", "c1@mail.example", "c2@mail.example", "c3@mail.example", "c4@mail.example"} {
		if void, sent := told[address]; !sent || void != (i != 2) {
			t.Errorf("%s: told %v, sent %v", address, void, sent)
		}
	}
	if n := w.Number("select count(*) from audit_entries where after->>'point_password' = 'voided'"); n != 4 {
		t.Errorf("%d audited", n)
	}
}

// While a letter about the result is due no mail tells of a correction to it: the letter tells
// the whole. The password for points is void all the same.
func TestALetterTellsTheWhole(t *testing.T) {
	w, of := importLosses(t, small, small)
	for _, c := range of {
		approve(t, w, w.Supervisor, propose(t, w, w.Agent, c).ID)
	}
	w.Number("update cases set letter_about = 32767 where id = $1 returning 1", of[0].ID)
	w.Number("update identities set point_password_voided_at = null where id = $1 returning 1", of[0].IdentityID)
	before := w.Number("select count(*) from mails")
	w.Clock.Add(time.Hour)
	w.Import("", movements("C0,"+login(0)+",2014-07-21 02:00:00,cancel,,goo,,100,,E0,none", "C1,"+login(1)+",2014-07-21 02:00:00,cancel,,goo,,100,,E1,none"))
	for i, c := range of {
		approve(t, w, w.Supervisor, propose(t, w, w.Agent, c).ID)
		if n := w.Number("select count(*) from mails") - before; n != int64(i) {
			t.Errorf("%d mails after the correction of %s", n, login(i))
		}
	}
	if w.ID(login(0)).PointPasswordVoidedAt == nil {
		t.Error("the password for points stands")
	}
}
