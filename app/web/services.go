package web

import (
	"slices"
	"strconv"
	"time"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/services"
	"hoten/i18n"
	"hoten/ui"
)

func showServices(p *page) error {
	p.section("services")
	now := p.w.s.Clock()
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return err
	}
	current, past, err := services.List(p.db, now)
	if err != nil {
		return err
	}
	passwords, err := incidents.WithPointPassword(p.db)
	if err != nil {
		return err
	}
	lang := i18n.Lang(p.ctx)
	named := namesOf(passwords)
	shown := ui.ServicesIndex{MayEdit: p.by.May(access.ManageIncidents), Now: now, Services: services.All,
		Coming: p.serviceStatuses(current, named), Past: p.serviceStatuses(past, named)}
	holding := services.Holding(current, now)
	may, names := false, []string(nil)
	for _, program := range programs {
		may = may || passwords[program.ID].May
		for _, name := range passwords[program.ID].Names(lang) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		row := ui.ProgramServices{Code: program.Code, Name: program.Name(lang)}
		for _, service := range services.All {
			state := ui.ServiceStatus{Service: service}
			for _, h := range holding {
				if h.ProgramID == program.ID && h.Service == service {
					state = p.serviceStatus(h, named)
				}
			}
			row.States = append(row.States, state)
		}
		shown.Programs = append(shown.Programs, row)
	}
	if may {
		shown.Password = services.PasswordName(p.ctx, names...)
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// passwordNames are what the members that a status is for call their password for points.
type passwordNames func(n services.Named, lang string) []string

func namesOf(passwords map[int16]incidents.PointPasswords) passwordNames {
	return func(n services.Named, lang string) []string { return passwords[n.ProgramID].Names(lang) }
}

func (p *page) serviceStatuses(list []services.Named, named passwordNames) (out []ui.ServiceStatus) {
	for _, n := range list {
		out = append(out, p.serviceStatus(n, named))
	}
	return out
}

func (p *page) serviceStatus(n services.Named, named passwordNames) ui.ServiceStatus {
	lang := i18n.Lang(p.ctx)
	return ui.ServiceStatus{ID: n.ID, Version: n.Version, Program: n.Program(lang), Service: n.Service, State: n.State, From: n.FromAt,
		Until: moment(n.UntilAt), Holds: n.Holds(p.w.s.Clock()), Note: n.Note, SetBy: n.Setter.In(i18n.Lang(p.ctx)), SetAt: n.SetAt,
		Password: services.PasswordName(p.ctx, named(n, lang)...)}
}

// holding is what agents should know of the services now, and what to say of it in
// both languages.
func (p *page) holding(now []services.Named, named passwordNames) ([]ui.ServiceStatus, map[string][]string) {
	said := map[string][]string{}
	for _, lang := range i18n.Langs {
		ctx := i18n.With(p.ctx, lang)
		for _, n := range now {
			said[lang] = append(said[lang], services.Say(ctx, n, named(n, lang)...))
		}
	}
	return p.serviceStatuses(now, named), said
}

func setService(p *page) error {
	n := services.New{Program: p.FormValue("program"), Service: p.FormValue("service"), State: p.FormValue("state"), Note: p.FormValue("note"), Reason: p.FormValue("reason")}
	from, until, err := serviceTimes(p)
	if err == nil {
		n.From, n.Until = from, until
		_, err = services.Set(p.ctx, p.w.s, p.by, n)
	}
	if err != nil {
		return p.again(err, "set", showServices)
	}
	return p.to("/services", "service_set")
}

// serviceTimes reads from when and until when a status holds, in Japan's time.
func serviceTimes(p *page) (from time.Time, until *time.Time, err error) {
	var problems fault.Problems
	if from, err = momentOf(p, "from"); err != nil {
		problems.Add("from", "time_invalid")
	}
	end, err := momentOf(p, "until")
	if err != nil {
		problems.Add("until", "time_invalid")
	}
	if !end.IsZero() {
		until = &end
	}
	return from, until, problems.Err()
}

// momentOf reads a day and a time of day; the zero time when neither is given, and
// the day's beginning without a time.
func momentOf(p *page, name string) (time.Time, error) {
	day, clock := p.FormValue(name+"_on"), p.FormValue(name+"_time")
	if day == "" && clock == "" {
		return time.Time{}, nil
	}
	if clock == "" {
		clock = "00:00"
	}
	return jptext.ParseTime(day + " " + clock)
}

// onService is the shape of every form about one status.
func onService(p *page, form, done string, act func(id, version int64) error) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	form += "-" + strconv.FormatInt(id, 10)
	version, err := strconv.ParseInt(p.FormValue("version"), 10, 64)
	if err != nil || version < 1 {
		return p.again(fault.Input("version", "required"), form, showServices)
	}
	if err := act(id, version); err != nil {
		return p.again(err, form, showServices)
	}
	return p.to("/services", done)
}

func changeService(p *page) error {
	return onService(p, "change", "service_changed", func(id, version int64) error {
		until, err := momentOf(p, "until")
		if err != nil {
			return fault.Input("until", "time_invalid")
		}
		ch := services.Change{Note: p.FormValue("note"), Reason: p.FormValue("reason"), Version: version}
		if !until.IsZero() {
			ch.Until = &until
		}
		_, err = services.Amend(p.ctx, p.w.s, p.by, id, ch)
		if fault.Is(err, "conflict") {
			if failed := p.bothOfService(id); failed != nil {
				return failed
			}
		}
		return err
	})
}

func resumeService(p *page) error {
	return onService(p, "resume", "service_resumed", func(id, version int64) error {
		_, err := services.Resume(p.ctx, p.w.s, p.by, id, version, p.FormValue("reason"))
		return err
	})
}

func voidService(p *page) error {
	return onService(p, "void", "service_voided", func(id, version int64) error {
		_, err := services.Void(p.ctx, p.w.s, p.by, id, version, p.FormValue("reason"))
		return err
	})
}
