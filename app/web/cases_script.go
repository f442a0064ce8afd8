package web

import (
	"slices"

	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/services"
	"hoten/i18n"
	"hoten/ui"
)

// script chooses the sentences for the step of the call, in the caller's language.
func (v *caseView) script() error {
	var said map[string][]string
	now := slices.DeleteFunc(v.found.services(), func(n services.Named) bool { return !v.in.Has(n.Code) })
	named := func(_ services.Named, lang string) []string {
		if v.in.ID == nil {
			return nil
		}
		return []string{v.in.ID.PointPassword(lang)}
	}
	if v.Services, said = v.holding(now, named); !v.MayWork {
		return nil
	}
	s := ui.Script{Language: v.Member.Language, Names: map[string]ui.ScriptNames{}, Step: v.sayNow(), Minutes: v.policies.ResetMinutes, Services: said}
	for _, lang := range i18n.Langs {
		names := ui.ScriptNames{Agent: v.account.NameIn(lang), Unit: i18n.Either(lang, v.in.Units(lang))}
		if v.in.ID != nil {
			names.GoesOn = v.in.ID.GoesOn(lang)
		}
		if i := slices.IndexFunc(v.desks, func(d desks.Kept) bool { return d.Code == v.DeskID }); i >= 0 {
			names.Desk = v.desks[i].Name(lang)
		}
		s.Names[lang] = names
	}
	if s.Step == "put_back" || s.Step == "put_back_open" {
		v.wasPutBack(&s)
	}
	v.Script = s
	return nil
}

// sayNow is the step of the call: what the caller is to be told or asked next. Before level
// 1 nothing that is said differs by what the case is.
func (v *caseView) sayNow() string {
	c := v.Call
	switch {
	case c == nil:
		return "greeting"
	case v.CallClosed == "impostor", c.Outcome == cases.ImpostorSuspected:
		return "suspected"
	case v.CallClosed != "" && (c.Over || c.Level == 0):
		return "closed"
	case c.Outcome == cases.Mismatch, c.Outcome == cases.Unable:
		return c.Outcome
	case c.Over:
		return "again"
	case c.Level < 2 && c.Code.Awaited():
		return "code"
	case c.Level == 0:
		return identifying(c)
	case !v.row.Standing.Closed(), v.asksOfPoints():
		return v.aboutCase()
	case v.Identity.State == members.LinkSent:
		return "reset_sent"
	case v.Identity.MayReset:
		return "reset"
	case c.Outcome == cases.Verified:
		return v.aboutCase()
	case v.CallClosed != "":
		return "closed"
	case c.Possession != "":
		return v.proving()
	}
	return v.aboutCase()
}

// identifying is the step on the way to level 1.
func identifying(c *ui.Call) string {
	switch {
	case slices.ContainsFunc(c.Items, func(i ui.Item) bool { return i.Name == cases.ItemName && i.State == "match" }):
		return "more"
	case c.Direction == "outbound" && !c.CalledBack && !slices.ContainsFunc(c.Items, func(i ui.Item) bool { return i.State != "" }):
		return "callback"
	}
	return "verify"
}

// proving is the step from level 1 to level 2; where none leads there by phone, the case is
// told of.
func (v *caseView) proving() string {
	c, mayCall := v.Call, len(v.CallBack) > 0
	switch {
	case mayCall && c.Direction == "outbound":
		return "on_number"
	case c.Code.MaySend():
		return "send_code"
	case mayCall:
		return "call_back"
	case c.MissingItems > 0: // as a policy may allow
		return "more"
	}
	return v.aboutCase()
}

// asksOfPoints reports whether the caller asks about points: as was chosen, else where
// the desk of the call, or of the reader, answers about nothing else.
func (v *caseView) asksOfPoints() bool {
	ofID := func(topic string) bool { return topic == desks.AboutID || topic == desks.AboutPassword }
	if topic := v.frame.Topic; topic != "" {
		return !ofID(topic)
	}
	i := slices.IndexFunc(v.desks, func(d desks.Kept) bool { return d.ID == v.atDesk() })
	return i >= 0 && len(v.desks[i].Topics) > 0 && !slices.ContainsFunc(v.desks[i].Topics, ofID)
}

// aboutCase is what is told of the case: whether the points are still to be put back, were
// put back, or were and are being looked at again. Where nothing was lost it is the
// restriction, if any.
func (v *caseView) aboutCase() string {
	settled := v.plan.Empty() && v.pointsNote() == ""
	switch {
	case v.row.MadeWholeAt != nil && settled:
		return "put_back"
	case v.row.MadeWholeAt != nil:
		return "put_back_open"
	case !settled:
		return "points"
	case v.row.Standing.Closed():
		return "restricted"
	}
	return "farewell"
}

// wasPutBack fills in what was put back, and whether the member was told by mail.
func (v *caseView) wasPutBack(s *ui.Script) {
	s.PutBackAt, s.Mailed = *v.row.MadeWholeAt, slices.ContainsFunc(v.Mails, func(m ui.CaseMail) bool {
		return (m.Kind == notices.ReimbursementCompleted || m.Kind == notices.ReimbursementCorrected) && m.State == notices.Sent
	})
	for lang, names := range s.Names {
		names.Unit = i18n.Both(lang, incidents.UnitsOf(v.putBack(), lang))
		s.Names[lang] = names
	}
}

// putBack are the programs in which something was posted for the member.
func (v *caseView) putBack() (programs []incidents.Program) {
	for _, p := range v.programs {
		if slices.ContainsFunc(*v.found.posted, func(l ledger.Line) bool {
			return l.ProgramID == p.ID && l.Purpose != ledger.Opening && l.Purpose != ledger.Moved
		}) {
			programs = append(programs, p)
		}
	}
	return programs
}
