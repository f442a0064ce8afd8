package resets_test

import (
	"fmt"
	"slices"
	"testing"

	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/resets"
	"hoten/app/store"
)

// What a representative's papers that prove false gave is taken back: what was verified, a
// link that is out, and a reset; not what the member was given, nor whoever other papers
// stand for.
func TestPapersThatProveFalse(t *testing.T) {
	type papers []string // relations, in the order in which they are recorded
	for name, test := range map[string]struct {
		recorded             papers
		of                   int // which are withdrawn
		elsewhere            bool
		relation             string
		ended, linked, reset bool
		handedOver           bool
		stays                bool
	}{
		"the call goes on":               {recorded: papers{cases.Proxy}, relation: cases.Proxy},
		"handed over":                    {recorded: papers{cases.Proxy}, relation: cases.Proxy, handedOver: true},
		"it has ended":                   {recorded: papers{cases.Guardian}, relation: cases.Guardian, ended: true},
		"a link is out":                  {recorded: papers{cases.Corporate}, relation: cases.Corporate, ended: true, linked: true},
		"a link of a call handed over":   {recorded: papers{cases.Proxy}, relation: cases.Proxy, handedOver: true, linked: true},
		"the ID is in use":               {recorded: papers{cases.Proxy}, relation: cases.Proxy, ended: true, linked: true, reset: true},
		"recorded on another case":       {recorded: papers{cases.Proxy}, elsewhere: true, relation: cases.Proxy, ended: true, linked: true},
		"others stand":                   {recorded: papers{cases.Proxy, cases.Proxy}, relation: cases.Proxy, ended: true, linked: true, stays: true},
		"of another relation":            {recorded: papers{cases.Proxy, cases.Guardian}, relation: cases.Guardian, ended: true, linked: true, stays: true},
		"of another relation, in use":    {recorded: papers{cases.Proxy, cases.Guardian}, relation: cases.Guardian, ended: true, linked: true, reset: true, stays: true},
		"of the later relation":          {recorded: papers{cases.Proxy, cases.Guardian}, of: 1, relation: cases.Guardian, ended: true, linked: true},
		"the member called":              {recorded: papers{cases.Proxy}, relation: cases.Self, ended: true, linked: true, stays: true},
		"the member called, it goes on":  {recorded: papers{cases.Proxy}, relation: cases.Self, stays: true},
		"the member called, reset since": {recorded: papers{cases.Proxy}, relation: cases.Self, ended: true, linked: true, reset: true, stays: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := world(t)
			c, on := w.Case("m1@ocn.example"), w.Case("m1@ocn.example").ID
			if test.elsewhere {
				_, second := hitTwice(w)
				on = second.ID
			}
			var ids []int64
			for _, relation := range test.recorded {
				_, err := cases.RecordRepresentative(w.Ctx, w.Store, w.Supervisor, on, relation, "委任状を確認")
				must(t, err)
				ids = append(ids, w.Number("select max(id) from representatives"))
			}
			if _, err := w.Pool.Exec(w.Ctx, "update cases set unreachable_at = now(), notified_at = null where id = $1", c.ID); err != nil {
				t.Fatal(err)
			}
			by := w.Agent
			call, err := cases.StartCall(w.Ctx, w.Store, by, c.ID, cases.NewCall{Direction: "inbound", Relation: test.relation})
			must(t, err)
			for _, said := range [][2]string{{cases.ItemName, "高橋 花子"}, {cases.ItemBirthDate, "1970-01-02"}, {cases.ItemAddress, "東京都千代田区千代田1-2-3"}, {cases.ItemCustomerNumber, fmt.Sprintf("N%09d", 1)}} {
				_, err := cases.Answer(w.Ctx, w.Store, by, call.ID, said[0], said[1], false)
				must(t, err)
			}
			_, err = cases.Conclude(w.Ctx, w.Store, by, call.ID, cases.Verified)
			must(t, err)
			if test.handedOver {
				h, err := cases.OfferHandover(w.Ctx, w.Store, by, call.ID, w.Agent2.ID, "")
				must(t, err)
				by = w.Agent2
				call, err = cases.AcceptHandover(w.Ctx, w.Store, by, h.ID, false)
				must(t, err)
			}
			var token string
			if test.linked {
				token = send(w, by, c)
			}
			if test.ended {
				_, err := cases.EndCall(w.Ctx, w.Store, by, call.ID)
				must(t, err)
			}
			if test.reset {
				must(t, complete(w, token))
			}
			find := func() *cases.Case {
				t.Helper()
				c, err := store.Find[cases.Case](store.Read(w.Ctx, w.Store), "id = ?", c.ID)
				must(t, err)
				return c
			}
			if find().VerifiedAt == nil {
				t.Fatal("not verified")
			}

			_, err = cases.WithdrawRepresentative(w.Ctx, w.Store, w.Supervisor, c.ID, ids[test.of], "委任状が偽造と判明")
			must(t, err)
			_, err = cases.WithdrawRepresentative(w.Ctx, w.Store, w.Supervisor, c.ID, ids[test.of], "再度")
			refused(t, err, "already_decided")

			now, of := find(), w.ID("m1@ocn.example")
			if (now.VerifiedAt != nil) != test.stays || (now.VerifiedCall != nil) != test.stays {
				t.Errorf("verified %v in %v", now.VerifiedAt, now.VerifiedCall)
			}
			if due := slices.Contains(now.Letter(of.Standing), cases.LetterRestriction); due == test.stays {
				t.Errorf("due by letter: %v", now.Letter(of.Standing))
			}
			kept, err := store.Find[cases.Call](store.Read(w.Ctx, w.Store), "id = ?", call.ID)
			must(t, err)
			if !test.ended && (kept.Valid(w.Clock.Now()) > 0) != test.stays {
				t.Errorf("the call gives level %d", kept.Valid(w.Clock.Now()))
			}
			if test.linked && !test.reset {
				if _, err := resets.Look(w.Ctx, w.Store, token, true); (err == nil) != test.stays || err != nil && !fault.Of(err, fault.NotFound) {
					t.Errorf("the link: %v", err)
				}
			}
			want := map[bool]string{true: members.Resumed, false: map[bool]string{true: members.LinkSent, false: members.Restricted}[test.linked && test.stays]}[test.reset && test.stays]
			if of.State != want {
				t.Errorf("the ID is %s, want %s", of.State, want)
			}
			if n := w.Number("select count(*) from case_events where case_id = $1 and kind = 'restricted_again' and data->>'why' = 'papers'", c.ID); (n == 1) != (test.reset && !test.stays) {
				t.Errorf("%d events tell that the ID is restricted again", n)
			}
			if n := w.Number("select count(*) from case_events where case_id = $1 and kind = $2", c.ID, cases.VerifiedVoid); (n == 1) == test.stays || n > 1 {
				t.Errorf("%d events tell that nobody was verified", n)
			}
			if n := w.Number("select count(*) from representatives where withdrawn_by = $1 and withdrawn_at is not null", w.Supervisor.ID); n != 1 {
				t.Errorf("%d records are withdrawn", n)
			}
			documented, err := cases.Documented(store.Read(w.Ctx, w.Store), c.ID, test.recorded[test.of])
			must(t, err)
			if others := slices.Contains(slices.Delete(slices.Clone(test.recorded), test.of, test.of+1), test.recorded[test.of]); documented != others {
				t.Errorf("documented: %v", documented)
			}
		})
	}
}

// Who withdraws papers supervises and says why; those of another ID are not there.
func TestWhoWithdrawsPapers(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	_, err := cases.RecordRepresentative(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Proxy, "委任状を確認")
	must(t, err)
	id := w.Number("select max(id) from representatives")
	for code, try := range map[string]func() error{
		"forbidden": func() error {
			_, err := cases.WithdrawRepresentative(w.Ctx, w.Store, w.Agent, c.ID, id, "偽造")
			return err
		},
		"required": func() error {
			_, err := cases.WithdrawRepresentative(w.Ctx, w.Store, w.Supervisor, c.ID, id, " ")
			return err
		},
		"not_found": func() error {
			_, err := cases.WithdrawRepresentative(w.Ctx, w.Store, w.Supervisor, w.Case("m3@ocn.example").ID, id, "偽造")
			return err
		},
	} {
		refused(t, try(), code)
	}
}
