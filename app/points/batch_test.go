package points_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/outside"
	"hoten/app/points"
	"hoten/app/points/simulator"
	"hoten/app/policies"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// batch is a world of so many IDs whose PointTalk points live in a system that takes files, and
// whose plans were approved.
func batch(t testing.TB, n int, setting ...string) (*apptest.World, *simulator.Batch, []int64) {
	t.Helper()
	w := losses(t, n)
	w.ConnectBatch(t, []string{"pointtalk"}, append([]string{"encoding", "utf-8"}, setting...)...)
	return w, simulator.NewBatch(), approve(t, w, n)
}

// toHour turns the clock to the next agreed hour, and has what is due done.
func toHour(t testing.TB, w *apptest.World) {
	t.Helper()
	w.SendLegs(t)
	now := w.Clock.Now().In(jptext.JST)
	at := time.Date(now.Year(), now.Month(), now.Day(), 14, 0, 0, 0, jptext.JST)
	for !at.After(now) {
		at = at.Add(12 * time.Hour)
	}
	w.Clock.Add(at.Sub(now))
	w.SendLegs(t)
}

func fetch(t testing.TB, w *apptest.World, number int64) []byte {
	t.Helper()
	f, err := points.Fetch(w.Ctx, w.Store, w.Supervisor, "outside", number)
	must(t, err)
	return f.Content
}

func bring(w *apptest.World, number int64, result []byte) (*points.Told, error) {
	return points.TakeIn(w.Ctx, w.Store, w.Supervisor, "outside", points.Incoming{Source: points.FromConsole, Number: number, Content: result})
}

// why is the refusal of a result: its word.
func why(err error) string {
	f, is := fault.As(err)
	if !is || len(f.Fields) != 1 || f.Fields[0].Name != "result" {
		return fmt.Sprint(err)
	}
	return f.Fields[0].Code
}

func filed(t testing.TB, w *apptest.World, number int64) points.Filed {
	t.Helper()
	f, err := points.FileByNumber(store.Read(w.Ctx, w.Store), 1, number)
	must(t, err)
	return *f
}

// result has the lines of a result changed, with its sums counted anew.
func result(head string, rows ...string) []byte {
	var done int
	var credit int64
	for _, r := range rows {
		f := strings.Split(r, ",")
		if len(f) > 9 && f[9] == "OK" {
			var n int64
			_, _ = fmt.Sscan(f[7], &n)
			done, credit = done+1, credit+n
		}
	}
	h := strings.Split(head, ",")
	return []byte(head + "\n" + strings.Join(rows, "\n") + fmt.Sprintf("\n9,%s,%s,%d,%d,%d,0\n", h[3], h[4], len(rows), done, credit))
}

// rowsOf are the rows of a file, each with what a result adds.
func rowsOf(file []byte, added string) (out []string) {
	for _, l := range strings.Split(string(file), "\r\n") {
		if strings.HasPrefix(l, "2,") {
			out = append(out, l+","+added)
		}
	}
	return out
}

func head(number, answer int) string {
	return fmt.Sprintf("1,RESULTS,outside,%d,%d,20140731,150000,ACCEPTED,", number, answer)
}

// Movements wait for the agreed hour, are one file however many cut it, and done once the result
// says so.
func TestAFileIsCutAndAnswered(t *testing.T) {
	w, y, of := batch(t, 3)
	w.SendLegs(t)
	if w.Number("select count(*) from point_files") != 0 || leg(t, w, of[0]).State != outside.Waiting {
		t.Fatal("cut before its hour")
	}
	now := w.Clock.Now().In(jptext.JST)
	w.Clock.Add(time.Date(now.Year(), now.Month(), now.Day(), 14, 0, 0, 0, jptext.JST).Sub(now))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := points.Send(w.Ctx, w.Store); err != nil {
				t.Error(err)
			}
			if _, err := points.CutNow(w.Ctx, w.Store, w.Supervisor, "outside"); err != nil && !fault.Of(err, fault.Conflict) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := w.Number("select count(*) from point_files"); n != 1 || filed(t, w, 1).State() != points.FileCut || leg(t, w, of[2]).State != outside.Uncertain {
		t.Fatalf("%d files, %+v", n, filed(t, w, 1))
	}
	file := fetch(t, w, 1)
	if f := filed(t, w, 1); f.State() != points.FileSent || f.FetchedBy == nil || !bytes.Equal(file, fetch(t, w, 1)) || f.SHA256[0] != sha256.New().Sum(nil)[0] && points.Hash(f.SHA256) != fmt.Sprintf("%x", sha256.Sum256(file)) {
		t.Errorf("%+v", f)
	}
	answer, err := y.Work(file)
	must(t, err)
	told, err := bring(w, 1, answer)
	if err != nil || told.Done != 3 || told.Missing != 0 || told.Again {
		t.Fatalf("%+v %v", told, err)
	}
	w.SendLegs(t)
	for i, id := range of {
		if l := leg(t, w, id); !l.Done() || l.Reference == "" || y.Balance(apptest.LossLogin(i), "pointtalk") != l.Points {
			t.Errorf("%+v", l)
		}
	}
	if f := filed(t, w, 1); f.State() != points.FileAnswered || f.Pending != 0 || w.Number("select count(*) from reimbursements where state = 'posted'") != 3 {
		t.Errorf("%+v", f)
	}
	if told, err := bring(w, 1, answer); err != nil || !told.Again {
		t.Errorf("the same again: %+v %v", told, err)
	}
	toHour(t, w)
	if n := w.Number("select count(*) from point_files"); n != 1 {
		t.Errorf("%d files of nothing", n)
	}
}

// What is no right result changes nothing, is refused by name, and stands among what came.
func TestResultsThatAreRefused(t *testing.T) {
	w, y, of := batch(t, 3)
	w.SendLegs(t)
	_, err := points.CutNow(w.Ctx, w.Store, w.Supervisor, "outside")
	must(t, err)
	file := fetch(t, w, 1)
	rows := rowsOf(file, "OK,P1,")
	right, err := y.Work(file)
	must(t, err)
	change := func(i int, old, new string) []string {
		out := append([]string{}, rows...)
		if !strings.Contains(out[i], old) {
			t.Fatal(old)
		}
		out[i] = strings.Replace(out[i], old, new, 1)
		return out
	}
	for name, c := range map[string]struct {
		number int64
		file   []byte
		want   string
	}{
		"a wrong trailer":       {1, bytes.Replace(right, []byte("9,1,1,3,3,"), []byte("9,1,1,3,2,"), 1), "result_tail"},
		"another count":         {1, bytes.Replace(right, []byte("9,1,1,3,"), []byte("9,1,1,4,"), 1), "result_tail"},
		"another sum":           {1, bytes.Replace(right, []byte(",120000,0"), []byte(",120001,0"), 1), "result_tail"},
		"cut off":               {1, right[:len(right)-20], "result_tail_missing"},
		"no bytes of ours":      {1, append([]byte{0xff, 0xfe}, right...), "result_undecodable"},
		"a key of another file": {1, result(head(1, 1), change(1, "2,1,2,", "2,1,2,9")...), "result_other"},
		"another account":       {1, result(head(1, 1), change(0, apptest.LossLogin(0), apptest.LossLogin(1))...), "result_other"},
		"other points":          {1, result(head(1, 1), change(0, "+,40000", "+,40001")...), "result_other"},
		"the other sign":        {1, []byte(strings.Replace(strings.Replace(string(result(head(1, 1), change(0, "+,40000", "-,40000")...)), ",120000,0", ",80000,40000", 1), "\n9", "\n9", 1)), "result_other"},
		"a row that is none":    {1, result(head(1, 1), change(0, "2,1,1,", "2,1,4,")...), "result_row_unknown"},
		"a row 0":               {1, result(head(1, 1), change(0, "2,1,1,", "2,1,0,")...), "result_row_unknown"},
		"a row twice":           {1, result(head(1, 1), append(rows, rows[0])...), "result_row_twice"},
		"of another system":     {1, bytes.Replace(right, []byte("outside"), []byte("inside"), 1), "result_system"},
		"of a file to come":     {0, result(strings.Replace(head(2, 1), ",2,", ",2,", 1)), "result_file_unknown"},
		"of another file":       {2, right, "result_of_other_file"},
		"the second first":      {1, result(head(1, 2), rowsOf(file, "OK,P1,")...), "result_sequence"},
		"number 0":              {1, result(head(1, 0), rowsOf(file, "OK,P1,")...), "result_number"},
		"too much":              {1, append(right[:len(right):len(right)], make([]byte, points.MaxResult)...), "result_too_large"},
	} {
		before := w.Number("select count(*) from point_results")
		if _, err := bring(w, c.number, c.file); why(err) != c.want || strings.Contains(fmt.Sprint(err), "@") {
			t.Errorf("%s: %v", name, err)
		}
		kept, err := points.Arrivals(store.Read(w.Ctx, w.Store), 1, 0, 0, 1)
		must(t, err)
		if r := kept[0]; w.Number("select count(*) from point_results") != before+1 || r.State != points.Refusal || r.Why().Code != c.want || *r.ReceivedBy != w.Supervisor.ID || r.Content != nil {
			t.Errorf("%s: kept as %+v", name, r)
		}
	}
	if f := filed(t, w, 1); f.Answers != 0 || f.Open != 3 || leg(t, w, of[0]).State != outside.Uncertain {
		t.Fatalf("%+v", f)
	}
	if _, err := points.TakeIn(w.Ctx, w.Store, w.Agent, "outside", points.Incoming{Source: points.FromConsole, Content: right}); !fault.Is(err, "forbidden") {
		t.Errorf("an agent: %v", err)
	}
	if _, err := bring(w, 1, right); err != nil {
		t.Fatal(err)
	}
	other := result(head(1, 1), rowsOf(file, "OK,P2,")...)
	if _, err := bring(w, 1, other); why(err) != "result_differs" {
		t.Errorf("another one under its number: %v", err)
	}
	if _, err := bring(w, 1, result(head(1, 2), rows[0])); why(err) != "result_row_answered" {
		t.Errorf("a row that is answered: %v", err)
	}
	w.SendLegs(t)
	if l := leg(t, w, of[0]); !l.Done() || l.Reference == "P2" {
		t.Errorf("%+v", l)
	}
}

// Two who bring results at once: one is taken in; of the same twice, the other hears that.
func TestTwoResultsAtOnce(t *testing.T) {
	w, y, _ := batch(t, 2)
	toHour(t, w)
	file := fetch(t, w, 1)
	right, err := y.Work(file)
	must(t, err)
	other := result(head(1, 1), rowsOf(file, "account_closed,,")...)
	var mu sync.Mutex
	told := map[string]int{}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			out, err := bring(w, 1, [][]byte{right, other}[i%2])
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				told[why(err)]++
			case out.Again:
				told["again"]++
			default:
				told["taken"]++
			}
		})
	}
	all.Wait()
	if told["taken"] != 1 || told["again"] != 3 || told["result_differs"] != 4 {
		t.Errorf("%v", told)
	}
}

// A result of a later file does not go before that of an earlier one, which may have been lost.
func TestResultsComeInOrder(t *testing.T) {
	w, y, of := batch(t, 1)
	toHour(t, w)
	w.Import(apptest.Losses(2))
	of = append(of, approveOne(t, w, 1))
	toHour(t, w)
	first, second := fetch(t, w, 1), fetch(t, w, 2)
	answer, err := y.Work(first)
	must(t, err)
	later, err := y.Work(second)
	must(t, err)
	if _, err := bring(w, 2, later); why(err) != "result_order" {
		t.Fatalf("out of order: %v", err)
	}
	for n, a := range [][]byte{answer, later} {
		if _, err := bring(w, int64(n+1), a); err != nil {
			t.Errorf("%d: %v", n+1, err)
		}
	}
	w.SendLegs(t)
	for _, id := range of {
		if !leg(t, w, id).Done() {
			t.Error("not done")
		}
	}
}

// approveOne approves the plan of the i-th ID.
func approveOne(t testing.TB, w *apptest.World, i int) int64 {
	t.Helper()
	r, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, w.Case(apptest.LossLogin(i)).ID, "")
	must(t, err)
	for _, by := range []access.Actor{w.Supervisor, w.Manager}[:r.ApprovalsNeeded] {
		_, err := reimbursements.Approve(w.Ctx, w.Store, by, r.ID)
		must(t, err)
	}
	return r.ID
}

// What a result does not mention, somebody works on: the next result may, or people say what they
// saw there. It goes into no second file before.
func TestWhatAResultDoesNotMention(t *testing.T) {
	w, _, of := batch(t, 5)
	troubles := func() int64 {
		n, err := store.Now(store.Read(w.Ctx, w.Store), func(reads *store.Reads) *[]int64 { return points.AskTroubles(reads, w.Clock.Now()) })
		must(t, err)
		return n[0]
	}
	toHour(t, w)
	file := fetch(t, w, 1)
	done, no := rowsOf(file, "OK,P1,"), rowsOf(file, "account_closed,,closed "+apptest.LossLogin(1))
	l := leg(t, w, of[2])
	if err := points.SayNotDone(w.Ctx, w.Store, w.Supervisor, l.ID, "取消済み"); !fault.Is(err, "leg_settled") {
		t.Errorf("before there is a result: %v", err)
	}
	if err := points.SettleByHand(w.Ctx, w.Store, w.Supervisor, l.ID, "P1", "台帳を確認"); !fault.Is(err, "leg_settled") || troubles() != 0 {
		t.Errorf("before there is a result: %v", err)
	}
	told, err := bring(w, 1, result(head(1, 1), done[0], no[1]))
	if err != nil || told.Missing != 3 || filed(t, w, 1).State() != points.FileMissing {
		t.Fatalf("%+v %v", told, err)
	}
	w.SendLegs(t)
	if l := leg(t, w, of[1]); !l.Refused() || l.Code != points.AccountClosed || strings.Contains(l.Said, "@") || l.Said == "" || troubles() != 4 {
		t.Errorf("%d told, %+v", troubles(), l)
	}
	if open, err := points.Missing(store.Read(w.Ctx, w.Store), 1, w.Clock.Now(), 0, 10); err != nil || len(open) != 3 || open[2].Row != 3 || open[2].File != 1 {
		t.Errorf("%+v %v", open, err)
	}
	toHour(t, w)
	if n := w.Number("select count(*) from point_files"); n != 1 {
		t.Fatalf("%d files", n)
	}
	if err := points.SayNotDone(w.Ctx, w.Store, w.Agent, l.ID, "x"); !fault.Is(err, "forbidden") {
		t.Errorf("an agent: %v", err)
	}
	must(t, points.SayNotDone(w.Ctx, w.Store, w.Supervisor, leg(t, w, of[2]).ID, "台帳に無い"))
	must(t, points.SettleByHand(w.Ctx, w.Store, w.Supervisor, leg(t, w, of[3]).ID, "P77", "台帳に在る"))
	must(t, points.SendAgain(w.Ctx, w.Store, w.Supervisor, leg(t, w, of[1]).ID))
	if err := points.SayNotDone(w.Ctx, w.Store, w.Supervisor, leg(t, w, of[2]).ID, "台帳に無い"); !fault.Is(err, "leg_settled") {
		t.Errorf("a second click: %v", err)
	}
	// That one was done under another number than was typed holds up no file.
	if told, err := bring(w, 1, result(head(1, 2), done[3], done[4])); err != nil || told.Done != 2 || told.Missing != 0 {
		t.Errorf("the second result: %+v %v", told, err)
	}
	w.SendLegs(t)
	if l := leg(t, w, of[3]); l.Reference != "P77" || l.SettledBy == nil || w.Number("select count(*) from point_rows where outcome = 'by_hand' and said = 'P1' and reference = 'P77' and applied") != 1 {
		t.Errorf("%+v", l)
	}
	toHour(t, w)
	second := fetch(t, w, 2)
	if rows := rowsOf(second, ""); len(rows) != 2 || !strings.Contains(rows[0], leg(t, w, of[1]).Key) || !strings.Contains(rows[1], leg(t, w, of[2]).Key) {
		t.Fatalf("%s", second)
	}
	// What people took for not done was done after all: that holds, and nothing is done twice.
	if told, err := bring(w, 1, result(head(1, 3), done[2])); err != nil || told.Done != 1 {
		t.Errorf("the late yes: %+v %v", told, err)
	}
	w.SendLegs(t)
	if l := leg(t, w, of[2]); !l.Done() || l.Reference != "P1" {
		t.Errorf("%+v", l)
	}
	if _, err := bring(w, 2, result(head(2, 1), rowsOf(second, "OK,P9,")[0], rowsOf(second, "key_conflict,,")[1])); err != nil {
		t.Error(err)
	}
	w.SendLegs(t)
	for _, id := range of {
		if l := leg(t, w, id); !l.Done() {
			t.Errorf("%+v", l)
		}
	}
	if troubles() != 0 || w.Number("select count(*) from reimbursements where state = 'posted'") != 5 || filed(t, w, 1).Pending+filed(t, w, 2).Pending != 0 {
		t.Errorf("%d told", troubles())
	}
}

// A file without a result is told after the time that was agreed; then people may say what they
// found, and the same file may be brought again.
func TestAResultThatDoesNotCome(t *testing.T) {
	w, _, of := batch(t, 1)
	toHour(t, w)
	late := func() bool {
		n, err := store.Now(store.Read(w.Ctx, w.Store), func(reads *store.Reads) *[]int64 { return points.AskTroubles(reads, w.Clock.Now()) })
		must(t, err)
		c, err := points.ByCode(store.Read(w.Ctx, w.Store), "outside")
		must(t, err)
		if filed(t, w, 1).Late(*c, w.Clock.Now()) != (n[0] == 1) {
			t.Errorf("the page and the alarm differ: %d", n[0])
		}
		return n[0] == 1
	}
	w.Clock.Add(6*time.Hour - time.Second)
	if late() {
		t.Error("told early")
	}
	w.Clock.Add(time.Second)
	if !late() {
		t.Error("not told")
	}
	must(t, points.SayNotDone(w.Ctx, w.Store, w.Supervisor, leg(t, w, of[0]).ID, "ファイルは届いていない"))
	if f := filed(t, w, 1); f.Open != 0 || late() {
		t.Errorf("%+v", f)
	}
	toHour(t, w)
	if rows := rowsOf(fetch(t, w, 2), ""); len(rows) != 1 {
		t.Errorf("%v", rows)
	}
	w.Clock.Add(6 * time.Hour)
	if _, err := bring(w, 2, result(head(2, 1), rowsOf(fetch(t, w, 2), "OK,P1,")...)); err != nil {
		t.Errorf("after what people settled: %v", err)
	}
}

// A result that comes after people settled its file, and after another layout was set up, is not
// read by that.
func TestAResultOfAnotherLayout(t *testing.T) {
	w, _, of := batch(t, 1)
	toHour(t, w)
	file := fetch(t, w, 1)
	w.Clock.Add(6 * time.Hour)
	must(t, points.SayNotDone(w.Ctx, w.Store, w.Supervisor, leg(t, w, of[0]).ID, "ファイルは届いていない"))
	c, err := points.ByCode(store.Read(w.Ctx, w.Store), "outside")
	must(t, err)
	plan := points.Plan{Programs: []string{"pointtalk"}, AlarmMinutes: 360, Plan: outside.Plan{Code: "outside", Name: c.Name, Kind: "batch", Settings: c.Set()}}
	plan.Settings["columns"] = "row key account program sign points"
	_, err = points.Set(w.Ctx, w.Store, w.Administrator, c.Version, plan)
	must(t, err)
	if _, err := bring(w, 1, result(head(1, 1), rowsOf(file, "OK,P1,")...)); why(err) != "result_fields" {
		t.Errorf("in the old layout: %v", err)
	}
	row := "2,1," + leg(t, w, of[0]).Key + "," + apptest.LossLogin(0) + ",pointtalk,+,40000,OK,P1,"
	if _, err := bring(w, 1, []byte(head(1, 1)+"\n"+row+"\n9,1,1,1,1,40000,0\n")); why(err) != "result_layout" {
		t.Errorf("in the new one: %v", err)
	}
}

// A file that is refused whole was certainly not done: all of it stands in the next one.
func TestAFileThatIsRefusedWhole(t *testing.T) {
	w, y, of := batch(t, 2)
	y.Behave(simulator.BatchFaults{Reject: 1})
	toHour(t, w)
	answer, err := y.Work(fetch(t, w, 1))
	must(t, err)
	if _, err := bring(w, 1, answer); err != nil {
		t.Fatal(err)
	}
	w.SendLegs(t)
	if f := filed(t, w, 1); f.State() != points.FileRejected || leg(t, w, of[0]).State != outside.Waiting {
		t.Fatalf("%+v", f)
	}
	y.Behave(simulator.BatchFaults{})
	toHour(t, w)
	answer, err = y.Work(fetch(t, w, 2))
	must(t, err)
	_, err = bring(w, 2, answer)
	must(t, err)
	w.SendLegs(t)
	if l := leg(t, w, of[1]); !l.Done() || l.Attempts != 2 {
		t.Errorf("%+v", l)
	}
	if _, err := bring(w, 1, result(strings.Replace(head(1, 2), "ACCEPTED", "REJECTED", 1))); why(err) == "" {
		t.Errorf("rejected after it was answered: %v", err)
	}
}

// What no file can hold is refused with its reason, and holds up nothing else.
func TestWhatNoFileCanHold(t *testing.T) {
	w, _, of := batch(t, 3, "format", "fixed", "columns", "row:5 key:32 account:30 program:9 sign:1 points:5")
	if _, err := w.Pool.Exec(w.Ctx, "update point_legs set points = 123456 where reimbursement_id = $1", of[0]); err != nil {
		t.Fatal(err)
	}
	toHour(t, w)
	if l := leg(t, w, of[0]); !l.Refused() || l.Code != points.Unwritable || l.Said != "points: 6 bytes, and the column has 5" || l.Attempts != 0 {
		t.Errorf("%+v", l)
	}
	if f := filed(t, w, 1); f.Count != 2 {
		t.Errorf("%+v", f)
	}
	c, err := points.ByCode(store.Read(w.Ctx, w.Store), "outside")
	must(t, err)
	plan := points.Plan{Programs: []string{"pointtalk"}, AlarmMinutes: 360, Plan: outside.Plan{Code: "outside", Name: c.Name, Kind: "batch", Settings: c.Set()}}
	plan.Settings["columns"] = "row:5 key:32 account:30 program:9 sign:1 points:6"
	if _, err := points.Set(w.Ctx, w.Store, w.Administrator, c.Version, plan); fmt.Sprint(err) != "invalid columns:files_open" {
		t.Errorf("set up anew under a file: %v", err)
	}
	plan.Settings["columns"], plan.Settings["hours"] = c.Set()["columns"], "03:00"
	if _, err := points.Set(w.Ctx, w.Store, w.Administrator, c.Version, plan); err != nil {
		t.Errorf("another hour: %v", err)
	}
}

// Sums of a file stay within int64; what is too much goes into the next.
func TestFilesOfManyAndMuch(t *testing.T) {
	w, _, of := batch(t, 3, "most", "2")
	if _, err := w.Pool.Exec(w.Ctx, "update point_legs set points = $1 where reimbursement_id = any($2)", int64(1)<<62, of[:2]); err != nil {
		t.Fatal(err)
	}
	toHour(t, w)
	for n, want := range []int64{1, 2} {
		if f := filed(t, w, int64(n+1)); f.Count != want || f.Credit < 1<<62 {
			t.Errorf("%+v", f)
		}
	}
}

// A program that ends between cutting and anything after it leaves all to the next; a copy cuts
// nothing.
func TestAProgramEndsBetweenFiles(t *testing.T) {
	w, y, of := batch(t, 3, "most", "1")
	ctx, cancel := context.WithCancel(w.Ctx)
	defer cancel()
	cut := 0
	w.SendLegs(t)
	now := w.Clock.Now().In(jptext.JST)
	w.Clock.Add(time.Date(now.Year(), now.Month(), now.Day(), 14, 0, 0, 0, jptext.JST).Sub(now))
	broken := store.Alongside(ctx, func(*store.Tx) error {
		if cut++; cut == 2 {
			cancel()
			return errors.New("killed")
		}
		return nil
	})
	if err := points.Send(broken, w.Store); err == nil || w.Number("select count(*) from point_files") != 1 {
		t.Fatalf("%v, %d files", err, w.Number("select count(*) from point_files"))
	}
	w.SendLegs(t)
	if w.Number("select count(*) from point_files") != 3 || w.Number("select max(number) from point_files") != 3 {
		t.Fatal("not cut by the next")
	}
	for n := range 3 {
		answer, err := y.Work(fetch(t, w, int64(n+1)))
		must(t, err)
		_, err = bring(w, int64(n+1), answer)
		must(t, err)
	}
	ctx, cancel = context.WithCancel(w.Ctx)
	settled := 0
	_ = points.Send(store.Alongside(ctx, func(*store.Tx) error {
		if settled++; settled == 2 {
			cancel()
		}
		return nil
	}), w.Store)
	w.SendLegs(t)
	for _, id := range of {
		if !leg(t, w, id).Done() {
			t.Error("not done")
		}
	}
	apptest.AsOwner(t, w.Store, `delete from installations; insert into installations values ('\x00', 'db.example:5432/hoten', '2014-07-30')`)
	for name, err := range map[string]error{
		"cut":     func() error { _, err := points.CutNow(w.Ctx, w.Store, w.Supervisor, "outside"); return err }(),
		"fetched": func() error { _, err := points.Fetch(w.Ctx, w.Store, w.Supervisor, "outside", 1); return err }(),
		"taken":   func() error { _, err := bring(w, 1, nil); return err }(),
	} {
		if !fault.Is(err, "installation_held") {
			t.Errorf("%s in a copy: %v", name, err)
		}
	}
}

// An undo may not be proposed while nobody knows, and one that was proposed before the file was
// cut has become another.
func TestUndoWhileAFileIsOut(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Import("login_id,name,balance_pointtalk,balance_goo\n"+apptest.LossLogin(0)+",山田,0,600\n", apptest.MovementsHeader+"A1,"+apptest.LossLogin(0)+",2014-07-20 03:00,transfer,pointtalk,goo,,500,100,,confirmed\n")
	w.ConnectBatch(t, []string{"goo", "pointtalk"}, "encoding", "utf-8")
	of := approveOne(t, w, 0)
	toHour(t, w)
	file := fetch(t, w, 1)
	if _, err := reimbursements.ProposeUndo(w.Ctx, w.Store, w.Agent, of, "口座の閉鎖"); !fault.Is(err, "undo_uncertain") {
		t.Fatalf("%v", err)
	}
	rows := rowsOf(file, "")
	_, err := bring(w, 1, []byte(strings.Join([]string{head(1, 1), strings.TrimSuffix(rows[0], ",") + ",account_closed,,", strings.TrimSuffix(rows[1], ",") + ",OK,P1,", sums(rows[1])}, "\n")))
	must(t, err)
	w.SendLegs(t)
	legs, err := points.Legs(store.Read(w.Ctx, w.Store), of)
	must(t, err)
	var no points.Leg
	for _, l := range legs {
		if l.Refused() {
			no = l
		}
	}
	undo, err := reimbursements.ProposeUndo(w.Ctx, w.Store, w.Agent, of, "口座の閉鎖")
	must(t, err)
	must(t, points.SendAgain(w.Ctx, w.Store, w.Supervisor, no.ID))
	toHour(t, w)
	if _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor2, undo.ID); err == nil {
		t.Fatal("undone while a file is out")
	}
	second := fetch(t, w, 2)
	_, err = bring(w, 2, result(head(2, 1), rowsOf(second, "account_closed,,")...))
	must(t, err)
	w.SendLegs(t)
	_, err = reimbursements.Approve(w.Ctx, w.Store, w.Supervisor2, undo.ID)
	must(t, err)
	toHour(t, w)
	third := fetch(t, w, 3)
	if rows := rowsOf(third, ""); len(rows) != 1 || !strings.Contains(rows[0], ","+leg(t, w, undo.ID).Key+",") {
		t.Fatalf("what takes it back: %s", third)
	}
	_, err = bring(w, 3, result(head(3, 1), rowsOf(third, "OK,P3,")...))
	must(t, err)
	w.SendLegs(t)
	if w.Number("select count(*) from reimbursements where state = 'posted' and undoes is not null") != 1 || w.Number("select count(*) from point_legs where state = 'dropped'") != 1 {
		t.Error("not undone")
	}
}

// sums is the trailer of a result of one row that was done.
func sums(row string) string {
	f := strings.Split(row, ",")
	credit, debit := f[7], "0"
	if f[6] == "-" {
		credit, debit = debit, credit
	}
	return "9,1,1,2,1," + credit + "," + debit + "\n"
}

// A thousand movements through a system that leaves rows out, refuses and rejects, while results
// come twice, damaged and out of order, people say what they see, and programs end: in the end
// both sides are equal, and no key was done twice.
func TestAThousandByFile(t *testing.T) {
	n := 1000
	if testing.Short() {
		n = 100
	}
	w := losses(t, n)
	w.ConnectBatch(t, []string{"pointtalk"}, "encoding", "utf-8", "most", "300")
	w.SetPolicies(func(p *policies.Policies) { p.DailyLimits = map[string]int64{"pointtalk": 1 << 40, "goo": 1 << 40} })
	y := simulator.NewBatch()
	y.Behave(simulator.BatchFaults{Silent: .05, Skipped: .05, Refused: .05, Reject: .1})
	_, err := reimbursements.ProposeAll(w.Ctx, w.Store, w.Manager, apptest.Reference)
	must(t, err)
	w.Work()
	of, err := store.Select[struct{ ID int64 }](store.Read(w.Ctx, w.Store), "select id from reimbursements where state = 'submitted' order by id")
	must(t, err)
	for _, by := range []access.Actor{w.Supervisor, w.Supervisor2} {
		for i := 0; i < len(of); i += 100 {
			var ids []int64
			for _, r := range of[i:min(i+100, len(of))] {
				ids = append(ids, r.ID)
			}
			results, err := reimbursements.ApproveMany(w.Ctx, w.Store, by, ids)
			must(t, err)
			for _, r := range results {
				must(t, r.Err)
			}
		}
	}
	if waiting := w.Number("select count(*) from point_legs where state = 'waiting'"); waiting != int64(n) {
		t.Fatalf("%d wait", waiting)
	}
	for range 40 {
		toHour(t, w)
		open, err := points.Files(store.Read(w.Ctx, w.Store), 1, 0, 100)
		must(t, err)
		for i := len(open) - 1; i >= 0; i-- {
			if open[i].Answers == 0 {
				answerBadly(t, w, y, open[i].Number)
			}
		}
		if w.Number("select count(*) from point_legs where state <> 'done'") == 0 {
			break
		}
		settle(t, w, y)
	}
	if y.Keys() != n || w.Number("select count(*) from point_legs where state = 'done'") != int64(n) {
		t.Fatalf("%d done there, %d here", y.Keys(), w.Number("select count(*) from point_legs where state = 'done'"))
	}
	legs, err := store.Select[points.Leg](store.Read(w.Ctx, w.Store), "select * from point_legs")
	must(t, err)
	for _, l := range legs {
		if m, _ := y.Done(l.Key); m.Points != l.Points || m.Reference != l.Reference || y.Balance(m.Account, "pointtalk") != l.Points {
			t.Errorf("%+v, there %+v", l, m)
		}
	}
	if w.Number("select count(*) from reimbursements where state = 'posted'") != int64(n) || w.Number("select max(number) - count(*) from point_files") != 0 {
		t.Error("not all is posted, or a number is missing")
	}
}

// answerBadly brings the result of a file, after some that are none, and twice.
func answerBadly(t *testing.T, w *apptest.World, y *simulator.Batch, number int64) {
	t.Helper()
	file := fetch(t, w, number)
	right, err := y.Work(file)
	must(t, err)
	if again, err := y.Work(fetch(t, w, number)); err != nil || !bytes.Equal(again, right) {
		t.Fatalf("the file again is another: %v", err)
	}
	for range 3 {
		damaged, at := bytes.Clone(right), bytes.LastIndex(right, []byte("\n9,"))+3
		damaged[at+rand.IntN(len(damaged)-at-2)] ^= byte(1 + rand.IntN(7)) // of the trailer, never its end
		if _, err := bring(w, number, damaged); err == nil {
			t.Errorf("taken in: %s", damaged[at:])
		}
	}
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if _, err := bring(w, number, right); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	ctx, cancel := context.WithTimeout(w.Ctx, time.Duration(rand.IntN(80))*time.Millisecond)
	defer cancel()
	_ = points.Send(ctx, w.Store) // may end in between
	w.SendLegs(t)
}

// settle has people say what they see in the system.
func settle(t *testing.T, w *apptest.World, y *simulator.Batch) {
	t.Helper()
	db := store.Read(w.Ctx, w.Store)
	open, err := points.Missing(db, 1, w.Clock.Now(), 0, 1000)
	must(t, err)
	for _, l := range open {
		if m, is := y.Done(l.Key); is {
			must(t, points.SettleByHand(w.Ctx, w.Store, w.Supervisor, l.ID, m.Reference, "台帳で確認"))
		} else {
			must(t, points.SayNotDone(w.Ctx, w.Store, w.Supervisor, l.ID, "台帳に無い"))
		}
	}
	no, err := points.Open(db, 1, true, 0, 1000)
	must(t, err)
	for _, l := range no {
		must(t, points.SendAgain(w.Ctx, w.Store, w.Supervisor, l.ID))
	}
}
