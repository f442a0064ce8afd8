package training

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"hoten/app/cases"
	"hoten/app/store"
)

// What is judged of a call, from what the database knows of it.
const (
	RightCase    = "right_case"    // the call was taken on the case that it was about, and on no other
	Level2       = "level2"        // the caller was verified as far as a reset needs
	LinkSent     = "link_sent"     // the reset link was sent
	Unsuspected  = "unsuspected"   // the member was not taken for an impostor
	NotCutOff    = "not_cut_off"   // the attempt was not ended over an answer that was wrong
	AskedAnother = "asked_another" // after it, something else was asked and was right
	NotVerified  = "not_verified"  // the thief was not verified
	Suspected    = "suspected"     // and was flagged
	NoLink       = "no_link"       // got no link
	NoContact    = "no_contact"    // and no contact changed
	Noted        = "noted"         // a note was written
)

// Judged lists what is judged of each character, in the order of a call.
var Judged = map[string][]string{
	Honest:    {RightCase, Level2, LinkSent, Unsuspected, Noted},
	Forgetful: {RightCase, NotCutOff, AskedAnother, Level2, LinkSent, Unsuspected, Noted},
	Thief:     {RightCase, NotVerified, Suspected, NoLink, NoContact, Noted},
}

// Point is one thing that is judged.
type Point struct {
	What string
	Good bool
}

// Result is how a call went.
type Result struct {
	Answered *time.Time // when the call was begun, if on the wrong case; nil: not
	Ended    *time.Time // nil: it goes on
	Points   []Point
}

// facts are what is known of the agent's calls since it rang: about the case, and elsewhere.
type facts struct {
	StartedAt, EndedAt *time.Time
	AstrayAt, LeftAt   *time.Time // when the calls on other cases began and all had ended; nil: none, not yet
	Level              int
	Outcome            string // of the last call
	Wrong, RightAfter  bool   // an answer was wrong; another item was right after that
	Link, Contact      bool
	Note               bool
}

// Result judges the call as far as it has come.
func (c Call) Result(db *gorm.DB) (r Result, err error) {
	found, err := store.Now(db, func(reads *store.Reads) *[]facts {
		return store.Ask[facts](reads, `with k as (select * from calls where case_id = $1 and agent_id = $2 and started_at >= $3),
			o as (select * from calls where case_id <> $1 and agent_id = $2 and started_at >= $3),
			a as (select * from call_answers where call_id in (select id from k))
			select (select min(started_at) from k) as started_at, (select case when bool_and(ended_at is not null) then max(ended_at) end from k) as ended_at,
			  (select min(started_at) from o) as astray_at, (select case when bool_and(ended_at is not null) then max(ended_at) end from o) as left_at,
			  coalesce((select max(level) from k), 0) as level, coalesce((select outcome from k where outcome is not null order by id desc limit 1), '') as outcome,
			  exists (select from a where not matched) as wrong,
			  exists (select from a join a b on b.at >= a.at and b.item <> a.item and b.matched where not a.matched) as right_after,
			  exists (select from reset_links where case_id = $1 and sent_by = $2 and sent_at >= $3) as link,
			  exists (select from contact_changes where case_id = $1 and proposed_at >= $3) as contact,
			  exists (select from case_events where case_id = $1 and actor_kind = 'staff' and actor_id = $2 and kind = $4 and at >= $3) as note`,
			c.CaseID, c.AgentID, c.RangAt, cases.Note)
	})
	if err != nil {
		return r, err
	}
	f := found[0]
	if f.StartedAt == nil && f.AstrayAt != nil { // nothing else can be judged
		return Result{Answered: f.AstrayAt, Ended: f.LeftAt, Points: []Point{{RightCase, false}}}, nil
	}
	r.Answered, r.Ended = f.StartedAt, f.EndedAt
	for _, what := range Judged[c.Character] {
		r.Points = append(r.Points, Point{what, f.good(what)})
	}
	return r, nil
}

func (f facts) good(what string) bool {
	switch what {
	case RightCase:
		return f.AstrayAt == nil
	case Level2:
		return f.Level >= 2
	case LinkSent:
		return f.Link
	case Unsuspected:
		return f.Outcome != cases.ImpostorSuspected
	case NotCutOff:
		return !slices.Contains([]string{cases.Mismatch, cases.Unable, cases.ImpostorSuspected}, f.Outcome)
	case AskedAnother:
		return f.RightAfter || !f.Wrong && f.Level > 0
	case NotVerified:
		return f.Level == 0 && f.Outcome != cases.Verified
	case Suspected:
		return f.Outcome == cases.ImpostorSuspected
	case NoLink:
		return !f.Link
	case NoContact:
		return !f.Contact
	}
	return f.Note
}
