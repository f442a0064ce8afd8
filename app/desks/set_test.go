package desks_test

import (
	"fmt"
	"sync"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

func stands(t *testing.T, w *apptest.World, code string) desks.Desk {
	t.Helper()
	d, err := desks.ByCode(store.Read(w.Ctx, w.Store), code)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestSet(t *testing.T) {
	w := apptest.NewWorld(t)
	seen := stands(t, w, desks.Point)
	next := seen
	next.Hours = append(next.Hours[:2:2], desks.Hours{Weekdays: 1 << 6, Open: 600, Close: 1020})
	for _, by := range []access.Actor{w.Agent, w.Supervisor, w.Auditor, access.Member()} {
		if _, err := desks.Set(w.Ctx, w.Store, by, seen, next, "土曜の受付"); !fault.Is(err, "forbidden") {
			t.Errorf("%s: %v", by.Role, err)
		}
	}
	if changed, err := desks.Set(w.Ctx, w.Store, w.Manager, seen, next, "土曜の受付"); err != nil || !changed || !stands(t, w, desks.Point).Equal(next) {
		t.Fatalf("%t %v", changed, err)
	}
	if changed, err := desks.Set(w.Ctx, w.Store, w.Manager, next, next, "何も変えない"); err != nil || changed {
		t.Errorf("nothing changed: %t %v", changed, err)
	}
	if _, err := desks.Set(w.Ctx, w.Store, w.Manager, seen, seen, "戻す"); !fault.Is(err, "desk_changed") {
		t.Errorf("a stale page: %v", err)
	}
	if _, err := desks.Set(w.Ctx, w.Store, w.Administrator, next, seen, "戻す"); err != nil || !stands(t, w, desks.Point).Equal(seen) {
		t.Error(err)
	}
	nobody := seen
	nobody.Code = "nobody"
	if _, err := desks.Set(w.Ctx, w.Store, w.Manager, seen, nobody, "r"); !fault.Is(err, "not_found") {
		t.Error(err)
	}
}

// Of many who looked at the same rules, one changes them.
func TestSetAtOnce(t *testing.T) {
	w := apptest.NewWorld(t)
	seen := stands(t, w, desks.Tech)
	var wg sync.WaitGroup
	var mu sync.Mutex
	outcomes := map[string]int{}
	for i := range 8 {
		wg.Go(func() {
			next := seen
			next.Phone = fmt.Sprintf("0120-000-00%d", i)
			_, err := desks.Set(w.Ctx, w.Store, w.Manager, seen, next, "番号の変更")
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				outcomes["set"]++
			case fault.Is(err, "desk_changed"):
				outcomes["stale"]++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if outcomes["set"] != 1 || outcomes["stale"] != 7 {
		t.Errorf("%v", outcomes)
	}
}

// Exceptions stay within what a desk may hold, and days set before are replaced.
func TestExcept(t *testing.T) {
	w := apptest.NewWorld(t)
	first := jptext.Date{Year: 2015, Month: 1, Day: 1}
	for range 2 {
		if err := desks.Except(w.Ctx, w.Store, w.Manager, desks.Tech, first, first.AddDays(61), []desks.Typed{{"10:00", "24:00"}}, "r"); err != nil {
			t.Fatal(err)
		}
	}
	if got := stands(t, w, desks.Tech).Exceptions; len(got) != 62 || got[0].Close != 1440 {
		t.Fatalf("%d", len(got))
	}
	var err error
	for i := 1; err == nil && i < 20; i++ {
		err = desks.Except(w.Ctx, w.Store, w.Manager, desks.Tech, first.AddDays(62*i), first.AddDays(62*i+61), []desks.Typed{{}, {}}, "r")
	}
	if f, ok := fault.As(err); !ok || f.Kind != fault.Invalid || len(stands(t, w, desks.Tech).Exceptions) > 732 {
		t.Errorf("%v", err)
	}
	morning := desks.Typed{"10:00", "12:00"}
	for name, c := range map[string]struct {
		openings []desks.Typed
		refused  string
	}{
		"letters":               {[]desks.Typed{{"ten", "11:00"}}, "opens"},
		"half":                  {[]desks.Typed{{"10:00", ""}}, "closes"},
		"reversed":              {[]desks.Typed{{"11:00", "10:00"}}, "closes"},
		"25:00":                 {[]desks.Typed{{"10:00", "25:00"}}, "closes"},
		"half of the second":    {[]desks.Typed{morning, {"", "18:00"}}, "opens_2"},
		"the second reversed":   {[]desks.Typed{morning, {"18:00", "13:00"}}, "closes_2"},
		"overlapping":           {[]desks.Typed{morning, {"11:59", "18:00"}}, "opens_2"},
		"the same twice":        {[]desks.Typed{morning, morning}, "opens_2"},
		"the second around one": {[]desks.Typed{morning, {"9:00", "18:00"}}, "opens_2"},
	} {
		err := desks.Except(w.Ctx, w.Store, w.Manager, desks.Point, first, first, c.openings, "r")
		if f, ok := fault.As(err); !ok || len(f.Fields) != 1 || f.Fields[0].Name != c.refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A day has two openings, in whichever order they were typed, and the last change of it holds.
func TestExceptWithABreak(t *testing.T) {
	w := apptest.NewWorld(t)
	day := jptext.Date{Year: 2015, Month: 1, Day: 6}
	for _, c := range []struct {
		openings []desks.Typed
		want     string
	}{
		{[]desks.Typed{{"13:00", "17:00"}, {"10:00", "12:00"}}, "10:00–12:00 13:00–17:00"},
		{[]desks.Typed{{}, {"14:00", "15:00"}}, "14:00–15:00"},
		{[]desks.Typed{{}, {}}, ""},
	} {
		if err := desks.Except(w.Ctx, w.Store, w.Manager, desks.Tech, day, day.AddDays(1), c.openings, "r"); err != nil {
			t.Fatal(err)
		}
		d := stands(t, w, desks.Tech)
		if first, last := desks.Written(d.On(day)), desks.Written(d.On(day.AddDays(1))); first != c.want || last != c.want {
			t.Errorf("%v: %q and %q", c.openings, first, last)
		}
	}
}
