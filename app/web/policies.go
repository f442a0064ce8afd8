package web

import (
	"slices"
	"strconv"

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
	shown := ui.PoliciesIndex{Numbers: kept.Numbers(), AlwaysCode: kept.Verification.AlwaysCode, SetAt: kept.SetAt, MayEdit: p.by.May(access.ManageIncidents)}
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
			shown.Items = append(shown.Items, ui.ItemPolicy{Name: item, NotVisible: slices.Contains(kept.Verification.NotVisible, item)})
		}
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// deputies are the substitutes of the desks and of the center, and who may be one.
func (p *page) deputies(substitutes map[string]int64, shown *ui.PoliciesIndex) error {
	places, _, err := p.deskChoices()
	if err != nil {
		return err
	}
	people, err := staff.List(p.db)
	if err != nil {
		return err
	}
	shown.Deciders = []ui.Choice{{Label: i18n.T(p.ctx, "policies.substitute.none")}}
	for _, s := range people {
		if s.DisabledAt == nil && s.Role.May(access.Decide) {
			shown.Deciders = append(shown.Deciders, ui.Choice{Value: strconv.FormatInt(s.ID, 10), Label: s.Name})
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
func (p *page) substitutesOf(problems *fault.Problems) (map[string]int64, error) {
	places, _, err := p.deskChoices()
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
	return out, err
}

func setPolicies(p *page) error {
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return err
	}
	set, err := policies.Current(p.db)
	if err != nil {
		return err
	}
	var problems fault.Problems
	set.Thresholds, set.DailyLimits = map[string]int64{}, map[string]int64{}
	for _, program := range programs {
		for name, to := range map[string]map[string]int64{"threshold_": set.Thresholds, "daily_limit_": set.DailyLimits} {
			n, err := jptext.ParsePoints(p.FormValue(name + program.Code))
			if err != nil || n < 0 {
				problems.Add(name+program.Code, "points_not_integer")
			}
			to[program.Code] = n
		}
	}
	numbers := map[string]int{}
	for name := range set.Numbers() {
		n, err := strconv.Atoi(p.FormValue(name))
		if err != nil {
			problems.Add(name, "must_be_positive")
		}
		numbers[name] = n
	}
	set.SetNumbers(numbers)
	if set.Substitutes, err = p.substitutesOf(&problems); err != nil {
		return err
	}
	set.Verification.NotVisible = slices.DeleteFunc(slices.Clone(p.Request().PostForm["not_visible"]), func(item string) bool { return !slices.Contains(cases.Items, item) })
	set.Verification.AlwaysCode = p.FormValue("always_code") == "true"
	err = problems.Err()
	if err == nil {
		err = policies.Set(p.ctx, p.w.s, p.by, set, p.FormValue("reason"))
	}
	if err != nil {
		return p.again(err, "", showPolicies)
	}
	return p.to("/policies", "policies_set")
}
