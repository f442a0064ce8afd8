package api_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/audit"
)

// The feed is read page by page to its end, and goes on from there.
func TestEvents(t *testing.T) {
	s := newSite(t)
	s.Import(apptest.Losses(1))
	seal := func() {
		t.Helper()
		if _, err := audit.SealAll(s.Ctx, s.Store, filepath.Join(t.TempDir(), "head")); err != nil {
			t.Fatal(err)
		}
	}
	type page struct {
		Items []struct {
			Type, Timestamp string
			Data            struct {
				Subject string
				Seq     int64
			}
		}
		Next *int64
	}
	after := int64(0)
	read := func() (types []string) {
		t.Helper()
		for {
			var p page
			if err := json.Unmarshal([]byte(s.as(s.Auditor).get(fmt.Sprint("/events?limit=2&after=", after)).want(200).body), &p); err != nil {
				t.Fatal(err)
			}
			for _, e := range p.Items {
				if e.Data.Seq <= after {
					t.Fatalf("%d after %d", e.Data.Seq, after)
				}
				after = e.Data.Seq
				types = append(types, e.Type+" "+e.Data.Subject)
			}
			if p.Next == nil {
				return types
			}
			after = *p.Next
		}
	}
	seal()
	if all := read(); len(all) == 0 {
		t.Fatal("the import is not told")
	}
	number := s.Case(apptest.LossLogin(0)).Number()
	for i := range 3 {
		s.as(s.Agent).post("/cases/"+number+"/notes", j{"text": fmt.Sprint("折り返し", i)}).want(201)
	}
	s.as(s.Agent).get("/cases/" + number).want(200) // a look is no event
	if not := read(); len(not) != 0 {
		t.Errorf("told before they were sealed: %v", not)
	}
	seal()
	if got, want := strings.Join(read(), ", "), strings.Repeat(", case.noted case:"+number, 3)[2:]; got != want {
		t.Errorf("%s, not %s", got, want)
	}
	if more := read(); len(more) != 0 {
		t.Error(more)
	}
}
