package demo

import (
	"fmt"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/jptext"
)

func TestWorkingDays(t *testing.T) {
	for now, want := range map[string]string{
		"2014-07-31 10:40": "[2014-07-29 2014-07-30 2014-07-31]",
		"2014-07-31 10:39": "[2014-07-28 2014-07-29 2014-07-30]", // the last day's scenes are not over
		"2014-08-03 15:00": "[2014-07-30 2014-07-31 2014-08-01]", // a Sunday
		"2014-08-04 23:59": "[2014-07-31 2014-08-01 2014-08-04]",
		"2015-01-05 09:00": "[2014-12-24 2014-12-25 2014-12-26]", // year-end
		"2014-09-24 12:00": "[2014-09-19 2014-09-22 2014-09-24]", // a holiday between
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", now, jptext.JST)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(workingDays(at, apptest.Release(t))); got != want {
			t.Errorf("at %s: %s, want %s", now, got, want)
		}
	}
}
