package web

import (
	"slices"
	"strconv"

	"hoten/app/access"
	"hoten/app/bulletins"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/reports"
	"hoten/i18n"
	"hoten/ui"
)

// bulletinsPage is how many announcements a page of the board shows, each with its text.
const bulletinsPage = 20

// today is the day in Japan.
func (p *page) today() jptext.Date { return jptext.DateOf(p.w.s.Clock()) }

// seesReaders reports whether the reader sees who has confirmed an announcement.
func (p *page) seesReaders() bool {
	return p.by.May(access.Supervise) || p.by.May(access.PostBulletins)
}

func showBulletins(p *page) error {
	p.section("bulletins")
	state := p.known("state", p.QueryParam("state"), bulletins.States...)
	if state == "" {
		state = bulletins.InForce
	}
	rows, err := bulletins.List(p.db, p.by.ID, p.today(), state, p.cursor(), bulletinsPage)
	if err != nil {
		return err
	}
	shown := ui.BulletinsIndex{State: state, States: bulletins.States, Today: p.today().At(0), MayPost: p.by.May(access.PostBulletins), SeesReaders: p.seesReaders(), Desks: p.deskChoices()}
	rows, shown.NextCursor = cutAt(rows, bulletinsPage, func(b bulletins.Posted) int64 { return b.ID })
	shown.Rows = p.bulletins(rows)
	shown.Frame = p.frame
	return p.render(shown.Page())
}

func showBulletin(p *page) error {
	p.section("bulletins")
	id, err := p.id()
	if err != nil {
		return err
	}
	found, err := bulletins.Get(p.db, p.by.ID, id)
	if err != nil {
		return err
	}
	shown := ui.BulletinsShow{Bulletin: p.bulletin(*found), MayPost: p.by.May(access.PostBulletins), SeesReaders: p.seesReaders()}
	if shown.SeesReaders {
		people, err := bulletins.People(p.db, id)
		if err != nil {
			return err
		}
		for _, person := range people {
			name := person.Name.In(i18n.Lang(p.ctx))
			if person.ConfirmedAt != nil {
				shown.Confirmed = append(shown.Confirmed, ui.BulletinReader{Name: name, At: *person.ConfirmedAt})
			} else {
				shown.Missing = append(shown.Missing, name)
			}
		}
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

func (p *page) bulletins(list []bulletins.Posted) (out []ui.Bulletin) {
	for _, b := range list {
		out = append(out, p.bulletin(b))
	}
	return out
}

func (p *page) bulletin(b bulletins.Posted) ui.Bulletin {
	lang, today := i18n.Lang(p.ctx), p.today()
	shown := ui.Bulletin{ID: b.ID, State: b.State(today), From: b.FromOn.At(0), Desk: p.deskOf(b.Desk), PostedBy: b.Poster.In(lang), PostedAt: b.PostedAt,
		WithdrawnBy: b.Withdrawer.In(lang), WithdrawnAt: moment(b.WithdrawnAt), Why: b.PlainWhy(p.w.s.Vault), ConfirmedAt: moment(b.ConfirmedAt),
		ToConfirm: p.by.May(access.WorkCases) && b.ToConfirm(today), Confirmed: b.Confirmed, Missing: b.Missing}
	shown.Subject, shown.Text, shown.Language = b.In(lang)
	if b.UntilOn != nil {
		shown.Until = b.UntilOn.At(0)
	}
	return shown
}

// deskOf is the name of the desk with the code; empty for none.
func (p *page) deskOf(code string) string {
	if code == "" {
		return ""
	}
	return labelOf(p.deskChoices(), code)
}

// handedOver are notes of the daily report, as the start page shows them.
func (p *page) handedOver(notes []reports.HandedOver) (out []ui.HandedOver) {
	several := slices.ContainsFunc(notes, func(n reports.HandedOver) bool { return n.Incident != notes[0].Incident })
	for _, n := range notes {
		shown := ui.HandedOver{Report: ui.DailyURL(n.Incident, n.Day.At(0), n.Desk), Day: n.Day.At(0), At: n.At, By: n.By.In(i18n.Lang(p.ctx)), Desk: p.deskOf(n.Desk), Text: n.Text}
		if several {
			shown.Incident = n.Incident
		}
		out = append(out, shown)
	}
	return out
}

func postBulletin(p *page) error {
	n := bulletins.New{SubjectJa: p.FormValue("subject_ja"), TextJa: p.FormValue("text_ja"), SubjectEn: p.FormValue("subject_en"), TextEn: p.FormValue("text_en"), Desk: p.FormValue("desk")}
	var problems fault.Problems
	n.From = p.day(&problems, "from_on")
	if until := p.day(&problems, "until_on"); !until.IsZero() {
		n.Until = &until
	}
	err := problems.Err()
	var made *bulletins.Bulletin
	if err == nil {
		made, err = bulletins.Post(p.ctx, p.w.s, p.by, n)
	}
	if err != nil {
		return p.again(err, "post", showBulletins)
	}
	return p.to(ui.BulletinURL(made.ID), "bulletin_posted")
}

func confirmBulletin(p *page) error {
	id, err := p.id()
	if err == nil {
		err = bulletins.Confirm(p.ctx, p.w.s, p.by, id)
	}
	if err != nil {
		return p.again(err, "confirm-"+strconv.FormatInt(id, 10), showBulletin)
	}
	return p.to(local(p.FormValue("back")), "bulletin_confirmed")
}

func withdrawBulletin(p *page) error {
	id, err := p.id()
	if err == nil {
		err = bulletins.Withdraw(p.ctx, p.w.s, p.by, id, p.FormValue("reason"))
	}
	if err != nil {
		return p.again(err, "withdraw", showBulletin)
	}
	return p.to(ui.BulletinURL(id), "bulletin_withdrawn")
}
