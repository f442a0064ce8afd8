package imports_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/imports"
	"hoten/app/ledger"
	"hoten/app/store"
)

// A file of several parts, with IDs that are known in the first, at the seam and in the
// last: those that nobody knew land as they come, and all is as if it were one part.
func TestPartsOfAFile(t *testing.T) {
	const rows = 5200 // a part has 5,000
	w := apptest.NewWorld(t)
	addIncident(w)
	login := func(n int) string { return fmt.Sprintf("p%04d@ocn.example", n) }
	known := []int{0, 4999, 5000, rows - 1}
	var first, list, movements strings.Builder
	first.WriteString(ids)
	list.WriteString(ids)
	movements.WriteString(moves)
	for n := range rows {
		line := fmt.Sprintf("%s,山田,%d,1\n", login(n), n%7)
		list.WriteString(line)
		if slices.Contains(known, n) {
			first.WriteString(line)
		}
		if n%2 == 0 { // a transfer
			fmt.Fprintf(&movements, "T%d,%s,2014-07-20 03:00,transfer,pointtalk,goo,,5,1,,confirmed\n", n, login(n))
		}
		if n%3 == 0 { // an exchange
			fmt.Fprintf(&movements, "E%d,%s,2014-07-20 03:00,exchange,goo,,x,1,,,confirmed\n", n, login(n))
		}
	}
	fmt.Fprintf(&movements, "U,unknown@ocn.example,2014-07-20 03:00,exchange,goo,,x,1,,,confirmed\nC,%s,2014-07-21 03:00,cancel,,goo,x,1,,E3,none\n", login(3))
	list.WriteString("broken@ocn.example,山田,x,1\n" + login(7) + ",鈴木,0,1\n")
	w.ImportInto(other, first.String(), "")

	lines := rows + rows/2 + (rows+2)/3 + 1
	want := fmt.Sprintf("done %d/0/3", lines)
	i, err := upload(w, w.Manager, true, "affected", list.String(), "movements", movements.String())
	if err != nil {
		t.Fatal(err)
	}
	if i = work(w, i.ID); counts(i) != want || count(w, "select count(*) from cases") != len(known) {
		t.Errorf("the dry run: %s, want %s", counts(i), want)
	}
	i = w.Import(list.String(), movements.String())
	if counts(i) != want || !slices.Equal(told(i), []string{fmt.Sprintf("affected:ids_known:%d", len(known))}) {
		t.Errorf("%s %v, want %s", counts(i), told(i), want)
	}
	inOrder, err := imports.Rejections(store.Read(w.Ctx, w.Store), i.ID, 0, 10)
	if err != nil || len(inOrder) != 3 || inOrder[0].Line != rows+2 || inOrder[1].Line != rows+3 || inOrder[2].File != imports.MovementsFile {
		t.Errorf("%+v %v", inOrder, err)
	}
	after, err := imports.Rejections(store.Read(w.Ctx, w.Store), i.ID, inOrder[0].ID, 10)
	if err != nil || len(after) != 2 || after[0].ID != inOrder[1].ID {
		t.Errorf("after the first: %+v %v", after, err)
	}
	for what, query := range map[string]string{
		"cases without one opening event": "select count(*) from (select c.id from cases c left join case_events e on e.case_id = c.id and e.kind = 'opened' group by c.id having count(e.id) <> 1) x",
		"IDs without their two accounts":  "select count(*) from (select i.id from identities i left join accounts a on a.identity_id = i.id group by i.id having count(a.id) <> 2) x",
		"IDs without a member":            "select count(*) from identities i where not exists (select 1 from members m where m.id = i.member_id)",
		"cases of another class than their movements": `select count(*) from cases c join incidents n on n.id = c.incident_id and n.reference <> '` + other + `' where c.class <>
			(select case when bool_or(m.kind = 'transfer') and bool_or(m.kind = 'exchange') then 'C' when bool_or(m.kind = 'exchange') then 'B' when bool_or(m.kind = 'transfer') then 'A' else 'D' end
			  from movements m where m.identity_id = c.identity_id)`,
	} {
		if n := count(w, query); n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
	if n := count(w, "select count(*) from transfers where key = $1", i.Subject()+":opening"); n != 1 || count(w, "select count(*) from cases") != rows+len(known) {
		t.Errorf("%d opening transfers, %d cases", n, count(w, "select count(*) from cases"))
	}
	if off, err := ledger.Check(store.Read(w.Ctx, w.Store)); off != "" || err != nil {
		t.Errorf("ledger: %s %v", off, err)
	}
	if i := w.Import(list.String(), movements.String()); counts(i) != fmt.Sprintf("done 0/%d/3", lines) {
		t.Errorf("again: %s", counts(i))
	}
}

// Records are bound to their rows: swapped they do not open. Those of the first
// release, which were bound to their import, still do.
func TestRefusedRowsAreBoundToTheirRows(t *testing.T) {
	w := apptest.NewWorld(t)
	i := w.Import(ids+"a@ocn.example,山田,x,1\nb@ocn.example,鈴木,y,1\n", "")
	refused := func() []imports.Rejection {
		t.Helper()
		rows, err := imports.Rejections(store.Read(w.Ctx, w.Store), i.ID, 0, 10)
		if err != nil || len(rows) != 2 {
			t.Fatalf("%+v %v", rows, err)
		}
		return rows
	}
	rows := refused()
	put := func(row imports.Rejection, record []byte) {
		t.Helper()
		if _, err := w.Pool.Exec(w.Ctx, "update import_rejections set record = $2 where id = $1", row.ID, record); err != nil {
			t.Fatal(err)
		}
	}
	for n, row := range rows {
		if fields, err := row.Fields(w.Store); err != nil || fields[0] != []string{"a@ocn.example", "b@ocn.example"}[n] {
			t.Errorf("%v %v", fields, err)
		}
		put(row, rows[1-n].Record)
	}
	for _, row := range refused() {
		if fields, err := row.Fields(w.Store); err == nil {
			t.Errorf("another row's record opens: %v", fields)
		}
	}
	put(rows[0], w.Vault.Seal("import_rejections", "record", i.ID, `["old@ocn.example","山田"]`))
	if fields, err := refused()[0].Fields(w.Store); err != nil || !slices.Equal(fields, []string{"old@ocn.example", "山田"}) {
		t.Errorf("a record of the first release: %v %v", fields, err)
	}
}
