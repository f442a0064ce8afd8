package cases_test

import (
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/store"
)

// last is the newest event of a case.
func last(t *testing.T, w *apptest.World, id int64) cases.Event {
	t.Helper()
	events, err := cases.Events(store.Read(w.Ctx, w.Store), id, nil, 0, 1)
	if err != nil || len(events) != 1 {
		t.Fatal(events, err)
	}
	return events[0]
}

// Who changed a case may take it back for ten minutes, while nothing followed; it is told and
// cannot be undone itself.
func TestUndo(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Import(apptest.AffectedHeader+"m1@ocn.example,山田 太郎,ヤマダ タロウ,1970-02-03,,c1@mail.example,2008-01-01,,,,ja,1,5000,2014-07-29 10:00\n", "")
	at := func() *cases.Case { return w.Case("m1@ocn.example") }
	change := func(by access.Actor, ch cases.Change) {
		t.Helper()
		w.Clock.Add(time.Second)
		ch.Version = at().Version
		if _, err := cases.Update(w.Ctx, w.Store, by, at().ID, ch); err != nil {
			t.Fatal(err)
		}
	}
	undo := func(by access.Actor, event int64) error {
		_, err := cases.Undo(w.Ctx, w.Store, by, at().ID, event)
		return err
	}
	held, completed, working := cases.OnHold, cases.Completed, cases.InProgress
	before := at()

	change(w.Agent, cases.Change{Status: &held, Assignee: &w.Agent.ID})
	e := last(t, w, before.ID)
	if err := undo(w.Supervisor, e.ID); !fault.Is(err, "undo_too_late") {
		t.Errorf("somebody else: %v", err)
	}
	w.Clock.Add(time.Second)
	if _, err := cases.AddNote(w.Ctx, w.Store, w.Agent2, before.ID, "折り返し希望"); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Second)
	if err := undo(w.Agent, e.ID); err != nil {
		t.Fatal(err)
	}
	if c := at(); c.Status != before.Status || c.AssigneeID != nil || c.Version <= before.Version || (c.DeskID == nil) != (before.DeskID == nil) {
		t.Errorf("not as before: %+v", c)
	}
	if err := undo(w.Agent, last(t, w, before.ID).ID); !fault.Is(err, "undo_too_late") {
		t.Errorf("an undo was undone: %v", err)
	}

	for name, follows := range map[string]func(){
		"another change": func() {
			to := w.Agent2.ID
			if has := at().AssigneeID; has != nil && *has == to {
				to = w.Agent.ID
			}
			change(w.Supervisor, cases.Change{Assignee: &to})
		},
		"a call":   func() { w.Clock.Add(time.Second); w.Call(w.Agent2, before.ID) },
		"too long": func() { w.Clock.Add(cases.UndoFor + time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			to := held
			if at().Status == held {
				to = working
			}
			change(w.Agent, cases.Change{Status: &to})
			e := last(t, w, before.ID)
			follows()
			if err := undo(w.Agent, e.ID); !fault.Is(err, "undo_too_late") {
				t.Errorf("undone: %v", err)
			}
		})
	}
	w.Clock.Add(time.Second)

	inquiry, err := cases.Open(w.Ctx, w.Store, w.Agent, apptest.Reference, "new@ocn.example")
	if err != nil {
		t.Fatal(err)
	}
	id := inquiry.Case.ID
	set := func(s cases.Status) int64 {
		t.Helper()
		w.Clock.Add(time.Second)
		c, err := cases.Get(store.Read(w.Ctx, w.Store), id)
		if err == nil {
			_, err = cases.Update(w.Ctx, w.Store, w.Agent, id, cases.Change{Status: &s, Version: c.Version})
		}
		if err != nil {
			t.Fatal(err)
		}
		return last(t, w, id).ID
	}
	if c, err := cases.Undo(w.Ctx, w.Store, w.Agent, id, set(completed)); err != nil || c.Status == completed || c.CompletedAt != nil {
		t.Errorf("a completion: %+v %v", c, err)
	}
	set(completed)
	if _, err := cases.Undo(w.Ctx, w.Store, w.Agent, id, set(cases.Reopened)); !fault.Is(err, "undo_too_late") {
		t.Errorf("a reopening: %v", err)
	}
}
