package store_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/app/vault"
)

func TestMain(m *testing.M) { apptest.Main(m) }

var (
	ctx = context.Background()
	by  = access.System("test")
)

func put(tx *store.Tx, key string) error {
	_, err := store.Exec(tx, "insert into settings (key, value) values ($1, '')", key)
	return err
}

func record(tx *store.Tx) error {
	return audit.Record(tx, audit.Change{Action: "setting.put", Subject: "settings"})
}

func count(t *testing.T, s *store.Store, query string, args ...any) (n int) {
	t.Helper()
	if err := store.Scan(store.Read(ctx, s), query, args, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWriteCommitsOnlyWhatIsAudited(t *testing.T) {
	s, _ := apptest.New(t)
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		act  func(tx *store.Tx) error
		kept bool
		want error
	}{
		"unaudited":       {func(tx *store.Tx) error { return put(tx, "unaudited") }, false, nil},
		"audited":         {func(tx *store.Tx) error { return errors.Join(put(tx, "audited"), record(tx)) }, true, nil},
		"nothing changed": {func(tx *store.Tx) error { return nil }, false, nil},
		"own books alone": {func(tx *store.Tx) error { return tx.Uncounted(func() error { return put(tx, "own books alone") }) }, true, nil},
		"own books beside a change": {func(tx *store.Tx) error {
			return errors.Join(put(tx, "own books beside a change"), tx.Uncounted(func() error { return put(tx, "book") }))
		}, false, nil},
		"queued, unaudited": {func(tx *store.Tx) error {
			tx.Queue("insert into settings (key, value) values ($1, '')", "queued, unaudited")
			return nil
		}, false, nil},
		"error": {func(tx *store.Tx) error { return errors.Join(put(tx, "error"), record(tx), broken) }, false, broken},
		"queued write fails": {func(tx *store.Tx) error {
			tx.Queue("insert into settings (key, value) values ($1, null)", "queued write fails")
			return errors.Join(put(tx, "queued write fails"), record(tx))
		}, false, nil},
	} {
		_, err := store.Write(ctx, s, &store.Attempt{By: by}, func(tx *store.Tx) (struct{}, error) { return struct{}{}, c.act(tx) })
		if fine := c.kept || name == "nothing changed"; fine != (err == nil) || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if kept := count(t, s, "select count(*) from settings where key = $1", name) == 1; kept != c.kept {
			t.Errorf("%s: kept %v", name, kept)
		}
	}
	if n := count(t, s, "select count(*) from audit_entries"); n != 1 {
		t.Errorf("%d audit entries, want that of the one change", n)
	}
}

func TestPanicRollsBackAndGivesTheConnectionBack(t *testing.T) {
	s, _ := apptest.New(t)
	for range 2 * int(s.Pool.Config().MaxConns) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			store.Write(ctx, s, &store.Attempt{By: by}, func(tx *store.Tx) (struct{}, error) {
				if err := errors.Join(put(tx, "panic"), record(tx)); err != nil {
					t.Error(err)
				}
				panic("in an action")
			})
		}()
	}
	if count(t, s, "select count(*) from settings where key = 'panic'")+count(t, s, "select count(*) from audit_entries") != 0 {
		t.Error("something was kept")
	}
}

func TestCancelledWriteKeepsNothing(t *testing.T) {
	s, _ := apptest.New(t)
	cut, cancel := context.WithCancel(ctx)
	_, err := store.Write(cut, s, &store.Attempt{By: by}, func(tx *store.Tx) (struct{}, error) {
		err := errors.Join(put(tx, "cancelled"), record(tx))
		cancel()
		return struct{}{}, err
	})
	if err == nil || count(t, s, "select count(*) from settings where key = 'cancelled'") != 0 {
		t.Errorf("%v", err)
	}
}

func TestSecondOfItsKindIsAConflict(t *testing.T) {
	s, _ := apptest.New(t)
	for _, put := range map[string]func(tx *store.Tx) error{
		"sql": func(tx *store.Tx) error { return put(tx, "twice") },
		"queued": func(tx *store.Tx) error {
			tx.Queue("insert into settings (key, value) values ('twice', '')")
			return nil
		},
		"gorm": func(tx *store.Tx) error {
			return store.Insert(tx, &setting{Key: "twice"})
		},
	} {
		act := func() error {
			return store.Keep(ctx, s, put)
		}
		first, second := act(), act()
		if first != nil && !fault.Is(first, "conflict") || !fault.Is(second, "conflict") {
			t.Errorf("%v, %v", first, second)
		}
	}
	// What nobody can cause by acting at once stays internal.
	if err := store.Keep(ctx, s, func(tx *store.Tx) error {
		_, err := store.Exec(tx, "insert into settings (key, value) values ('x', null)")
		return err
	}); err == nil {
		t.Error("null went in")
	} else if _, ok := fault.As(err); ok {
		t.Errorf("%v is shown to people", err)
	}
}

// Two transactions that wait for each other: the database ends one, which runs again.
func TestDeadlockRunsAgain(t *testing.T) {
	s, _ := apptest.New(t)
	for _, key := range []string{"a", "b"} {
		if err := store.Keep(ctx, s, func(tx *store.Tx) error { return put(tx, key) }); err != nil {
			t.Fatal(err)
		}
	}
	var both, ended sync.WaitGroup
	both.Add(2)
	var runs atomic.Int32
	for _, keys := range [][2]string{{"a", "b"}, {"b", "a"}} {
		ended.Go(func() {
			var first sync.Once
			err := store.Keep(ctx, s, func(tx *store.Tx) error {
				runs.Add(1)
				touch := func(key string) error {
					_, err := store.Exec(tx, "update settings set value = value || 'x' where key = $1", key)
					return err
				}
				err := touch(keys[0])
				first.Do(func() {
					both.Done()
					both.Wait()
				})
				return errors.Join(err, touch(keys[1]))
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	ended.Wait()
	if got := count(t, s, "select sum(length(value)) from settings where key in ('a', 'b')"); runs.Load() < 3 || got != 4 {
		t.Errorf("%d runs, %d characters written", runs.Load(), got)
	}
}

type setting struct{ Key, Value string }

func (setting) TableName() string { return "settings" }

func TestExclusiveLetsOneIn(t *testing.T) {
	address := apptest.DatabaseURL(t)
	clock := &apptest.Clock{}
	one, other := apptest.Open(t, address, clock.Now), apptest.Open(t, address, clock.Now)
	idle := func(s *store.Store, name string) (free bool) {
		err := store.Keep(ctx, s, func(tx *store.Tx) (err error) {
			free, err = store.Idle(tx, name)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return free
	}
	ran, err := store.Exclusive(ctx, one, "work", func() error {
		for _, s := range []*store.Store{one, other} {
			if again, err := store.Exclusive(ctx, s, "work", func() error { return nil }); again || err != nil {
				t.Errorf("a second one ran: %v", err)
			}
			if idle(s, "work") || !idle(s, "other work") {
				t.Error("Idle is wrong")
			}
		}
		if ran, err := store.Exclusive(ctx, other, "other work", func() error { return nil }); !ran || err != nil {
			t.Errorf("other work was kept from running: %v", err)
		}
		return os.ErrInvalid
	})
	if !ran || !errors.Is(err, os.ErrInvalid) {
		t.Errorf("%v, %v", ran, err)
	}
	if !idle(other, "work") {
		t.Error("the lock outlived the work")
	}
}

func TestExclusiveLetsGoWhenItsContextEnds(t *testing.T) {
	s, _ := apptest.New(t)
	cut, cancel := context.WithCancel(ctx)
	if ran, err := store.Exclusive(cut, s, "work", func() error { cancel(); return cut.Err() }); !ran || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", ran, err)
	}
	if ran, err := store.Exclusive(ctx, s, "work", func() error { return nil }); !ran || err != nil {
		t.Errorf("the lock was left behind: %v", err)
	}
}

func TestExclusiveLetsGoAtAPanic(t *testing.T) {
	s, _ := apptest.New(t)
	func() {
		defer func() { recover() }()
		store.Exclusive(ctx, s, "work", func() error { panic("at work") })
	}()
	if ran, err := store.Exclusive(ctx, s, "work", func() error { return nil }); !ran || err != nil {
		t.Errorf("the lock was left behind: %v", err)
	}
}

func TestMigrateTwiceAtOnce(t *testing.T) {
	address := apptest.DatabaseURL(t)
	s := apptest.Open(t, address, (&apptest.Clock{}).Now)
	// The database is a clone of a migrated one; an empty one stands beside it.
	empty := apptest.EmptyDatabase(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := store.Migrate(ctx, empty); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if pending, err := apptest.Open(t, empty, (&apptest.Clock{}).Now).Pending(ctx); pending || err != nil {
		t.Errorf("pending %v, %v", pending, err)
	}
	if pending, err := s.Pending(ctx); pending || err != nil {
		t.Errorf("the template: pending %v, %v", pending, err)
	}
}

// An older program does not touch what a newer one has migrated, even where it would have
// a migration of its own to run.
func TestWhatIsNewerIsRefused(t *testing.T) {
	empty := apptest.EmptyDatabase(t)
	owner, err := pgx.Connect(ctx, empty)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { owner.Close(ctx) })
	if _, err := owner.Exec(ctx, `create table goose_db_version (id integer primary key generated by default as identity, version_id bigint not null, is_applied boolean not null, tstamp timestamp not null default now());
		insert into goose_db_version (version_id, is_applied) values (0, true), (900, true)`); err != nil {
		t.Fatal(err)
	}
	var newer store.Newer
	if err := store.Migrate(ctx, empty); !errors.As(err, &newer) || newer.Database != 900 || newer.Program >= 900 || newer.Program == 0 {
		t.Errorf("%v", err)
	}
	var tables int
	if err := owner.QueryRow(ctx, "select count(*) from pg_tables where schemaname = 'public'").Scan(&tables); err != nil || tables != 1 {
		t.Errorf("%d tables: %v", tables, err)
	}
}

func TestOtherKeysAreRefused(t *testing.T) {
	address := apptest.DatabaseURL(t)
	clock := &apptest.Clock{}
	apptest.Open(t, address, clock.Now)
	other, err := vault.Open(t.TempDir() + "/keys")
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(ctx, address, other, clock.Now, slog.New(slog.DiscardHandler))
	if err == nil {
		s.Close()
		t.Fatal("a database of other keys was opened")
	}
	if !strings.Contains(err.Error(), "keys/") {
		t.Errorf("%v does not say what to do", err)
	}
	apptest.Open(t, address, clock.Now)
}

// A statement slipped into the program must not make it the owner, nor make points
// or change what is written for ever.
func TestProgramCannotBecomeTheOwner(t *testing.T) {
	s, _ := apptest.New(t)
	var session, current string
	if err := s.Pool.QueryRow(ctx, "select session_user, current_user").Scan(&session, &current); err != nil || session != current {
		t.Errorf("signed in as %s, acts as %s: %v", session, current, err)
	}
	var able bool
	if err := s.Pool.QueryRow(ctx, `select bool_or(rolsuper or rolcreaterole or rolcreatedb or rolbypassrls) or exists (
		select 1 from pg_tables where schemaname = 'public' and pg_has_role(current_user, tableowner, 'member'))
		from pg_roles where pg_has_role(current_user, oid, 'member')`).Scan(&able); err != nil || able {
		t.Errorf("the program's role is able to do more than its work: %v", err)
	}
	for _, q := range []string{"reset role; drop table staff", "set role hoten_test", "set session authorization hoten_test",
		"update accounts set balance = 1", "update transfers set key = 'x'", "delete from postings", "delete from audit_entries", "truncate audit_seals"} {
		var pg *pgconn.PgError
		if _, err := s.Pool.Exec(ctx, q); !errors.As(err, &pg) || pg.Code != "42501" { // insufficient_privilege
			t.Errorf("%s: %v", q, err)
		}
	}
}

// An account opens with points only together with the postings that balance them.
func TestBalancesComeWithPostings(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Import(apptest.AffectedHeader+"a@ocn.example,山田 太郎,ヤマダ タロウ,1970-01-02,,,,,,,ja,0,0,\n", "")
	identity := w.Number("insert into identities (login, login_key) values ('x', 'x') returning id")
	if _, err := w.Pool.Exec(ctx, "insert into accounts (program_id, identity_id, purpose, balance) select id, $1, 'member', 1000 from programs", identity); err == nil {
		t.Error("points came from nowhere")
	}
}

func TestProgramMayNotTouchTheSchema(t *testing.T) {
	s, _ := apptest.New(t)
	for _, q := range []string{"create table x (n int)", "drop table staff", "alter table staff add column x int", "create role x"} {
		if _, err := s.Pool.Exec(ctx, q); err == nil {
			t.Errorf("%s was let through", q)
		}
	}
}

// work is a job that nobody works here.
type work struct {
	N int `json:"n"`
}

func (work) Kind() string { return "test_work" }

func TestJobsExistExactlyWithTheCommit(t *testing.T) {
	s, _ := apptest.New(t)
	jobs := func() int { return count(t, s, "select count(*) from river_job where kind = 'test_work'") }
	for _, err := range []error{os.ErrInvalid, nil} {
		got := store.Keep(ctx, s, func(tx *store.Tx) error {
			if err := tx.Enqueue(work{1}, work{2}); err != nil {
				return err
			}
			if n := jobs(); n != 0 {
				t.Errorf("%d jobs before the commit", n)
			}
			return err
		})
		want := 2
		if err != nil {
			want = 0
		}
		if !errors.Is(got, err) || jobs() != want {
			t.Errorf("%v: %d jobs, want %d", got, jobs(), want)
		}
	}
}

func TestLockAndFindSayMissing(t *testing.T) {
	s, _ := apptest.New(t)
	err := store.Keep(ctx, s, func(tx *store.Tx) error {
		_, err := store.Lock[staffRow](tx, 999)
		return err
	})
	if !fault.Is(err, "not_found") {
		t.Errorf("Lock: %v", err)
	}
	if _, err := store.Find[staffRow](store.Read(ctx, s), "id = ?", 999); !fault.Is(err, "not_found") {
		t.Errorf("Find: %v", err)
	}
}

type staffRow struct{ ID int64 }

func (staffRow) TableName() string { return "staff" }

func TestOneInstantForAWholeTransaction(t *testing.T) {
	s, clock := apptest.New(t)
	err := store.Keep(ctx, s, func(tx *store.Tx) error {
		clock.Add(1)
		if !tx.Now.Equal(apptest.Start) {
			t.Errorf("now is %v", tx.Now)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTakenIDsAreTakenOnce(t *testing.T) {
	s, _ := apptest.New(t)
	var mu sync.Mutex
	var wg sync.WaitGroup
	seen := map[int64]bool{}
	for range 8 {
		wg.Go(func() {
			ids, err := store.TakeIDs(store.Read(ctx, s), "staff", 50)
			if err != nil || len(ids) != 50 {
				t.Error(len(ids), err)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, id := range ids {
				if seen[id] {
					t.Errorf("%d twice", id)
				}
				seen[id] = true
			}
		})
	}
	wg.Wait()
}
