package web

import (
	"strings"

	"hoten/app/access"
	"hoten/app/callbacks"
	"hoten/app/desks"
	"hoten/app/members"
	"hoten/app/reimbursements"
	"hoten/i18n"
	"hoten/ui"
)

// surround fills what stands around every page of the console.
func (p *page) surround() error {
	list, err := desks.List(p.db)
	if err != nil {
		return err
	}
	now := p.w.s.Clock()
	for _, d := range list {
		state := d.At(now)
		p.frame.Desks = append(p.frame.Desks, ui.DeskPill{Name: p.deskShort(d.Desk), Open: state.Open, Until: state.Until})
	}
	if err := p.waiting(); err != nil {
		return err
	}
	if text := p.w.sessions.PopString(p.Request().Context(), "flash"); text != "" {
		p.frame.Flash = ui.Flash{Tone: "done", Text: text}
	}
	return nil
}

// waiting counts what waits for the reader.
func (p *page) waiting() (err error) {
	if p.by.May(access.Decide) {
		waits, err := reimbursements.Waiting(p.db, p.by.ID)
		if err != nil {
			return err
		}
		p.frame.Waiting = ui.Waits{Count: waits.Count, Late: waits.Late, Mine: waits.Mine, More: waits.Count == reimbursements.CountedTo}
	}
	if !p.by.May(access.WorkCases) {
		return nil
	}
	due, err := callbacks.DueFor(p.db, p.by.ID, p.w.s.Clock())
	p.frame.Due = ui.CallbacksDue{Count: due.Count, Overdue: due.Overdue, First: moment(due.First)}
	return err
}

// section names the rail's entry that a page belongs to.
func (p *page) section(name string) { p.frame.Section = name }

func (p *page) deskChoices() ([]ui.Choice, []desks.Kept, error) {
	list, err := desks.List(p.db)
	var out []ui.Choice
	for _, d := range list {
		out = append(out, ui.Choice{Value: d.Code, Label: p.deskName(d.Desk)})
	}
	return out, list, err
}

func (p *page) deskName(d desks.Desk) string { return nameIn(i18n.Lang(p.ctx), d) }

func (p *page) deskShort(d desks.Desk) string {
	if i18n.Lang(p.ctx) == "en" {
		return d.ShortEn
	}
	return d.ShortJa
}

func nameIn(lang string, d desks.Desk) string {
	if lang == "en" {
		return d.NameEn
	}
	return d.NameJa
}

// deskStates is the desks as they are now, for pages that tell where to call.
func (p *page) deskStates(list []desks.Kept) (out []ui.DeskState, err error) {
	topics, err := p.topics(i18n.Lang(p.ctx))
	if err != nil {
		return nil, err
	}
	now := p.w.s.Clock()
	for _, d := range list {
		var purpose []string
		for _, topic := range d.Topics {
			purpose = append(purpose, labelOf(topics, topic))
		}
		state := d.At(now)
		out = append(out, ui.DeskState{Name: p.deskName(d.Desk), Phone: d.Phone, Purpose: strings.Join(purpose, i18n.T(p.ctx, "list.comma")),
			Open: state.Open, Until: state.Until, Next: state.Next})
	}
	return out, nil
}

// loginOf opens a login ID.
func (p *page) loginOf(identity int64, sealed []byte) (string, error) {
	return members.Identity{ID: identity, Login: sealed}.PlainLogin(p.w.s.Vault)
}
