package cases_test

import (
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/notices"
	"hoten/app/store"
)

// A closing mail leaves after the time in which the completion may be taken back, whatever
// was sent before, and then it may not be any more. Taken back in time, nothing is sent.
func TestAClosingMailWaitsForTheUndo(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Import(apptest.AffectedHeader+"m1@ocn.example,山田 太郎,ヤマダ タロウ,1970-02-03,,c1@mail.example,2008-01-01,,,,ja,1,5000,2014-07-29 10:00\n", "")
	c := w.Case("m1@ocn.example")
	move := func(to cases.Status) int64 {
		t.Helper()
		w.Clock.Add(time.Second)
		now := w.Case("m1@ocn.example")
		if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Change{Status: &to, Version: now.Version}); err != nil {
			t.Fatal(err)
		}
		return last(t, w, c.ID).ID
	}
	sent := func() (kinds []string) {
		t.Helper()
		w.Deliver(apptest.OutletFunc(func(e notices.Envelope) error { kinds = append(kinds, e.Subject); return nil }))
		return kinds
	}
	undo := func(event int64) error {
		_, err := cases.Undo(w.Ctx, w.Store, w.Supervisor, c.ID, event)
		return err
	}
	update(t, w, "update identities set state = 'resumed'")
	first := move(cases.Completed)
	w.Clock.Add(notices.ClosingWaits - time.Second)
	if got := sent(); got != nil {
		t.Errorf("sent at once: %v", got)
	}
	if err := undo(first); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Hour)
	if got := sent(); got != nil || w.Case("m1@ocn.example").Status != c.Status {
		t.Errorf("sent after it was taken back: %v", got)
	}

	must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		_, err := notices.Queue(tx, notices.Draft{CaseID: &c.ID, MemberID: w.ID("m1@ocn.example").MemberID, Kind: notices.ReimbursementCompleted, Language: "ja", To: "c1@mail.example"})
		return err
	}))
	again := move(cases.Completed)
	if got := sent(); len(got) != 1 || !strings.Contains(got[0], "復元・補填") {
		t.Errorf("sent with the result: %v", got)
	}
	w.Clock.Add(notices.ClosingWaits)
	if err := undo(again); !fault.Is(err, "undo_too_late") {
		t.Errorf("taken back while the mail is leaving: %v", err)
	}
	if got := sent(); len(got) != 1 {
		t.Errorf("sent %v", got)
	}
	if err := undo(again); !fault.Is(err, "undo_too_late") {
		t.Errorf("taken back after the mail left: %v", err)
	}
}
