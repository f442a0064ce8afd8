package web

import (
	"slices"
	"time"

	"hoten/app/callbacks"
	"hoten/app/cases"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/i18n"
	"hoten/ui"
)

// link is what a case says of one of the five steps.
type link struct {
	name string
	at   *time.Time
	done bool
	skip bool
	note string // in words; empty: what the state says
}

// links are the five steps in their order.
func (v *caseView) links() []link {
	r, whole := v.row, v.plan.Empty() && v.pointsNote() == "" && !v.row.UnderWay()
	return []link{
		v.noticeLink(),
		v.verificationLink(),
		{"reset", r.ResumedAt, r.ResumedAt != nil, r.Use() == "", v.resetNote()},
		{"reimbursement", r.MadeWholeAt, r.MadeWholeAt != nil && whole, r.MadeWholeAt == nil && whole, v.reimbursementNote()},
		{"completion", r.CompletedAt, r.CompletedAt != nil, false, ""},
	}
}

// noticeLink is the notice: whoever was not mailed was told in a call, or is still to
// be told by phone or letter; an ID that is not restricted needs none.
func (v *caseView) noticeLink() link {
	r := v.row
	l := link{name: "notice", at: r.NotifiedAt, done: r.NotifiedAt != nil}
	switch {
	case l.done:
	case r.Use() == "" || !r.Case.Affected():
		l.skip = true
	case r.VerifiedAt != nil || r.State == members.LinkSent:
		l.skip, l.note = true, i18n.T(v.ctx, "cases.step.told")
	case r.State == members.Resumed:
		l.skip = true // released: it was never to be restricted
	case v.noticeQueued():
		l.skip, l.note = true, i18n.T(v.ctx, "cases.step.queued")
	case r.MemberID == nil:
		l.note = i18n.T(v.ctx, "cases.step.no_member")
	case r.UnreachableAt != nil || !v.mailable():
		l.skip, l.note = v.Call != nil || !v.letterWaits(), i18n.T(v.ctx, "cases.step.unreachable")
	case v.in.Bare:
		l.note = i18n.T(v.ctx, "cases.step.no_programs")
	default:
		l.note = v.Identity.Stopped
	}
	return l
}

// mailable reports whether the notice could go to an address of the member.
func (v *caseView) mailable() bool {
	return slices.ContainsFunc(v.contacts, func(k members.Contact) bool { return k.Kind == members.Email && k.Usable(v.firstDay) })
}

// letterWaits reports whether the member is to be told by letter.
func (v *caseView) letterWaits() bool { return v.row.Case.LetterWaits(v.row.Standing) }

// noticeQueued reports whether the notice waits to be sent, for the first time or again.
func (v *caseView) noticeQueued() bool {
	return slices.ContainsFunc(v.Mails, func(m ui.CaseMail) bool {
		return m.Kind == notices.RestrictionNotice && m.State == notices.Queued
	})
}

// verificationLink is the verification: recorded on the case, or far enough in the open call
// for what comes next, whether or not its agent has concluded it. A caller who may not act
// for the member verifies nobody.
func (v *caseView) verificationLink() link {
	r := v.row
	l := link{name: "verification", at: r.VerifiedAt, done: r.VerifiedAt != nil, skip: r.ResumedAt != nil && r.VerifiedAt == nil}
	switch {
	case l.done || v.Call == nil:
	case v.Call.Acts && v.Call.Level >= v.levelNeeded():
		l.done, l.note = true, i18n.T(v.ctx, "calls.level", "level", v.Call.Level)
	case v.Call.Outcome != "" && (v.Call.Acts || v.Call.Outcome != cases.Verified):
		l.note = i18n.T(v.ctx, "calls.outcome."+v.Call.Outcome)
	}
	return l
}

// needsContact reports whether the reset waits for a mail address that the link may go to.
func (v *caseView) needsContact() bool {
	return v.row.Standing.Closed() && v.CallClosed != "impostor" && !v.linkHolds() && len(v.Identity.ResetTo) == 0
}

// levelNeeded is the level that the case asks of a caller: a reset link takes 2, where one
// can be sent.
func (v *caseView) levelNeeded() int {
	if v.row.Standing.Closed() && !v.needsContact() {
		return 2
	}
	return 1
}

// linkHolds reports whether the member has a reset link that still works.
func (v *caseView) linkHolds() bool { return v.Identity.State == members.LinkSent }

func (v *caseView) resetNote() string {
	switch {
	case v.linkHolds():
		return i18n.T(v.ctx, "cases.step.reset_waits")
	case v.needsContact() && v.Change != nil:
		return i18n.T(v.ctx, "cases.step.contact_waits")
	case v.needsContact():
		return i18n.T(v.ctx, "cases.step.contact")
	}
	return ""
}

// pointsNote is what keeps the points from being settled: with an unknown balance nobody
// knows whether anything is due.
func (v *caseView) pointsNote() string {
	marks := v.row.Marks()
	if len(v.plan.Missing) > 0 {
		marks = []string{string(cases.QueueBalance)}
	}
	if len(marks) == 0 {
		return ""
	}
	return i18n.T(v.ctx, "cases.queue."+marks[0])
}

// reimbursementNote is the state of a request that is not settled, else what keeps the
// points from being settled.
func (v *caseView) reimbursementNote() string {
	if v.row.UnderWay() {
		return i18n.T(v.ctx, "cases.step.under_way")
	}
	if v.Proposal == nil || v.Proposal.State != "submitted" && v.Proposal.State != "returned" && v.Proposal.State != "undone" {
		return v.pointsNote()
	}
	if v.Proposal.State == "submitted" && v.Proposal.OthersDecide {
		return i18n.T(v.ctx, "cases.step.others_approve")
	}
	return i18n.T(v.ctx, "reimbursements.state."+v.Proposal.State)
}

// chain fills the five steps and the one thing to do next.
func (v *caseView) chain() {
	now, ended := false, v.row.CompletedAt != nil
	for _, l := range v.links() {
		s := ui.Step{Name: l.name, State: "later", Note: l.note}
		switch {
		case l.done:
			if s.State = "done"; l.at != nil {
				s.At, s.Note = *l.at, ""
			}
		case l.skip:
			s.State = "skipped"
		case ended: // a supervisor completed it over what was owed
			s.State, s.Note = "skipped", i18n.T(v.ctx, "cases.step.left")
			if l.name == "reset" && v.row.RestrictedAt != nil && v.row.RestrictedAt.After(*v.row.CompletedAt) {
				s.Note = i18n.T(v.ctx, "cases.step.restricted_since")
			}
		case !now:
			s.State, now = "now", true
			if v.suspended(l.name) {
				s.Note = i18n.T(v.ctx, "calls.outcome."+cases.ImpostorSuspected)
			}
			if v.Next = v.nextFor(l.name); v.Next == "call" && len(v.OnCall) > 0 {
				v.Next, s.Note = "", i18n.T(v.ctx, "cases.step.on_call")
			}
			if (v.Next == "" || v.Next == "approve") && s.Note == "" {
				s.Note = v.undone(l.name)
			}
		}
		v.Steps = append(v.Steps, s)
	}
}

// undone says of a step that nothing has come of it yet; empty where something has.
func (v *caseView) undone(step string) string {
	if step == "completion" || step == "reimbursement" && v.requested() {
		return ""
	}
	return i18n.T(v.ctx, "cases.step.undone."+step)
}

// suspended reports whether a suspicion keeps the step from being done: a supervisor decides.
func (v *caseView) suspended(step string) bool {
	return v.CallClosed == "impostor" && step != "reimbursement"
}

// requested reports whether a request waits to be decided or posted.
func (v *caseView) requested() bool {
	return v.row.UnderWay() || v.Proposal != nil && v.Proposal.State == "submitted"
}

func (v *caseView) nextFor(step string) string {
	pending := v.requested()
	switch {
	case !v.MayWork && !(pending && v.Proposal != nil && v.Proposal.MayDecide):
		return ""
	case pending && v.Proposal != nil && v.Proposal.MayDecide:
		return "approve"
	case v.Call == nil && v.suspended(step) && v.Supervises && !v.Upheld:
		return "suspicion"
	case step == "notice" && v.row.MemberID == nil:
		return ""
	case v.Call == nil && v.letterWaits() && v.row.MemberID != nil:
		return "letter"
	case step == "notice" && (v.Identity.Stopped != "" || v.in.Bare || v.suspended(step)):
		return ""
	case step == "notice":
		return "notify"
	case (step == "verification" || step == "reset") && v.Call != nil && (v.Call.Over || !v.Call.Acts && v.Call.Outcome == cases.Verified):
		return "end"
	case v.suspended(step) && v.Supervises && !v.Upheld:
		return "suspicion"
	case v.suspended(step):
		return ""
	case step == "verification" && v.Call == nil:
		return v.nextCall()
	case step == "verification":
		return "verify"
	case step == "reset" && v.needsContact():
		return v.nextContact()
	case step == "reset" && v.Identity.MayReset && v.linkHolds():
		return "resend"
	case step == "reset" && v.Identity.MayReset:
		return "reset"
	case step == "reset" && v.Call == nil && !v.linkHolds():
		return v.nextCall()
	case step == "reset" && v.Call != nil && v.Call.Level < v.levelNeeded() && v.CallClosed == "":
		return "verify"
	case step == "reimbursement" && v.MayPropose && !pending:
		return "propose"
	case step == "completion" && !pending:
		return "complete"
	}
	return ""
}

// nextCall is how the member is spoken to: the reader calls back who waits for that.
func (v *caseView) nextCall() string {
	c := v.Callback
	switch {
	case c != nil && c.ResultDue:
		return "result"
	case c != nil && v.Caller == "" && c.MayDial && !c.Suspected && c.State == callbacks.Open:
		return "dial"
	}
	return "call"
}

// nextContact is the form to propose a contact on documents, where there is one.
func (v *caseView) nextContact() string {
	if v.MayChange && v.Change == nil {
		return "contact"
	}
	return ""
}
