package reports

import (
	"bytes"
	"context"
	"encoding/csv"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"hoten/app/apptest"
	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/i18n"
)

func TestMain(m *testing.M) { apptest.Main(m) }

var july = func(day, hour, minute int) time.Time { return time.Date(2014, 7, day, hour, minute, 0, 0, jptext.JST) }

// world has four affected IDs of each class, of which the test knows every date.
func world(t *testing.T) *apptest.World {
	t.Helper()
	w := apptest.NewWorld(t)
	row := func(login string) string {
		return login + ",山田 太郎,ヤマダ タロウ,1980-01-02,0312345678," + strings.ReplaceAll(login, "@ocn", "@mail") + ",2010-01-01,100-0001,東京都千代田区1-1,N1234567,ja,500,2000,2014-07-29T15:00:00+09:00\n"
	}
	w.Import(apptest.AffectedHeader+row("a@ocn.example")+row("b@ocn.example")+row("c@ocn.example")+row("d@ocn.example"),
		apptest.MovementsHeader+
			"MV1,a@ocn.example,2014-07-22T03:49:00+09:00,transfer,pointtalk,goo,,1000,900,,suspected\n"+
			"MV2,b@ocn.example,2014-07-22T04:49:00+09:00,exchange,goo,,ギフト,700,700,,suspected\n")
	return w
}

func exec(t *testing.T, w *apptest.World, query string, args ...any) {
	t.Helper()
	if _, err := w.Pool.Exec(w.Ctx, query, args...); err != nil {
		t.Fatal(err)
	}
}

func on(day int) jptext.Date { return jptext.Date{Year: 2014, Month: 7, Day: day} }

// A day ends at midnight in Japan, and not in UTC nor at nine in the morning.
func TestDaysEndAtMidnightInJapan(t *testing.T) {
	w := world(t)
	a, b, c := w.Case("a@ocn.example").ID, w.Case("b@ocn.example").ID, w.Case("c@ocn.example").ID
	exec(t, w, "update cases set notified_at = $2, verified_at = $3 where id = $1", a, july(29, 23, 59), july(31, 0, 0))
	exec(t, w, "with c as (update cases set notified_at = $2, made_whole_at = $3, completed_at = $3 where id = $1 returning identity_id) update identities set state = 'resumed', resumed_at = $3 where id = (select identity_id from c)", b, july(30, 0, 0), july(31, 8, 59))
	exec(t, w, "update cases set notified_at = $2 where id = $1", c, july(29, 0, 0))
	call := func(of int64, at time.Time, direction, relation string, outcome any) {
		exec(t, w, `insert into calls (case_id, agent_id, direction, relation, started_at, outcome) values ($1, $2, $3, $4, $5, $6)`,
			of, w.Agent.ID, direction, relation, at, outcome)
	}
	call(a, july(29, 12, 0), "outbound", "self", nil)       // nobody answered
	call(a, july(29, 13, 0), "inbound", "self", nil)        // merely begun
	call(a, july(29, 14, 0), "inbound", "self", "mismatch") // somebody else, for all that is known
	call(a, july(30, 23, 59), "inbound", "self", "unable")  // reached
	call(a, july(31, 9, 0), "inbound", "self", "verified")  // counts once
	call(b, july(31, 10, 0), "outbound", "relay", "unable") // reached through a relay service
	call(c, july(31, 10, 0), "inbound", "family", "unable") // not the member
	exec(t, w, "update cases set origin = 'inquiry', class = null where id = $1", w.Case("d@ocn.example").ID)
	f, days, err := Overview(store.Read(w.Ctx, w.Store), w.Incident, w.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	want := []Day{{Date: on(29), Notified: 2}, {Date: on(30), Notified: 1, Reached: 1}, {Date: on(31), Reached: 1, Verified: 1, Resumed: 1, MadeWhole: 1, Completed: 1}}
	if !reflect.DeepEqual(days, want) {
		t.Errorf("%+v", days)
	}
	if f.Notified != 3 || f.Reached != 2 || f.Verified != 1 || f.Completed != 1 {
		t.Errorf("the days do not sum to the figures: %+v", f)
	}
	if f.IDs != 3 || f.IDsExchange != 1 || f.Inquiries != 1 || f.WithPlan != 2 {
		t.Errorf("%+v", f)
	}
}

func TestOpenByAge(t *testing.T) {
	w := world(t)
	w.Clock.Set(july(31, 0, 10))
	for login, at := range map[string]time.Time{"a": july(31, 0, 0), "b": july(30, 23, 59), "c": july(24, 0, 0), "d": july(23, 23, 59)} {
		exec(t, w, "update cases set changed_at = $2 where id = $1", w.Case(login+"@ocn.example").ID, at)
	}
	f, err := Of(store.Read(w.Ctx, w.Store), w.Incident, w.Clock.Now())
	if err != nil || f.Open != (Ages{Today: 1, Days1To3: 1, Days4To7: 1, Days8Up: 1}) {
		t.Errorf("%+v %v", f.Open, err)
	}
	exec(t, w, "update cases set status = 'completed' where id = $1", w.Case("d@ocn.example").ID)
	if f, err = Of(store.Read(w.Ctx, w.Store), w.Incident, w.Clock.Now()); err != nil || f.Open.Days8Up != 0 {
		t.Errorf("a completed case counts as open: %+v %v", f.Open, err)
	}
}

// What one company owes the other is the cost, once somebody is to bear it.
func TestOwed(t *testing.T) {
	w := world(t)
	owed := func() Owed {
		t.Helper()
		f, err := Of(store.Read(w.Ctx, w.Store), w.Incident, w.Clock.Now())
		if err != nil || len(f.Owed) != 2 {
			t.Fatalf("%+v %v", f.Owed, err)
		}
		return f.Owed[1]
	}
	if o := owed(); o.Program != "goo" || o.Operator != "ntt-resonant" || o.Bearer != "" || o.Own() || o.Planned != 700 || o.Posted != 0 {
		t.Errorf("%+v", o)
	}
	exec(t, w, "update incident_programs set bearer_id = 1 where program_id = 2")
	if o := owed(); o.Bearer != "ntt-com" || o.Own() {
		t.Errorf("%+v", o)
	}
	exec(t, w, "update incident_programs set bearer_id = 2 where program_id = 2")
	if o := owed(); !o.Own() {
		t.Errorf("%+v", o)
	}
}

func large(t *testing.T, from int) {
	t.Helper()
	before := largeFrom
	largeFrom = from
	t.Cleanup(func() { largeFrom = before })
}

// The figures of an incident are kept and read from there; they say when they were
// counted, and are counted anew after a rest. Who asks for the figures as they are
// now gets them counted, but for a large incident.
func TestFiguresAreKept(t *testing.T) {
	w := world(t)
	db := store.Read(w.Ctx, w.Store)
	live, days, err := Overview(db, w.Incident, w.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	counted := w.Clock.Now()
	if err := keepAll(w.Ctx, w.Store, 3); err != nil {
		t.Fatal(err)
	}
	exec(t, w, "update cases set notified_at = $1", july(30, 9, 0))
	w.Clock.Add(time.Second)
	kept, keptDays, err := Overview(db, w.Incident, w.Clock.Now())
	if live.Kept || !kept.Kept {
		t.Errorf("kept: %v, then %v", live.Kept, kept.Kept)
	}
	live.Kept = true // all else is the same
	if err != nil || !reflect.DeepEqual(live, kept) || len(days) != len(keptDays) || !kept.At.Equal(counted) {
		t.Errorf("%+v\n%+v %v", live, kept, err)
	}
	if now, err := Of(db, w.Incident, w.Clock.Now()); err != nil || now.Notified != 4 {
		t.Errorf("as they are now: %+v %v", now, err)
	}
	large(t, 3)
	if kept, err := Of(db, w.Incident, w.Clock.Now()); err != nil || !reflect.DeepEqual(live, kept) {
		t.Errorf("of a large one: %+v %v", kept, err)
	}
	rows, err := List(db, w.Clock.Now())
	if err != nil || len(rows) != 1 || rows[0].IDs != live.IDs || rows[0].WithPlan != live.WithPlan || rows[0].Reference != w.Incident.Reference {
		t.Errorf("%+v %v", rows, err)
	}
	w.Clock.Add(time.Hour)
	if err := keepAll(w.Ctx, w.Store, 3); err != nil {
		t.Fatal(err)
	}
	if kept, err = Of(db, w.Incident, w.Clock.Now()); err != nil || kept.Notified != 4 || !kept.PlannedAt.Equal(w.Clock.Now()) {
		t.Errorf("%+v %v", kept, err)
	}
	if err := Keep(w.Ctx, w.Store); err != nil {
		t.Error(err)
	}
}

var nasty = Table{ID: "t", Title: "=1+1", Columns: columns("名前", "-数"), Rows: [][]Cell{
	{Text("=HYPERLINK(\"http://x\")"), Number(-1265)}, {Text("+81"), Number(0)}, {Text("@x"), Number(1)}, {Text("\tx"), Number(2)}, {Text("\rx"), Number(3)},
	{Text("山田, \"太郎\""), Number(4)}, {Date(on(31)), Number(5)},
}, Total: []Cell{Text("計"), Number(-1250)}}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := WriteCSV(&b, nasty); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	if !strings.HasPrefix(got, "\ufeff名前,'-数\r\n") || strings.Count(got, "\r\n") != 9 {
		t.Errorf("%q", got)
	}
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"名前", "'=HYPERLINK(\"http://x\")", "'+81", "'@x", "'\tx", "'x", "山田, \"太郎\"", "2014-07-31", "計"}
	for i, r := range records {
		if r[0] != want[i] {
			t.Errorf("%d: %q", i, r[0])
		}
	}
	if records[1][1] != "-1265" {
		t.Errorf("a number is %q", records[1][1])
	}
	b.Reset()
	if err := WriteCSV(&b, nasty, nasty); err != nil || !strings.HasPrefix(b.String(), "\ufeff'=1+1\r\n") {
		t.Errorf("%q %v", b.String(), err)
	}
}

func TestXLSX(t *testing.T) {
	var b bytes.Buffer
	if err := WriteXLSX(&b, nasty, Table{Title: "a[b]:c*?/\\'" + strings.Repeat("長", 40), Columns: columns("x")}); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	sheets := f.GetSheetList()
	if len(sheets) != 2 || len([]rune(sheets[1])) > 31 {
		t.Fatalf("%q", sheets)
	}
	for at, want := range map[string]string{"A1": "名前", "B1": "'-数", "A2": "'=HYPERLINK(\"http://x\")", "B2": "-1265", "A8": "2014-07-31", "A9": "計"} {
		raw := at[0] == 'B'
		got, err := f.GetCellValue(sheets[0], at, excelize.Options{RawCellValue: raw})
		if err != nil || got != want {
			t.Errorf("%s: %q %v", at, got, err)
		}
		formula, err := f.GetCellFormula(sheets[0], at)
		if err != nil || formula != "" {
			t.Errorf("%s runs %q", at, formula)
		}
	}
	if kind, err := f.GetCellType(sheets[0], "B2"); err != nil || kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("a number is of kind %d, %v", kind, err)
	}
}

// Words of the files are the reader's.
func TestTablesSpeakTheLanguage(t *testing.T) {
	w := world(t)
	f, days, err := Overview(store.Read(w.Ctx, w.Store), w.Incident, w.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"ja": "進み具合", "en": "Progress"} {
		var b bytes.Buffer
		if err := WriteCSV(&b, Tables(i18n.With(context.Background(), lang), f, days, nil)...); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(b.String(), "\ufeff"+want) || strings.Contains(b.String(), "⟦") {
			t.Errorf("%s: %.200s", lang, b.String())
		}
	}
}
