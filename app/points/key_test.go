package points_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"hoten/app/access"
	"hoten/app/points/simulator"
	"hoten/app/reimbursements"
)

// A database that was restored from a backup pays nobody twice for what it has forgotten, in
// whatever order its people decide anew.
func TestWhatARestoredDatabaseHasForgotten(t *testing.T) {
	y := simulator.New("points-token-of-tests")
	server := httptest.NewServer(y)
	defer server.Close()
	keys := map[string]bool{}
	for _, order := range [][]int{{0, 1, 2}, {2, 0, 1}} {
		w := losses(t, 3) // as it was before anything was decided
		w.ConnectPointsAt(t, server.URL, []string{"pointtalk"})
		for _, n := range order {
			approveOne(t, w, n)
		}
		for range 3 {
			w.SendLegs(t)
		}
		if n := w.Number("select count(*) from point_legs where state <> 'done'"); n != 0 {
			t.Fatalf("%d legs are not done", n)
		}
		for key := range y.Done() {
			keys[key] = true
		}
	}
	if len(keys) != 3 || len(y.Done()) != 3 {
		t.Errorf("%d movements were done, under %d keys", len(y.Done()), len(keys))
	}
}

// What was refused and undone is asked for again under another key.
func TestTheSameMovementAgain(t *testing.T) {
	w := losses(t, 1)
	y := w.ConnectPoints(t, []string{"pointtalk"})
	y.Refuse(func(string, string, int64) string { return "account_closed" })
	first := approveOne(t, w, 0)
	w.SendLegs(t)
	u, err := reimbursements.ProposeUndo(w.Ctx, w.Store, w.Agent, first, "口座が閉じられている")
	must(t, err)
	for _, by := range []access.Actor{w.Supervisor, w.Manager}[:u.ApprovalsNeeded] {
		_, err = reimbursements.Approve(w.Ctx, w.Store, by, u.ID)
		must(t, err)
	}
	y.Refuse(nil)
	second := approveOne(t, w, 0)
	w.SendLegs(t)
	if a, b := leg(t, w, first), leg(t, w, second); a.Key == b.Key || !b.Done() || a.Done() || len(y.Done()) != 1 {
		t.Errorf("%+v, %+v, %d movements", a, b, len(y.Done()))
	}
}

// A system that did a movement and refuses it all the same is asked what became of it.
func TestARefusalOfWhatWasDone(t *testing.T) {
	w := losses(t, 1)
	y := simulator.New("points-token-of-tests")
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPut {
			y.ServeHTTP(rw, r)
			return
		}
		y.ServeHTTP(httptest.NewRecorder(), r)
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprint(rw, `{"code":"account_closed"}`)
	}))
	defer server.Close()
	w.ConnectPointsAt(t, server.URL, []string{"pointtalk"})
	of := approveOne(t, w, 0)
	w.SendLegs(t)
	if l := leg(t, w, of); !l.Done() || l.Reference == "" || y.Asked(l.Key) != 1 {
		t.Errorf("%+v", l)
	}
}
