package ui

import (
	"fmt"
	"slices"
	"time"

	"hoten/app/access"
	"hoten/i18n"
)

func reimbursementSamples(lang string) map[string]page {
	ctx := i18n.With(bg, lang)
	programs := []Choice{{"pointtalk", in(lang, "ポイントーク", "PointTalk")}, {"goo", in(lang, "gooポイント", "goo Point")}}
	index := ReimbursementsIndex{
		Frame: sampleFrame(lang, "reimbursements", access.Supervisor), State: "submitted", Programs: programs, Total: 128, MayDecide: true, Day: jst(7, 31, 0, 0), NextCursor: "c1",
		Agents: []AgentTotal{
			{Name: in(lang, "鈴木 健", "Ken Suzuki"), Program: programs[1].Label, Pending: 141000, Approved: 70500, Limit: 2000000},
			{Name: in(lang, "佐藤 美咲", "Misaki Sato"), Program: programs[1].Label, Pending: 1950000, Approved: 50000, Limit: 2000000},
		},
	}
	index.Flags, index.Bands = []string{"unusual_amount", "above_usual", "adjusted", "own_unverified", "own_use", "contact_changed"}, []int64{0, 500, 1000, 5000}
	index.Groups = []ReimbursementGroup{{"A", 0, 41, false}, {"B", 1, 12, false}, {"C", 4, 75, true}}
	index.Late, index.RemindHours, index.EscalateHours = Late{17, 3, 1, 2}, 4, 8
	index.Piles = []ReimbursementPile{{Incident: "2014-R096", Count: 128, Oldest: jst(7, 30, 18, 4), Program: programs[0].Label, Rollback: 1265000},
		{Incident: "2014-R096", Count: 128, More: true, Oldest: jst(7, 30, 18, 4), Program: programs[1].Label, Rollback: -253000, Cost: 91542}}
	flags := []Flag{{"unusual_amount", []Cost{{programs[1].Label, in(lang, "2,500ポイント", "2,500 points")}}}, {"above_usual", []Cost{{programs[1].Label, in(lang, "1,050ポイント", "1,050 points")}}},
		{Name: "adjusted"}, {Name: "own_unverified"}, {Name: "own_use"}, {Name: "contact_changed"}}
	for i := range 8 {
		amounts := map[string]Amounts{"pointtalk": {Rollback: 5000}, "goo": {Rollback: -1000, Reimburse: int64(500 * i), Absorbed: int64(42 * (i % 2))}}
		if i == 6 {
			amounts = map[string]Amounts{"pointtalk": {Rollback: 125000, Adjusted: 1000}, "goo": {Rollback: -125000, Reimburse: 112500, Absorbed: 12345, Adjusted: -12345}}
		}
		r := ReimbursementRow{Looked: i != 1, Flags: flags[:i%6],
			ID: int64(i + 1), Case: fmt.Sprintf("H%07d-%d", i+1265, i), LoginID: fmt.Sprintf("m%06d@ocn.example", i+1), Class: []string{"A", "B", "C"}[i%3], State: "submitted",
			Amounts: amounts, Proposer: in(lang, "鈴木 健", "Ken Suzuki"), SubmittedAt: jst(7, 31, 9, i), Needed: 1 + i%2, Approvals: i % 2, MayApprove: i != 3 && i != 5, Changed: i == 3, Own: i == 5,
		}
		index.Rows = append(index.Rows, r)
	}
	given := index
	given.NextCursor, given.Given, given.Total = "", slices.Clone(index.Rows[1:2]), 9
	given.Given[0].Given, given.Given[0].MayApprove = true, false
	given.Frame.Flash = Flash{Tone: "done", Text: i18n.T(ctx, "flash.approved.next", "id", 7), About: Choice{Value: "/reimbursements/7", Label: "R096-000007"}}
	given.Frame.Returned = Waits{Count: 2}
	given.Frame.Suspicions = []Suspicion{{Case: "R096-000412", By: in(lang, "鈴木 健", "Ken Suzuki"), At: jst(7, 31, 14, 3)}}
	done := ReimbursementsApprovals{
		Frame: sampleFrame(lang, "reimbursements", access.Supervisor), ID: 12, By: in(lang, "高橋 由美", "Yumi Takahashi"), At: jst(7, 31, 11, 0), Back: "/reimbursements?class=C",
		Job: Progress{State: "done", Processed: 5, Total: 5, Failed: 3}, Refused: 3, Awaiting: 1, Posted: 1, NextCursor: "2.9",
		Rows: []Outcome{
			{ID: 1, Case: "R096-000001", Result: "refused", Why: i18n.T(ctx, "fault.plan_changed"), Changes: []Change{{programs[1].Label, "+800", "+600"}}},
			{ID: 2, Case: "R096-000002", Result: "refused", Why: i18n.T(ctx, "fault.already_decided", "state", "posted"), Now: "posted", By: in(lang, "高橋 由美", "Yumi Takahashi"), At: jst(7, 31, 10, 59)},
			{ID: 99, Result: "refused", Why: i18n.T(ctx, "fault.not_found")},
			{ID: 3, Case: "R096-000003", Result: "awaiting"}, {ID: 4, Case: "R096-000004", Result: "posted"},
		},
	}
	working := done
	working.Job, working.Rows = Progress{State: "running", Processed: 2, Total: 5, URL: "/reimbursements/approvals/12"}, append(done.Rows[:2:2], Outcome{ID: 5, Case: "R096-000005", Result: "open"})
	show := ReimbursementsShow{
		Frame: sampleFrame(lang, "reimbursements", access.Supervisor), ID: 7, State: "submitted", Case: "R096-000001", LoginID: "m000001@ocn.example", Incident: "2014-R096", Class: "C",
		Proposer: in(lang, "鈴木 健", "Ken Suzuki"), SubmittedAt: jst(7, 31, 9, 15), Note: in(lang, "取消返還200ポイントを差し引き済み。", "Less 200 points returned by cancellation."),
		Lines: []PlanLine{
			{Kind: "rollback", Program: programs[0].Label, Points: 5000, CounterProgram: programs[1].Label, CounterPoints: -1000, Movement: "MV2014-000001", At: jst(7, 22, 3, 49)},
			{Kind: "reimburse", Program: programs[1].Label, Points: 5800, Movement: "MV2014-000002", At: jst(7, 22, 3, 54)},
			{Kind: "absorb", Program: programs[1].Label, Points: 42},
			{Kind: "adjust", Program: programs[1].Label, Points: 100, Reason: in(lang, "キャンペーン付与分の補正", "Correction of a campaign grant")},
		},
		Programs: []ProgramSum{{Program: programs[0].Label, Before: 587, Rollback: 5000, After: 5587}, {Program: programs[1].Label, Before: 158, Rollback: -6100, Reimburse: 5800, Absorbed: 42, Adjusted: 100, Elsewhere: 120, After: 120}},
		Cost:     []Cost{{programs[1].Label, in(lang, "5,942ポイント", "5,942 points")}}, Approvals: []Approval{{By: in(lang, "高橋 由美", "Yumi Takahashi"), At: jst(7, 31, 9, 40)}}, Needed: 2, NeededWhy: "threshold",
		Plan: "abc", MayDecide: true, NextID: 8, Reminded: jst(7, 31, 13, 15), Escalated: jst(7, 31, 17, 15), Substitute: in(lang, "渡辺 直樹", "Naoki Watanabe"), Flags: flags[:2],
		Movements: []Movement{{ID: "MV2014-000001", At: jst(7, 22, 3, 49), Kind: "transfer", From: programs[0].Label, To: programs[1].Label, Points: -5000, Received: 1000, Finding: "suspected"},
			{ID: "MV2014-000003", At: jst(7, 23, 12, 0), Kind: "exchange", From: programs[1].Label, To: in(lang, "カタログ商品", "Catalogue item"), Points: -300, Finding: "own"}},
	}
	changed := show
	changed.Changes = []Change{
		{What: in(lang, "gooポイント 補填", "goo Point, reimbursement"), Before: "5,800", Now: "4,800"},
		{What: in(lang, "7/22 03:54 交換の判定", "Finding of the exchange of 22 July, 03:54"), Before: i18n.T(ctx, "cases.finding.suspected"), Now: i18n.T(ctx, "cases.finding.own")},
	}
	own := show
	own.Frame = sampleFrame(lang, "reimbursements", access.Agent)
	own.MayDecide, own.MayWithdraw, own.WhyNot = false, true, i18n.T(ctx, "fault.self_approval")
	rejected := show
	rejected.State, rejected.Rejection, rejected.Reason, rejected.DecidedBy, rejected.DecidedAt = "rejected", "own_use", in(lang, "7/22の交換は本人利用。", "The exchange was the member's own."), in(lang, "高橋 由美", "Yumi Takahashi"), jst(7, 31, 11, 0)
	posted := show
	posted.State, posted.PostedAt, posted.OneSided = "posted", jst(7, 31, 11, 0), true
	half, undo := show, show
	half.State, half.Cost, half.MayDecide, half.Approvals, half.Needed, half.Flags = "approved", nil, false, posted.Approvals, 1, nil
	half.DecidedAt, half.MayUndo, half.OneSided = jst(7, 31, 9, 40), true, true
	half.Legs = []PointLeg{{ID: 3, Program: programs[0].Label, Points: 5000, State: "done", Reference: "P000012"}, {ID: 4, Program: programs[1].Label, Points: -158, State: "refused", Code: "account_closed"}}
	undo.Undoes, undo.ID, undo.Legs, undo.Flags, undo.Approvals, undo.Needed, undo.NeededWhy = 7, 8, half.Legs, []Flag{{Name: "undo"}}, nil, 1, ""
	undo.Cost, undo.Note, undo.Reminded, undo.Escalated = []Cost{{programs[1].Label, in(lang, "−5,942ポイント", "−5,942 points")}}, in(lang, "口座が閉じられているため。", "The account is closed."), time.Time{}, time.Time{}
	undo.Lines = []PlanLine{{Kind: "rollback", Program: programs[0].Label, Points: -5000, CounterProgram: programs[1].Label, CounterPoints: 1000, Movement: "MV2014-000001", At: jst(7, 22, 3, 49)}}
	undo.Programs = []ProgramSum{{Program: programs[0].Label, Before: 5587, Rollback: -5000, After: 587}, {Program: programs[1].Label, Before: 120, Rollback: 1000, After: 1120}}
	undone := half
	undone.MayUndo, undone.UndoneBy = false, 8
	return map[string]page{
		"reimbursements_show_half": half, "reimbursements_show_undo": undo, "reimbursements_show_undone": undone,
		"reimbursements_approvals": done, "reimbursements_approvals_running": working,
		"reimbursements_index": index, "reimbursements_index_given": given, "reimbursements_index_empty": ReimbursementsIndex{Frame: sampleFrame(lang, "reimbursements", access.Agent), State: "returned"},
		"reimbursements_show": show, "reimbursements_show_changed": changed, "reimbursements_show_own": own, "reimbursements_show_rejected": rejected, "reimbursements_show_posted": posted,
	}
}
