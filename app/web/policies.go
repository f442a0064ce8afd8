package web

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/policies"
	"hoten/app/staff"
	"hoten/i18n"
	"hoten/ui"
)

func showPolicies(p *page) error {
	kept, err := policies.Latest(p.db)
	if err != nil {
		return err
	}
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return err
	}
	notVisible, knowledge := kept.Verification.NotVisible, kept.Verification.Level2ByKnowledge
	if p.frame.Typed != nil {
		notVisible, knowledge = p.tickedPolicies()
	}
	shown := ui.PoliciesIndex{Numbers: kept.Numbers(), Level2ByKnowledge: knowledge, Version: kept.Version, SetAt: kept.SetAt, MayEdit: p.by.May(access.ManageIncidents)}
	if shown.SetBy, err = p.nameOf(kept.SetBy); err != nil {
		return err
	}
	for _, program := range programs {
		shown.Programs = append(shown.Programs, ui.ProgramPolicy{Code: program.Code, Name: program.Name(i18n.Lang(p.ctx)),
			Threshold: kept.Thresholds[program.Code], DailyLimit: kept.DailyLimits[program.Code]})
	}
	if err := p.deputies(kept.Substitutes, &shown); err != nil {
		return err
	}
	for _, item := range cases.Items {
		if item != cases.ItemName {
			shown.Items = append(shown.Items, ui.ItemPolicy{Name: item, NotVisible: slices.Contains(notVisible, item)})
		}
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// deputies are the substitutes of the desks and of the center, and who may be one.
func (p *page) deputies(substitutes map[string]int64, shown *ui.PoliciesIndex) error {
	places := p.deskChoices()
	people, err := staff.List(p.db)
	if err != nil {
		return err
	}
	shown.Deciders = []ui.Choice{{Label: i18n.T(p.ctx, "policies.substitute.none")}}
	for _, s := range people {
		if s.DisabledAt == nil && s.Role.May(access.Decide) {
			shown.Deciders = append(shown.Deciders, ui.Choice{Value: strconv.FormatInt(s.ID, 10), Label: s.NameIn(i18n.Lang(p.ctx))})
		}
	}
	for _, d := range append(places, ui.Choice{Value: policies.Center, Label: i18n.T(p.ctx, "policies.substitute.center")}) {
		one := ui.Deputy{Desk: d.Value, Name: d.Label}
		if id := substitutes[d.Value]; id != 0 {
			one.Staff = strconv.FormatInt(id, 10)
		}
		shown.Deputies = append(shown.Deputies, one)
	}
	return nil
}

// substitutesOf reads whom proposals go to; a field left out keeps nobody.
func (p *page) substitutesOf(problems *fault.Problems) map[string]int64 {
	places := p.deskChoices()
	out := map[string]int64{}
	for _, d := range append(places, ui.Choice{Value: policies.Center}) {
		typed := p.FormValue("substitute_" + d.Value)
		if typed == "" {
			continue
		}
		id, err := strconv.ParseInt(typed, 10, 64)
		if err != nil {
			problems.Add("substitute_"+d.Value, "substitute_unknown")
		}
		out[d.Value] = id
	}
	return out
}

func setPolicies(p *page) error {
	set, err := p.typedPolicies()
	if err == nil {
		seen, invalid := strconv.ParseInt(p.FormValue("version"), 10, 64)
		if invalid != nil || seen < 0 {
			return p.again(fault.Input("version", "required"), "", showPolicies)
		}
		err = policies.Set(p.ctx, p.w.s, p.by, seen, set, p.FormValue("reason"))
		if fault.Is(err, "conflict") {
			if failed := p.bothOfPolicies(seen); failed != nil {
				return failed
			}
		}
	}
	if err != nil {
		return p.again(err, "", showPolicies)
	}
	return p.to("/policies", "policies_set")
}

// typedPolicies reads the form; what it does not ask for stays as it is.
func (p *page) typedPolicies() (policies.Policies, error) {
	set, err := policies.Current(p.db)
	if err != nil {
		return set, err
	}
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return set, err
	}
	var problems fault.Problems
	set.Thresholds, set.DailyLimits = map[string]int64{}, map[string]int64{}
	for _, program := range programs {
		for name, to := range map[string]map[string]int64{"threshold_": set.Thresholds, "daily_limit_": set.DailyLimits} {
			n, err := jptext.ParsePoints(p.FormValue(name + program.Code))
			if err != nil || n < 0 {
				problems.Add(name+program.Code, "whole_number")
			}
			to[program.Code] = n
		}
	}
	numbers := map[string]int{}
	for name := range set.Numbers() {
		n, err := strconv.Atoi(p.FormValue(name))
		if err != nil {
			problems.Add(name, "whole_number")
		}
		numbers[name] = n
	}
	set.SetNumbers(numbers)
	set.Substitutes = p.substitutesOf(&problems)
	set.Verification.NotVisible, set.Verification.Level2ByKnowledge = p.tickedPolicies()
	return set, problems.Err()
}

// tickedPolicies reads the boxes of the form.
func (p *page) tickedPolicies() (notVisible []string, level2ByKnowledge bool) {
	for _, item := range p.Request().PostForm["not_visible"] {
		if slices.Contains(cases.Items, item) {
			notVisible = append(notVisible, item)
		}
	}
	return notVisible, p.Request().PostForm.Get("level2_by_knowledge") == "true"
}

// policyField is one policy as its form has it; word puts a value into words.
type policyField struct {
	name, label, value string
	word               func(string) string
}

// policyFields are the policies as their form has them.
func (p *page) policyFields(of policies.Policies) (list []policyField, err error) {
	figure := func(value string) string {
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return value
		}
		return i18n.Number(n)
	}
	add := func(name, label, value string, word func(string) string) {
		list = append(list, policyField{name, label, value, word})
	}
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return nil, err
	}
	for _, program := range programs {
		name := program.Name(i18n.Lang(p.ctx))
		add("threshold_"+program.Code, i18n.T(p.ctx, "policies.threshold", "program", name), strconv.FormatInt(of.Thresholds[program.Code], 10), figure)
		add("daily_limit_"+program.Code, i18n.T(p.ctx, "policies.daily_limit", "program", name), strconv.FormatInt(of.DailyLimits[program.Code], 10), figure)
	}
	numbers := of.Numbers()
	for _, name := range slices.Sorted(maps.Keys(numbers)) {
		add(name, i18n.T(p.ctx, "policies.number."+name), strconv.Itoa(numbers[name]), figure)
	}
	var shown ui.PoliciesIndex
	if err := p.deputies(of.Substitutes, &shown); err != nil {
		return nil, err
	}
	for _, d := range shown.Deputies {
		add("substitute_"+d.Desk, i18n.T(p.ctx, "policies.substitute", "desk", d.Name), d.Staff, func(value string) string {
			if i := slices.IndexFunc(shown.Deciders, func(c ui.Choice) bool { return c.Value == value }); i >= 0 {
				return shown.Deciders[i].Label
			}
			return "－"
		})
	}
	add("not_visible", i18n.T(p.ctx, "policies.not_visible"), strings.Join(of.Verification.NotVisible, " "), func(value string) string {
		var words []string
		for _, item := range strings.Fields(value) {
			if slices.Contains(cases.Items, item) {
				words = append(words, i18n.T(p.ctx, "calls.item."+item))
			}
		}
		return strings.Join(words, i18n.T(p.ctx, "list.comma"))
	})
	knowledge := ""
	if of.Verification.Level2ByKnowledge {
		knowledge = "true"
	}
	add("level2_by_knowledge", i18n.T(p.ctx, "policies.level2_by_knowledge"), knowledge, func(value string) string {
		if value == "" {
			return "－"
		}
		return "○"
	})
	return list, nil
}
