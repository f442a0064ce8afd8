package cases_test

import (
	"fmt"
	"testing"
	"time"

	"hoten/app/cases"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/store"
)

// Whom no mail can reach waits for a letter as soon as that is known, and no longer once an
// address may be used after all: somebody gave the ID a domain that was not its own.
func TestUnreachedAreFound(t *testing.T) {
	w := world(t)
	look := func(want ...string) {
		t.Helper()
		must(t, cases.MarkUnreached(w.Ctx, w.Store))
		for _, login := range []string{"m1@ocn.example", "m2@ocn.example", "m3@ocn.example", "m4@ocn.example"} {
			wanted := false
			for _, l := range want {
				wanted = wanted || l+"@ocn.example" == login
			}
			if waits(t, w, login) != wanted {
				t.Errorf("%s waits for a letter: %v", login, !wanted)
			}
			if n := w.Number("select count(*) filter (where kind = 'unreachable') - count(*) filter (where kind = 'reachable') from case_events where case_id = $1", w.Case(login).ID); (n == 1) != wanted || n > 1 {
				t.Errorf("%s: %d events", login, n)
			}
		}
	}
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := w.Pool.Exec(w.Ctx, query, args...); err != nil {
			t.Fatal(err)
		}
	}
	look("m2", "m3") // the ID's own mailbox, and one set in the days of the incident
	look("m2", "m3")
	exec("update contacts set mailbox_key = null where kind = 'email'")
	look("m1", "m2", "m3", "m4")
	must(t, members.Complete(w.Ctx, w.Store))
	look("m2", "m3")

	// Neither who was told nor who waits for a notice is marked.
	exec("update contacts set undeliverable_at = now() where member_id in ($1, $2)", *w.ID("m1@ocn.example").MemberID, *w.ID("m4@ocn.example").MemberID)
	set(t, w, "m1@ocn.example", "verified_at = now()")
	set(t, w, "m4@ocn.example", "notified_at = now()")
	look("m2", "m3")
}

func TestABounceInAnotherIncident(t *testing.T) {
	w := world(t)
	const login = "m1@ocn.example"
	set(t, w, login, "notified_at = now()")
	id, member := w.Case(login).ID, *w.ID(login).MemberID
	second := w.Number("insert into incidents (reference, title_ja, title_en, period_from, period_to, detected_on, created_at) select 'SECOND', title_ja, title_en, period_from, period_to, detected_on, now() from incidents returning id")
	other := w.Number(`insert into cases (incident_id, identity_id, origin, class, opened_at, changed_at) select $1, identity_id, origin, class, opened_at, changed_at from cases where id = $2 returning id`, second, id)
	contact := w.Number("select id from contacts where kind = 'email' and member_id = $1", member)
	must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		return cases.MailSettled(tx, notices.Mail{CaseID: &id, ContactID: &contact, Kind: notices.CaseClosed, State: notices.Bounced})
	}))
	if n := w.Number("select count(*) from cases where id in ($1, $2) and unreachable_at is not null", id, other); n != 2 {
		t.Errorf("%d of the two cases are unreachable", n)
	}
}

// The rule in SQL is the rule.
func TestMailUsable(t *testing.T) {
	first, _ := jptext.ParseDate("2014-07-11")
	w := world(t)
	now := time.Now()
	for _, source := range []string{"import", members.Documents} {
		for _, on := range []string{"", "2014-07-10", "2014-07-11"} {
			for bits := range 16 {
				k := members.Contact{Kind: members.Email, Source: source, DependsOnLogin: bits&1 > 0, DependsOnOther: bits&2 > 0, InDoubt: bits&4 > 0}
				since := "null::date"
				if on != "" {
					k.RegisteredOn, _ = jptext.ParseDate(on)
					since = "date '" + on + "'"
				}
				at := "null::timestamptz"
				if bits&8 > 0 {
					k.UndeliverableAt, at = &now, "now()"
				}
				n := w.Number(fmt.Sprintf("select count(*) from (select 'email' as kind, '%s' as source, %s as registered_on, %v as depends_on_login, %v as depends_on_other, %v as in_doubt, %s as undeliverable_at) k where %s",
					source, since, k.DependsOnLogin, k.DependsOnOther, k.InDoubt, at, members.MailUsable("date '2014-07-11'")))
				if (n == 1) != k.Usable(first) {
					t.Errorf("%+v: usable %v, in SQL %d", k, k.Usable(first), n)
				}
			}
		}
	}
}
