package web

import (
	"slices"

	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/reimbursements"
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
	s := ui.Script{Parts: v.sayNow(), Texts: v.found.scripts(), Language: v.Member.Language, Names: map[string]ui.ScriptNames{}, Minutes: v.policies.ResetMinutes, Services: said,
		PutBackAt: moment(v.row.MadeWholeAt)}
	s.Beside, v.Asked.Say = v.Asked.Say, nil
	wasPutBack := slices.Contains(s.Parts, "put_back")
	s.Restored, s.Reimbursed = v.ways(wasPutBack)
	for _, lang := range i18n.Langs {
		names := ui.ScriptNames{Agent: v.account.NameIn(lang), Unit: i18n.Either(lang, v.in.Units(lang))}
		if wasPutBack {
			names.Unit = i18n.Both(lang, incidents.UnitsOf(v.putBack(), lang))
		}
		if v.in.ID != nil {
			names.GoesOn = v.in.ID.GoesOn(lang)
		}
		if i := slices.IndexFunc(v.desks, func(d desks.Kept) bool { return d.Code == v.DeskID }); i >= 0 {
			names.Desk = v.desks[i].Name(lang)
		}
		s.Names[lang] = names
	}
	v.Script = s
	return nil
}

// sayNow is what the caller is to be told or asked next, part by part. Before level 1
// nothing that is said differs by what the case is.
func (v *caseView) sayNow() []string {
	c := v.Call
	switch {
	case c == nil && v.WrapUp:
		return nil // nobody is on the line
	case c == nil && v.Callback != nil && v.Callback.MayDial && !v.Callback.Suspected:
		return []string{"callback"}
	case c == nil:
		return []string{"greeting"}
	case v.CallClosed == "impostor", c.Outcome == cases.ImpostorSuspected:
		return []string{suspected(c)}
	case v.CallClosed != "" && c.Over:
		return []string{"closed"}
	case c.Outcome == cases.Mismatch, c.Outcome == cases.Unable:
		return []string{c.Outcome}
	case c.Over:
		return []string{"again"}
	case c.Level < 2 && c.Code.Awaited() && c.Outcome == cases.Verified:
		return append(v.aboutCase(), "code") // who counts as told is told
	case c.Level < 2 && c.Code.Awaited():
		return []string{"code"}
	case c.Level == 0:
		return []string{identifying(c)}
	}
	if step := v.proving(); step != "" {
		return []string{step}
	}
	return v.aboutCase()
}

// suspected is what is said while somebody may pass for the member. Who is rung does not
// hear of it before they are there.
func suspected(c *ui.Call) string {
	if c.Outcome == "" && !c.Over && identifying(c) == "callback" {
		return "callback"
	}
	return "suspected"
}

// identifying is the step on the way to level 1. An item that was wrong is asked again only
// when nothing else is left, so that the caller does not learn which one it was.
func identifying(c *ui.Call) string {
	named, unnamed, begun, left := false, false, c.Code.State == "matched", false
	for _, i := range c.Items {
		if i.Name == cases.ItemName {
			named, unnamed = i.State == "match", i.State == "mismatch"
		} else {
			left = left || i.State == ""
		}
		begun = begun || i.State != ""
	}
	switch {
	case named:
		return asking("more", c)
	case unnamed && left:
		return asking("others", c)
	case begun:
		return asking("name", c)
	case c.Direction == "outbound" && !c.CalledBack:
		return "callback"
	}
	return asking("verify", c)
}

// asking is a question about the account holder, to whoever speaks for them where it is
// somebody else.
func asking(step string, c *ui.Call) string {
	if slices.Contains([]string{cases.Family, cases.Proxy, cases.Guardian, cases.Corporate}, c.Relation) {
		return step + "_of_holder"
	}
	return step
}

// proving is the step from level 1 to level 2. It is empty where none leads there by phone,
// or nothing could be done then; where the level was recorded; and for a question about points.
func (v *caseView) proving() string {
	c, mayCall := v.Call, len(v.CallBack) > 0
	switch {
	case c.Possession != "code", c.Outcome == cases.Verified, v.linkHolds(), v.asksOfPoints():
		return ""
	case mayCall && c.Direction == "outbound":
		return "on_number"
	case c.Code.MaySend():
		return "send_code"
	case mayCall && v.NoCalls != "":
		return "call_back_later"
	case mayCall:
		return "call_back"
	case c.MissingItems > 0: // as a policy may allow
		return asking("more", c)
	}
	return ""
}

// asksOfPoints reports whether the caller asks about points: as was chosen, else where
// the desk of the call, or of the reader, answers about nothing else.
func (v *caseView) asksOfPoints() bool {
	if topic := v.frame.Topic; topic != "" {
		return !ofTheID(topic)
	}
	i := slices.IndexFunc(v.desks, func(d desks.Kept) bool { return d.ID == v.atDesk() })
	return i >= 0 && len(v.desks[i].Topics) > 0 && !slices.ContainsFunc(v.desks[i].Topics, ofTheID)
}

// ofTheID reports whether a topic is the ID or its password.
func ofTheID(topic string) bool { return topic == desks.AboutID || topic == desks.AboutPassword }

// aboutCase is what a verified caller is told of the case: first of the restriction, since
// whoever was told on the phone is told by no letter, then of the points. Whoever may not act
// for the member is told what is published, the same whatever the case is.
func (v *caseView) aboutCase() []string {
	switch {
	case !v.Call.Acts && v.Call.Relation == cases.Family:
		return []string{"published", "holder_only"}
	case !v.Call.Acts:
		return []string{"published", "papers_first." + v.Call.Relation}
	}
	parts := append(v.aboutID(), v.aboutPoints()...)
	if len(parts) == 0 || len(parts) == 1 && parts[0] == "in_use" {
		parts = append(parts, "farewell")
	}
	return parts
}

// aboutID is what is told of the ID: that it is restricted and the way out of that, or that
// it is in use again.
func (v *caseView) aboutID() []string {
	restricted := "restricted"
	switch {
	case v.row.Standing.State == members.Resumed:
		return []string{"in_use"}
	case !v.row.Standing.Closed():
		return nil
	case v.linkHolds():
		return []string{restricted, "reset_sent"}
	case v.CallClosed != "":
		return []string{restricted, "no_reset"}
	case v.needsContact() && v.Change != nil:
		return []string{restricted, "contact_waits"}
	case v.needsContact():
		return []string{restricted, "no_contact"}
	case v.Identity.MayReset && v.Identity.Stopped == "":
		return []string{"confirmed", restricted, "reset"}
	case v.Call.Outcome == "" && v.Call.Level < 2 && v.Call.Possession == "code" && v.Call.Code.MaySend():
		return []string{restricted, "offer_reset"}
	}
	return []string{restricted}
}

// aboutPoints is what is told of the points: whether they are still to be put back, were
// put back, or were and are being looked at again. That there is nothing to do for them is
// said once there is nothing to do for the ID either.
func (v *caseView) aboutPoints() (parts []string) {
	settled := v.plan.Empty() && v.pointsNote() == ""
	switch {
	case v.row.MadeWholeAt == nil && settled:
		return nil
	case v.row.MadeWholeAt == nil:
		parts = []string{"points"}
	case settled:
		parts = []string{"put_back"}
	default:
		parts = []string{"put_back", "checking"}
	}
	if !v.row.Standing.Closed() {
		parts = append(parts, "no_action")
	}
	if v.row.MadeWholeAt != nil {
		parts = append(parts, v.resultTold()...)
	}
	return parts
}

// resultTold is how the member learns what was put back: by letter where one is due, else by
// the mail, once it was sent.
func (v *caseView) resultTold() []string {
	switch {
	case slices.Contains(v.Letter, cases.LetterResult):
		return []string{"lettered"}
	case slices.ContainsFunc(v.Mails, func(m ui.CaseMail) bool {
		return (m.Kind == notices.ReimbursementCompleted || m.Kind == notices.ReimbursementCorrected) && m.State == notices.Sent
	}):
		return []string{"mailed"}
	}
	return nil
}

// ways are how points of the member were, or are to be, put back, as the mails name it.
func (v *caseView) ways(posted bool) (restored, reimbursed bool) {
	var kinds []string
	if posted {
		for _, l := range *v.found.posted {
			if v.ours(l) {
				kinds = append(kinds, l.Purpose)
			}
		}
	} else {
		for _, l := range v.plan.Lines {
			kinds = append(kinds, l.Kind)
		}
	}
	restored = slices.Contains(kinds, reimbursements.Rollback)
	reimbursed = slices.Contains(kinds, reimbursements.Reimburse) || slices.Contains(kinds, reimbursements.Adjust)
	if !restored && !reimbursed { // with an unknown balance there is no plan
		restored = v.Class == "A" || v.Class == "C"
		reimbursed = v.Class != "A"
	}
	return restored, reimbursed
}

// putBack are the programs in which something was posted for the member.
func (v *caseView) putBack() (programs []incidents.Program) {
	for _, p := range v.programs {
		if slices.ContainsFunc(*v.found.posted, func(l ledger.Line) bool {
			return l.ProgramID == p.ID && l.Purpose != ledger.Moved && v.ours(l)
		}) {
			programs = append(programs, p)
		}
	}
	return programs
}
