package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/outside"
	"hoten/app/points"
	"hoten/app/reimbursements"
	"hoten/i18n"
	"hoten/ui"
)

func showPointSystems(p *page) error {
	p.section("setup")
	list, err := points.List(p.db)
	if err != nil {
		return err
	}
	shown := ui.PointsIndex{Frame: p.frame, MayManage: p.by.May(points.ToSet.Needs)}
	for _, k := range points.Kinds() {
		shown.Kinds = append(shown.Kinds, ui.Choice{Value: k.Name, Label: i18n.T(p.ctx, "points."+k.Name)})
	}
	lives, err := p.lives()
	if err != nil {
		return err
	}
	for _, c := range list {
		shown.Systems = append(shown.Systems, p.pointsCard(c, lives))
	}
	for _, g := range lives.programs {
		if lives.of(g.ID) == 0 {
			shown.BuiltIn = append(shown.BuiltIn, g.Name(i18n.Lang(p.ctx)))
		}
	}
	return p.render(shown.Page())
}

// living is where programs live, and what the point systems have to do still.
type living struct {
	programs []incidents.Program
	homes    []points.Home
	loads    []points.Load
}

// of is the system in which a program lives; 0: none.
func (l living) of(program int16) int16 {
	for _, h := range l.homes {
		if h.ProgramID == program {
			return h.SystemID
		}
	}
	return 0
}

func (p *page) lives() (l living, err error) {
	if l.programs, err = incidents.Programs(p.db); err != nil {
		return l, err
	}
	if l.homes, err = points.Homes(p.db); err != nil {
		return l, err
	}
	l.loads, err = points.Loads(p.db)
	return l, err
}

// pointsCard is a point system as a list shows it.
func (p *page) pointsCard(c points.Connection, l living) ui.Directory {
	card := systemCard(c.System)
	card.Base, card.Holds, card.Kind = "/points", i18n.T(p.ctx, "points.programs"), i18n.T(p.ctx, "points."+c.Kind)
	for _, of := range l.loads {
		if of.SystemID == c.ID {
			card.Waiting, card.Uncertain, card.Refused, card.OldestAt = of.Waiting, of.Uncertain, of.Refused, moment(of.OldestAt)
		}
	}
	for _, g := range l.programs {
		if c.ID != 0 && l.of(g.ID) == c.ID {
			card.Held = append(card.Held, g.Name(i18n.Lang(p.ctx)))
		}
	}
	return card
}

func newPointSystem(p *page) error {
	kind, known := points.KindOf(p.FormValue("kind"))
	if !known {
		return fault.Missing()
	}
	return p.pointsForm(points.Connection{System: outside.System{Kind: kind.Name}, AlarmMinutes: points.DefaultAlarm(kind)}, kind)
}

func showPointSystem(p *page) error {
	c, err := points.ByCode(p.db, p.Param("code"))
	if err != nil {
		return err
	}
	kind, _ := points.KindOf(c.Kind)
	return p.pointsForm(*c, kind)
}

// pointsForm is the page of a point system: how it is set up, how it answers, and what it has
// not done.
func (p *page) pointsForm(c points.Connection, kind points.Kind) error {
	p.section("setup")
	lives, err := p.lives()
	if err != nil {
		return err
	}
	has, err := c.Has(p.w.s.Vault)
	if err != nil {
		return err
	}
	shown := ui.PointsShow{System: p.pointsCard(c, lives), KindCode: kind.Name, Version: c.Version, Alarm: c.AlarmMinutes, ByFile: points.TakesFiles(kind),
		MayManage: p.by.May(points.ToSet.Needs), MaySettle: p.by.May(points.ToSettleByHand.Needs)}
	shown.Moves = !shown.ByFile && slices.ContainsFunc(lives.loads, func(l points.Load) bool { return l.SystemID == c.ID && l.Uncertain > 0 })
	kept := c.Set()
	for _, s := range kind.Settings {
		shown.Settings = append(shown.Settings, directorySetting(s, func(of string) string { return i18n.T(p.ctx, "points."+(kind.Name+"."+s.Name+of)) }, kept[s.Name], has[s.Name], c.ID == 0))
	}
	for _, g := range lives.programs {
		at := lives.of(g.ID)
		choice := ui.DirectoryID{Code: g.Code, Name: g.Name(i18n.Lang(p.ctx)), Here: at != 0 && at == c.ID, Elsewhere: at != 0 && at != c.ID}
		if p.Request().Method == http.MethodPost && len(p.frame.Problems) > 0 {
			choice.Here = slices.Contains(p.Request().PostForm["programs"], g.Code) // as it was ticked
		}
		shown.Programs = append(shown.Programs, choice)
	}
	if c.ID != 0 {
		if err := p.openLegs(&shown, c); err != nil {
			return err
		}
		if err := p.newFiles(&shown, c); err != nil {
			return err
		}
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// openLegs fills what a point system has not done: what it refused, or, with open=1, what has
// no definite answer, or, with open=missing, what no result mentions.
func (p *page) openLegs(shown *ui.PointsShow, c points.Connection) error {
	among := []string{"1"}
	if c.ByFile {
		among = append(among, "missing")
	}
	open := p.known("open", p.QueryParam("open"), among...)
	shown.Open, shown.Missing = open == "1", open == "missing"
	if shown.Missing {
		list, err := points.Missing(p.db, c.ID, p.w.s.Clock(), p.cursor(), pageSize+1)
		if err != nil {
			return err
		}
		list, shown.Next = cut(list, func(l points.FiledLeg) int64 { return l.ID })
		shown.Legs, err = p.filedLegs(list)
		return err
	}
	list, err := points.Open(p.db, c.ID, !shown.Open, p.cursor(), pageSize+1)
	if err != nil {
		return err
	}
	list, shown.Next = cut(list, func(l points.Leg) int64 { return l.ID })
	shown.Legs, err = p.legs(list)
	return err
}

// legs are legs as pages show them, with the numbers of their cases.
func (p *page) legs(list []points.Leg) (out []ui.PointLeg, err error) {
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return nil, err
	}
	of := make([]int64, len(list))
	for i, l := range list {
		of[i] = l.ReimbursementID
	}
	numbers, err := reimbursements.CaseNumbers(p.db, of)
	if err != nil {
		return nil, err
	}
	for _, l := range list {
		out = append(out, p.leg(l, programs, numbers[l.ReimbursementID]))
	}
	return out, nil
}

// leg is a leg as pages show it.
func (p *page) leg(l points.Leg, programs []incidents.Program, number string) ui.PointLeg {
	at := slices.IndexFunc(programs, func(g incidents.Program) bool { return g.ID == l.ProgramID })
	return ui.PointLeg{ID: l.ID, Reimbursement: l.ReimbursementID, Number: number, Program: programs[at].Name(i18n.Lang(p.ctx)), Points: l.Points, Key: l.Key, State: l.State,
		Code: l.Code, Said: l.Said, Reference: l.Reference, DecidedAt: l.DecidedAt, Attempts: l.Attempts, NextAt: l.NextAt, Disputed: l.Disputed(), Listed: l.Disputed() && l.Listed}
}

func setPointSystem(p *page) error {
	code, seen, show := p.toSet(showPointSystem, newPointSystem)
	form, err := p.FormParams()
	if err != nil {
		return err
	}
	plan := points.Plan{Plan: outside.Plan{Code: code, Name: p.line("name"), Kind: p.line("kind"), Settings: map[string]string{}}, Programs: form["programs"]}
	plan.Moved = p.FormValue("moved") == "yes"
	if plan.AlarmMinutes, err = strconv.Atoi(p.line("alarm_minutes")); err != nil {
		plan.AlarmMinutes = -1 // refused as any number that cannot be meant
	}
	kind, _ := points.KindOf(plan.Kind)
	p.typedSettings(plan.Settings, kind.Settings)
	changed, err := points.Set(p.ctx, p.w.s, p.by, seen, plan)
	if err != nil {
		return p.again(onSettings(err, kind.Settings), "", show)
	}
	to := "setup_unchanged"
	if changed {
		to = "setup_set"
	}
	return p.to("/points/"+code, to)
}

func checkPointSystem(p *page) error {
	c, err := points.ByCode(p.db, p.Param("code"))
	if err != nil {
		return err
	}
	if _, err := points.Check(p.ctx, p.w.s, p.by, c.ID); err != nil {
		return p.again(err, "check", showPointSystem)
	}
	return p.to("/points/"+c.Code, "directory_checked")
}

func sendLegAgain(p *page) error {
	return p.onLeg("again", func(id int64) error { return points.SendAgain(p.ctx, p.w.s, p.by, id) })
}

func settleLegByHand(p *page) error {
	return p.onLeg("done", func(id int64) error {
		return points.SettleByHand(p.ctx, p.w.s, p.by, id, p.line("reference"), p.FormValue("reason"))
	})
}

// onLeg does something to a leg, and leads back to its point system.
func (p *page) onLeg(what string, do func(id int64) error) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	l, err := points.LegByID(p.db, id)
	if err != nil {
		return err
	}
	c, err := points.ByID(p.db, l.SystemID)
	if err != nil {
		return err
	}
	if err := do(id); err != nil {
		return p.again(err, fmt.Sprint(what, "-", id), func(p *page) error {
			kind, _ := points.KindOf(c.Kind)
			return p.pointsForm(*c, kind)
		})
	}
	return p.to("/points/"+c.Code, "directory_order_"+what)
}
