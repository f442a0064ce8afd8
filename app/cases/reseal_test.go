package cases_test

import (
	"slices"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/store"
	"hoten/app/vault"
)

func texts(t *testing.T, w *apptest.World, caseID int64) (out []string, broken int) {
	t.Helper()
	events, err := cases.Events(store.Read(w.Ctx, w.Store), caseID, []string{cases.Note}, 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		plain, err := e.PlainText(w.Vault)
		if err != nil {
			t.Fatal(err)
		}
		if plain == vault.Damaged {
			broken++
			continue
		}
		out = append(out, plain)
	}
	return out, broken
}

// Two notes of one case that somebody swapped in the database are no notes any more,
// also those that an older release sealed for the case.
func TestSwappedTextsAreFoundOut(t *testing.T) {
	w := apptest.NewWorld(t)
	opened, err := cases.Open(w.Ctx, w.Store, w.Agent, apptest.Reference, "a@ocn.example")
	if err != nil {
		t.Fatal(err)
	}
	c := opened.Case
	note := func(text string) int64 {
		if _, err := cases.AddNote(w.Ctx, w.Store, w.Agent, c.ID, text); err != nil {
			t.Fatal(err)
		}
		return w.Number("select max(id) from case_events")
	}
	swap := func(a, b int64) {
		if _, err := w.Pool.Exec(w.Ctx, `update case_events e set text = o.text from case_events o
			where (e.id = $1 and o.id = $2) or (e.id = $2 and o.id = $1)`, a, b); err != nil {
			t.Fatal(err)
		}
	}
	first, second := note("承認してよい"), note("承認しない")
	swap(first, second)
	if plain, broken := texts(t, w, c.ID); broken != 2 {
		t.Errorf("swapped, and read as %q", plain)
	}
	swap(first, second)

	for _, id := range []int64{first, second} {
		plain := map[int64]string{first: "承認してよい", second: "承認しない"}[id]
		if _, err := w.Pool.Exec(w.Ctx, "update case_events set text = $2 where id = $1", id, w.Vault.Seal("case_events", "text", c.ID, plain)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Pool.Exec(w.Ctx, "update settings set value = ($1::bigint)::text where key = 'reseal_case_events'", second); err != nil {
		t.Fatal(err)
	}
	want := []string{"承認しない", "承認してよい"}
	if plain, _ := texts(t, w, c.ID); !slices.Equal(plain, want) {
		t.Errorf("an older release's: %q", plain)
	}
	for range 2 {
		if err := cases.Reseal(w.Ctx, w.Store); err != nil {
			t.Fatal(err)
		}
	}
	if plain, _ := texts(t, w, c.ID); !slices.Equal(plain, want) {
		t.Errorf("sealed again: %q", plain)
	}
	swap(first, second)
	if plain, broken := texts(t, w, c.ID); broken != 2 {
		t.Errorf("swapped after they were sealed again, and read as %q", plain)
	}
}
