package web

import (
	"strconv"
	"time"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/i18n"
	"hoten/ui"
)

// offers are the calls that are offered to the reader.
func (p *page) offers(found []cases.OfferTo) (out []ui.Offer, err error) {
	if !p.by.May(access.WorkCases) {
		return nil, nil
	}
	for _, o := range found {
		note, err := o.PlainNote(p.w.s.Vault)
		if err != nil {
			return nil, err
		}
		shown := ui.Offer{ID: o.ID, Case: cases.Number(o.CaseID), From: o.FromName.In(i18n.Lang(p.ctx)), Note: note, Until: o.ExpiresAt, InCall: o.InCall,
			Relation: o.Relation, Language: text(o.Language), Level: o.Valid(p.w.s.Clock())}
		if shown.Level > 0 {
			shown.Verified = moment(o.VerifiedUntil)
		}
		out = append(out, shown)
	}
	return out, nil
}

// showHandovers answers every open page every few seconds, and hears that somebody is
// at their console.
func showHandovers(p *page) error {
	now := p.w.s.Clock()
	var reads store.Reads
	found, heard := cases.AskOffersTo(&reads, p.by.ID, now), staff.AskSeen(&reads, p.by.ID, now)
	alarms, suspects, calls := cases.AskSuspicions(&reads, p.by.ID, now.Add(-suspicionIsNews)), cases.AskSuspected(&reads), cases.AskOpenCalls(&reads, p.by.ID)
	if err := reads.Run(p.db); err != nil {
		return err
	}
	if err := p.noteHeard(heard); err != nil {
		return err
	}
	offers, err := p.offers(*found)
	if err != nil {
		return err
	}
	p.frame.Offers, p.frame.Path = offers, local(p.QueryParam("back"))
	if p.by.May(access.Supervise) {
		p.frame.Suspicions, p.frame.Suspected.Count = p.suspicions(*alarms), (*suspects)[0]
	}
	if p.by.May(access.WorkCases) {
		p.frame.InCall = p.inCall(*calls)
	}
	return p.render(ui.HandoversLive{Frame: p.frame}.Part())
}

// receivers fills whom the open call can be handed to now, who is busy or away, and who
// is asked already.
func (v *caseView) receivers(c *ui.Call) error {
	var reads store.Reads
	offered, found := cases.AskOfferOf(&reads, v.call.ID), cases.AskReceivers(&reads, v.call, v.now)
	if err := reads.Run(v.db); err != nil {
		return err
	}
	if o := store.First(*offered); o != nil {
		c.OfferedTo, c.OfferedUntil = o.ToName.In(i18n.Lang(v.ctx)), o.ExpiresAt
		switch {
		case o.Open(v.now):
			c.Offer = "waits"
		case o.State == cases.HandoverDeclined:
			c.Offer = "declined"
		case o.State != cases.HandoverWithdrawn:
			c.Offer = "expired"
		}
	}
	var err error
	if c.NoHandover, err = v.refusal(v.call.MayHandOver(v.row.Standing, v.now)); err != nil {
		return err
	}
	for _, r := range *found {
		where, list := whereabouts(r, v.now), &c.Busy
		if where == "here" {
			list = &c.Receivers
		}
		*list = append(*list, ui.Choice{Value: strconv.FormatInt(r.ID, 10),
			Label: i18n.T(v.ctx, "calls.handover."+where, "name", r.Name, "role", i18n.T(v.ctx, "staff.role."+string(r.Role)))})
	}
	return nil
}

// whereabouts is where somebody is who takes calls: "in_call", "here" or "away".
func whereabouts(r cases.Receiver, now time.Time) string {
	switch {
	case r.InCall:
		return "in_call"
	case r.Here(now):
		return "here"
	}
	return "away"
}

func offerHandover(p *page) error {
	return p.onCall("handover", "call_offered", func(id int64) error {
		to, err := strconv.ParseInt(p.FormValue("to"), 10, 64)
		if err != nil {
			return fault.Input("to", "handover_unknown")
		}
		_, err = cases.OfferHandover(p.ctx, p.w.s, p.by, id, to, p.FormValue("note"))
		return err
	})
}

func withdrawHandover(p *page) error {
	return p.onCall("handover", "call_offer_withdrawn", func(id int64) error {
		_, err := cases.WithdrawHandover(p.ctx, p.w.s, p.by, id)
		if fault.Is(err, "handover_over") {
			return fault.New(fault.Conflict, "handover_answered") // to its receiver it is told otherwise
		}
		return err
	})
}

func acceptHandover(p *page) error {
	return p.onHandover(func(id int64) error {
		end, _ := strconv.ParseBool(p.FormValue("end_open")) // absent: an open call is not ended
		took, err := cases.AcceptHandover(p.ctx, p.w.s, p.by, id, end)
		if err != nil {
			return err
		}
		return p.toCase(took.CaseID, "#verification", "call_taken_over")
	})
}

func declineHandover(p *page) error {
	return p.onHandover(func(id int64) error {
		if _, err := cases.DeclineHandover(p.ctx, p.w.s, p.by, id); err != nil {
			return err
		}
		return p.to(local(p.FormValue("back")), "call_declined")
	})
}

// onHandover is the shape of the two answers to an offer: what is refused is said on the
// page of its case.
func (p *page) onHandover(act func(id int64) error) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	call, err := cases.CallOfHandover(p.db, id)
	if err != nil {
		return err
	}
	p.SetParamNames("number")
	p.SetParamValues(cases.Number(call.CaseID))
	if err := act(id); err != nil {
		return p.again(err, "", showCase)
	}
	return nil
}
