package web

import (
	"cmp"
	"strings"
	"testing"
	"time"

	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/reimbursements"
	"hoten/i18n"
	"hoten/ui"
)

// What each step says and what is to be done next, by the state of the case.
func TestStepsSayWhatIsNext(t *testing.T) {
	now := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	at, later := &now, now.Add(time.Hour)
	plan := reimbursements.Plan{Lines: []reimbursements.Line{{}}}
	request := func(state string) *ui.Proposal { return &ui.Proposal{State: state} }
	type row struct {
		State                                                                                    string
		NotifiedAt, VerifiedAt, ResumedAt, MadeWholeAt, UnreachableAt, CompletedAt, RestrictedAt *time.Time
		LetterAbout                                                                              int16
	}
	for name, c := range map[string]struct {
		row   row
		shown ui.CasesShow
		plan  reimbursements.Plan
		want  string // state and note of each step; next
	}{
		"not notified":        {row{State: "restricted"}, ui.CasesShow{}, plan, "now, later, later, later, later; notify"},
		"no address":          {row{State: "restricted"}, ui.CasesShow{}, plan, "skipped Not sent: contact by phone or letter, now, later, later, later; call"},
		"no customer":         {row{State: "restricted", UnreachableAt: at}, ui.CasesShow{}, plan, "now Waiting for the customer's data to be imported, later, later, later, later; "},
		"no mail can be sent": {row{State: "restricted"}, ui.CasesShow{Identity: ui.Identity{Stopped: "Held."}}, plan, "now Held., later, later, later, later; "},
		"balance unknown": {row{State: "resumed", NotifiedAt: at, VerifiedAt: at, ResumedAt: at}, ui.CasesShow{}, reimbursements.Plan{Missing: []int16{1}},
			"done, done, done, now Balance missing, later; "},
		"balance unknown, made whole before": {row{State: "resumed", NotifiedAt: at, VerifiedAt: at, ResumedAt: at, MadeWholeAt: at}, ui.CasesShow{}, reimbursements.Plan{Missing: []int16{1}},
			"done, done, done, now Balance missing, later; "},
		"no mail reaches the member": {row{State: "restricted", UnreachableAt: at}, ui.CasesShow{}, plan,
			"now Not sent: contact by phone or letter, later, later, later, later; letter"},
		"no mail reaches the member, in a call": {row{State: "restricted", UnreachableAt: at}, ui.CasesShow{Call: &ui.Call{}}, plan,
			"skipped Not sent: contact by phone or letter, now, later, later, later; verify"},
		"no mail reaches the member, told by letter": {row{State: "restricted", UnreachableAt: at, NotifiedAt: at}, ui.CasesShow{}, plan,
			"done, now, later, later, later; call"},
		"not notified, for who reads":  {row{State: "restricted"}, ui.CasesShow{}, plan, "now Not sent yet, later, later, later, later; "},
		"not verified, for who reads":  {row{State: "restricted", NotifiedAt: at}, ui.CasesShow{}, plan, "done, now Not verified yet, later, later, later; "},
		"not reset, for who reads":     {row{State: "restricted", NotifiedAt: at, VerifiedAt: at}, ui.CasesShow{}, plan, "done, done, now Not sent yet, later, later; "},
		"the incident has no programs": {row{State: "restricted"}, ui.CasesShow{}, plan, "now No program chosen for the incident, later, later, later, later; "},
		"link sent, no mail":           {row{State: "link_sent", UnreachableAt: at}, ui.CasesShow{}, plan, "skipped Told by phone, now, later, later, later; call"},
		"a changed contact is to be told by letter": {row{State: "restricted", NotifiedAt: at, LetterAbout: 1}, ui.CasesShow{}, plan,
			"done, now, later, later, later; letter"},
		"a changed contact is to be told by letter, in a call": {row{State: "restricted", NotifiedAt: at, LetterAbout: 1}, ui.CasesShow{Call: &ui.Call{}}, plan,
			"done, now, later, later, later; verify"},
		"notice queued": {row{State: "restricted"}, ui.CasesShow{Mails: []ui.CaseMail{{Kind: notices.RestrictionNotice, State: notices.Queued}}}, plan,
			"skipped Waiting to be sent, now, later, later, later; call"},
		"told in the call": {row{State: "restricted", VerifiedAt: at}, ui.CasesShow{}, plan,
			"skipped Told by phone, done, now, later, later; call"},
		"no mail, told in the call": {row{State: "restricted", VerifiedAt: at, UnreachableAt: at}, ui.CasesShow{}, plan,
			"skipped Told by phone, done, now, later, later; call"},
		"released, not notified": {row{State: "resumed", ResumedAt: at}, ui.CasesShow{}, reimbursements.Plan{},
			"skipped, skipped, done, skipped, now; complete"},
		"inquiry": {row{}, ui.CasesShow{}, reimbursements.Plan{}, "skipped, now, skipped, skipped, later; call"},
		"in a call": {row{State: "restricted", NotifiedAt: at}, ui.CasesShow{Call: &ui.Call{}}, plan,
			"done, now, later, later, later; verify"},
		"another agent is on a call": {row{State: "restricted", NotifiedAt: at}, ui.CasesShow{OnCall: []ui.OnCall{{}}}, plan,
			"done, now Another agent is on a call, later, later, later; "},
		"mismatch": {row{State: "restricted", NotifiedAt: at}, ui.CasesShow{Call: &ui.Call{Outcome: "mismatch", Over: true}}, plan,
			"done, now Mismatch, later, later, later; end"},
		"unable": {row{State: "restricted", NotifiedAt: at}, ui.CasesShow{Call: &ui.Call{Outcome: "unable", Over: true}}, plan,
			"done, now Unable to verify, later, later, later; end"},
		"verified": {row{State: "restricted", NotifiedAt: at, VerifiedAt: at},
			ui.CasesShow{Call: &ui.Call{Outcome: "verified"}, Identity: ui.Identity{State: "restricted", MayReset: true}}, plan, "done, done, now, later, later; reset"},
		"level 1 reached, a reset is owed": {row{State: "restricted", NotifiedAt: at}, ui.CasesShow{Call: &ui.Call{Level: 1}}, plan,
			"done, now, later, later, later; verify"},
		"level 2 reached, not concluded": {row{State: "restricted", NotifiedAt: at},
			ui.CasesShow{Call: &ui.Call{Level: 2}, Identity: ui.Identity{MayReset: true}}, plan, "done, done Level 2, now, later, later; reset"},
		"level 1 reached, no reset is owed": {row{State: "active", NotifiedAt: at}, ui.CasesShow{Call: &ui.Call{Level: 1}, MayPropose: true}, plan,
			"done, done Level 1, skipped, now, later; propose"},
		"verified before, another call": {row{State: "restricted", NotifiedAt: at, VerifiedAt: at},
			ui.CasesShow{Call: &ui.Call{Level: 1}, Identity: ui.Identity{ResetTo: []ui.Choice{{}}}}, plan, "done, done, now, later, later; verify"},
		"verified before, no contact for a link": {row{State: "restricted", NotifiedAt: at, VerifiedAt: at},
			ui.CasesShow{Call: &ui.Call{Level: 1}}, plan, "done, done, now Needs a new contact first, with documents, later, later; contact"},
		"no contact for a link, no call": {row{State: "restricted", NotifiedAt: at, VerifiedAt: at},
			ui.CasesShow{}, plan, "done, done, now Needs a new contact first, with documents, later, later; contact"},
		"no contact for a link, level 1": {row{State: "restricted", NotifiedAt: at},
			ui.CasesShow{Call: &ui.Call{Level: 1}}, plan, "done, done Level 1, now Needs a new contact first, with documents, later, later; contact"},
		"no contact for a link, one is proposed": {row{State: "restricted", NotifiedAt: at, VerifiedAt: at},
			ui.CasesShow{Change: &ui.ContactChange{}}, plan, "done, done, now The new contact waits to be confirmed, later, later; "},
		"no contact for a link, not verified": {row{State: "restricted", NotifiedAt: at}, ui.CasesShow{}, plan,
			"done, now, later Needs a new contact first, with documents, later, later; call"},
		"family, concluded": {row{State: "restricted", NotifiedAt: at}, ui.CasesShow{Call: &ui.Call{Relation: cases.Family, Level: 1, Outcome: "verified"}}, plan,
			"done, now, later, later, later; end"},
		"family, no contact for a link": {row{State: "restricted", NotifiedAt: at}, ui.CasesShow{Call: &ui.Call{Relation: cases.Family, Level: 1}}, plan,
			"done, now, later Needs a new contact first, with documents, later, later; verify"},
		"verified before, then a mismatch": {row{State: "restricted", NotifiedAt: at, VerifiedAt: at},
			ui.CasesShow{Call: &ui.Call{Outcome: "mismatch", Over: true}}, plan, "done, done, now, later, later; end"},
		"suspected impostor": {row{State: "restricted", NotifiedAt: at}, ui.CasesShow{CallClosed: "impostor"}, plan,
			"done, now Suspected impostor, later, later, later; "},
		"suspected impostor, for a supervisor": {row{State: "restricted", NotifiedAt: at}, ui.CasesShow{CallClosed: "impostor", Supervises: true}, plan,
			"done, now Suspected impostor, later, later, later; suspicion"},
		"suspected impostor, in a call": {row{State: "restricted", NotifiedAt: at}, ui.CasesShow{CallClosed: "impostor", Call: &ui.Call{}}, plan,
			"done, now Suspected impostor, later, later, later; "},
		"suspected impostor, in the call that said so": {row{State: "restricted", NotifiedAt: at},
			ui.CasesShow{CallClosed: "impostor", Call: &ui.Call{Outcome: "impostor_suspected", Over: true}}, plan, "done, now Suspected impostor, later, later, later; end"},
		"suspected impostor, verified before": {row{State: "restricted", NotifiedAt: at, VerifiedAt: at}, ui.CasesShow{CallClosed: "impostor"}, plan,
			"done, done, now Suspected impostor, later, later; "},
		"suspected impostor, points are owed": {row{State: "resumed", NotifiedAt: at, VerifiedAt: at, ResumedAt: at}, ui.CasesShow{CallClosed: "impostor", MayPropose: true}, plan,
			"done, done, done, now, later; propose"},
		"suspected impostor, all done": {row{State: "resumed", NotifiedAt: at, VerifiedAt: at, ResumedAt: at, MadeWholeAt: at}, ui.CasesShow{CallClosed: "impostor"},
			reimbursements.Plan{}, "done, done, done, done, now Suspected impostor; "},
		"link sent": {row{State: "link_sent", NotifiedAt: at, VerifiedAt: at},
			ui.CasesShow{Call: &ui.Call{}, Identity: ui.Identity{State: "link_sent", MayReset: true}}, plan,
			"done, done, now Waiting for the customer, later, later; resend"},
		"link sent, call ended": {row{State: "link_sent", NotifiedAt: at, VerifiedAt: at},
			ui.CasesShow{Identity: ui.Identity{State: "link_sent"}}, plan,
			"done, done, now Waiting for the customer, later, later; "},
		"link void": {row{State: "link_sent", NotifiedAt: at, VerifiedAt: at},
			ui.CasesShow{Call: &ui.Call{}, Identity: ui.Identity{State: "restricted", LinkVoid: true, MayReset: true}}, plan, "done, done, now, later, later; reset"},
		"link void, verification too": {row{State: "link_sent", NotifiedAt: at, VerifiedAt: at},
			ui.CasesShow{Call: &ui.Call{Over: true}, Identity: ui.Identity{State: "restricted", LinkVoid: true}}, plan, "done, done, now, later, later; end"},
		"link void, call ended": {row{State: "link_sent", NotifiedAt: at, VerifiedAt: at},
			ui.CasesShow{Identity: ui.Identity{State: "restricted", LinkVoid: true}}, plan, "done, done, now, later, later; call"},
		"nobody is verified in the call any more": {row{State: "restricted", NotifiedAt: at}, ui.CasesShow{Call: &ui.Call{Over: true}}, plan,
			"done, now, later, later, later; end"},
		"requested before the reset": {row{State: "restricted", NotifiedAt: at}, ui.CasesShow{Proposal: request("submitted")}, plan,
			"done, now, later, later Awaiting approval, later; call"},
		"requested": {row{State: "resumed", NotifiedAt: at, VerifiedAt: at, ResumedAt: at}, ui.CasesShow{Proposal: request("submitted"), MayPropose: true}, plan,
			"done, done, done, now Awaiting approval, later; "},
		"requested, with a hand in it": {row{State: "resumed", NotifiedAt: at, VerifiedAt: at, ResumedAt: at}, ui.CasesShow{Proposal: &ui.Proposal{State: "submitted", OthersDecide: true}}, plan,
			"done, done, done, now Awaiting another approver's approval, later; "},
		"requested, to be decided": {row{State: "resumed", NotifiedAt: at, VerifiedAt: at, ResumedAt: at}, ui.CasesShow{Proposal: &ui.Proposal{State: "submitted", MayDecide: true}}, plan,
			"done, done, done, now Awaiting approval, later; approve"},
		"not requested, for who reads": {row{State: "resumed", NotifiedAt: at, VerifiedAt: at, ResumedAt: at}, ui.CasesShow{}, plan,
			"done, done, done, now Not requested yet, later; "},
		"approved, for who reads": {row{State: "resumed", NotifiedAt: at, VerifiedAt: at, ResumedAt: at}, ui.CasesShow{Proposal: request("approved")}, reimbursements.Plan{},
			"done, done, done, now Under way in the point system, later; "},
		"returned": {row{State: "resumed", NotifiedAt: at, VerifiedAt: at, ResumedAt: at}, ui.CasesShow{Proposal: request("returned"), MayPropose: true}, plan,
			"done, done, done, now Returned, later; propose"},
		"completed over what is owed": {row{State: "restricted", NotifiedAt: at, CompletedAt: at}, ui.CasesShow{}, plan,
			"done, skipped Left undone at completion, skipped Left undone at completion, skipped Left undone at completion, done; "},
		"restricted again since completion": {row{State: "restricted", NotifiedAt: at, VerifiedAt: at, MadeWholeAt: at, CompletedAt: at, RestrictedAt: &later}, ui.CasesShow{}, reimbursements.Plan{},
			"done, done, skipped Restricted again since completion, done, done; "},
		"all done": {row{State: "resumed", NotifiedAt: at, VerifiedAt: at, ResumedAt: at, MadeWholeAt: at}, ui.CasesShow{Proposal: request("posted")},
			reimbursements.Plan{}, "done, done, done, done, now; complete"},
	} {
		of := cases.Row{Standing: members.Standing{State: cmp.Or(c.row.State, members.Active), ResumedAt: c.row.ResumedAt, RestrictedAt: c.row.RestrictedAt},
			Case: cases.Case{Origin: cases.Listed, NotifiedAt: c.row.NotifiedAt, VerifiedAt: c.row.VerifiedAt, MadeWholeAt: c.row.MadeWholeAt, UnreachableAt: c.row.UnreachableAt, CompletedAt: c.row.CompletedAt, LetterAbout: c.row.LetterAbout}}
		if c.shown.Proposal != nil {
			of.ReimbursementState = &c.shown.Proposal.State
		}
		if c.row == (row{}) {
			of.Origin = cases.Inquiry
		}
		if member := int64(1); name != "no customer" {
			of.MemberID = &member
		}
		v := &caseView{page: &page{ctx: i18n.With(t.Context(), "en")}, row: &of, plan: c.plan, now: now, CasesShow: c.shown, contacts: []members.Contact{{Kind: members.Email, Source: members.Documents}}}
		v.in = &incidents.Involved{Bare: strings.Contains(name, "no programs")}
		if strings.HasPrefix(name, "no address") {
			v.contacts = nil
		}
		if v.MayWork, v.MayChange = !strings.Contains(name, "for who reads"), true; !strings.Contains(name, "no contact") {
			v.Identity.ResetTo = []ui.Choice{{}}
		}
		if v.Call != nil {
			v.Call.Acts = v.Call.Relation != cases.Family
		}
		v.chain()
		var steps []string
		for _, s := range v.Steps {
			steps = append(steps, strings.TrimSpace(s.State+" "+s.Note))
		}
		if got := strings.Join(steps, ", ") + "; " + v.Next; got != c.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, c.want)
		}
	}
}

// What is said of a correction that is due.
func TestWordsOfACorrection(t *testing.T) {
	adjusted, learned := reimbursements.Line{Kind: reimbursements.Adjust}, reimbursements.Line{Kind: reimbursements.Reimburse}
	for name, c := range map[string]struct {
		pending, changed bool
		lines            []reimbursements.Line
		want             string
	}{
		"learned":                 {false, false, []reimbursements.Line{learned}, ""},
		"an adjustment":           {false, false, []reimbursements.Line{adjusted}, "adjusted"},
		"learned, and adjusted":   {false, false, []reimbursements.Line{learned, adjusted}, ""},
		"proposed":                {true, false, []reimbursements.Line{learned}, "proposed"},
		"an adjustment, proposed": {true, false, []reimbursements.Line{adjusted}, "proposed"},
		"proposed, then changed":  {true, true, []reimbursements.Line{learned}, "changed"},
		"nothing":                 {false, false, nil, ""},
	} {
		if got := corrects(c.pending, c.changed, reimbursements.Plan{Lines: c.lines}); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
