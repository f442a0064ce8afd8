package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"hoten/app/callbacks"
	"hoten/app/cases"
	"hoten/app/jptext"
	"hoten/app/policies"
	"hoten/app/services"
	"hoten/i18n"
	"hoten/ui"
)

// A form that comes back refused was still made from the version it had; only where
// both versions are shown is it one about what is there now, and no newer.

// bothOfCase sets what others made of a case beside what was typed. A field that was
// not touched follows them.
func (p *page) bothOfCase(id int64) error {
	now, err := cases.Get(p.db, id)
	if err != nil {
		return err
	}
	p.Request().PostForm.Set("version", strconv.FormatInt(now.Version, 10))
	status := func(value string) (string, error) {
		if !cases.Status(value).Known() {
			return value, nil
		}
		return i18n.T(p.ctx, "cases.status."+value), nil
	}
	assignee := func(value string) (string, error) {
		who, err := strconv.ParseInt(value, 10, 64)
		if err != nil || who == 0 {
			return i18n.T(p.ctx, "cases.unassigned"), nil
		}
		return p.nameOf(&who)
	}
	assigned := ""
	if now.AssigneeID != nil {
		assigned = strconv.FormatInt(*now.AssigneeID, 10)
	}
	for _, f := range []struct {
		name, label, event, now string
		word                    func(string) (string, error)
	}{
		{"status", i18n.T(p.ctx, "cases.status"), cases.StatusChanged, string(now.Status), status},
		{"assignee", i18n.T(p.ctx, "cases.assignee"), cases.Assigned, assigned, assignee},
	} {
		form := p.Request().PostForm
		yours := form.Get(f.name)
		switch {
		case !form.Has(f.name) || yours == f.now:
			continue
		case form.Has("seen_"+f.name) && form.Get("seen_"+f.name) == yours:
			form.Set(f.name, f.now)
			continue
		}
		both := ui.Versions{What: f.label}
		if both.Now, err = f.word(f.now); err != nil {
			return err
		}
		if both.Yours, err = f.word(yours); err != nil {
			return err
		}
		last, err := cases.Events(p.db, id, []string{f.event}, 0, 1)
		if err != nil {
			return err
		}
		if len(last) > 0 && last[0].ActorName != "" {
			both.Now = i18n.T(p.ctx, "changes.by", "value", both.Now, "name", last[0].ActorName.In(i18n.Lang(p.ctx)), "time", i18n.Time(p.ctx, last[0].At))
		}
		p.frame.Versions = append(p.frame.Versions, both)
	}
	return nil
}

// bothOfService sets a service's status as others changed it beside what was typed.
func (p *page) bothOfService(id int64) error {
	now, err := services.Get(p.db, id)
	if err != nil {
		return err
	}
	p.Request().PostForm.Set("version", strconv.FormatInt(now.Version, 10))
	until := i18n.T(p.ctx, "services.open_end")
	if now.UntilAt != nil {
		until = i18n.Time(p.ctx, *now.UntilAt)
	}
	typed := i18n.T(p.ctx, "services.open_end")
	if at, err := momentOf(p, "until"); err == nil && !at.IsZero() {
		typed = i18n.Time(p.ctx, at)
	}
	for _, v := range []ui.Versions{
		{What: i18n.T(p.ctx, "services.until.label"), Now: until, Yours: typed},
		{What: i18n.T(p.ctx, "services.note"), Now: now.Note, Yours: p.FormValue("note")},
	} {
		if v.Now != v.Yours {
			p.frame.Versions = append(p.frame.Versions, v)
		}
	}
	return nil
}

// bothOfPolicies sets policies as others set them since beside what was typed. A
// policy that was not touched follows them.
func (p *page) bothOfPolicies(seen int64) error {
	now, err := policies.Latest(p.db)
	if err != nil {
		return err
	}
	was, err := policies.Of(p.db, seen)
	if err != nil {
		return err
	}
	before, err := p.policyFields(was.Policies)
	if err != nil {
		return err
	}
	after, err := p.policyFields(now.Policies)
	if err != nil {
		return err
	}
	by, err := p.nameOf(now.SetBy)
	if err != nil {
		return err
	}
	form := p.Request().PostForm
	form.Set("version", strconv.FormatInt(now.Version, 10))
	for i, f := range after {
		yours := strings.Join(form[f.name], " ")
		if n, err := jptext.ParsePoints(yours); err == nil {
			yours = strconv.FormatInt(n, 10)
		}
		switch {
		case yours == f.value || f.value == before[i].value:
		case yours == before[i].value:
			form[f.name] = strings.Fields(f.value)
		default:
			p.frame.Versions = append(p.frame.Versions, ui.Versions{What: f.label, Yours: f.word(yours),
				Now: i18n.T(p.ctx, "changes.by", "value", f.word(f.value), "name", by, "time", i18n.Time(p.ctx, now.SetAt))})
		}
	}
	return nil
}

// bothOfCallback sets the time of a callback as others moved it beside the typed one.
func (p *page) bothOfCallback(id int64) error {
	now, err := callbacks.Get(p.db, id)
	if err != nil {
		return err
	}
	p.Request().PostForm.Set("version", strconv.FormatInt(now.Version, 10))
	if typed, err := dueOf(p); err == nil && !typed.Equal(now.DueAt) {
		p.frame.Versions = append(p.frame.Versions, ui.Versions{What: i18n.T(p.ctx, "callbacks.due"), Now: i18n.Time(p.ctx, now.DueAt), Yours: i18n.Time(p.ctx, typed)})
	}
	return nil
}

// setField is one field of a form of the setup: its name, its label, and what can be chosen
// in it, first what it means when nothing was sent.
type setField struct {
	name, label string
	choices     []ui.Choice
}

func field(name, label string, choices ...ui.Choice) []setField {
	return []setField{{name, label, choices}}
}

// inBoth are the two fields of what is set in Japanese and in English.
func (p *page) inBoth(name, what string) []setField {
	return slices.Concat(field(name+"_ja", i18n.T(p.ctx, "setup.in.ja", "what", what)), field(name+"_en", i18n.T(p.ctx, "setup.in.en", "what", what)))
}

// sent is what the form says of the field, as the page writes what stands.
func (f setField) sent(p *page) string {
	value := p.lines(f.name)
	if value == "" && len(f.choices) > 0 {
		return f.choices[0].Value
	}
	return value
}

// word is a value as a reader knows it.
func (f setField) word(value string) string {
	if i := slices.IndexFunc(f.choices, func(c ui.Choice) bool { return c.Value == value }); i >= 0 {
		return f.choices[i].Label
	}
	return value
}

// seenValues are the values that a form of the setup was made from.
func (p *page) seenValues() (seen map[string]string) {
	if json.Unmarshal([]byte(p.FormValue("seen")), &seen) != nil {
		return nil // whoever says nothing of it looked at nothing
	}
	return seen
}

// bothOfSetup sets what others made of a part of the setup beside what was typed, where
// that is why its form came back. A field that still has what the form was made from
// follows them; one that only the reader changed is no matter of others.
func (p *page) bothOfSetup(version int64, now map[string]string, forms ...[]setField) {
	if p.status != http.StatusConflict {
		return
	}
	seen := p.seenValues()
	set := func(name, value string) {
		p.Request().PostForm.Set(name, value)
		p.frame.Typed[name] = value
	}
	for _, f := range slices.Concat(forms...) {
		yours := f.sent(p)
		was, shown := seen[f.name]
		switch {
		case yours == now[f.name], shown && was == now[f.name]:
		case shown && yours == was:
			set(f.name, now[f.name])
		default:
			p.frame.Versions = append(p.frame.Versions, ui.Versions{What: f.label, Now: f.word(now[f.name]), Yours: f.word(yours)})
		}
	}
	set("version", strconv.FormatInt(version, 10))
	delete(p.frame.Typed, "seen")
}
