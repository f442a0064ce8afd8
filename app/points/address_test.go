package points_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"hoten/app/fault"
	"hoten/app/points"
	"hoten/app/points/simulator"
)

func refusedAs(t testing.TB, err error, code string) {
	t.Helper()
	if f, is := fault.As(err); !is || f.Code != code && !(len(f.Fields) == 1 && f.Fields[0].Name+":"+f.Fields[0].Code == code) {
		t.Errorf("%v, want %s", err, code)
	}
}

// While a leg has no definite answer its system is looked up where it was sent to, and under the
// same account.
func TestTheAddressStaysWhileALegIsUncertain(t *testing.T) {
	w := losses(t, 1)
	y := w.ConnectPoints(t, []string{"pointtalk"})
	set := func(moved bool, name, value string) error {
		plan, err := points.Standing(w.DB, "outside")
		must(t, err)
		c, err := points.ByCode(w.DB, "outside")
		must(t, err)
		plan.Settings[name], plan.Moved = value, moved
		_, err = points.Set(w.Ctx, w.Store, w.Administrator, c.Version, *plan)
		return err
	}
	must(t, set(false, "account", "x-{login}"))
	must(t, set(false, "account", "{login}"))
	of := approve(t, w, 1)[0]
	y.Behave(simulator.Faults{After: 1})
	w.SendLegs(t)
	y.Behave(simulator.Faults{})
	refusedAs(t, set(false, "account", "x-{login}"), "account:legs_uncertain")
	refusedAs(t, set(true, "account", "x-{login}"), "account:legs_uncertain")
	refusedAs(t, set(false, "url", "http://127.0.0.1:1"), "url:legs_uncertain")
	must(t, set(false, "timeout", "9"))
	moved := httptest.NewServer(y)
	defer moved.Close()
	must(t, set(true, "url", moved.URL))
	w.Clock.Add(time.Minute)
	w.SendLegs(t)
	if l := leg(t, w, of); !l.Done() || y.Asked(l.Key) != 1 {
		t.Errorf("asked %d times, %+v", y.Asked(l.Key), l)
	}
	must(t, set(false, "account", "x-{login}"))
}
