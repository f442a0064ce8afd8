package web

import (
	"regexp"
	"slices"

	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/training"
	"hoten/ui"
)

// training reports whether callers are played: not where a mail server has taken mails since
// the program started, whose members may be real.
func (p *page) training() (bool, error) {
	if p.w.training == nil {
		return false, nil
	}
	mailing, err := training.Mailing(p.db)
	return !mailing, err
}

// inTraining is nowhere to be found outside of training.
func (p *page) inTraining() error {
	on, err := p.training()
	if err == nil && !on {
		err = fault.Missing()
	}
	return err
}

// showTraining is the caller's side of the call that was last played to the reader.
func showTraining(p *page) error {
	if err := p.inTraining(); err != nil {
		return err
	}
	p.section("training")
	shown := ui.TrainingShow{Questions: training.Questions}
	call, err := training.Latest(p.db, p.by.ID)
	if err != nil {
		return err
	}
	if call != nil {
		if err := p.played(&shown, call); err != nil {
			return err
		}
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

func (p *page) played(shown *ui.TrainingShow, call *training.Call) error {
	caller, err := call.Caller(p.ctx, p.db, p.w.s.Vault, *p.w.training)
	if err != nil {
		return err
	}
	result, err := call.Result(p.db)
	if err != nil {
		return err
	}
	shown.ID, shown.RangAt, shown.Answered, shown.Ended = call.ID, call.RangAt, moment(result.Answered), moment(result.Ended)
	shown.Number, shown.Language, shown.Opening, shown.Meaning = caller.Number, caller.Language, caller.Opening, caller.Meaning
	for _, l := range slices.Backward(caller.Lines) {
		shown.Lines = append(shown.Lines, ui.TrainingLine{Question: l.Question, Said: l.Said, Meaning: l.Meaning})
	}
	for _, m := range slices.Backward(caller.Mails) {
		shown.Mails = append(shown.Mails, ui.MailRow{ID: m.ID, Kind: m.Kind, State: p.w.mailState(m), At: m.QueuedAt})
	}
	if result.Ended != nil {
		shown.Case, shown.Character = cases.Number(call.CaseID), call.Character
		for _, point := range result.Points {
			shown.Points = append(shown.Points, ui.TrainingPoint{What: point.What, Good: point.Good})
		}
	}
	return nil
}

func ringNext(p *page) error {
	if err := p.inTraining(); err != nil {
		return err
	}
	if err := training.Ring(p.ctx, p.w.s, p.by); err != nil {
		return p.again(err, "", showTraining)
	}
	return p.to("/training", "")
}

func askCaller(p *page) error {
	if err := p.inTraining(); err != nil {
		return err
	}
	id, err := p.id()
	if err == nil {
		err = training.Ask(p.ctx, p.w.s, p.by, id, p.FormValue("question"))
	}
	if err != nil {
		return p.again(err, "ask", showTraining)
	}
	return p.to("/training#caller", "")
}

var resetLink = regexp.MustCompile(`https?://\S+/reset/\S+`)

// links are those of a mail that the reader may open as the member does, in training.
func (p *page) links(text string) ([]string, error) {
	if on, err := p.training(); err != nil || !on {
		return nil, err
	}
	return resetLink.FindAllString(text, -1), nil
}
