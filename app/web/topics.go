package web

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/operators"
	"hoten/i18n"
	"hoten/ui"
)

// askable reads what topics are made of: the programs, and the page's IDs.
func (p *page) askable() ([]incidents.Program, error) {
	programs, err := incidents.Programs(p.db)
	if err == nil && p.ids == nil {
		p.ids, err = operators.IDs(p.db)
	}
	return programs, err
}

// idName is what the ID of the case is called, else each of those with these codes; none:
// of all.
func (p *page) idName(lang string, codes []string) string {
	if p.about != nil {
		return p.about.Name(lang)
	}
	var names []string
	for _, i := range p.ids {
		if name := i.Name(lang); (len(codes) == 0 || slices.Contains(codes, i.Code)) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	langCtx := i18n.With(p.ctx, lang)
	return cmp.Or(strings.Join(names, i18n.T(langCtx, "desks.topic.ids")), i18n.T(langCtx, "mails.id"))
}

// topicsOf are the topics of a desk for the IDs with these codes; none: for all.
func (p *page) topicsOf(programs []incidents.Program, lang string, ids []string) []ui.Choice {
	langCtx := i18n.With(p.ctx, lang)
	id := p.idName(lang, ids)
	out := []ui.Choice{{Value: desks.AboutID, Label: i18n.T(langCtx, "desks.topic.id", "id", id)}, {Value: desks.AboutPassword, Label: i18n.T(langCtx, "desks.topic.password", "id", id)}}
	for _, program := range programs {
		out = append(out, ui.Choice{Value: program.Code, Label: program.Name(lang)})
	}
	return out
}

// labelOf is the word for a value; the value itself when it has none.
func labelOf(choices []ui.Choice, value string) string {
	if i := slices.IndexFunc(choices, func(c ui.Choice) bool { return c.Value == value }); i >= 0 {
		return choices[i].Label
	}
	return value
}

// askedAbout is which desk the topic in the address belongs to, for somebody at
// the desk here; base is the page without it, caller the language to say it in.
func (p *page) askedAbout(programs []incidents.Program, here int64, base, caller string) (a ui.AskedAbout, err error) {
	topics := p.askedTopics(programs, i18n.Lang(p.ctx))
	chosen := p.FormValue("topic")
	if topic, _, of := strings.Cut(chosen, ofID); of && p.about != nil {
		chosen = topic // chosen before the case was
	}
	for _, t := range topics {
		a.Topics = append(a.Topics, ui.TopicLink{URL: ui.TopicURL(base, t.Value), Label: t.Label, Chosen: t.Value == chosen})
	}
	if !slices.ContainsFunc(topics, func(c ui.Choice) bool { return c.Value == chosen }) {
		return a, nil
	}
	a.Topic, p.frame.Topic = labelOf(topics, chosen), chosen
	topic, list := p.desksFor(chosen)
	right, own := rightDesk(list, topic, here, p.w.s.Clock())
	switch {
	case own:
		a.State = "here"
	case right == nil:
		a.State = "nobody"
	default:
		p.sendOn(&a, *right, programs, chosen, caller)
	}
	return a, nil
}

// toCase leads back to a case after a form on its page, and to what its caller asks about.
func (p *page) toCase(id int64, anchor, done string) error {
	return p.to(ui.TopicAt("/cases/"+cases.Number(id), p.FormValue("topic"))+anchor, done)
}

// ofID stands between a topic and the code of the ID that it is about, where the caller's is
// not known yet and there are several.
const ofID = ":"

// askedTopics are those that a caller may ask about: without a case the ID and the password of
// each ID that there is.
func (p *page) askedTopics(programs []incidents.Program, lang string) []ui.Choice {
	topics := p.topicsOf(programs, lang, nil)
	if p.about != nil || len(p.ids) < 2 {
		return topics
	}
	var out []ui.Choice
	for _, i := range p.ids {
		for _, t := range p.topicsOf(nil, lang, []string{i.Code}) {
			out = append(out, ui.Choice{Value: t.Value + ofID + i.Code, Label: t.Label})
		}
	}
	return append(out, topics[2:]...)
}

// desksFor is a topic without the ID that it is about, and the desks that answer about it:
// about an ID those that serve it.
func (p *page) desksFor(chosen string) (topic string, list []desks.Kept) {
	topic, code, _ := strings.Cut(chosen, ofID)
	about := p.about
	if i := slices.IndexFunc(p.ids, func(i operators.ID) bool { return i.Code == code }); i >= 0 {
		about = &p.ids[i]
	}
	if topic != desks.AboutID && topic != desks.AboutPassword {
		about = nil
	}
	return topic, serving(p.desks, about)
}

// serving are the desks for members with the ID; nil: with any.
func serving(list []desks.Kept, id *operators.ID) []desks.Kept {
	if id == nil {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(d desks.Kept) bool { return !d.Serves(id.Code) })
}

// rightDesk finds the desk for a topic: one's own, else one that is open, else any.
func rightDesk(list []desks.Kept, topic string, here int64, now time.Time) (right *desks.Kept, own bool) {
	for _, d := range list {
		switch {
		case !slices.Contains(d.Topics, topic):
		case d.ID == here:
			return &d, true
		case right == nil, !right.At(now).Open && d.At(now).Open:
			right = &d
		}
	}
	return right, false
}

// sendOn says which desk it is and whether it is open: to the reader, and in both
// languages to the caller.
func (p *page) sendOn(a *ui.AskedAbout, d desks.Kept, programs []incidents.Program, topic, caller string) {
	now := p.w.s.Clock()
	state := d.At(now)
	a.State = openness(d.Desk, state, now)
	at, clock := state.Next, i18n.Clock(state.Next)
	if state.Open {
		at, clock = state.Until, i18n.Closing(state.Until)
	}
	a.Sentence = i18n.T(p.ctx, "desks.wrong."+a.State, "desk", p.deskName(d.Desk), "phone", jptext.FormatPhone(d.Phone), "day", i18n.DayOfWeek(p.ctx, at), "time", clock)
	other := "en"
	if caller == "en" {
		other = "ja"
	}
	for _, lang := range []string{caller, other} {
		langCtx := i18n.With(p.ctx, lang)
		words := i18n.T(langCtx, "desks.say."+a.State, "topic", labelOf(p.askedTopics(programs, lang), topic), "desk", d.Name(lang), "phone", jptext.FormatPhone(d.Phone),
			"day", i18n.DaySpoken(langCtx, at), "time", clock)
		a.Say = append(a.Say, ui.Said{Language: lang, Lines: strings.Split(words, "\n")})
	}
}

// openness is what a caller should hear of a desk: "open", or closed and opening
// "later" today, "ended" for today, "closed" all day, or "unknown" when it does
// not open within a year.
func openness(d desks.Desk, s desks.State, now time.Time) string {
	today := jptext.DateOf(now)
	switch {
	case s.Open:
		return "open"
	case s.Next.IsZero():
		return "unknown"
	case jptext.DateOf(s.Next) == today:
		return "later"
	case len(d.On(today)) > 0:
		return "ended"
	}
	return "closed"
}
