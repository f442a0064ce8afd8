package audit_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/store"
)

const copied = `insert into audit_entries (id, %xat, actor_kind, actor_id, actor_name, desk_id, via, action, subject, reason, before, after, mac)
	select gen_random_uuid(), %xnow(), actor_kind, actor_id, actor_name, desk_id, via, action, subject, reason, before, after, mac
	from audit_entries order by xid limit 1`

// Whatever the program's own role or the owner slips in between two looks is counted,
// logged once and shown for what it is; what waits for its seal is not.
func TestWatchFindsWhatTheProgramDidNotWrite(t *testing.T) {
	withXID, current := strings.ReplaceAll(copied, "%x", "xid, "), strings.ReplaceAll(copied, "%x", "")
	for name, c := range map[string]struct {
		do              []string
		owner           bool
		foreign, broken float64
	}{
		"nothing":                       {},
		"the sealer's past":             {do: []string{withXID, withXID}, foreign: 2},
		"the present":                   {do: []string{current}, foreign: 1},
		"the future":                    {do: []string{strings.Replace(withXID, "(), xid,", "(), '99999999999'::xid8,", 1)}, foreign: 1},
		"a true entry again":            {do: []string{strings.Replace(withXID, "(), xid, now()", "(), xid, at", 1)}, foreign: 1},
		"with a seal of its own":        {do: []string{withXID, "insert into audit_seals select 5 + row_number() over (), id, '\\x00' from audit_entries e where not exists (select 1 from audit_seals s where s.entry_id = e.id)"}, broken: 1},
		"a seal for no entry":           {do: []string{"insert into audit_seals values (6, gen_random_uuid(), '\\x00')"}, broken: 1},
		"a seal beyond the end":         {do: []string{"insert into audit_seals values (8, gen_random_uuid(), '\\x00')"}, broken: 1},
		"an entry edited without seal":  {owner: true, do: []string{"update audit_entries set subject = 'case:9' where not exists (select 1 from audit_seals where entry_id = id)"}, foreign: 1},
		"an entry edited in the middle": {owner: true, do: []string{"update audit_entries set subject = 'case:9' where id = (select entry_id from audit_seals where seq = 2)"}},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrail(t)
			var log bytes.Buffer
			tr.Log = slog.New(slog.NewTextHandler(&log, nil))
			watch := &audit.Watch{Store: tr.Store, HeadFile: tr.head}
			look := func() {
				if err := watch.Look(tr.ctx); err != nil {
					t.Fatal(err)
				}
			}
			tr.write(clerk, 4)
			tr.seal()
			look()
			tr.write(clerk, 1)
			tr.seal()
			tr.write(clerk, 1)
			look()
			if log.Len() > 0 || watch.Foreign() != 0 || watch.Broken() != 0 {
				t.Fatalf("before: %v %v %s", watch.Foreign(), watch.Broken(), log.String())
			}
			for _, statement := range c.do {
				if c.owner {
					tr.tamper(statement)
				} else if _, err := tr.SQL.ExecContext(tr.ctx, statement); err != nil {
					t.Fatal(err)
				}
			}
			look()
			look()
			if watch.Foreign() != c.foreign || watch.Broken() != c.broken {
				t.Errorf("foreign %v, broken %v, want %v and %v", watch.Foreign(), watch.Broken(), c.foreign, c.broken)
			}
			if lines := strings.Count(log.String(), "the audit trail is broken"); lines != min(1, int(c.foreign))+int(c.broken) {
				t.Errorf("%d lines: %s", lines, log.String())
			}
			if c.broken > 0 {
				return // the sealer goes on from a seal that is not its own
			}
			// The sealer passes them by, and they stay counted.
			tr.seal()
			tr.write(clerk, 2)
			tr.seal()
			if look(); watch.Foreign() != c.foreign {
				t.Errorf("after sealing: %v, want %v", watch.Foreign(), c.foreign)
			}
			odd := 0
			rows, err := audit.Find(store.Read(tr.ctx, tr.Store), access.Actor{Role: access.Auditor}, audit.Filter{Limit: 50})
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				if row.Seq == nil && (row.Lost() || !row.Own(tr.Vault)) {
					odd++
				}
			}
			if odd != int(c.foreign) {
				t.Errorf("the list marks %d of %v", odd, c.foreign)
			}
			if err := watch.Check(tr.ctx); err != nil || (watch.Broken() == 1) != (name != "nothing") {
				t.Errorf("the check of all: %v, %v", watch.Broken(), err)
			}
		})
	}
}

// A seal that was taken away counts, unless the sealer comes by again and gives it back:
// how far back it looks depends on the other transactions of the server.
func TestWatchFindsLostSeals(t *testing.T) {
	tr := newTrail(t)
	watch := &audit.Watch{Store: tr.Store, HeadFile: tr.head}
	tr.write(clerk, 4)
	tr.seal()
	tr.tamper("delete from audit_seals where seq = 4")
	if err := watch.Look(tr.ctx); err != nil {
		t.Fatal(err)
	}
	if given := tr.seal() == 1; given == (watch.Foreign() == 1) {
		t.Errorf("foreign %v, the seal given again: %v", watch.Foreign(), given)
	}
}
