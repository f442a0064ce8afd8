package ui

import (
	"context"
	"slices"
	"time"

	"hoten/app/access"
	"hoten/i18n"
)

// bg says nothing of the day: every date has its year, the longest that it can be.
var bg = context.Background()

func jst(month time.Month, day, hour, minute int) time.Time {
	return time.Date(2014, month, day, hour, minute, 0, 0, i18n.JST)
}

// in gives sample data in the reader's language, as the handlers do.
func in(lang, ja, en string) string {
	if lang == "ja" {
		return ja
	}
	return en
}

func sampleFrame(lang, section string, role access.Role) Frame {
	return Frame{
		Path: "/" + section, CSRF: "csrf-token", Section: section, Waiting: Waits{Count: 128, Late: 3, Mine: 1},
		Person: Person{ID: 7, Name: in(lang, "佐藤 美咲", "Misaki Sato"), Role: role, Theme: "auto", TextSize: "standard"},
		Desks: []DeskPill{
			{Name: in(lang, "技術", "Tech"), Open: true, Until: jst(7, 31, 21, 0)},
			{Name: in(lang, "ポイント", "Points")},
		},
	}
}

func samples(lang string) map[string]page {
	pages := map[string]page{}
	for _, group := range []func(string) map[string]page{caseSamples, callbackSamples, serviceSamples, bulletinSamples, scriptSamples, reportSamples, listSamples, incidentSamples, reimbursementSamples, adminSamples, outsideSamples, confirmSamples, trainingSamples} {
		for name, p := range group(lang) {
			pages[name] = p
		}
	}
	return pages
}

func sampleReceiver(lang, where, name, role string) string {
	ctx := i18n.With(bg, lang)
	return i18n.T(ctx, "calls.handover."+where, "name", name, "role", i18n.T(ctx, "staff.role."+role))
}

func caseSamples(lang string) map[string]page {
	verified := sampleCase(lang)

	partner := sampleCase(lang)
	partner.Incident, partner.Movements[1].To, partner.Movements[2].From = long, long, long

	fresh := sampleCase(lang)
	fresh.Call, fresh.Next, fresh.Status = nil, "call", "new"
	fresh.Due = CaseDue{At: jst(8, 1, 14, 30), Overdue: true}
	fresh.Asked = sampleAsked(lang, "closed")
	fresh.Script = Script{Parts: []string{"greeting"}, Language: "ja", Names: scriptNames}
	fresh.Steps = []Step{
		{Name: "notice", State: "done", At: jst(7, 30, 9, 0), By: in(lang, "一括送信", "Bulk")},
		{Name: "verification", State: "now"}, {Name: "reset", State: "later"}, {Name: "reimbursement", State: "later"}, {Name: "completion", State: "later"},
	}
	fresh.Proposal, fresh.Assignee = nil, ""
	fresh.CallBack, fresh.Ends = []Choice{{"3", "03-****-8551"}}, []string{"R096-000412"}

	locked := sampleCase(lang)
	locked.Frame = sampleFrame(lang, "cases", access.Supervisor)
	locked.Frame.Flash = Flash{Tone: "error", Text: i18n.T(i18n.With(bg, lang), "calls.panel.impostor")}
	locked.Callback = &sampleCallbacks(lang)[1]
	locked.Call, locked.CallClosed, locked.Supervises, locked.Next = nil, "impostor", true, ""
	locked.Stalled, locked.Status = true, "on_hold"
	locked.Proposal.State, locked.Proposal.Reason = "returned", in(lang, "7/22の交換は本人利用の可能性あり。判定を確認のうえ再申請してください。", "The exchange of 22 July may be the member's own. Check the finding and propose again.")
	locked.MayPropose = false
	locked.Identity.MayReset = false
	locked.Findings, locked.Unverified = []Choice{{"MV2014-000001", "7/22 03:49 PointTalk → goo"}}, true
	locked.Adjust = []Choice{{"pointtalk", "ポイントーク"}, {"goo", "gooポイント"}}
	locked.Identity.MayRelease = true
	locked.PointsOpen, locked.Doubles = []string{"balance_missing", "double", "correction"}, []Choice{{"MV2014-000001", "7/22 03:49 PointTalk → goo"}}
	locked.Missing = []string{in(lang, "gooポイント", "goo Point")}
	locked.Movements = slices.Clone(locked.Movements)
	locked.Movements[0].Double = "open"
	locked.NoProposal = i18n.T(i18n.With(bg, lang), "fault.double_undecided")
	locked.Frame.Problems = []Problem{{Form: "impostor", Field: "reason", Text: in(lang, "理由を入力してください。", "Enter a reason.")}}

	outbound := sampleCase(lang)
	outbound.Call.Direction, outbound.Call.Code.State, outbound.CallBack = "outbound", "unavailable", []Choice{{"3", "03-****-8551"}}
	outbound.Call.Level, outbound.Call.MissingItems, outbound.Next = 2, 0, "complete"
	outbound.Call.Relation, outbound.Call.Reset = "proxy", ""
	outbound.Frame.Person.TextSize = "largest"
	outbound.Frame.Refused = "handover"
	outbound.Frame.Problems = []Problem{{Form: "handover", Field: "to", Text: i18n.T(i18n.With(bg, lang), "fault.field.handover_unknown")}}
	outbound.Identity = Identity{State: "resumed", RestrictedAt: jst(7, 29, 15, 0), LinkSentAt: jst(7, 31, 10, 50), ResumedAt: jst(7, 31, 10, 58), PointPasswordName: in(lang, "ポイントパスワード", "point password"), PointPasswordVoidedAt: jst(7, 31, 10, 58), OffersOneTime: true, OneTimePassword: true, MayRestrict: true}
	outbound.Member.Revealed = true

	promised := sampleCase(lang)
	promised.Status, promised.Callback, promised.Call = "callback_due", &sampleCallbacks(lang)[0], nil
	promised.Callback.Tries = []CallbackTry{{At: jst(7, 31, 10, 2), Outcome: "no_answer", Who: in(lang, "鈴木 健", "Ken Suzuki")}, {At: jst(7, 31, 10, 31), Outcome: "voicemail", Who: in(lang, "佐藤 美咲", "Misaki Sato")}}
	promised.OnCall = []OnCall{{Name: in(lang, "佐藤 美咲", "Misaki Sato"), Since: jst(7, 31, 10, 20), Taken: true}}
	promised.Frame.Due = CallbacksDue{Count: 3, Overdue: 2, First: jst(7, 31, 10, 30)}

	exhausted := sampleCase(lang)
	exhausted.Callback, exhausted.Call = &sampleCallbacks(lang)[4], nil
	exhausted.Callback.State, exhausted.Callback.NextChannel, exhausted.Callback.Attempts = "exhausted", "letter", 3
	exhausted.MayPromise, exhausted.Today, exhausted.CallBack = true, jst(7, 31, 10, 44), []Choice{{"3", "03-****-8551"}}
	exhausted.Frame.Problems = []Problem{{Form: "promise", Field: "due_at", Text: i18n.T(i18n.With(bg, lang), "fault.field.calling_hours")}}
	exhausted.Letter, exhausted.Steps, exhausted.Next = []string{"restriction", "result"}, slices.Clone(exhausted.Steps), "letter"
	exhausted.Steps[0] = Step{Name: "notice", State: "now", Note: i18n.T(i18n.With(bg, lang), "cases.step.unreachable")}
	exhausted.Steps[1] = Step{Name: "verification", State: "later"}
	exhausted.Steps[2] = Step{Name: "reset", State: "later"}
	exhausted.Frame.Due = CallbacksDue{Count: 1, First: jst(7, 31, 10, 50)}

	ended := sampleCase(lang)
	ended.Call, ended.WrapUp = nil, true

	inquiry := sampleCase(lang)
	inquiry.Frame = sampleFrame(lang, "cases", access.Auditor)
	inquiry.Class, inquiry.Origin, inquiry.Call, inquiry.MayWork, inquiry.MayAdd, inquiry.Proposal = "", "inquiry", nil, false, true, nil
	inquiry.Movements, inquiry.Programs, inquiry.Mails, inquiry.Contacts, inquiry.Timeline, inquiry.Identity = nil, nil, nil, nil, nil, Identity{}
	inquiry.NoProposal = in(lang, "このIDには補填する内容がありません。", "There is nothing to put back for this ID.")
	inquiry.Script = Script{}
	inquiry.Stated = []Choice{{"pointtalk", in(lang, "ポイントーク", "PointTalk")}, {"goo", in(lang, "gooポイント", "goo Point")}}

	handed := sampleCase(lang)
	handed.Supervises, handed.MayChange, handed.Change = true, false, &ContactChange{ID: 6, Kind: "email", By: in(lang, "鈴木 健", "Ken Suzuki"), Shared: 2, MayConfirm: true, MayWithdraw: true,
		At: jst(7, 31, 10, 20), Documents: in(lang, "本人確認書類の写し（2014年7月31日到着）", "Copy of an identity document, received 31 July 2014")}
	handed.Frame.Contacts = Waits{Count: 2}
	handed.Frame.Problems = []Problem{{Form: "confirm", Field: "value", Text: i18n.T(i18n.With(bg, lang), "fault.field.contact_differs")}}
	handed.Frame.Refused = "confirm"
	handed.Call.Code.Stopped, handed.Identity.Stopped = i18n.T(i18n.With(bg, lang), "fault.mail_stopped"), i18n.T(i18n.With(bg, lang), "fault.mail_stopped")
	handed.Call.Code.State, handed.Call.Code.Failed, handed.Identity.LinkMail = "failed", i18n.T(i18n.With(bg, lang), "mails.reason.full"), "queued"
	handed.Script.Parts, handed.Script.Restored, handed.Script.Reimbursed = []string{"restricted", "points"}, true, true
	handed.Call.TakenOverAt = jst(7, 31, 10, 41)
	handed.Call.Offer, handed.Call.OfferedTo, handed.Call.OfferedUntil = "waits", in(lang, "渡辺 明", "Akira Watanabe"), jst(7, 31, 10, 47)
	handed.Frame.Offers = []Offer{{ID: 3, Case: "R096-000412", From: in(lang, "鈴木 健", "Ken Suzuki"), Until: jst(7, 31, 10, 46), InCall: true,
		Relation: "family", Language: "en", Level: 1, Verified: jst(7, 31, 11, 12),
		Note: in(lang, "補填の時期について、責任者と話したいとのこと。", "Would like to speak with a supervisor about the reimbursement.")}}

	back := sampleCase(lang)
	back.Next, back.Call, back.MayPropose = "propose", nil, true
	back.Proposal = &Proposal{ID: 7, State: "returned", Proposer: in(lang, "佐藤 美咲", "Misaki Sato"), SubmittedAt: jst(7, 31, 9, 15), Needed: 1, Decider: in(lang, "高橋 由美", "Yumi Takahashi"), DecidedAt: jst(7, 31, 10, 2),
		Reason: in(lang, "7/22の交換がご本人のものか、お客さまに確認してください。", "Please ask the member whether the exchange of 22 July was theirs.")}
	back.Steps = []Step{{Name: "notice", State: "done", At: jst(7, 30, 9, 0)}, {Name: "verification", State: "done", At: jst(7, 31, 9, 0)}, {Name: "reset", State: "done", At: jst(7, 31, 9, 5)},
		{Name: "reimbursement", State: "now", Note: i18n.T(i18n.With(bg, lang), "reimbursements.state.returned")}, {Name: "completion", State: "later"}}

	return map[string]page{"cases_show_partner": partner, "cases_show_returned": back, "cases_show_handed": handed, "cases_show_callback": promised, "cases_show_exhausted": exhausted, "cases_show_outbound": outbound, "cases_show_inquiry": inquiry, "cases_show_ended": ended, "cases_show": verified, "cases_show_new": fresh, "cases_show_locked": locked}
}

var scriptNames = map[string]ScriptNames{
	"ja": {Agent: "佐藤", Desk: "OCNテクニカルサポートセンタ", Unit: "ポイント"},
	"en": {Agent: "Sato Aoi", Desk: "OCN Technical Support Center", Unit: "points"},
}

func sampleCase(lang string) CasesShow {
	pointtalk, goo := in(lang, "ポイントーク", "PointTalk"), in(lang, "gooポイント", "goo Point")
	return CasesShow{
		Frame:  sampleFrame(lang, "cases", access.Agent),
		Number: "R096-000001", Incident: "2014-R096", IncidentTitle: in(lang, "OCN IDの不正利用", "Fraudulent use of OCN IDs"),
		Services: sampleServices(lang), LoginID: "m000001@ocn.example", Class: "C", Origin: "listed", Status: "in_progress", Version: 7,
		Assignee: in(lang, "佐藤 美咲", "Misaki Sato"), AssigneeID: 7, Stamp: "1",
		NextStatuses: []string{"awaiting_customer", "callback_due", "on_hold"},
		AssignTo:     []Choice{{"7", in(lang, "佐藤 美咲", "Misaki Sato")}, {"8", in(lang, "鈴木 健", "Ken Suzuki")}},
		Steps: []Step{
			{Name: "notice", State: "done", At: jst(7, 30, 9, 0), By: in(lang, "一括送信", "Bulk")},
			{Name: "verification", State: "done", At: jst(7, 31, 10, 42), By: in(lang, "佐藤 美咲", "Misaki Sato")},
			{Name: "reset", State: "now"},
			{Name: "reimbursement", State: "later"},
			{Name: "completion", State: "later"},
		},
		Next: "reset", MayWork: true, MayPropose: true,
		Desks: []Choice{{"tech", "OCNテクニカルサポートセンタ"}, {"point", "ポイントリニューアル受付センタ"}}, DeskID: "tech",
		Elsewhere: []Choice{{"/cases/R096-000412", "R096-000412"}},
		Call: &Call{
			ID: 31, Direction: "inbound", Relation: "self", Acts: true, Reset: "link", Number: "03-****-8551", Since: jst(7, 31, 10, 38), Level: 1,
			ExpiresAt: jst(7, 31, 11, 12), WrongLeft: 2, MissingItems: 1, MissingHidden: true,
			Items: []Item{
				{Name: "name", State: "match"}, {Name: "birth_date", State: "match"},
				{Name: "address", State: "mismatch"}, {Name: "phone", State: "variant", Differs: "character", Spoken: "x"}, {Name: "customer_number", Hidden: true},
			},
			Code:        Code{State: "sending", Contacts: []Choice{{"4", "co****@mail.example"}}, SentTo: "co****@mail.example", ExpiresAt: jst(7, 31, 10, 52), TriesLeft: 5, SendsLeft: 4, ResendAt: jst(7, 31, 10, 43)},
			MayConclude: []string{"verified", "mismatch", "unable", "impostor_suspected"},
			Receivers:   []Choice{{"9", sampleReceiver(lang, "here", in(lang, "渡辺 明", "Akira Watanabe"), "supervisor")}},
			Busy: []Choice{{"7", sampleReceiver(lang, "in_call", in(lang, "佐藤 美咲", "Misaki Sato"), "agent")},
				{"8", sampleReceiver(lang, "away", in(lang, "鈴木 健", "Ken Suzuki"), "agent")}},
		},
		Script: Script{Parts: []string{"verify"}, Language: "ja", Names: scriptNames},
		Movements: []Movement{
			{ID: "MV2013-000009", At: jst(7, 22, 3, 49).AddDate(-1, 0, 0), Kind: "transfer", From: pointtalk, To: goo, Points: -15000, Received: 13000, Finding: "confirmed", Settled: true},
			{ID: "MV2014-000001", At: jst(7, 22, 3, 49), Kind: "transfer", From: pointtalk, To: goo, Points: -5000, Received: 1000, Finding: "confirmed"},
			{ID: "MV2014-000002", At: jst(7, 22, 3, 54), Kind: "exchange", From: goo, To: in(lang, "ギフト券", "Gift voucher"), Points: -1000, Finding: "suspected"},
			{ID: "MV2014-000003", At: jst(7, 25, 12, 0), Kind: "cancel", From: in(lang, "ギフト券", "Gift voucher"), To: goo, Points: 200, Finding: "none"},
		},
		Programs: []ProgramSum{
			{Program: pointtalk, Before: 587, Rollback: 5000, After: 5587},
			{Program: goo, Before: 158, Rollback: -1000, Reimburse: 800, Absorbed: 42, After: 0},
		},
		Proposal: &Proposal{
			ID: 7, State: "submitted", Proposer: in(lang, "鈴木 健", "Ken Suzuki"), SubmittedAt: jst(7, 31, 9, 15), Needed: 2, MayWithdraw: true,
			Approvals: []Approval{{By: in(lang, "高橋 由美", "Yumi Takahashi"), At: jst(7, 31, 9, 40)}},
		},
		Member: Member{
			Name: "鈴○ ジ○○", Kana: "ス○○ ジ○○", BirthDate: "19**-**-07", Phone: "03-****-8551", Email: "co****@mail.example", Address: "大阪府大阪市****",
			CustomerNumber: "N9******2", Language: "ja", MayReveal: true, NeedsReason: true,
		},
		Identity: Identity{
			State: "restricted", RestrictedAt: jst(7, 29, 15, 0), LinkSentAt: jst(7, 30, 11, 2), LinkVoid: true, MayReset: true,
			GoesOn:  in(lang, "OCN IDの利用制限中も、インターネット接続はこれまでどおりご利用いただけます。", "Your internet connection works as before."),
			ResetTo: []Choice{{"4", "co****@mail.example"}},
		},
		Contacts: []Contact{
			{Kind: "email", Value: "m0****@ocn.example", Since: jst(1, 5, 0, 0), Barred: "depends_on_id"},
			{Kind: "email", Value: "co****@mail.example", Since: jst(5, 5, 0, 0), Documents: true, ProvedAt: jst(7, 31, 10, 44), Undo: 5},
			{Kind: "phone", Value: "03-****-8551", Since: jst(7, 20, 0, 0), Barred: "changed_in_incident"},
		},
		MayChange: true,
		Mails: []CaseMail{
			{ID: 12, Kind: "restriction_notice", State: "sent", At: jst(7, 30, 9, 0)},
			{ID: 90, Kind: "verification_code", State: "queued", At: jst(7, 31, 10, 42)},
		},
		Timeline: []Event{
			{At: jst(7, 31, 10, 44), Kind: "note", Who: in(lang, "佐藤 美咲", "Misaki Sato"), Text: in(lang, "メモを登録", "Note"), Note: in(lang, "ご本人さまは7/20ごろに心当たりのないメールを受け取ったとのこと。\n平日の午後に折り返し希望。", "Received a mail he did not expect around 20 July.\nPlease call back on weekday afternoons.")},
			{At: jst(7, 31, 10, 42), Kind: "verification", Who: in(lang, "佐藤 美咲", "Misaki Sato"), Text: in(lang, "生年月日：一致", "Date of birth: match")},
			{At: jst(7, 31, 10, 38), Kind: "call", Who: in(lang, "佐藤 美咲", "Misaki Sato"), Text: in(lang, "受電（ご本人さま）", "Inbound call (account holder)")},
			{At: jst(7, 31, 9, 15), Kind: "points", Who: in(lang, "鈴木 健", "Ken Suzuki"), Text: in(lang, "補填を申請", "Reimbursement submitted")},
			{At: jst(7, 30, 9, 0), Kind: "mail", Who: "hoten", Text: in(lang, "利用制限のお知らせを送信", "Restriction notice sent")},
		},
		OlderCursor: "c5", OwnNotes: 3,
	}
}
