package web

import (
	"errors"
	"strconv"
	"strings"

	"hoten/app/access"
	"hoten/app/staff"
	"hoten/i18n"
	"hoten/ui"
)

func showStaff(p *page) error {
	p.section("staff")
	list, err := staff.List(p.db)
	if err != nil {
		return err
	}
	seen, err := staff.LastSignIns(p.db)
	if err != nil {
		return err
	}
	codes := p.deskCodes()
	shown := ui.StaffIndex{MayManage: p.by.May(access.ManageStaff)}
	for _, s := range list {
		shown.Rows = append(shown.Rows, ui.StaffRow{ID: s.ID, Name: s.NameIn(i18n.Lang(p.ctx)), Email: s.Email, Role: string(s.Role), Desk: codes[number(s.DeskID)].Label,
			State: accountState(s), LastSignIn: seen[s.ID]})
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

func (p *page) deskCodes() map[int64]ui.Choice {
	out := map[int64]ui.Choice{}
	for i, choice := range p.deskChoices() {
		out[p.desks[i].ID] = choice
	}
	return out
}

func accountState(s staff.Staff) string {
	switch {
	case s.DisabledAt != nil:
		return "disabled"
	case s.PasswordHash == "":
		return "invited"
	}
	return "active"
}

func newStaff(p *page) error {
	p.section("staff")
	return p.render(ui.StaffNew{Frame: p.frame, Desks: p.deskChoices()}.Page())
}

func addStaff(p *page) error {
	added, err := staff.Add(p.ctx, p.w.s, p.by, staff.New{Email: p.FormValue("email"), Name: p.FormValue("name"), NameEn: strings.TrimSpace(p.FormValue("name_en")), Role: access.Role(p.FormValue("role")),
		Desk: p.FormValue("desk"), Language: p.FormValue("language")})
	if err != nil {
		return p.again(err, "", newStaff)
	}
	return p.showEnrolment(added.Staff.ID, added.Enrolment)
}

// showEnrolment shows an account with the link that was just made, this once.
func (p *page) showEnrolment(id int64, token string) error {
	p.SetParamNames("id")
	p.SetParamValues(strconv.FormatInt(id, 10))
	return p.showAccount(p.w.baseURL + "/enrol/" + token)
}

func showAccount(p *page) error { return p.showAccount("") }

func (p *page) showAccount(enrolment string) error {
	p.section("staff")
	id, err := p.id()
	if err != nil {
		return err
	}
	s, err := staff.Get(p.db, id)
	if err != nil {
		return err
	}
	tokens, err1 := p.tokensOf(id)
	seen, err2 := staff.LastSignIns(p.db)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	return p.render(ui.StaffShow{Frame: p.frame, ID: id, Name: s.Name, NameEn: s.NameEn, Email: s.Email, Role: string(s.Role), DeskCode: p.deskCodes()[number(s.DeskID)].Value, Languages: s.Languages, Extension: s.Extension,
		State: accountState(*s), CreatedAt: s.CreatedAt, LastSignIn: seen[id], Enrolment: enrolment, Desks: p.deskChoices(), Tokens: tokens, Self: id == p.by.ID, MayManage: p.by.May(access.ManageStaff)}.Page())
}

func (p *page) changeAccount(ch staff.Change) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	if _, err := staff.Update(p.ctx, p.w.s, p.by, id, ch); err != nil {
		return p.again(err, "", showAccount)
	}
	return p.to("/staff/"+p.Param("id"), "staff_changed")
}

func updateAccount(p *page) error {
	desk, nameEn := p.FormValue("desk"), strings.TrimSpace(p.FormValue("name_en"))
	ch := staff.Change{Desk: &desk}
	if extension := p.FormValue("extension"); p.Request().PostForm.Has("extension") {
		ch.Extension = &extension
	}
	if p.Request().PostForm.Has("name_en") {
		ch.NameEn = &nameEn
	}
	if v := p.FormValue("languages"); v != "" {
		ch.Languages = &v
	}
	if v := p.FormValue("role"); v != "" {
		role := access.Role(v)
		ch.Role = &role
	}
	return p.changeAccount(ch)
}

func disableAccount(p *page) error {
	yes := true
	return p.changeAccount(staff.Change{Disabled: &yes})
}

func enableAccount(p *page) error {
	no := false
	return p.changeAccount(staff.Change{Disabled: &no})
}

func renewEnrolment(p *page) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	token, err := staff.Enrol(p.ctx, p.w.s, p.by, id)
	if err != nil {
		return p.again(err, "", showAccount)
	}
	return p.showEnrolment(id, token)
}
