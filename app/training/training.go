// Package training plays callers to people who learn the work: who rings, what they say
// when asked, and afterwards what went well. The call itself is worked like any other.
//
// What callers say is what is registered of members, and codes and links of mails are
// shown: it runs only where mails reach nobody (docs/decisions.md, 103).
package training

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Characters of callers.
const (
	Honest    = "honest"    // answers all of it rightly
	Forgetful = "forgetful" // says one thing wrongly, and has not everything at hand
	Thief     = "thief"     // knows what My Page shows of a name and an ID, and presses
)

// cast is who rings in the course of five calls, in an order of its own each time.
var cast = []string{Honest, Honest, Forgetful, Forgetful, Thief}

// Call is a caller that is played to an agent.
type Call struct {
	ID        int64
	AgentID   int64
	CaseID    int64
	Character string
	Asked     []string
	RangAt    time.Time
}

// Mailing reports whether a mail server has taken mails of this database: its members may
// then be real, and no caller is played from it again.
func Mailing(db *gorm.DB) (is bool, err error) {
	err = store.Scan(db, "select exists (select from mails where state = $1 and not kept)", []any{notices.Sent}, &is)
	return is, err
}

// Latest finds the call that was last played to somebody; nil: none.
func Latest(db *gorm.DB, agent int64) (*Call, error) {
	calls, err := store.Now(db, func(reads *store.Reads) *[]Call {
		return store.Ask[Call](reads, "select * from training_calls where agent_id = $1 order by id desc limit 1", agent)
	})
	return store.First(calls), err
}

// callable is the condition, in SQL with the case as c and its ID as i, of cases whose member
// may ring: in nobody else's hands, with all that a caller is asked for, and with what the call
// is about, a password that can be reset.
var callable = `i.state = '` + members.Restricted + `' and i.impostor_at is null and c.status in ('new', 'in_progress', 'reopened') and (c.assignee_id is null or c.assignee_id = $1)
	and m.customer_number is not null and m.birth_date is not null and m.address is not null
	and exists (select from contact_ways k where k.member_id = m.id and k.kind = 'email' and ` + members.MailUsable(cases.FirstDay) + `)
	and exists (select from contact_ways k where k.member_id = m.id and k.kind = 'phone')
	and not exists (select from training_calls t where t.case_id = c.id) and not exists (select from calls k where k.case_id = c.id)`

// Ring has the next caller ring an agent, about a case that nobody has rung about yet: one who
// speaks a language that the agent takes calls in, as long as there are any. Whoever reads the
// console in English may take Japanese calls as well, but trains in English. None left, or
// none yet: a Conflict fault.
func Ring(ctx context.Context, s *store.Store, by access.Actor) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		var before int
		if err := store.Scan(tx.DB, "select count(*) from training_calls where agent_id = $1", []any{by.ID}, &before); err != nil {
			return err
		}
		round := rand.New(rand.NewPCG(uint64(by.ID), uint64(before/len(cast)))).Perm(len(cast))
		rung, err := store.Exec(tx, `insert into training_calls (agent_id, case_id, character, rang_at) select $1, c.id, $2, $3
			from cases c join identities i on i.id = c.identity_id join members m on m.id = i.member_id join staff s on s.id = $1
			where `+callable+` order by m.language = any(case s.language when 'ja' then string_to_array(s.languages, ' ') else array[s.language] end) desc, random() limit 1`,
			by.ID, cast[round[before%len(cast)]], tx.Now)
		if err == nil && rung == 0 {
			err = noneLeft(tx)
		}
		return err
	})
}

// noneLeft is the fault of there being no case to ring about: all have been used, or there
// were none from the first.
func noneLeft(tx *store.Tx) error {
	var used bool
	if err := store.Scan(tx.DB, "select exists (select from training_calls)", nil, &used); err != nil {
		return err
	}
	if used {
		return fault.New(fault.Conflict, "training_none")
	}
	return fault.New(fault.Conflict, "training_no_cases")
}

// Ask notes that the agent asked the caller something, one of Questions. The answer shows what
// is registered, so it is recorded as a reveal of the case's data.
func Ask(ctx context.Context, s *store.Store, by access.Actor, id int64, question string) error {
	if !slices.Contains(Questions, question) {
		return fault.Input("question", "filter_unknown")
	}
	var caseID int64 // 0: no call of the agent's
	if err := store.Scan(store.Read(ctx, s), "select coalesce(max(case_id), 0) from training_calls where id = $1 and agent_id = $2", []any{id, by.ID}, &caseID); err != nil {
		return err
	}
	if caseID == 0 {
		return fault.Missing()
	}
	return verbs.Run(ctx, s, by, cases.ToReveal, cases.Subject(caseID), "", func(tx *store.Tx) error {
		noted, err := store.Exec(tx, "update training_calls set asked = asked || $2::text where id = $1 and cardinality(asked) < $3", id, question, longestTalk)
		if err == nil && noted == 0 {
			err = fault.Missing()
		}
		if err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{After: map[string]any{"training": true}})
	})
}

// longestTalk bounds how often one caller is asked.
const longestTalk = 200
