package questions

import (
	"context"
	"strings"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/verbs"
	"hoten/i18n"
)

// What can be done about a question, each named To and its function.
var (
	ToSet      = verbs.Declare(verbs.Verb{Name: "question.set", Needs: access.EditScripts, Subject: "question", Reason: true})
	ToWithdraw = verbs.Declare(verbs.Verb{Name: "question.withdrawn", Needs: access.EditScripts, Subject: "question", Reason: true})
)

// Add makes a question and tells its number.
func Add(ctx context.Context, s *store.Store, by access.Actor, text Text, reason string) (int64, error) {
	return verbs.Do(ctx, s, by, ToSet, "question", reason, func(tx *store.Tx) (int64, error) {
		if err := text.check(tx); err != nil {
			return 0, err
		}
		ids, err := store.TakeIDs(tx.DB, "questions", 1)
		if err != nil {
			return 0, err
		}
		made := Version{ID: ids[0], Number: ids[0], Version: 1, Text: text}
		return made.Number, put(tx, made, reason, audit.Change{Subject: verbs.About("question", made.Number), After: text})
	})
}

// Set puts another question and answer in the place of those of the number, also where they
// were withdrawn, made by somebody who looked at the version seen. It tells whether that
// changed anything. Another version since, or just now: Conflict.
func Set(ctx context.Context, s *store.Store, by access.Actor, number, seen int64, text Text, reason string) (bool, error) {
	return next(ctx, s, by, ToSet, number, seen, reason, func(tx *store.Tx, q *Version) (any, error) {
		if err := text.check(tx); err != nil {
			return nil, err
		}
		q.Text, q.Withdrawn = text, false
		return text, nil
	})
}

// Withdraw takes a question out of what agents find, as Set.
func Withdraw(ctx context.Context, s *store.Store, by access.Actor, number, seen int64, reason string) (bool, error) {
	return next(ctx, s, by, ToWithdraw, number, seen, reason, func(_ *store.Tx, q *Version) (any, error) {
		q.Withdrawn = true
		return nil, nil
	})
}

// next adds a version to a question; change makes it of the last one, and says what of it
// the trail has.
func next(ctx context.Context, s *store.Store, by access.Actor, v *verbs.Verb, number, seen int64, reason string, change func(tx *store.Tx, q *Version) (any, error)) (bool, error) {
	return verbs.Do(ctx, s, by, v, verbs.About("question", number), reason, func(tx *store.Tx) (bool, error) {
		mine, err := store.Idle(tx, "set questions")
		if err != nil {
			return false, err
		}
		list, err := History(tx.DB, number)
		if err != nil {
			return false, err
		}
		was := list[0].Version
		if !mine || was.Version != seen {
			return false, fault.New(fault.Conflict, "conflict", "version", was.Version)
		}
		made := Version{Number: number, Version: seen + 1, Text: was.Text}
		after, err := change(tx, &made)
		if err != nil || made.Text == was.Text && made.Withdrawn == was.Withdrawn {
			return false, err
		}
		return true, put(tx, made, reason, audit.Change{Before: recorded{was.Text, was.Withdrawn}, After: after})
	})
}

// recorded is what the trail has of a version.
type recorded struct {
	Text
	Withdrawn bool `json:"withdrawn,omitempty"`
}

func put(tx *store.Tx, made Version, reason string, c audit.Change) error {
	made.Reason, made.SetAt = strings.TrimSpace(reason), tx.Now
	if tx.By.ID != 0 {
		made.SetBy = &tx.By.ID
	}
	if err := store.Insert(tx, &made); err != nil {
		return err
	}
	return audit.Record(tx, c)
}

// How many characters a question and an answer may have in one language.
const (
	longestQuestion = 120
	longestAnswer   = 1000
)

// check refuses what is not whole in both languages, is too long, holds a secret or is about
// what no desk is asked.
func (t Text) check(tx *store.Tx) error {
	var p fault.Problems
	if t.Topic != "" && t.Topic != desks.AboutID && t.Topic != desks.AboutPassword {
		if _, err := incidents.ProgramByCode(tx.DB, t.Topic); fault.Is(err, "invalid") {
			p.Add("topic", "topic_unknown")
		} else if err != nil {
			return err
		}
	}
	for _, lang := range i18n.Langs {
		secrets.Label(&p, "question_"+lang, t.Question(lang), longestQuestion)
		if field, answer := "answer_"+lang, t.Answer(lang); jptext.Blank(answer) {
			p.Add(field, "required")
		} else {
			secrets.Text(&p, field, answer, longestAnswer)
		}
	}
	return p.Err()
}
