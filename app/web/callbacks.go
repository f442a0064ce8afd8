package web

import (
	"slices"
	"strconv"
	"time"

	"hoten/app/access"
	"hoten/app/callbacks"
	"hoten/app/cases"
	"hoten/app/cti"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/app/vault"
	"hoten/i18n"
	"hoten/ui"
)

func showCallbacks(p *page) error {
	p.section("callbacks")
	shown, f := p.callbacksQuery()
	rows, err := callbacks.Find(p.db, f)
	if err != nil {
		return err
	}
	rows, shown.NextCursor = cut(rows, func(r callbacks.Row) int64 { return r.ID })
	if shown.NextCursor != "" {
		shown.NextCursor = strconv.FormatInt(rows[len(rows)-1].DueAt.UnixMicro(), 10) + "." + shown.NextCursor
	}
	if shown.Rows, err = p.callbackRows(rows); err != nil {
		return err
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// callbacksQuery reads the address of the list.
func (p *page) callbacksQuery() (shown ui.CallbacksIndex, f callbacks.Filter) {
	shown = ui.CallbacksIndex{View: p.known("view", p.QueryParam("view"), "mine", "desk", "all", "overdue", "closed"), Views: p.callbackViews(), MayWork: p.by.May(access.WorkCases)}
	if !slices.Contains(shown.Views, shown.View) {
		shown.View = shown.Views[0]
	}
	at := p.place()
	f = callbacks.Filter{Now: p.w.s.Clock(), After: callbacks.Place{At: at.At, ID: at.ID}, Limit: pageSize}
	switch shown.View {
	case "mine":
		f.Assignee = p.by.ID
	case "desk":
		f.Desk = p.by.DeskID
	case "overdue":
		f.Overdue = true
	case "closed":
		f.Closed = true
	}
	return shown, f
}

// callbackViews are the lists that mean something to the reader, their own first.
func (p *page) callbackViews() (out []string) {
	if p.by.May(access.WorkCases) {
		out = append(out, "mine")
	}
	if p.by.DeskID != 0 {
		out = append(out, "desk")
	}
	return append(out, "all", "overdue", "closed")
}

func (p *page) callbackRows(rows []callbacks.Row) ([]ui.Callback, error) {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.CaseID
	}
	phones, err := cases.Phones(p.db, p.w.s.Vault, ids)
	if err != nil {
		return nil, err
	}
	out := make([]ui.Callback, len(rows))
	for i, r := range rows {
		if out[i], err = p.callbackRow(r, p.desks); err != nil {
			return nil, err
		}
		out[i].Phone, out[i].MayDial = vault.MaskPhone(phones[r.CaseID]), phones[r.CaseID] != "" && r.AssigneeID == p.by.ID && r.Dialable(p.w.s.Clock())
	}
	return out, nil
}

func (p *page) callbackRow(r callbacks.Row, list []desks.Kept) (c ui.Callback, err error) {
	now := p.w.s.Clock()
	c = ui.Callback{ID: r.ID, Version: r.Version, Case: cases.Number(r.CaseID), DueAt: r.DueAt, Suspected: r.Suspected, Soon: r.DueSoon(now), Despite: r.Despite,
		Assignee: r.AssigneeName.In(i18n.Lang(p.ctx)), Promiser: r.PromiserName.In(i18n.Lang(p.ctx)), PromisedAt: r.PromisedAt, State: r.State,
		Attempts: int(r.Attempts), MaxAttempts: callbacks.MaxAttempts, Last: text(r.Last), LastAt: moment(r.LastAt), NextChannel: text(r.NextChannel)}
	if r.Overdue(now) {
		c.Late = now.Sub(r.DueAt)
	}
	if i := slices.IndexFunc(list, func(d desks.Kept) bool { return d.ID == r.DeskID }); i >= 0 {
		c.Desk, c.Outside = p.deskShort(list[i].Desk), list[i].NoCalls(now)
	}
	if c.LoginID, err = r.PlainLogin(p.w.s.Vault); err != nil {
		return c, err
	}
	if c.Name, err = r.MaskedName(p.w.s.Vault); err != nil {
		return c, err
	}
	c.Note, err = r.PlainNote(p.w.s.Vault)
	return c, err
}

// callback is the case's open callback, or the last when nobody was reached.
func (v *caseView) callback() error {
	if last := store.First(*v.found.callback); last != nil && (last.State == callbacks.Open || last.State == callbacks.Exhausted) {
		shown, err := v.callbackRows([]callbacks.Row{*last})
		if err != nil {
			return err
		}
		tries, err := callbacks.Attempts(v.db, last.ID)
		if err != nil {
			return err
		}
		for _, t := range tries {
			shown[0].Tries = append(shown[0].Tries, ui.CallbackTry{At: t.At, Outcome: t.Outcome, Who: t.StaffName.In(i18n.Lang(v.ctx))})
		}
		v.Callback = &shown[0]
		v.Callback.ResultDue = v.resultDue(*last)
	}
	v.Today = v.now
	open := v.Callback != nil && v.Callback.State == callbacks.Open
	switch {
	case !v.MayWork || open || v.row.Status.Closed():
	case v.CallClosed == "impostor":
		v.NoPromise = i18n.T(v.ctx, "callbacks.impostor")
	case len(v.CallBack) == 0:
		v.NoPromise = i18n.T(v.ctx, "fault.no_usable_phone")
	default:
		v.MayPromise = true
	}
	return nil
}

func promiseCallback(p *page) error {
	return p.onCase("promise", "callback_promised", func(id int64) error {
		due, err := dueOf(p)
		if err != nil {
			return err
		}
		_, err = callbacks.Promise(p.ctx, p.w.s, p.by, id, callbacks.New{DueAt: due, Desk: p.FormValue("desk"), Note: p.FormValue("note"), Despite: ticked(p, "despite")})
		return err
	})
}

// dueOf reads the day and the time of a callback, in Japan's time.
func dueOf(p *page) (time.Time, error) {
	if p.FormValue("due_on") == "" || p.FormValue("due_time") == "" {
		return time.Time{}, fault.Input("due_at", "required")
	}
	due, err := momentOf(p, "due")
	if err != nil {
		return time.Time{}, fault.Input("due_at", "time_invalid")
	}
	return due, nil
}

func ticked(p *page, name string) bool { return p.FormValue(name) == "true" }

// onCallback is the shape of every form about a callback: act, and show the list or
// the case that the form stands on. form names it on the page of the case.
func (p *page) onCallback(form string, act func(id, version int64) (done string, err error)) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	row, err := callbacks.Get(p.db, id)
	if err != nil {
		return err
	}
	show, back := showCallbacks, ui.CallbacksIndex{View: p.QueryParam("view")}.URL(p.QueryParam("cursor"))
	if p.QueryParam("on") == "case" {
		p.SetParamNames("number")
		p.SetParamValues(cases.Number(row.CaseID))
		show, back = showCase, "/cases/"+cases.Number(row.CaseID)+"#callback"
	} else {
		form += "-" + strconv.FormatInt(id, 10)
	}
	version, err := strconv.ParseInt(p.FormValue("version"), 10, 64)
	if err != nil || version < 1 {
		return p.again(fault.Input("version", "required"), form, show)
	}
	done, err := act(id, version)
	if fault.Is(err, "conflict") {
		if failed := p.bothOfCallback(id); failed != nil {
			return failed
		}
	}
	if err != nil {
		return p.again(err, form, show)
	}
	return p.to(back, done)
}

func attemptCallback(p *page) error {
	return p.onCallback("attempt", func(id, version int64) (string, error) {
		c, err := callbacks.Attempt(p.ctx, p.w.s, p.by, id, callbacks.Tried{Outcome: p.FormValue("outcome"), Despite: ticked(p, "despite"), Version: version})
		switch {
		case err != nil:
			return "", err
		case c.State == callbacks.Done:
			return "callback_reached", nil
		case c.State == callbacks.Exhausted:
			return "callback_exhausted", nil
		}
		return "callback_attempted", nil
	})
}

// dialCallback shows the number for the minute in which it is dialled.
func dialCallback(p *page) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	row, err := callbacks.Get(p.db, id)
	if err != nil {
		return err
	}
	p.SetParamNames("number")
	p.SetParamValues(cases.Number(row.CaseID))
	number, err := callbacks.Dial(p.ctx, p.w.s, p.by, id, ticked(p, "despite"))
	if err != nil {
		return p.again(err, "dial", showCase)
	}
	shown, err := p.caseView(row.CaseID)
	if err != nil {
		return err
	}
	if shown.Callback != nil {
		shown.Callback.Number, shown.Callback.Wished = jptext.FormatPhone(number), ticked(p, "despite")
		dialling, err := cti.CurrentDialling(p.db)
		if err != nil {
			return err
		}
		shown.Callback.Dial = dialling.URL(number, p.account.Extension)
	}
	if len(shown.Script.Parts) > 0 {
		shown.Script.Parts = []string{"callback"} // what is said first once they answer
	}
	// Without scripts nothing else takes it out of sight.
	p.Response().Header().Set("Refresh", "60; url=/cases/"+cases.Number(row.CaseID))
	return p.render(shown.Page())
}

func moveCallback(p *page) error {
	return p.onCallback("move", func(id, version int64) (string, error) {
		due, err := dueOf(p)
		if err != nil {
			return "", err
		}
		_, err = callbacks.Move(p.ctx, p.w.s, p.by, id, callbacks.Moved{DueAt: due, Reason: p.FormValue("reason"), Despite: ticked(p, "despite"), Version: version})
		return "callback_moved", err
	})
}

func dropCallback(p *page) error {
	return p.onCallback("drop", func(id, version int64) (string, error) {
		_, err := callbacks.Drop(p.ctx, p.w.s, p.by, id, version, p.FormValue("reason"))
		return "callback_dropped", err
	})
}
