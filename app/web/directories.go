package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"hoten/app/cases"
	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/operators"
	"hoten/app/outside"
	"hoten/i18n"
	"hoten/ui"
)

func showDirectories(p *page) error {
	p.section("setup")
	list, err := directories.List(p.db)
	if err != nil {
		return err
	}
	loads, err := directories.Loads(p.db)
	if err != nil {
		return err
	}
	homes, err := directories.Homes(p.db)
	if err != nil {
		return err
	}
	shown := ui.DirectoriesIndex{Frame: p.frame, MayManage: p.by.May(directories.ToSet.Needs)}
	for _, k := range directories.Kinds() {
		shown.Kinds = append(shown.Kinds, ui.Choice{Value: k.Name, Label: i18n.T(p.ctx, "directories."+k.Name)})
	}
	for _, d := range list {
		shown.Directories = append(shown.Directories, p.directoryCard(d, loads, homes))
	}
	for _, k := range p.ids {
		if !slices.ContainsFunc(homes, func(h directories.Home) bool { return h.IDKindID == k.ID }) {
			shown.BuiltIn = append(shown.BuiltIn, k.Name(i18n.Lang(p.ctx)))
		}
	}
	return p.render(shown.Page())
}

// directoryCard is a directory as a list shows it.
func (p *page) directoryCard(d directories.Directory, loads []directories.Load, homes []directories.Home) ui.Directory {
	card := systemCard(d.System)
	card.Base, card.Holds, card.Kind = "/directories", i18n.T(p.ctx, "directories.ids"), i18n.T(p.ctx, "directories."+d.Kind)
	for _, l := range loads {
		if l.DirectoryID == d.ID {
			card.Waiting, card.Uncertain, card.Refused, card.OldestAt = l.Waiting, l.Uncertain, l.Refused, moment(l.OldestAt)
		}
	}
	for _, h := range homes {
		if h.DirectoryID == d.ID {
			card.Held = append(card.Held, p.kindName(h.IDKindID))
		}
	}
	return card
}

// systemCard is how a system outside answers, whatever it keeps.
func systemCard(y outside.System) ui.Directory {
	card := ui.Directory{Code: y.Code, Name: y.Name, Fails: y.Fails, Said: y.Said,
		FailingSince: moment(y.FailingSince), RestsUntil: moment(y.RestsUntil), AnsweredAt: moment(y.AnsweredAt), CheckedAt: moment(y.CheckedAt)}
	for _, f := range y.Found() {
		card.Findings = append(card.Findings, ui.DirectoryFinding{Step: f.Step, OK: f.OK, Said: f.Said})
	}
	return card
}

// kindName is the name of an ID in the reader's language.
func (p *page) kindName(kind int16) string {
	at := slices.IndexFunc(p.ids, func(i operators.ID) bool { return i.ID == kind })
	if at < 0 {
		return ""
	}
	return p.ids[at].Name(i18n.Lang(p.ctx))
}

func newDirectory(p *page) error {
	kind, known := directories.KindOf(p.FormValue("kind"))
	if !known {
		return fault.Missing()
	}
	return p.directoryForm(directories.Directory{System: outside.System{Kind: kind.Name}}, kind)
}

func showDirectory(p *page) error {
	d, err := directories.ByCode(p.db, p.Param("code"))
	if err != nil {
		return err
	}
	kind, _ := directories.KindOf(d.Kind)
	return p.directoryForm(*d, kind)
}

// directoryForm is the page of a directory: how it is set up, how it answers, and what it has
// not done.
func (p *page) directoryForm(d directories.Directory, kind directories.Kind) error {
	p.section("setup")
	loads, err := directories.Loads(p.db)
	if err != nil {
		return err
	}
	homes, err := directories.Homes(p.db)
	if err != nil {
		return err
	}
	has, err := d.Has(p.w.s.Vault)
	if err != nil {
		return err
	}
	shown := ui.DirectoriesShow{Frame: p.frame, Directory: p.directoryCard(d, loads, homes), KindCode: kind.Name, Version: d.Version,
		MayManage: p.by.May(directories.ToSet.Needs), MaySettle: p.by.May(directories.ToSettleByHand.Needs)}
	shown.Directory.Kind = i18n.T(p.ctx, "directories."+kind.Name)
	kept := d.Set()
	for _, s := range kind.Settings {
		shown.Settings = append(shown.Settings, directorySetting(s, func(of string) string { return i18n.T(p.ctx, "directories."+(kind.Name+"."+s.Name+of)) }, kept[s.Name], has[s.Name], d.ID == 0))
	}
	for _, i := range p.ids {
		at := slices.IndexFunc(homes, func(h directories.Home) bool { return h.IDKindID == i.ID })
		choice := ui.DirectoryID{Code: i.Code, Name: i.Name(i18n.Lang(p.ctx)), Here: at >= 0 && homes[at].DirectoryID == d.ID, Elsewhere: at >= 0 && homes[at].DirectoryID != d.ID}
		if p.Request().Method == http.MethodPost && len(p.frame.Problems) > 0 {
			choice.Here = slices.Contains(p.Request().PostForm["ids"], i.Code) // as it was ticked
		}
		shown.IDs = append(shown.IDs, choice)
	}
	if d.ID != 0 {
		if err := p.directoryOrders(&shown, d.ID); err != nil {
			return err
		}
	}
	return p.render(shown.Page())
}

// directorySetting is a field of a system's form.
func directorySetting(s outside.Setting, word func(of string) string, kept string, has, fresh bool) ui.DirectorySetting {
	f := ui.DirectorySetting{Name: s.Name, Label: word(""), Help: word(".hint"), Value: kept, Secret: s.Secret, Kept: has, Lines: s.Lines, Optional: !s.Required || s.Secret && has}
	if fresh {
		f.Value = s.Default
	}
	for _, c := range s.Choices {
		f.Choices = append(f.Choices, ui.Choice{Value: c, Label: word("." + c)})
	}
	return f
}

// directoryOrders fills what a directory has not done: what it refused, or, with open=1, what
// has no definite answer.
func (p *page) directoryOrders(shown *ui.DirectoriesShow, id int16) error {
	shown.Open = p.known("open", p.QueryParam("open"), "1") != ""
	list, err := directories.Open(p.db, id, !shown.Open, p.cursor(), pageSize+1)
	if err != nil {
		return err
	}
	list, shown.Next = cut(list, func(o directories.Order) int64 { return o.ID })
	numbers, err := cases.NumbersOf(p.db, identitiesOf(list))
	if err != nil {
		return err
	}
	for _, o := range list {
		shown.Orders = append(shown.Orders, ui.DirectoryOrder{ID: o.ID, Act: string(o.Act), State: o.State, Code: o.Code, Said: o.Said, Number: numbers[o.IdentityID],
			OrderedAt: o.OrderedAt, Attempts: o.Attempts, NextAt: o.NextAt})
	}
	return nil
}

func identitiesOf(list []directories.Order) []int64 {
	out := make([]int64, len(list))
	for i, o := range list {
		out[i] = o.IdentityID
	}
	return out
}

func setDirectory(p *page) error {
	code, seen, show := p.toSet(showDirectory, newDirectory)
	form, err := p.FormParams()
	if err != nil {
		return err
	}
	plan := directories.Plan{Code: code, Name: p.line("name"), Kind: p.line("kind"), IDs: form["ids"], Settings: map[string]string{}}
	kind, _ := directories.KindOf(plan.Kind)
	p.typedSettings(plan.Settings, kind.Settings)
	changed, err := directories.Set(p.ctx, p.w.s, p.by, seen, plan)
	if err != nil {
		return p.again(onSettings(err, kind.Settings), "", show)
	}
	to := "setup_unchanged"
	if changed {
		to = "setup_set"
	}
	return p.to("/directories/"+code, to)
}

// typedSettings reads what was typed for settings.
func (p *page) typedSettings(into map[string]string, settings []outside.Setting) {
	for _, s := range settings {
		into[s.Name] = strings.ReplaceAll(p.FormValue("set_"+s.Name), "\r\n", "\n")
	}
}

// onSettings names the fields of the form of what was refused of a system's settings.
func onSettings(err error, settings []outside.Setting) error {
	f, is := fault.As(err)
	if !is {
		return err
	}
	out := *f
	out.Fields = slices.Clone(f.Fields)
	for i, field := range out.Fields {
		if slices.ContainsFunc(settings, func(s outside.Setting) bool { return s.Name == field.Name }) {
			out.Fields[i].Name = "set_" + field.Name
		}
	}
	return &out
}

func checkDirectory(p *page) error {
	d, err := directories.ByCode(p.db, p.Param("code"))
	if err != nil {
		return err
	}
	if _, err := directories.Check(p.ctx, p.w.s, p.by, d.ID); err != nil {
		return p.again(err, "check", showDirectory)
	}
	return p.to("/directories/"+d.Code, "directory_checked")
}

func sendOrdersAgain(p *page) error {
	code := p.Param("code")
	if _, err := directories.SendAllAgain(p.ctx, p.w.s, p.by, code); err != nil {
		return p.again(err, "all", showDirectory)
	}
	return p.to("/directories/"+code, "directory_order_again")
}

func sendOrderAgain(p *page) error {
	return p.onOrder("again", func(id int64) error { return directories.SendAgain(p.ctx, p.w.s, p.by, id) })
}

func settleOrderByHand(p *page) error {
	return p.onOrder("done", func(id int64) error {
		return directories.SettleByHand(p.ctx, p.w.s, p.by, id, p.FormValue("reason"))
	})
}

// onOrder does something to an order of a directory, and leads back to that.
func (p *page) onOrder(what string, do func(id int64) error) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	o, err := directories.OrderByID(p.db, id)
	if err != nil {
		return err
	}
	d, err := directories.ByID(p.db, o.DirectoryID)
	if err != nil {
		return err
	}
	if err := do(id); err != nil {
		return p.again(err, fmt.Sprint(what, "-", id), func(p *page) error {
			kind, _ := directories.KindOf(d.Kind)
			return p.directoryForm(*d, kind)
		})
	}
	return p.to("/directories/"+d.Code, "directory_order_"+what)
}
