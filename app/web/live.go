package web

import (
	"fmt"
	"net/http"
	"time"

	"hoten/app/cases"
	"hoten/app/store"
	"hoten/i18n"
	"hoten/ui"
)

// unnoticed are the requests that a page sends by itself: they do not keep a
// session open that nobody uses.
var unnoticed = map[string]bool{"/password/strength": true, "/cases/:number/live": true, "/session": true, "/frame": true, "/frame/handovers": true, "/ring": true}

// unframed are those of them whose answer has no frame.
var unframed = map[string]bool{"/password/strength": true, "/cases/:number/live": true, "/session": true, "/frame/handovers": true, "/ring": true}

// attendCase answers the page of a case, which asks every few seconds: who else
// has it open, and whether something happened in it.
func attendCase(p *page) error {
	id, err := p.caseID()
	if err != nil {
		return err
	}
	others, stamp, err := cases.Attend(p.ctx, p.w.s, p.by, id, p.QueryParam("writing") == "true")
	if err != nil {
		return err
	}
	if p.QueryParam("handover") == "true" {
		mark, err := p.receiversMark(id)
		if err != nil {
			return err
		}
		stamp += mark
	}
	shown := ui.CaseLive{Stamp: stamp}
	for _, o := range others {
		if o.Writing {
			shown.Writing = append(shown.Writing, o.Name.In(i18n.Lang(p.ctx)))
		} else {
			shown.Present = append(shown.Present, o.Name.In(i18n.Lang(p.ctx)))
		}
	}
	return p.render(shown.Part())
}

// receiversMark changes with whom the reader's call about the case can be handed to: what
// an agent looks at who is about to hand it over.
func (p *page) receiversMark(id int64) (string, error) {
	now := p.w.s.Clock()
	found, err := store.Now(p.db, func(reads *store.Reads) *[]cases.Receiver {
		return cases.AskReceivers(reads, &cases.Call{CaseID: id, AgentID: p.by.ID}, now)
	})
	mark := ""
	for _, r := range found {
		mark += fmt.Sprint(".", r.ID, whereabouts(r, now))
	}
	return mark, err
}

// showFrame answers every open page once a minute: what waits for its reader.
func showFrame(p *page) error {
	p.section(p.QueryParam("section"))
	return p.render(ui.FrameLive{Frame: p.frame}.Part())
}

// showSession tells in how many seconds the session ends unless it is used.
func showSession(p *page) error {
	ctx := p.Request().Context()
	now := p.w.s.Clock()
	left := time.Unix(p.w.sessions.GetInt64(ctx, "seen"), 0).Add(idleLife).Sub(now)
	return p.JSON(http.StatusOK, map[string]int{"left": int(min(left, p.w.sessions.Deadline(ctx).Sub(now)).Seconds())})
}

// extendSession counts as a use of the session.
func extendSession(p *page) error {
	p.w.sessions.Put(p.Request().Context(), "seen", p.w.s.Clock().Unix())
	return showSession(p)
}
