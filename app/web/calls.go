package web

import (
	"strconv"

	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/ui"
)

// onCall is the shape of every form within a call: act, and show the call's case.
func (p *page) onCall(form, done string, act func(id int64) error) error {
	return p.onCallSaying(form, func(id int64) (string, error) { return done, act(id) })
}

// onCallSaying is onCall where what was done decides what is said of it.
func (p *page) onCallSaying(form string, act func(id int64) (done string, err error)) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	call, err := store.Find[cases.Call](p.db, "id = ?", id)
	if err != nil {
		return err
	}
	p.SetParamNames("number")
	p.SetParamValues(cases.Number(call.CaseID))
	done, err := act(id)
	if err != nil {
		return p.again(err, form, showCase)
	}
	return p.toCase(call.CaseID, "#verification", done)
}

// answerItem compares one item. A variant of the name is asked back at once; what
// the caller said stays in this answer, and in those that follow until it is confirmed,
// and nowhere else.
func answerItem(p *page) error {
	var got cases.Answered
	item, value := p.FormValue("item"), p.FormValue("value")
	confirmed, _ := strconv.ParseBool(p.FormValue("confirm")) // absent: not confirmed
	id, err := p.id()
	if err != nil {
		return err
	}
	got, err = cases.Answer(p.ctx, p.w.s, p.by, id, item, value, confirmed)
	asked := ui.Item{Name: item, Differs: got.Differs, Spoken: value}
	if err == nil && (!got.Variant || got.Match) {
		asked = p.stillAsked(item)
	}
	if err != nil || asked.Name == "" {
		return p.onCall("answer", "", func(int64) error { return renamed(err, item) })
	}
	shown, err := p.caseView(got.Call.CaseID)
	if err != nil {
		return err
	}
	for i, of := range shown.Call.Items {
		if of.Name == asked.Name && of.State != "match" {
			asked.State, asked.Hidden = "variant", of.Hidden
			shown.Call.Items[i] = asked
			shown.Call.Next, shown.Call.NextItem = "answer", asked.Name
		}
	}
	return p.render(shown.Page())
}

// stillAsked is the variant that was asked back before this answer about another item; no
// name: there is none.
func (p *page) stillAsked(item string) ui.Item {
	asked := ui.Item{Name: p.known("asked", p.FormValue("asked"), cases.Items...), Spoken: p.FormValue("asked_value"),
		Differs: p.known("asked_differs", p.FormValue("asked_differs"), cases.DiffersInCharacter, cases.DiffersInOrder, cases.DiffersInSpelling)}
	if asked.Name == item || asked.Differs == "" || asked.Spoken == "" {
		return ui.Item{}
	}
	return asked
}

// renamed puts a problem with the value beside the item it was for.
func renamed(err error, item string) error {
	f, ok := fault.As(err)
	if !ok || len(f.Fields) == 0 || f.Fields[0].Name != "value" {
		return err
	}
	return fault.Input(item, f.Fields[0].Code, f.Fields[0].Args...)
}

func concludeCall(p *page) error {
	return p.onCallSaying("conclude", func(id int64) (string, error) {
		outcome := p.FormValue("outcome")
		call, err := cases.Conclude(p.ctx, p.w.s, p.by, id, outcome)
		if err == nil && outcome == cases.ImpostorSuspected && call.EndedAt != nil {
			return "call_voided", nil
		}
		return "call_concluded", err
	})
}

func sendCode(p *page) error {
	return p.onCall("code", "code_sent", func(id int64) error {
		_, err := cases.SendCode(p.ctx, p.w.s, p.by, id)
		return err
	})
}

func checkCode(p *page) error {
	return p.onCall("answer", "", func(id int64) error {
		got, err := cases.CheckCode(p.ctx, p.w.s, p.by, id, p.FormValue("code"))
		if err == nil && !got.Match && got.TriesLeft <= 0 {
			return fault.New(fault.Invalid, "code_used_up")
		}
		if err == nil && !got.Match {
			return fault.Input("code", "code_wrong", "count", got.TriesLeft)
		}
		return err
	})
}

func confirmCallback(p *page) error {
	return p.onCall("callback", "", func(id int64) error {
		_, err := cases.ConfirmCallback(p.ctx, p.w.s, p.by, id)
		return err
	})
}

func endCall(p *page) error {
	return p.onCall("end", "call_ended", func(id int64) error {
		_, err := cases.EndCall(p.ctx, p.w.s, p.by, id)
		p.Request().PostForm.Del("topic") // the next caller's is another
		return err
	})
}
