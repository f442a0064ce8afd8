package imports_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/imports"
	"hoten/app/jobs"
	"hoten/app/ledger"
	"hoten/app/staff"
	"hoten/app/store"
)

const (
	ids   = "login_id,name,balance_pointtalk,balance_goo\n"
	moves = apptest.MovementsHeader
)

// rejections are the refused rows of an import as "file:line:column:reason".
func rejections(w *apptest.World, id int64) (out []string) {
	w.T.Helper()
	rows, err := imports.Rejections(store.Read(w.Ctx, w.Store), id, 0, 1000)
	if err != nil {
		w.T.Fatal(err)
	}
	for _, r := range rows {
		out = append(out, fmt.Sprintf("%s:%d:%s:%s", r.File, r.Line, r.ColumnName, r.Reason))
	}
	slices.Sort(out)
	return out
}

func counts(i *imports.Import) string {
	return fmt.Sprintf("%s %d/%d/%d", i.State, i.Accepted, i.Ignored, i.Rejected)
}

func count(w *apptest.World, query string, args ...any) (n int) {
	w.T.Helper()
	if err := store.Scan(store.Read(w.Ctx, w.Store), query, args, &n); err != nil {
		w.T.Fatal(err)
	}
	return n
}

// Every reason of docs/api.md, each at its line and column; the good rows around
// them land all the same.
func TestEveryReason(t *testing.T) {
	w := apptest.NewWorld(t)
	header := "login_id,name,birth_date,phone,email,email_registered_on,customer_number,language,balance_pointtalk,balance_goo,restricted_at\n"
	affected := header +
		"good@ocn.example,山田 太郎,1970-02-03,090-0000-0001,a@mail.example,2005-04-01,N1,ja,10,20,2014-07-29\n" + // 2
		" 　,名無し,,,,,,,,,\n" + // 3
		"b1@ocn.example,,1970-02-30,,,,,,,,\n" + // 4
		"b2@ocn.example,,,,,,,,-1,,\n" + // 5
		"b3@ocn.example,,,,,,,,,1.5,\n" + // 6
		"b4@ocn.example,,,,nobody,,,,,,\n" + // 7
		"b5@ocn.example,,,,,,,fr,,,\n" + // 8
		"ＧＯＯＤ@ocn.example,別人,,,,,,,,,\n" + // 9
		"b6@ocn.example,,,12,,,,,,,\n" + // 10
		"b7@ocn.example,,,,,yesterday,,,,,\n" + // 11
		"b8@ocn.example,,,,,,,,,,soon\n" + // 12
		"b9@ocn.example,,\n" + // 13
		"b10@ocn.example,,2100-01-01,,bad,,,,,,\n" + // 14: two reasons, one row
		"b11@ocn.example," + strings.Repeat("x", 1025) + ",,,,,,,,,\n" + // 15
		"b12@ocn.example,,,,,,,,99999999999999999999,,\n" + // 16
		"plain@ocn.example,,,,,,,,,,\n" // 17
	movements := moves +
		"M1,good@ocn.example,2014-07-20 03:00,transfer,pointtalk,goo,,10,10,,confirmed\n" + // 2
		"M2,good@ocn.example,2014-07-20 03:05,exchange,goo,,ギフト券,5,,,confirmed\n" + // 3
		"M3,who@ocn.example,2014-07-20 03:05,exchange,goo,,ギフト券,5,,,confirmed\n" + // 4
		"M4,good@ocn.example,2014-07-20 03:05,exchange,goo,,ギフト券,0,,,confirmed\n" + // 5
		"M5,good@ocn.example,2014-07-20 03:05,exchange,goo,,ギフト券,99999999999999999999,,,confirmed\n" + // 6
		"M6,good@ocn.example,2014-07-20 03:05,gift,goo,,ギフト券,5,,,confirmed\n" + // 7
		"M7,good@ocn.example,2014-07-20 03:05,exchange,tpoint,,ギフト券,5,,,confirmed\n" + // 8
		"M8,good@ocn.example,20日,exchange,goo,,ギフト券,5,,,confirmed\n" + // 9
		"M9,good@ocn.example,2014-07-29 03:05,exchange,goo,,ギフト券,5,,,confirmed\n" + // 10
		"M10,good@ocn.example,2014-07-21 03:05,cancel,,goo,ギフト券,5,,M99,confirmed\n" + // 11
		"M2,good@ocn.example,2014-07-20 03:05,exchange,goo,,ギフト券,6,,,confirmed\n" + // 12
		",good@ocn.example,2014-07-20 03:05,exchange,goo,,ギフト券,5,,,confirmed\n" + // 13
		"M11,,2014-07-20 03:05,exchange,goo,,ギフト券,5,,,confirmed\n" + // 14
		"M12,good@ocn.example,2014-07-20 03:05,exchange,goo,,ギフト券,5,,,maybe\n" + // 15
		"M13,good@ocn.example,2014-07-20 03:05,transfer,goo,goo,,5,,,confirmed\n" + // 16
		"M14,good@ocn.example,2014-07-30 03:05,earn,,goo,,5,,,none\n" + // 17: the member's own, at any time
		"M15,good@ocn.example,2014-08-01 03:05,cancel,,goo,ギフト券,5,,M2,confirmed\n" + // 18: later than the period
		"M1,ＧＯＯＤ@ocn.example,2014/07/20 3:00,移行,pointtalk,goo,,１０,,,確定\n" // 19: the same again
	i := w.Import(affected, movements)
	want := []string{
		"affected:3:login_id:login_id_missing", "affected:4:birth_date:birth_date_invalid", "affected:5:balance_pointtalk:balance_negative",
		"affected:6:balance_goo:balance_not_integer", "affected:7:email:email_invalid", "affected:8:language:language_unknown", "affected:9::duplicate_conflict",
		"affected:10:phone:phone_invalid", "affected:11:email_registered_on:email_registered_on_invalid", "affected:12:restricted_at:restricted_at_invalid",
		"affected:14:birth_date:date_in_future", "affected:14:email:email_invalid", "affected:15:name:value_too_long",
		"affected:16:balance_pointtalk:balance_too_large",
		"movements:4:login_id:login_id_unknown", "movements:5:points:points_not_positive", "movements:6:points:points_too_large", "movements:7:kind:kind_unknown",
		"movements:8:from_program:program_unknown", "movements:9:occurred_at:occurred_at_invalid", "movements:10:occurred_at:outside_incident_window",
		"movements:11:refers_to:refers_to_unknown", "movements:12::duplicate_conflict", "movements:13:movement_id:movement_id_missing",
		"movements:14:login_id:login_id_missing", "movements:15:fraud:fraud_unknown", "movements:16:to_program:programs_equal",
	}
	slices.Sort(want)
	if got := rejections(w, i.ID); !slices.Equal(got, want) {
		for _, g := range got {
			if !slices.Contains(want, g) {
				t.Errorf("not expected: %s", g)
			}
		}
		for _, x := range want {
			if !slices.Contains(got, x) {
				t.Errorf("missing: %s", x)
			}
		}
	}
	if got := counts(i); got != "done 7/1/26" {
		t.Errorf("%s", got)
	}
	if c := w.Case("good@ocn.example"); c.Class == nil || *c.Class == "D" {
		t.Errorf("the good rows beside the bad ones: %+v", c)
	}
	if off, err := ledger.Check(store.Read(w.Ctx, w.Store)); off != "" || err != nil {
		t.Errorf("ledger: %s %v", off, err)
	}
}

// A file whose header says nothing is refused as a whole, and with it the other file.
func TestHeadersThatCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct{ affected, movements, want string }{
		"no key column":     {"name\nx\n", "", "affected:1:login_id:column_missing"},
		"twice":             {"login_id,OCN ID\na,b\n", "", "affected:1:login_id:column_duplicate"},
		"unknown program":   {"login_id,balance_tpoint\na,1\n", "", "affected:1:balance_tpoint:program_unknown"},
		"empty":             {"\n\n", "", "affected:1::file_empty"},
		"PDF":               {"%PDF-1.7\n", "", "affected:1::file_pdf"},
		"the other file's":  {apptest.MovementsHeader, "", ""},
		"good and then bad": {ids + "a@ocn.example,,1,1\n", "x,y\n1,2\n", "movements:1:points:column_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			w := apptest.NewWorld(t)
			i, got := w.Import(c.affected, c.movements), []string(nil)
			if got = rejections(w, i.ID); c.want != "" && !slices.Contains(got, c.want) {
				t.Errorf("%v, want %s", got, c.want)
			}
			if c.want != "" && (i.State != imports.Failed || i.Accepted != 0 || count(w, "select count(*) from cases") != 0) {
				t.Errorf("%s, %d cases", counts(i), count(w, "select count(*) from cases"))
			}
		})
	}
}

func TestCP932FromExcel(t *testing.T) {
	w := apptest.NewWorld(t)
	// 髙 and ① are of cp932, not of the Shift JIS of the standard.
	text := "OCN ID,\x8e\x81\x96\xbc,\x83t\x83\x8a\x83K\x83i,\x83|\x83C\x83\x93\x83g\x81[\x83N\x8ec\x8d\x82,\x94\xf5\x8dl\r\n" +
		"yamada@ocn.example,\xfb\xfc\x8b\xb4 \x87@\x98Y,\xc0\xb6\xca\xbc,\"1,200\",x\r\n\x8d\x87\x8cv,,,1200,\r\n"
	i := w.Import(text, "")
	if got := counts(i); got != "done 1/0/0" || !slices.Equal(i.Columns(), []string{"備考"}) {
		t.Fatalf("%s, ignored %v, refused %v", got, i.Columns(), rejections(w, i.ID))
	}
	rows := w.Case("髙橋")
	if rows.ID != w.Case("yamada@ocn.example").ID {
		t.Error("the name is not found")
	}
}

func TestUndecodableRow(t *testing.T) {
	w := apptest.NewWorld(t)
	i := w.Import(ids+"日本@ocn.example,山田,1,1\nb@ocn.example,\xff\xff,1,1\nc@ocn.example,田中,1,1\n", "")
	if got := rejections(w, i.ID); counts(i) != "done 2/0/1" || !slices.Equal(got, []string{"affected:3:name:undecodable"}) {
		t.Errorf("%s %v", counts(i), got)
	}
}

func TestRowWithoutAName(t *testing.T) {
	w := apptest.NewWorld(t)
	if i := w.Import("login_id\na@ocn.example\n", ""); counts(i) != "done 1/0/0" {
		t.Errorf("%s", counts(i))
	}
	if i := w.Import("login_id,name\nb@ocn.example,林\n", ""); counts(i) != "done 1/0/0" {
		t.Errorf("%s", counts(i))
	}
}

func TestRepeatedRowsAreIgnoredOrConflict(t *testing.T) {
	w := apptest.NewWorld(t)
	row := "a@ocn.example,山田 太郎,1,1\n"
	if i := w.Import(ids+row+row+"Ａ@OCN.example,山田 太郎,１,1\n", ""); counts(i) != "done 1/2/0" {
		t.Errorf("within a file: %s, %v", counts(i), rejections(w, i.ID))
	}
	if i := w.Import(ids+row, ""); counts(i) != "done 0/1/0" {
		t.Errorf("again: %s", counts(i))
	}
	i := w.Import(ids+"a@ocn.example,山田 太郎,2,1\nb@ocn.example,,1,1\n", "")
	if got := rejections(w, i.ID); counts(i) != "done 1/0/1" || !strings.HasSuffix(got[0], ":duplicate_conflict") || !strings.HasPrefix(got[0], "affected:2:") {
		t.Errorf("changed: %s %v", counts(i), got)
	}
	move := "M1,a@ocn.example,2014-07-20 03:00,exchange,goo,,x,1,,,confirmed\n"
	if i := w.Import("", moves+move+move); counts(i) != "done 1/1/0" {
		t.Errorf("movements: %s", counts(i))
	}
	i = w.Import("", moves+strings.Replace(move, ",1,", ",2,", 1))
	if got := rejections(w, i.ID); counts(i) != "done 0/0/1" || !slices.Equal(got, []string{"movements:2:movement_id:duplicate_conflict"}) {
		t.Errorf("changed movement: %s %v", counts(i), got)
	}
}

func TestMovementsBeforeTheirIDs(t *testing.T) {
	w := apptest.NewWorld(t)
	move := moves + "M1,a@ocn.example,2014-07-20 03:00,exchange,goo,,x,1,,,confirmed\n"
	i := w.Import("", move)
	if got := rejections(w, i.ID); counts(i) != "done 0/0/1" || !slices.Equal(got, []string{"movements:2:login_id:login_id_unknown"}) {
		t.Errorf("%s %v", counts(i), got)
	}
	if i := w.Import(ids+"a@ocn.example,,1,0\n", ""); counts(i) != "done 1/0/0" || *w.Case("a@ocn.example").Class != "D" {
		t.Errorf("%s", counts(i))
	}
	if i := w.Import("", move); counts(i) != "done 1/0/0" || *w.Case("a@ocn.example").Class == "D" {
		t.Errorf("%s, class %s", counts(i), *w.Case("a@ocn.example").Class)
	}
}

// A cancellation may stand above the exchange it gives back.
func TestCancellationBeforeItsExchange(t *testing.T) {
	w := apptest.NewWorld(t)
	i := w.Import(ids+"a@ocn.example,,1,10\n", moves+"M2,a@ocn.example,2014-07-21 03:00,cancel,,goo,x,1,,M1,confirmed\nM1,a@ocn.example,2014-07-20 03:00,exchange,goo,,x,1,,,confirmed\n")
	if counts(i) != "done 3/0/0" {
		t.Errorf("%s %v", counts(i), rejections(w, i.ID))
	}
}

func TestNothingLandsWhenItIsCutOff(t *testing.T) {
	w := apptest.NewWorld(t)
	var file strings.Builder
	file.WriteString(ids)
	for n := range 3000 {
		fmt.Fprintf(&file, "a%d@ocn.example,山田,1,1\n", n)
	}
	path := filepath.Join(t.TempDir(), "affected.csv")
	if err := os.WriteFile(path, []byte(file.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	tables := []string{"members", "identities", "cases", "contacts", "postings", "case_events", "accounts"}
	before := map[string]int{}
	for _, table := range tables {
		before[table] = count(w, "select count(*) from "+table)
	}
	ctx, cancel := context.WithCancel(w.Ctx)
	_, err := imports.FromFiles(ctx, w.Store, w.Manager, apptest.Reference, path, "", false, func(int64) { cancel() })
	if err == nil {
		t.Fatal("it went on to its end")
	}
	for _, table := range tables {
		if n := count(w, "select count(*) from "+table); n != before[table] {
			t.Errorf("%d rows in %s", n-before[table], table)
		}
	}
	// The command line is gone and its file with it: the import is given up.
	if count(w, "select count(*) from imports where state = 'running'") != 1 {
		t.Fatal("it does not stand as running")
	}
	if err := jobs.Recover(w.Ctx, w.Store, imports.Unfinished); err != nil || count(w, "select count(*) from imports where state = 'running'") != 1 {
		t.Errorf("given up at once: %v", err)
	}
	w.Clock.Add(time.Minute)
	if err := jobs.Recover(w.Ctx, w.Store, imports.Unfinished); err != nil || count(w, "select count(*) from imports where state = 'failed' and error = 'interrupted'") != 1 {
		t.Errorf("not given up: %v", err)
	}
	i, err := imports.FromFiles(w.Ctx, w.Store, w.Manager, apptest.Reference, path, "", false, nil)
	if err != nil || counts(i) != "done 3000/0/0" {
		t.Errorf("again: %v", err)
	}
}

func upload(w *apptest.World, by access.Actor, dryRun bool, files ...string) (*imports.Import, error) {
	at := 0
	return imports.Start(w.Ctx, w.Store, by, apptest.Reference, dryRun, func() (*imports.Upload, error) {
		if at == len(files) {
			return nil, nil
		}
		at += 2
		return &imports.Upload{File: files[at-2], Content: strings.NewReader(files[at-1])}, nil
	})
}

func work(w *apptest.World, id int64) *imports.Import {
	w.T.Helper()
	worker := &imports.Worker{Store: w.Store}
	if err := worker.Work(w.Ctx, &river.Job[imports.RunArgs]{Args: imports.RunArgs{ImportID: id}}); err != nil {
		w.T.Fatal(err)
	}
	i, err := imports.ByID(store.Read(w.Ctx, w.Store), id)
	if err != nil {
		w.T.Fatal(err)
	}
	return i
}

func TestDryRunChangesNothingAndCanBeRun(t *testing.T) {
	w := apptest.NewWorld(t)
	affected, movements := ids+"a@ocn.example,山田,10,10\n,x,,\n", moves+"M1,a@ocn.example,2014-07-20 03:00,exchange,goo,,x,1,,,confirmed\nM2,b@ocn.example,2014-07-20 03:00,exchange,goo,,x,1,,,confirmed\n"
	i, err := upload(w, w.Manager, true, "affected", affected, "movements", movements)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := imports.Run(w.Ctx, w.Store, w.Manager, i.ID); !fault.Is(err, "conflict") && !fault.Is(err, "import_not_repeatable") {
		t.Errorf("before it was judged: %v", err)
	}
	i = work(w, i.ID)
	dry := rejections(w, i.ID)
	if counts(i) != "done 2/0/2" || count(w, "select count(*) from cases")+count(w, "select count(*) from movements")+count(w, "select count(*) from members") != 0 {
		t.Fatalf("%s", counts(i))
	}
	if _, err := imports.Run(w.Ctx, w.Store, w.Agent, i.ID); !fault.Is(err, "forbidden") {
		t.Errorf("agent: %v", err)
	}
	if _, err := imports.Run(w.Ctx, w.Store, w.Manager, i.ID); err != nil {
		t.Fatal(err)
	}
	if i = work(w, i.ID); counts(i) != "done 2/0/2" || count(w, "select count(*) from cases") != 1 || count(w, "select count(*) from movements") != 1 {
		t.Errorf("for real: %s", counts(i))
	}
	if got := rejections(w, i.ID); !slices.Equal(got, dry) {
		t.Errorf("refused %v, the dry run had said %v", got, dry)
	}
	if _, err := imports.Run(w.Ctx, w.Store, w.Manager, i.ID); !fault.Is(err, "import_not_repeatable") {
		t.Errorf("a second time: %v", err)
	}
	if count(w, "select count(*) from import_chunks") != 0 {
		t.Error("the upload stays behind")
	}
}

func TestUploadsLieSealed(t *testing.T) {
	w := apptest.NewWorld(t)
	if _, err := upload(w, w.Manager, true, "affected", ids+"secret@ocn.example,山田,1,1\n"); err != nil {
		t.Fatal(err)
	}
	if count(w, "select count(*) from import_chunks where position('secret'::bytea in content) > 0") != 0 {
		t.Error("it lies open")
	}
}

func TestForgottenDryRunIsDeleted(t *testing.T) {
	w := apptest.NewWorld(t)
	i, err := upload(w, w.Manager, true, "affected", ids+"a@ocn.example,山田,1,1\n")
	if err != nil {
		t.Fatal(err)
	}
	work(w, i.ID)
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{23 * time.Hour, 1}, {2 * time.Hour, 0}} {
		w.Clock.Add(c.after)
		if err := imports.Forget(w.Ctx, w.Store); err != nil || count(w, "select count(*) from import_chunks") != c.want {
			t.Errorf("after %v more: %v", c.after, err)
		}
	}
	if _, err := imports.Run(w.Ctx, w.Store, w.Manager, i.ID); !fault.Is(err, "import_not_repeatable") {
		t.Errorf("%v", err)
	}
}

func TestTwoImportsAtOnce(t *testing.T) {
	w := apptest.NewWorld(t)
	row := ids + "a@ocn.example,山田,5,5\nb@ocn.example,山田,5,5\n"
	var wg sync.WaitGroup
	got := make([]*imports.Import, 4)
	for n := range got {
		i, err := upload(w, w.Manager, false, "affected", row, "movements", moves+"M1,a@ocn.example,2014-07-20 03:00,exchange,goo,,x,1,,,confirmed\n")
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() { got[n] = work(w, i.ID) })
	}
	wg.Wait()
	accepted, ignored := int64(0), int64(0)
	for _, i := range got {
		accepted, ignored = accepted+i.Accepted, ignored+i.Ignored
	}
	if accepted != 3 || ignored != 9 || count(w, "select count(*) from cases") != 2 || count(w, "select count(*) from movements") != 1 {
		t.Errorf("accepted %d, ignored %d", accepted, ignored)
	}
	if off, err := ledger.Check(store.Read(w.Ctx, w.Store)); off != "" || err != nil {
		t.Errorf("ledger: %s %v", off, err)
	}
}

func TestLostWorkIsTakenUpAgain(t *testing.T) {
	w := apptest.NewWorld(t)
	i, err := upload(w, w.Manager, false, "affected", ids+"a@ocn.example,山田,5,5\n")
	if err != nil {
		t.Fatal(err)
	}
	recovered := func(when string, available, cancelled int) {
		t.Helper()
		if err := jobs.Recover(w.Ctx, w.Store, imports.Unfinished); err != nil {
			t.Fatal(err)
		}
		a, c := count(w, "select count(*) from river_job where kind = 'imports_run' and state = 'available'"), count(w, "select count(*) from river_job where state = 'cancelled'")
		if a != available || c != cancelled {
			t.Errorf("%s: %d jobs wait, %d were cancelled", when, a, c)
		}
	}
	recovered("at once", 1, 0)
	w.Clock.Add(time.Minute)
	recovered("while it waits for a worker", 1, 0)
	if err := w.DB.Exec("update river_job set state = 'running', attempted_at = now()").Error; err != nil {
		t.Fatal(err)
	}
	ran, err := store.Exclusive(w.Ctx, w.Store, fmt.Sprintf("import:%d", i.ID), func() error {
		recovered("while somebody is at it", 0, 0)
		return nil
	})
	if !ran || err != nil {
		t.Fatal(err)
	}
	for range 2 {
		recovered("after its worker was lost", 1, 1)
	}
	for range 2 {
		if i := work(w, i.ID); counts(i) != "done 1/0/0" {
			t.Errorf("%s", counts(i))
		}
	}
}

// Whoever uploaded a file and left before it was worked on must not leave it
// running for ever.
func TestImportOfADisabledAccountEnds(t *testing.T) {
	w := apptest.NewWorld(t)
	i, err := upload(w, w.Manager, false, "affected", ids+"a@ocn.example,山田,5,5\n")
	if err != nil {
		t.Fatal(err)
	}
	yes := true
	if _, err := staff.Update(w.Ctx, w.Store, w.Administrator, w.Manager.ID, staff.Change{Disabled: &yes}); err != nil {
		t.Fatal(err)
	}
	if i := work(w, i.ID); i.State == imports.Running {
		t.Errorf("%s", counts(i))
	}
}

func TestWhoMayImport(t *testing.T) {
	w := apptest.NewWorld(t)
	for _, by := range []access.Actor{w.Agent, w.Supervisor, w.Manager, w.Administrator, w.Auditor} {
		_, err := upload(w, by, true, "affected", ids)
		if may := by.May(access.ManageIncidents); may != (err == nil) || !may && !fault.Is(err, "forbidden") {
			t.Errorf("%s: %v", by.Role, err)
		}
	}
	if _, err := imports.FromFiles(w.Ctx, w.Store, w.Manager, "none", "x", "", false, nil); !fault.Is(err, "not_found") {
		t.Errorf("unknown incident: %v", err)
	}
	if _, err := imports.FromFiles(w.Ctx, w.Store, w.Manager, apptest.Reference, "", "", false, nil); err == nil {
		t.Error("no file at all")
	}
	if _, err := imports.FromFiles(w.Ctx, w.Store, w.Manager, apptest.Reference, "/nowhere.csv", "", false, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestRejectedRowsAreDisarmed(t *testing.T) {
	w := apptest.NewWorld(t)
	i := w.Import("login_id,name,address\n,=1+1,@SUM(A1)\n,+81-3,-2\n,\"\tx\",\"\ry\"\n,＝1+1,＠x\n,安全,3-2-1\n", "")
	var out bytes.Buffer
	if err := imports.WriteRejected(w.Ctx, w.Store, w.Manager, i.ID, imports.AffectedFile, &out, func(r imports.Rejection, called string) (string, string) { return called, "because of " + r.Reason }); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(out.Bytes(), []byte("\ufeff")) || !bytes.Contains(out.Bytes(), []byte("\r\n")) {
		t.Error("Excel will not read it as UTF-8")
	}
	records, err := csv.NewReader(bytes.NewReader(out.Bytes()[3:])).ReadAll()
	if err != nil || len(records) != 6 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for _, rec := range records[1:] {
		for _, cell := range rec {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") || strings.HasPrefix(cell, "＝") || strings.HasPrefix(cell, "＠") {
				t.Errorf("%q would be run", cell)
			}
		}
	}
	// The CR within a cell counts as a line.
	if want := []string{"", "安全", "3-2-1", "7", "login_id", "login_id_missing", "because of login_id_missing"}; !slices.Equal(records[5], want) {
		t.Errorf("%q", records[5])
	}
	for _, by := range []access.Actor{w.Agent, w.Supervisor, w.Auditor} {
		if err := imports.WriteRejected(w.Ctx, w.Store, by, i.ID, imports.AffectedFile, &out, func(imports.Rejection, string) (string, string) { return "", "" }); !fault.Is(err, "forbidden") {
			t.Errorf("%s: %v", by.Role, err)
		}
	}
	if count(w, "select count(*) from audit_entries where action = 'import.rejected_rows_read'") != 1 {
		t.Error("the view of personal data was not audited once")
	}
	if count(w, "select count(*) from import_rejections where position('安全'::bytea in record) > 0") != 0 {
		t.Error("refused rows lie open in the database")
	}
}

// A movement in a program that the incident is not about is refused by its row, also where
// the incident is about none yet.
func TestMovementsOfOtherPrograms(t *testing.T) {
	w := apptest.NewWorld(t)
	for about, want := range map[string]string{"pointtalk": "[movements:2:from_program:program_not_involved]", "": "[movements:2:from_program:program_not_involved]", "goo": "[]"} {
		w.Number("with d as (delete from incident_programs returning 1) select count(*) from d")
		w.Number("with i as (insert into incident_programs (incident_id, program_id) select i.id, p.id from incidents i, programs p where p.code = $1 returning 1) select count(*) from i", about)
		i := w.Import("login_id,name,balance_goo\ngood@ocn.example,山田 太郎,20\n", "movement_id,login_id,occurred_at,kind,from_program,to_program,partner,points,points_received,refers_to,fraud\n"+
			"N"+about+",good@ocn.example,2014-07-20 03:05,exchange,goo,,ギフト券,5,,,confirmed\n")
		if got := fmt.Sprint(rejections(w, i.ID)); got != want {
			t.Errorf("about %q: %s", about, got)
		}
	}
}

// A balance in a program that the incident is not about is not taken, and its column is told.
func TestBalancesOfOtherPrograms(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Number("with d as (delete from incident_programs where program_id = (select id from programs where code = 'goo') returning 1) select count(*) from d")
	const file = "login_id,name,balance_goo,balance_pointtalk\na@ocn.example,山田,20,7\nb@ocn.example,鈴木,5,\n"
	i := w.Import(file, "")
	if i.IgnoredColumns != `["balance_goo"]` || fmt.Sprint(rejections(w, i.ID)) != "[]" || i.Accepted != 2 {
		t.Errorf("ignored %s, %v, accepted %d", i.IgnoredColumns, rejections(w, i.ID), i.Accepted)
	}
	for code, want := range map[string]int64{"goo": 0, "pointtalk": 1} {
		if n := w.Number("select count(*) from accounts a join programs p on p.id = a.program_id where a.identity_id is not null and p.code = $1", code); n != want {
			t.Errorf("%d accounts in %s", n, code)
		}
	}
	if again := w.Import(file, ""); again.Ignored != 2 {
		t.Errorf("again: %d ignored, %v", again.Ignored, rejections(w, again.ID))
	}
	if alone := w.Import("login_id,balance_goo\na@ocn.example,20\n", ""); alone.Ignored != 1 {
		t.Errorf("balances alone: %d ignored, %v", alone.Ignored, rejections(w, alone.ID))
	}
	if n := w.Number("select count(*) from accounts a join programs p on p.id = a.program_id where a.identity_id is not null and p.code = 'goo'"); n != 0 {
		t.Errorf("balances alone: %d accounts", n)
	}
}
