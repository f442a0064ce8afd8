package web

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/questions"
	"hoten/i18n"
	"hoten/ui"
)

// suggestedAnswers is how many answers are shown while an agent types.
const suggestedAnswers = 8

// showQuestions is what callers ask and what is answered, or what was searched for of it.
func showQuestions(p *page) error {
	p.section("scripts")
	found := p.QueryParam("found")
	q, err := p.shown(found)
	if err != nil {
		return err
	}
	long := p.frame.Problems != nil // what was sent to be searched for
	if long {
		q = p.line("q")
	}
	if found != "" && q == "" {
		p.forgotten()
	}
	list, err := questions.List(p.db)
	if err != nil {
		return err
	}
	topics, err := p.questionTopics()
	if err != nil {
		return err
	}
	shown := ui.QuestionsIndex{Found: ui.QuestionsFound{Q: q, Long: long}, MayEdit: p.by.May(questions.ToSet.Needs), MayRead: p.by.May(access.ReadSettings)}
	shown.Found.MayRead = shown.MayRead
	shown.Found.MayEdit = shown.MayEdit
	if !long {
		shown.Found.Rows = p.questionRows(questions.Found(list, q), topics, i18n.Lang(p.ctx))
	}
	for i, row := range p.questionRows(list, topics, i18n.Lang(p.ctx)) {
		switch n := len(shown.Groups); {
		case list[i].Withdrawn:
			shown.Withdrawn = append(shown.Withdrawn, row)
		case n > 0 && shown.Groups[n-1].Topic == row.Topic:
			shown.Groups[n-1].Rows = append(shown.Groups[n-1].Rows, row)
		default:
			shown.Groups = append(shown.Groups, ui.QuestionGroup{Topic: row.Topic, Rows: []ui.Question{row}})
		}
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// questionTopics are the topics that a question may be about, in the reader's language.
func (p *page) questionTopics() ([]ui.Choice, error) {
	programs, err := p.askable()
	return p.topicsOf(programs, i18n.Lang(p.ctx), nil), err
}

// questionRows are questions in the reader's language, with their answers first in the
// caller's.
func (p *page) questionRows(list []questions.Named, topics []ui.Choice, caller string) (out []ui.Question) {
	for _, q := range list {
		row := ui.Question{Number: q.Number, Question: q.Question(i18n.Lang(p.ctx))}
		if q.Topic != "" {
			row.Topic = labelOf(topics, q.Topic)
		}
		for _, lang := range i18n.Langs {
			said := ui.Said{Language: lang, Lines: strings.Split(q.Answer(lang), "\n")}
			if lang == caller {
				row.Answers = slices.Insert(row.Answers, 0, said)
			} else {
				row.Answers = append(row.Answers, said)
			}
		}
		out = append(out, row)
	}
	return out
}

// searchQuestions leads to what was found. What was typed during a call may name a member,
// and stands in no address.
func searchQuestions(p *page) error {
	q := p.line("q")
	if q == "" {
		return p.to("/questions", "")
	}
	word, err := p.hide("question", q)
	if err != nil {
		return p.again(err, "", showQuestions)
	}
	return p.to(ui.QuestionsURL(word), "")
}

// suggestQuestions is what is found while an agent types.
func suggestQuestions(p *page) error {
	list, err := questions.List(p.db)
	if err != nil {
		return err
	}
	caller := p.FormValue("language")
	if !slices.Contains(i18n.Langs, caller) {
		caller = i18n.Lang(p.ctx)
	}
	if utf8.RuneCountInString(p.line("q")) > longestHidden {
		return p.render(ui.QuestionsFound{Q: p.line("q"), Long: true}.Part())
	}
	found := questions.Found(list, p.line("q"))
	shown := ui.QuestionsFound{Q: p.line("q"), More: len(found) > suggestedAnswers}
	shown.Rows = p.questionRows(found[:min(len(found), suggestedAnswers)], nil, caller)
	return p.render(shown.Part())
}

func newQuestion(p *page) error { return p.questionForm(ui.QuestionsEdit{}) }

// showQuestion is the form of a question, as it counts or as the version was that the
// address names.
func showQuestion(p *page) error {
	number, err := p.id()
	if err != nil {
		return err
	}
	history, err := questions.History(p.db, number)
	if err != nil {
		return err
	}
	topics, err := p.questionTopics()
	if err != nil {
		return err
	}
	last := history[0]
	shown := ui.QuestionsEdit{Number: number, Version: last.Version.Version, Seen: fieldsOfQuestion(last.Text), Values: fieldsOfQuestion(last.Text), Withdrawn: last.Withdrawn}
	if asked := p.QueryParam("version"); asked != "" {
		i := slices.IndexFunc(history, func(v questions.Named) bool { return strconv.FormatInt(v.Version.Version, 10) == asked })
		if i < 0 {
			return fault.Input("version", "filter_unknown")
		}
		shown.From, shown.Values = history[i].Version.Version, fieldsOfQuestion(history[i].Text)
	}
	for _, v := range history {
		shown.Versions = append(shown.Versions, p.questionVersion(v, topics))
	}
	return p.questionForm(shown)
}

func (p *page) questionVersion(v questions.Named, topics []ui.Choice) ui.TextVersion {
	was := ui.TextVersion{Version: v.Version.Version, Withdrawn: v.Withdrawn, SetBy: v.Setter.In(i18n.Lang(p.ctx)), SetAt: v.SetAt, Reason: v.Reason}
	if v.Topic != "" {
		was.Topic = labelOf(topics, v.Topic)
	}
	for _, lang := range i18n.Langs {
		was.Said = append(was.Said, ui.Said{Language: lang, Lines: append([]string{v.Question(lang)}, strings.Split(v.Answer(lang), "\n")...)})
	}
	return was
}

// questionForm is the form of a question, its topics to choose from.
func (p *page) questionForm(shown ui.QuestionsEdit) (err error) {
	shown.MayEdit = p.by.May(questions.ToSet.Needs)
	p.section("scripts")
	if shown.Topics, err = p.questionTopics(); err != nil {
		return err
	}
	if p.frame.Refused != "withdraw" {
		p.bothOfQuestion(shown)
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// bothOfQuestion sets what others made of a question beside what was typed.
func (p *page) bothOfQuestion(shown ui.QuestionsEdit) {
	about := append([]ui.Choice{{Label: i18n.T(p.ctx, "questions.topic.any")}}, shown.Topics...)
	p.bothOfSetup(shown.Version, shown.Seen, field("topic", i18n.T(p.ctx, "questions.topic"), about...), p.inBoth("question", i18n.T(p.ctx, "questions.question")),
		p.inBoth("answer", i18n.T(p.ctx, "questions.answer")))
}

func fieldsOfQuestion(t questions.Text) map[string]string {
	return map[string]string{"topic": t.Topic, "question_ja": t.QuestionJa, "question_en": t.QuestionEn, "answer_ja": t.AnswerJa, "answer_en": t.AnswerEn}
}

func (p *page) typedQuestion() questions.Text {
	return questions.Text{Topic: p.line("topic"), QuestionJa: p.line("question_ja"), QuestionEn: p.line("question_en"),
		AnswerJa: spokenLines(p.lines("answer_ja")), AnswerEn: spokenLines(p.lines("answer_en"))}
}

func addQuestion(p *page) error {
	if _, err := questions.Add(p.ctx, p.w.s, p.by, p.typedQuestion(), p.FormValue("reason")); err != nil {
		return p.again(err, "", newQuestion)
	}
	return p.to("/questions", "question_set")
}

func setQuestion(p *page) error {
	number, err := p.id()
	if err != nil {
		return err
	}
	changed, err := questions.Set(p.ctx, p.w.s, p.by, number, p.seenVersion(), p.typedQuestion(), p.FormValue("reason"))
	return p.questionKept(changed, err, "", "question_set")
}

func withdrawQuestion(p *page) error {
	number, err := p.id()
	if err != nil {
		return err
	}
	changed, err := questions.Withdraw(p.ctx, p.w.s, p.by, number, p.seenVersion(), p.FormValue("reason"))
	return p.questionKept(changed, err, "withdraw", "question_withdrawn")
}

// questionKept leads back to the questions, or to the form where something was refused.
func (p *page) questionKept(changed bool, err error, form, done string) error {
	switch {
	case err != nil:
		return p.again(err, form, showQuestion)
	case changed:
		return p.to("/questions", done)
	}
	return p.to("/questions", "question_unchanged")
}
