package reimbursements

import (
	"errors"
	"sync"
	"testing"
	"time"
)

// One counts, those who come meanwhile do not wait for it: they get the last answer.
func TestRemembered(t *testing.T) {
	var r remembered[int]
	now := time.Date(2014, 8, 1, 3, 0, 0, 0, time.UTC)
	get := func(now time.Time, count func() (int, error)) int {
		t.Helper()
		n, err := r.get(1, true, now, count)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	never := func() (int, error) { t.Error("counted again"); return 0, nil }

	// Nothing is remembered yet: all wait for one count.
	var wg sync.WaitGroup
	begun := make(chan bool)
	wg.Go(func() {
		get(now, func() (int, error) { begun <- true; time.Sleep(10 * time.Millisecond); return 7, nil })
	})
	<-begun
	for range 8 {
		wg.Go(func() {
			if got := get(now, never); got != 7 {
				t.Errorf("%d", got)
			}
		})
	}
	wg.Wait()

	// It is due again: the one who comes first counts, others get the last answer.
	later := now.Add(restLeast + time.Second)
	if got := get(later, func() (int, error) {
		if got := get(later, never); got != 7 {
			t.Errorf("meanwhile %d", got)
		}
		return 8, nil
	}); got != 8 {
		t.Errorf("%d", got)
	}
	if get(later, never) != 8 {
		t.Error("not remembered")
	}

	// What failed is not remembered, and the next one counts.
	again := later.Add(restLeast + time.Second)
	if _, err := r.get(1, true, again, func() (int, error) { return 0, errors.New("away") }); err == nil {
		t.Error("no error")
	}
	if get(again, func() (int, error) { return 9, nil }) != 9 {
		t.Error("the failed count stands")
	}
	// Few are counted at every look.
	if n, _ := r.get(1, false, again, func() (int, error) { return 3, nil }); n != 3 {
		t.Errorf("%d", n)
	}
}
