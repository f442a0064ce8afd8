// Package questions is what callers ask beside what the script is for, and what agents
// answer, in both languages. Agents find an answer by typing words of it during the call.
//
// A question is known by its number. Every version of it is kept, with who made it and why;
// the last one counts. One that is withdrawn is found no more, and can be set again.
package questions

import (
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/staff"
	"hoten/app/store"
)

// Text is a question and its answer in both languages. Topic is what it is about, a topic of
// desks; empty: anything.
type Text struct {
	Topic      string `json:"topic"`
	QuestionJa string `json:"question_ja"`
	QuestionEn string `json:"question_en"`
	AnswerJa   string `json:"answer_ja"`
	AnswerEn   string `json:"answer_en"`
}

// Question is the question in the language.
func (t Text) Question(lang string) string {
	if lang == "en" {
		return t.QuestionEn
	}
	return t.QuestionJa
}

// Answer is the answer in the language.
func (t Text) Answer(lang string) string {
	if lang == "en" {
		return t.AnswerEn
	}
	return t.AnswerJa
}

// Version is one version of a question.
type Version struct {
	ID      int64
	Number  int64 // of the question
	Version int64
	Text
	Withdrawn bool
	Reason    string
	SetAt     time.Time
	SetBy     *int64 // nil: the program itself
}

// TableName names the table for gorm.
func (Version) TableName() string { return "questions" }

// Named is a version with the name of who set it.
type Named struct {
	Version
	Setter staff.Name
}

func named(versions string) string {
	return "select q.*, " + staff.NameOf("f") + " as setter from (" + versions + ") q left join staff f on f.id = q.set_by "
}

const latest = "select distinct on (number) * from questions order by number, version desc"

// List is every question as it counts now, those that were withdrawn last.
func List(db *gorm.DB) ([]Named, error) {
	return store.Select[Named](db, named(latest)+"order by q.withdrawn, q.topic, q.number")
}

// mostVersions is how many versions of a question are listed.
const mostVersions = 100

// History is the versions of a question, the last first. Unknown: NotFound.
func History(db *gorm.DB, number int64) ([]Named, error) {
	list, err := store.Select[Named](db, named("select * from questions where number = $1")+"order by q.version desc limit $2", number, mostVersions)
	if err == nil && len(list) == 0 {
		err = fault.Missing()
	}
	return list, err
}

// Found are those of the list whose question or answer, in either language, has all the
// words: kana, width and case do not matter. Those whose question has them stand first.
// None is found by no words, nor one that was withdrawn.
func Found(list []Named, words string) (out []Named) {
	var keys []string
	for _, w := range strings.Fields(words) {
		if key := jptext.SearchKey(w); key != "" {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	has := func(texts ...string) bool {
		key := ""
		for _, text := range texts {
			key += jptext.SearchKey(text) + "\n"
		}
		return !slices.ContainsFunc(keys, func(word string) bool { return !strings.Contains(key, word) })
	}
	var others []Named
	for _, q := range list {
		switch {
		case q.Withdrawn:
		case has(q.QuestionJa, q.QuestionEn):
			out = append(out, q)
		case has(q.QuestionJa, q.QuestionEn, q.AnswerJa, q.AnswerEn):
			others = append(others, q)
		}
	}
	return append(out, others...)
}
