package imports_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"hoten/app/apptest"
	"hoten/app/imports"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/store"
)

// Cancellations belong to an exchange of the same ID in the same program, and give back
// no more than it took: in one file in whatever order, and over several files.
func TestCancellationsOfAnExchange(t *testing.T) {
	w := apptest.NewWorld(t)
	addIncident(w)
	w.Import(ids+"a@ocn.example,山田,1,1\nb@ocn.example,鈴木,1,1\n", moves+"OLD,a@ocn.example,2014-07-20 03:00,exchange,goo,,x,300,,,confirmed\n")
	w.ImportInto(other, ids+"a@ocn.example,山田,1,1\n", "")
	const exchange = "E,a@ocn.example,2014-07-20 03:00,exchange,goo,,x,300,,,confirmed"
	cancel := func(id, rest string) string { return id + ",a@ocn.example,2014-07-21 03:00,cancel,," + rest }
	for n, c := range []struct {
		name  string
		files [][]string
		want  []string
	}{
		{"all of it", [][]string{{exchange, cancel("C", "goo,,300,,E,none")}}, nil},
		{"before its exchange", [][]string{{cancel("C", "goo,,300,300,E,none"), exchange}}, nil},
		{"more than was taken", [][]string{{exchange, cancel("C", "goo,,301,301,E,none")}}, []string{"movements:3:points:cancel_exceeds_exchange"}},
		{"more, before its exchange", [][]string{{cancel("C", "goo,,301,,E,none"), exchange}}, []string{"movements:2:points:cancel_exceeds_exchange"}},
		{"parts", [][]string{{exchange, cancel("C", "goo,,100,,E,none"), cancel("D", "goo,,200,,E,none")}}, nil},
		{"parts that are too many", [][]string{{exchange, cancel("C", "goo,,200,,E,none"), cancel("D", "goo,,200,,E,none"), cancel("F", "goo,,100,,E,none")}},
			[]string{"movements:4:points:cancel_exceeds_exchange"}},
		{"over two files", [][]string{{exchange, cancel("C", "goo,,200,,E,none")}, {cancel("D", "goo,,200,,E,none"), cancel("F", "goo,,100,,E,none")}},
			[]string{"movements:2:points:cancel_exceeds_exchange"}},
		{"over two files, the exchange again", [][]string{{exchange, cancel("C", "goo,,200,,E,none")}, {exchange, cancel("C", "goo,,200,,E,none"), cancel("D", "goo,,101,,E,none")}},
			[]string{"movements:4:points:cancel_exceeds_exchange"}},
		{"another program", [][]string{{exchange, cancel("C", "pointtalk,,300,,E,none")}}, []string{"movements:3:to_program:cancel_other_program"}},
		{"another program, before", [][]string{{cancel("C", "pointtalk,,30,,E,none"), exchange}}, []string{"movements:2:to_program:cancel_other_program"}},
		{"another program of a known one", [][]string{{exchange}, {cancel("C", "pointtalk,,30,,E,none")}}, []string{"movements:2:to_program:cancel_other_program"}},
		{"two figures", [][]string{{exchange, cancel("C", "goo,,100,300,E,none")}}, []string{"movements:3:points_received:cancel_points_differ"}},
		{"of nobody's", [][]string{{exchange, cancel("C", "goo,,100,,NONE,none")}}, []string{"movements:3:refers_to:refers_to_unknown"}},
		{"of a transfer", [][]string{{"E,a@ocn.example,2014-07-20 03:00,transfer,pointtalk,goo,,300,60,,confirmed", cancel("C", "pointtalk,,100,,E,none")}},
			[]string{"movements:3:refers_to:refers_to_unknown"}},
		{"of another ID's", [][]string{{exchange, strings.Replace(cancel("C", "goo,,100,,E,none"), "a@", "b@", 1)}}, []string{"movements:3:refers_to:refers_to_unknown"}},
		{"of a refused exchange", [][]string{{strings.Replace(exchange, "2014-07-20", "2013-07-20", 1), cancel("C", "goo,,100,,E,none")}},
			[]string{"movements:2:occurred_at:outside_incident_window", "movements:3:refers_to:refers_to_unknown"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			of := fmt.Sprint(n)
			mark := strings.NewReplacer("E,", of+"E,", "C,", of+"C,", "D,", of+"D,", "F,", of+"F,").Replace
			for i, lines := range c.files {
				file := moves
				for _, line := range lines {
					file += mark(line) + "\n"
				}
				in := apptest.Reference
				if i > 0 && !slices.Contains(lines, exchange) {
					in = other // a cancellation may come with the files of another incident
				}
				got := rejections(w, w.ImportInto(in, "", file).ID)
				var want []string
				if i == len(c.files)-1 {
					want = c.want
				}
				if !slices.Equal(got, want) {
					t.Errorf("file %d: %v, want %v", i, got, want)
				}
				if again := w.ImportInto(in, "", file); again.Accepted != 0 || !slices.Equal(rejections(w, again.ID), want) {
					t.Errorf("again: %s %v", counts(again), rejections(w, again.ID))
				}
			}
		})
	}
	if n := count(w, `select count(*) from movements e where e.kind = 'exchange' and e.points < (select sum(points) from movements c where c.refers_to = e.id)`); n != 0 {
		t.Errorf("%d exchanges gave back more than they took", n)
	}
}

// Files of two incidents at once do not give back one exchange twice.
func TestCancellationsAtOnce(t *testing.T) {
	w := apptest.NewWorld(t)
	addIncident(w)
	w.Import(ids+"a@ocn.example,山田,1,1\n", moves+"E,a@ocn.example,2014-07-20 03:00,exchange,goo,,x,300,,,confirmed\n")
	w.ImportInto(other, ids+"a@ocn.example,山田,1,1\n", "")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			w.ImportInto([]string{apptest.Reference, other}[i%2], "", moves+fmt.Sprintf("C%d,a@ocn.example,2014-07-21 0%d:00,cancel,,goo,,200,,E,none\n", i, i))
		})
	}
	wg.Wait()
	if n := count(w, "select count(*) from movements where kind = 'cancel'"); n != 1 {
		t.Errorf("%d cancellations of 200 points of 300", n)
	}
}

// What is unknown is stated by a row of balances alone; what is known is ignored where it
// is equal and refused where it is not, whatever was posted since. Nothing is 0 because
// nobody said so.
func TestBalancesAlone(t *testing.T) {
	const alone = "login_id,balance_pointtalk,balance_goo\n"
	const first = "login_id,name,balance_pointtalk,balance_goo\na@ocn.example,山田,,\nb@ocn.example,鈴木,7,\nc@ocn.example,佐藤,7,0\nd@ocn.example,,8,\n"
	for _, c := range []struct {
		name, affected string
		want           string // accepted, ignored, rejected
		rejected       []string
		balances       string
	}{
		{"nothing", alone, "done 0/0/0", nil, "a:- - b:7 - c:7 0 d:8 -"},
		{"all that lacks", alone + "a@ocn.example,1,2\nb@ocn.example,,3\n", "done 2/0/0", nil, "a:1 2 b:7 3 c:7 0 d:8 -"},
		{"with what is known", alone + "b@ocn.example,7,3\n", "done 1/0/0", nil, "a:- - b:7 3 c:7 0 d:8 -"},
		{"a real 0", alone + "a@ocn.example,0,0\n", "done 1/0/0", nil, "a:0 0 b:7 - c:7 0 d:8 -"},
		{"known already", alone + "c@ocn.example,7,0\nc@ocn.example,7,0\n", "done 0/2/0", nil, "a:- - b:7 - c:7 0 d:8 -"},
		{"0 is known too", alone + "c@ocn.example,7,1\n", "done 0/0/1", []string{"affected:2:balance_goo:duplicate_conflict"}, "a:- - b:7 - c:7 0 d:8 -"},
		{"half known otherwise", alone + "b@ocn.example,6,3\na@ocn.example,1,\n", "done 1/0/1", []string{"affected:2:balance_pointtalk:duplicate_conflict"}, "a:1 - b:7 - c:7 0 d:8 -"},
		{"the row that listed the ID", alone + "d@ocn.example,8,\n", "done 0/1/0", nil, "a:- - b:7 - c:7 0 d:8 -"},
		{"one column", "login_id,balance_goo\nd@ocn.example,9\n", "done 1/0/0", nil, "a:- - b:7 - c:7 0 d:8 9"},
		{"Japanese names, empty columns", "OCN ID,氏名,gooポイント残高\na@ocn.example,　,\"１,265\"\n", "done 1/0/0", nil, "a:- 1265 b:7 - c:7 0 d:8 -"},
		{"other data is another row", "login_id,name,balance_goo\na@ocn.example,山田 花子,5\n", "done 0/0/1", []string{"affected:2::duplicate_conflict"}, "a:- - b:7 - c:7 0 d:8 -"},
		{"the first list with balances that it lacked", "login_id,name,balance_pointtalk,balance_goo\na@ocn.example,山田,,4\nb@ocn.example,鈴木,7,3\nd@ocn.example,,8,0\n", "done 3/0/0", nil, "a:- 4 b:7 3 c:7 0 d:8 0"},
		{"the first list with another balance", "login_id,name,balance_pointtalk,balance_goo\nb@ocn.example,鈴木,6,3\n", "done 0/0/1", []string{"affected:2:balance_pointtalk:duplicate_conflict"}, "a:- - b:7 - c:7 0 d:8 -"},
		{"the first list with fewer balances", "login_id,name,balance_pointtalk\nc@ocn.example,佐藤,7\n", "done 0/0/1", []string{"affected:2::duplicate_conflict"}, "a:- - b:7 - c:7 0 d:8 -"},
		{"the first list again", first, "done 0/4/0", nil, "a:- - b:7 - c:7 0 d:8 -"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := apptest.NewWorld(t)
			w.Import(first, "")
			cases := count(w, "select count(*) from cases")
			i := w.Import(c.affected, "")
			if got := rejections(w, i.ID); counts(i) != c.want || !slices.Equal(got, c.rejected) {
				t.Errorf("%s %v", counts(i), got)
			}
			if got := balancesOf(w, "a", "b", "c", "d"); got != c.balances {
				t.Errorf("balances %s, want %s", got, c.balances)
			}
			if n := count(w, "select count(*) from cases"); n != cases {
				t.Errorf("%d cases, %d before", n, cases)
			}
			if again := w.Import(c.affected, ""); again.Accepted != 0 || again.Rejected != i.Rejected {
				t.Errorf("again: %s", counts(again))
			}
			if off, err := ledger.Check(store.Read(w.Ctx, w.Store)); off != "" || err != nil {
				t.Errorf("ledger: %s %v", off, err)
			}
		})
	}
}

// balancesOf writes the balances of IDs in both programs; - is unknown.
func balancesOf(w *apptest.World, names ...string) string {
	w.T.Helper()
	var out []string
	for _, name := range names {
		known, err := ledger.Balances(store.Read(w.Ctx, w.Store), w.ID(name+"@ocn.example").ID)
		if err != nil {
			w.T.Fatal(err)
		}
		said := name + ":"
		for i, program := range []string{"pointtalk", "goo"} {
			if i > 0 {
				said += " "
			}
			if points, is := known[program]; is {
				said += fmt.Sprint(points)
			} else {
				said += "-"
			}
		}
		out = append(out, said)
	}
	return strings.Join(out, " ")
}

// A dry run judges balances alone as the import does, and changes nothing; another
// incident's list states what is still unknown and leaves what is known.
func TestBalancesOfASecondIncident(t *testing.T) {
	w := apptest.NewWorld(t)
	addIncident(w)
	w.Import("login_id,name,balance_pointtalk,balance_goo\na@ocn.example,山田,7,\n", "")
	if i := w.ImportInto(other, "login_id,name,balance_pointtalk,balance_goo\na@ocn.example,山田,9,3\n", ""); i.State != imports.Done || i.Accepted != 1 {
		t.Fatalf("%s", counts(i))
	}
	if got := balancesOf(w, "a"); got != "a:7 3" {
		t.Error(got)
	}
}

// Accounts that an older release opened at 0 without saying whether the file said so may
// still be stated, until something is posted on them.
func TestUnclearBalances(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Import(ids+"a@ocn.example,山田,0,0\nb@ocn.example,鈴木,0,5\n", "")
	if _, err := w.Pool.Exec(w.Ctx, "update accounts set unclear = true"); err == nil {
		t.Error("the program's own role may say that balances are unclear")
	}
	owner(t, w, "update accounts a set unclear = true where not exists (select from postings p where p.account_id = a.id) and identity_id is not null")
	const alone = "login_id,balance_pointtalk,balance_goo\n"
	if i := w.Import(alone+"a@ocn.example,0,0\nb@ocn.example,0,5\n", ""); counts(i) != "done 0/2/0" {
		t.Errorf("as they stand: %s", counts(i))
	}
	if i := w.Import(alone+"a@ocn.example,30,0\nb@ocn.example,0,6\n", ""); counts(i) != "done 1/0/1" {
		t.Errorf("stated: %s", counts(i))
	}
	if i := w.Import(alone+"a@ocn.example,31,\n", ""); counts(i) != "done 0/0/1" {
		t.Errorf("stated otherwise: %s", counts(i))
	}
	if got := balancesOf(w, "a", "b"); got != "a:30 0 b:0 5" {
		t.Error(got)
	}
}

// owner runs SQL as the owner of the schema.
func owner(t *testing.T, w *apptest.World, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", w.Pool.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(w.Ctx, statement); err != nil {
		t.Fatal(err)
	}
}

// Balances in a program that the incident was not about are not taken. Once it is, the same
// list states them, as of the list's restriction, and leaves alone what is known.
func TestBalancesOfAProgramThatIsAddedLater(t *testing.T) {
	w := apptest.NewWorld(t)
	of, err := incidents.Recorded(store.Read(w.Ctx, w.Store))
	if err != nil {
		t.Fatal(err)
	}
	facts := of[apptest.Reference]
	about := func(programs ...string) {
		t.Helper()
		facts.Bearers = map[string]string{}
		for _, p := range programs {
			facts.Bearers[p] = ""
		}
		kept, err := incidents.ByReference(store.Read(w.Ctx, w.Store), apptest.Reference)
		if err == nil {
			_, err = incidents.Change(w.Ctx, w.Store, w.Manager, kept.Version, facts)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	about("pointtalk")
	const list = "login_id,name,balance_pointtalk,balance_goo,restricted_at\na@ocn.example,山田,7,5,2014-07-29 15:00\nb@ocn.example,鈴木,7,,2014-07-29 15:00\n"
	for _, step := range []struct{ want, balances string }{{"done 2/0/0", "a:7 - b:7 -"}, {"done 0/2/0", "a:7 - b:7 -"}} {
		if i := w.Import(list, ""); counts(i) != step.want || balancesOf(w, "a", "b") != step.balances {
			t.Errorf("%s, %s", counts(i), balancesOf(w, "a", "b"))
		}
	}
	about("pointtalk", "goo")
	for change, want := range map[string]string{"7,5,2014->7,6,2014": "balance_goo", "7,5,2014->8,5,2014": "balance_pointtalk", "山田,7,5->山下,7,6": "", "7,5,2014-07-29->7,6,2014-07-28": "", "7,5,2014->7,,2014": ""} {
		old, now, _ := strings.Cut(change, "->")
		i := w.Import(strings.Replace(list, old, now, 1), "")
		if got := rejections(w, i.ID); !slices.Equal(got, []string{"affected:2:" + want + ":duplicate_conflict"}) || balancesOf(w, "a", "b") != "a:7 - b:7 -" {
			t.Errorf("%s: %v, %s", change, got, balancesOf(w, "a", "b"))
		}
	}
	if i, err := upload(w, w.Manager, true, "affected", list); err != nil || counts(work(w, i.ID)) != "done 1/1/0" {
		t.Errorf("a dry run: %v", err)
	}
	for _, want := range []string{"done 1/1/0", "done 0/2/0"} {
		if i := w.Import(list, ""); counts(i) != want || balancesOf(w, "a", "b") != "a:7 5 b:7 -" {
			t.Errorf("%s, %s", counts(i), balancesOf(w, "a", "b"))
		}
	}
	if n := count(w, "select count(*) from accounts where program_id = 2 and as_of = '2014-07-29 15:00+09'"); n != 1 {
		t.Errorf("%d balances as of the restriction", n)
	}
	if n := count(w, "select count(*) from case_events where kind = 'balance_stated'"); n != 1 {
		t.Errorf("%d cases were told", n)
	}
}
