package audit_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// trail is a chain in a database of its own, and the owner who could tamper with it.
type trail struct {
	*store.Store
	t     *testing.T
	ctx   context.Context
	owner *sql.DB
	head  string
}

func newTrail(t *testing.T) *trail {
	t.Helper()
	clock := &apptest.Clock{}
	clock.Set(apptest.Start)
	address := apptest.DatabaseURL(t)
	owner, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { owner.Close() })
	return &trail{Store: apptest.Open(t, address, clock.Now), t: t, ctx: context.Background(), owner: owner, head: filepath.Join(t.TempDir(), "head.json")}
}

var clerk = access.Actor{ID: 7, Name: "佐藤 葵", Role: access.Agent, DeskID: 3, Kind: "staff", Via: "console"}

// write makes n entries, each in a transaction of its own.
func (tr *trail) write(by access.Actor, n int) {
	tr.t.Helper()
	for i := range n {
		_, err := store.Write(tr.ctx, tr.Store, &store.Attempt{By: by}, func(tx *store.Tx) (struct{}, error) {
			return struct{}{}, audit.Record(tx, audit.Change{Action: "case.changed", Subject: fmt.Sprintf("case:%d", i),
				Before: map[string]int{"n": i}, After: map[string]int{"n": i + 1}, Reason: "電話で依頼"})
		})
		if err != nil {
			tr.t.Fatal(err)
		}
	}
}

func (tr *trail) seal() int {
	tr.t.Helper()
	n, err := audit.SealAll(tr.ctx, tr.Store, tr.head)
	if err != nil {
		tr.t.Fatal(err)
	}
	return n
}

func (tr *trail) verify() audit.Report {
	tr.t.Helper()
	r, err := audit.Verify(tr.ctx, tr.Store, tr.head)
	if err != nil {
		tr.t.Fatal(err)
	}
	return r
}

// tamper runs SQL as the owner with the triggers off.
func (tr *trail) tamper(statements ...string) {
	tr.t.Helper()
	all := append([]string{"alter table audit_entries disable trigger user", "alter table audit_seals disable trigger user"}, statements...)
	for _, s := range all {
		if _, err := tr.owner.ExecContext(tr.ctx, s); err != nil {
			tr.t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestSealAndVerify(t *testing.T) {
	tr := newTrail(t)
	tr.write(clerk, 3)
	if r := tr.verify(); r != (audit.Report{Unsealed: 3}) {
		t.Errorf("before sealing: %+v", r)
	}
	if n := tr.seal(); n != 3 {
		t.Errorf("sealed %d", n)
	}
	tr.write(clerk, 2)
	if r := tr.verify(); r != (audit.Report{Sealed: 3, Unsealed: 2}) {
		t.Errorf("with two open: %+v", r)
	}
	if n, again := tr.seal(), tr.seal(); n != 2 || again != 0 {
		t.Errorf("sealed %d, then %d", n, again)
	}
	if r := tr.verify(); r != (audit.Report{Sealed: 5}) {
		t.Errorf("in the end: %+v", r)
	}
}

func TestProgramItselfMayNotChangeTheTrail(t *testing.T) {
	tr := newTrail(t)
	tr.write(clerk, 1)
	tr.seal()
	for _, s := range []string{"update audit_entries set action = 'x'", "delete from audit_entries", "truncate audit_entries",
		"update audit_seals set hash = ''", "delete from audit_seals", "truncate audit_seals", "alter table audit_entries disable trigger user"} {
		if _, err := tr.SQL.ExecContext(tr.ctx, s); err == nil {
			t.Errorf("%s was let through", s)
		}
		if strings.HasPrefix(s, "alter") {
			continue
		}
		if _, err := tr.owner.ExecContext(tr.ctx, s); err == nil {
			t.Errorf("%s was let through as the owner, with the triggers on", s)
		}
	}
}

// Every way to falsify the rows without the key is named by Verify. The chain
// has 6 sealed entries; what %s needs is spelled by subqueries on their seq.
func TestTamperingIsFound(t *testing.T) {
	entry := func(seq int) string { return fmt.Sprintf("(select entry_id from audit_seals where seq = %d)", seq) }
	edits := map[string]string{
		"at": "at + interval '1 microsecond'", "actor_kind": "'system'", "actor_id": "8", "actor_name": "'別人'", "desk_id": "4", "via": "'api'",
		"action": "'case.read'", "subject": "'case:99'", "reason": "'\\x00'", "before": "'{\"n\": 2}'", "after": "null", "mac": "'\\x00'",
		"id": "gen_random_uuid()",
	}
	cases := map[string][]string{
		"removed entry":         {"delete from audit_entries where id = " + entry(3)},
		"removed first entry":   {"delete from audit_entries where id = " + entry(1)},
		"removed seal":          {"delete from audit_seals where seq = 3"},
		"removed entry, seal":   {"delete from audit_entries where id = " + entry(3), "delete from audit_seals where seq = 3"},
		"closed gap":            {"delete from audit_entries where id = " + entry(3), "delete from audit_seals where seq = 3", "update audit_seals set seq = seq - 1 where seq = 4", "update audit_seals set seq = seq - 1 where seq = 5", "update audit_seals set seq = seq - 1 where seq = 6"},
		"cut tail of seals":     {"delete from audit_seals where seq > 4"},
		"cut tail":              {"delete from audit_entries where id in (select entry_id from audit_seals where seq > 4)", "delete from audit_seals where seq > 4"},
		"cut everything":        {"delete from audit_entries", "delete from audit_seals"},
		"null for empty object": {"update audit_entries set before = null where id = " + entry(2)},
		"reordered bytes":       {"update audit_entries set before = '{ \"n\":1}' where id = " + entry(2)},
		"edited seal":           {"update audit_seals set hash = '\\x00' where seq = 3"},
		"edited last seal":      {"update audit_seals set hash = '\\x00' where seq = 6"},
		"inserted entry": {`insert into audit_entries (id, at, actor_kind, actor_id, actor_name, desk_id, via, action, subject, before, after, mac)
			select gen_random_uuid(), at, actor_kind, actor_id, actor_name, desk_id, via, action, subject, before, after, mac from audit_entries limit 1`},
		"inserted and sealed": {`insert into audit_entries (id, at, actor_kind, actor_id, actor_name, desk_id, via, action, subject, mac)
			values ('00000000-0000-4000-8000-000000000001', now(), 'staff', 1, 'x', 0, '', 'a', 'b', '\x00')`,
			"insert into audit_seals values (7, '00000000-0000-4000-8000-000000000001', '\\x00')"},
		"swapped hashes": {"update audit_seals a set hash = b.hash from audit_seals b where a.seq in (2, 3) and b.seq = 5 - a.seq"},
		"resealed without the key": {"delete from audit_entries where id = " + entry(3), "delete from audit_seals where seq = 3",
			"update audit_seals set seq = seq - 1, hash = sha256(hash) where seq = 4", "update audit_seals set seq = seq - 1, hash = sha256(hash) where seq = 5",
			"update audit_seals set seq = seq - 1, hash = sha256(hash) where seq = 6"},
	}
	for column, value := range edits {
		cases["edited "+column] = []string{fmt.Sprintf("update audit_entries set %s = %s where id = %s", column, value, entry(2))}
	}
	// The unique key on entry_id stands between two swapped entries.
	cases["swapped entries"] = []string{"alter table audit_seals drop constraint audit_seals_entry_id_key",
		"update audit_seals a set entry_id = b.entry_id from audit_seals b where a.seq in (2, 3) and b.seq = 5 - a.seq"}
	cases["entry sealed twice"] = []string{"alter table audit_seals drop constraint audit_seals_entry_id_key",
		"insert into audit_seals select 7, entry_id, hash from audit_seals where seq = 6"}
	for name, statements := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTrail(t)
			tr.write(clerk, 6)
			tr.seal()
			if r := tr.verify(); r.Broken != "" || r.Sealed != 6 {
				t.Fatalf("before: %+v", r)
			}
			tr.tamper(statements...)
			if r := tr.verify(); r.Broken == "" {
				t.Errorf("not found: %+v", r)
			}
			// Working on must not cover the traces. Seals that were only lost come
			// out the same again while the watermark is still behind them.
			tr.write(clerk, 9)
			tr.seal()
			r, healed := tr.verify(), audit.Report{Sealed: 15}
			if r.Broken == "" && !(name == "cut tail of seals" && r == healed) {
				t.Errorf("not found after more was sealed: %+v", r)
			}
		})
	}
}

func TestUnsealedEntriesAreAuthentic(t *testing.T) {
	tr := newTrail(t)
	tr.write(clerk, 2)
	tr.tamper("update audit_entries set subject = 'case:9' where subject = 'case:1'")
	if r := tr.verify(); r.Broken == "" {
		t.Errorf("an edited entry without a seal: %+v", r)
	}
	if n := tr.seal(); n != 1 {
		t.Errorf("sealed %d, want the authentic one only", n)
	}
	if r := tr.verify(); r.Broken == "" || r.Sealed != 1 {
		t.Errorf("after sealing: %+v", r)
	}
}

// A whole database put back to an older state is whole by itself; only the head
// beside the keys knows better.
func TestRollbackToAnOlderState(t *testing.T) {
	tr := newTrail(t)
	tr.write(clerk, 3)
	tr.seal()
	older, err := os.ReadFile(tr.head)
	if err != nil {
		t.Fatal(err)
	}
	tr.write(clerk, 3)
	tr.seal()
	tr.tamper("delete from audit_entries where id in (select entry_id from audit_seals where seq > 3)", "delete from audit_seals where seq > 3")
	if r := tr.verify(); r.Broken == "" || r.Sealed != 3 {
		t.Errorf("with the head: %+v", r)
	}
	// Another machine that last sealed before the cut has nothing to object to.
	if err := os.WriteFile(tr.head+".older", older, 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := audit.Verify(tr.ctx, tr.Store, tr.head+".older"); err != nil || r.Broken != "" {
		t.Errorf("with an older head: %+v, %v", r, err)
	}
	if r, err := audit.Verify(tr.ctx, tr.Store, tr.head+".none"); err != nil || r.Broken != "" {
		t.Errorf("without a head: %+v, %v", r, err)
	}
}

func TestLostSealsShowWithoutAHead(t *testing.T) {
	tr := newTrail(t)
	tr.write(clerk, 3)
	tr.seal()
	tr.tamper("delete from audit_seals where seq = 3")
	tr.write(clerk, 1)
	tr.seal()
	r, err := audit.Verify(tr.ctx, tr.Store, tr.head+".none")
	if healed := (audit.Report{Sealed: 4, Headless: true}); err != nil || r.Broken == "" && r != healed {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestOlderSealerDoesNotTurnTheHeadBack(t *testing.T) {
	tr := newTrail(t)
	tr.write(clerk, 2)
	tr.seal()
	remembered := func() (seq int64) {
		b, err := os.ReadFile(tr.head)
		if err != nil {
			t.Fatal(err)
		}
		var h struct{ Seq int64 }
		if err := json.Unmarshal(b, &h); err != nil {
			t.Fatal(err)
		}
		return h.Seq
	}
	tr.tamper("delete from audit_entries where id in (select entry_id from audit_seals where seq = 2)", "delete from audit_seals where seq = 2")
	tr.write(clerk, 1)
	tr.seal()
	if remembered() != 2 {
		t.Errorf("the head moved to %d on a chain that does not contain it", remembered())
	}
	if r := tr.verify(); r.Broken == "" {
		t.Errorf("the cut is forgotten: %+v", r)
	}
}

func TestBrokenHeadFileIsAnError(t *testing.T) {
	tr := newTrail(t)
	if err := os.WriteFile(tr.head, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := audit.Verify(tr.ctx, tr.Store, tr.head); err == nil {
		t.Error("a head that cannot be read passed for none")
	}
}

func TestWritersDoNotDisturbTheSealers(t *testing.T) {
	tr := newTrail(t)
	const writers, each = 16, 20
	var writing, sealing sync.WaitGroup
	done := make(chan struct{})
	for i := range writers {
		writing.Go(func() {
			by := clerk
			by.ID = int64(i + 1)
			tr.write(by, each)
		})
	}
	for range 2 {
		sealing.Go(func() {
			for {
				if _, err := audit.SealAll(tr.ctx, tr.Store, tr.head); err != nil {
					t.Error(err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	writing.Wait()
	close(done)
	sealing.Wait()
	tr.seal()
	if r := tr.verify(); r != (audit.Report{Sealed: writers * each}) {
		t.Errorf("%+v", r)
	}
}

// A transaction that began before others and commits after they were sealed gets
// its seal all the same.
func TestLateCommitIsSealedLater(t *testing.T) {
	tr := newTrail(t)
	begun, finish, ended := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		_, err := store.Write(tr.ctx, tr.Store, &store.Attempt{By: clerk}, func(tx *store.Tx) (struct{}, error) {
			// The number of a transaction is given at its first write.
			_, err := store.Exec(tx, "select pg_current_xact_id()")
			close(begun)
			<-finish
			if err != nil {
				return struct{}{}, err
			}
			return struct{}{}, audit.Record(tx, audit.Change{Action: "late", Subject: "case:1"})
		})
		ended <- err
	}()
	<-begun
	tr.write(clerk, 3)
	if n := tr.seal(); n != 3 {
		t.Errorf("sealed %d beside the open transaction", n)
	}
	tr.write(clerk, 1)
	if n := tr.seal(); n != 1 {
		t.Errorf("sealed %d the second time", n)
	}
	close(finish)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if n := tr.seal(); n != 1 {
		t.Errorf("sealed %d of the late one", n)
	}
	if r := tr.verify(); r != (audit.Report{Sealed: 5}) {
		t.Errorf("%+v", r)
	}
}

// Transaction numbers begin anew where a dump is restored into another server;
// the watermark of the old one must not hide what comes after.
func TestSealingGoesOnAfterARestore(t *testing.T) {
	tr := newTrail(t)
	tr.write(clerk, 2)
	tr.seal()
	tr.tamper("update settings set value = '999999999999' where key = 'audit_settled'")
	tr.write(clerk, 3)
	if n := tr.seal(); n != 3 {
		t.Errorf("sealed %d of 3", n)
	}
	if r := tr.verify(); r != (audit.Report{Sealed: 5}) {
		t.Errorf("%+v", r)
	}
}

func TestFindFollowsTheRole(t *testing.T) {
	tr := newTrail(t)
	colleague, elsewhere := clerk, clerk
	colleague.ID, elsewhere.ID, elsewhere.DeskID = 8, 9, 4
	tr.write(clerk, 1)
	tr.write(colleague, 2)
	tr.write(elsewhere, 4)
	tr.write(access.System("sweep"), 8)
	as := func(role access.Role) access.Actor {
		by := clerk
		by.Role = role
		return by
	}
	noDesk := as(access.Supervisor)
	noDesk.DeskID = 0
	for name, c := range map[string]struct {
		by   access.Actor
		f    audit.Filter
		want int
	}{
		"agent: the own":              {as(access.Agent), audit.Filter{}, 1},
		"agent asks for a colleague":  {as(access.Agent), audit.Filter{Actor: "staff:8"}, 0},
		"agent asks for the system":   {as(access.Agent), audit.Filter{Actor: "system:sweep"}, 0},
		"supervisor: the desk's":      {as(access.Supervisor), audit.Filter{}, 3},
		"supervisor, of another desk": {as(access.Supervisor), audit.Filter{Actor: "9"}, 0},
		"supervisor without a desk":   {noDesk, audit.Filter{}, 1},
		"center manager: all":         {as(access.CenterManager), audit.Filter{}, 15},
		"auditor: all":                {as(access.Auditor), audit.Filter{}, 15},
		"auditor, one actor":          {as(access.Auditor), audit.Filter{Actor: "staff:9"}, 4},
		"auditor, a worker":           {as(access.Auditor), audit.Filter{Actor: "system:sweep"}, 8},
		"auditor, one subject":        {as(access.Auditor), audit.Filter{Subject: "case:0"}, 4},
		"auditor, from then":          {as(access.Auditor), audit.Filter{From: apptest.Start}, 15},
		"auditor, until then":         {as(access.Auditor), audit.Filter{To: apptest.Start}, 0},
	} {
		c.f.Limit = 100
		rows, err := audit.Find(store.Read(tr.ctx, tr.Store), c.by, c.f)
		if err != nil || len(rows) != c.want {
			t.Errorf("%s: %d, want %d (%v)", name, len(rows), c.want, err)
		}
	}
	for name, by := range map[string]access.Actor{"administrator": as(access.Administrator), "member": access.Member()} {
		if _, err := audit.Find(store.Read(tr.ctx, tr.Store), by, audit.Filter{Limit: 9}); !fault.Is(err, "forbidden") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, f := range []audit.Filter{{Actor: "staff:x"}, {Actor: "佐藤"}, {Before: "x"}} {
		if _, err := audit.Find(store.Read(tr.ctx, tr.Store), as(access.Auditor), f); err == nil {
			t.Errorf("%+v was taken", f)
		}
	}
}

func TestFindGoesOnFromTheCursor(t *testing.T) {
	tr := newTrail(t)
	tr.write(clerk, 7)
	auditor := access.Actor{ID: 1, Role: access.Auditor, Kind: "staff"}
	f, seen := audit.Filter{Limit: 3}, 0
	for {
		rows, err := audit.Find(store.Read(tr.ctx, tr.Store), auditor, f)
		if err != nil {
			t.Fatal(err)
		}
		seen += min(len(rows), f.Limit)
		if len(rows) <= f.Limit {
			break
		}
		f.Before = rows[f.Limit-1].ID.String()
	}
	if seen != 7 {
		t.Errorf("%d entries over all pages", seen)
	}
}

func TestReasonsAreSealed(t *testing.T) {
	tr := newTrail(t)
	tr.write(clerk, 1)
	auditor := access.Actor{ID: 1, Role: access.Auditor, Kind: "staff"}
	rows, err := audit.Find(store.Read(tr.ctx, tr.Store), auditor, audit.Filter{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(rows[0].Reason), "電話") {
		t.Error("the reason lies open in the database")
	}
	if plain, err := rows[0].PlainReason(tr.Vault); err != nil || plain != "電話で依頼" {
		t.Errorf("%q, %v", plain, err)
	}
}

func TestRefusedAttemptsAreNoted(t *testing.T) {
	tr := newTrail(t)
	refusal := fault.New(fault.Forbidden, "self_approval")
	if err := audit.Refused(tr.ctx, tr.Store, store.Attempt{By: clerk, Verb: "reimbursement.approved", Subject: "case:1"}, refusal); err != error(refusal) {
		t.Errorf("the refusal became %v", err)
	}
	for _, other := range []error{nil, fault.Missing(), os.ErrClosed} {
		if err := audit.Refused(tr.ctx, tr.Store, store.Attempt{By: clerk, Verb: "x", Subject: "y"}, other); err != other {
			t.Errorf("%v became %v", other, err)
		}
	}
	rows, err := audit.Find(store.Read(tr.ctx, tr.Store), access.Actor{Role: access.Auditor}, audit.Filter{Limit: 9})
	if err != nil || len(rows) != 1 || rows[0].Action != "reimbursement.approved.refused" || *rows[0].After != `{"code":"self_approval"}` {
		t.Errorf("%+v, %v", rows, err)
	}
}

func TestLastCheckRemembersTheOutcome(t *testing.T) {
	tr := newTrail(t)
	db := store.Read(tr.ctx, tr.Store)
	if c, err := audit.LastCheck(db); c != nil || err != nil {
		t.Errorf("before any: %+v, %v", c, err)
	}
	tr.write(clerk, 2)
	tr.seal()
	tr.tamper("update audit_entries set action = 'x'")
	if _, err := audit.Check(tr.ctx, tr.Store, tr.head); err != nil {
		t.Fatal(err)
	}
	if c, err := audit.LastCheck(db); err != nil || c.Broken == "" || !c.At.Equal(apptest.Start) {
		t.Errorf("%+v, %v", c, err)
	}
}
