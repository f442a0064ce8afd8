package web

import (
	"slices"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"hoten/app/verbs"
	"hoten/i18n"
	"hoten/ui"
)

// auditGroups are the groups in which actions are chosen, in the order of the work, each with the
// first parts of their names.
var auditGroups = []struct {
	name  string
	nouns []string
}{
	{"calls", []string{"call", "callback", "cti"}},
	{"cases", []string{"case", "cases", "member", "members", "contact"}},
	{"resets", []string{"reset", "restriction", "directory"}},
	{"reimbursements", []string{"reimbursement", "reimbursements", "adjustment", "finding", "double", "leg", "points", "reconciliation"}},
	{"incidents", []string{"incident", "import"}},
	{"mails", []string{"mail", "mails"}},
	{"desks", []string{"desk", "service", "bulletin", "question", "script", "daily"}},
	{"staff", []string{"staff", "token"}},
	{"setup", []string{"operator", "id", "program", "policies", "setup", "installation", "webhook"}},
	{"exports", []string{"audit", "list"}},
}

// auditActions are the actions that the trail can be filtered by, in words and by them.
func (p *page) auditActions() (out []ui.ActionGroup) {
	order := collate.New(language.Make(i18n.Lang(p.ctx)))
	for _, g := range auditGroups {
		group := ui.ActionGroup{Name: i18n.T(p.ctx, "audit.group."+g.name)}
		for _, v := range verbs.All() {
			if noun, _, _ := strings.Cut(v.Name, "."); slices.Contains(g.nouns, noun) {
				group.Actions = append(group.Actions, ui.Choice{Value: v.Name, Label: ui.Deed(p.ctx, v.Name)})
			}
		}
		slices.SortFunc(group.Actions, func(a, b ui.Choice) int { return order.CompareString(a.Label, b.Label) })
		out = append(out, group)
	}
	return out
}
