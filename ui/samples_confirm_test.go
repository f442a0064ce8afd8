package ui

import (
	"hoten/app/access"
	"hoten/i18n"
)

func confirmSamples(lang string) map[string]page {
	say := func(key string) string { return i18n.T(i18n.With(bg, lang), key) }
	back := in(lang, "2014-R096 OCN IDへの不正ログイン", "2014-R096 Unauthorised sign-ins to OCN IDs")
	classes := ConfirmGroup{Title: say("cases.class"), Rows: []Choice{{"204", "A " + say("cases.class.A")}, {"87", "B " + say("cases.class.B")}, {"26", "C " + say("cases.class.C")}}}
	statuses := ConfirmGroup{Title: say("cases.status"), Rows: []Choice{{"298", say("cases.status.new")}, {"17", say("cases.status.in_progress")}, {"2", say("cases.status.completed")}}}
	proposals := ConfirmShow{Frame: sampleFrame(lang, "incidents", access.CenterManager), Kind: "proposals", Back: "/incidents/2014-R096", BackLabel: back, Count: 317, CountedAt: jst(7, 31, 10, 4),
		Programs: []ProgramTotals{{in(lang, "gooポイント", "goo Points"), -128_400, 96_300, 41_250, 777, 138_327, in(lang, "138,327 gooポイント", "138,327 goo Points")},
			{in(lang, "ポイントトーク", "Point Talk"), 64_200, 1_200, 0, 0, 1_200, in(lang, "1,200 ポイント", "1,200 points")}},
		Groups: []ConfirmGroup{classes, statuses}, Action: "/incidents/2014-R096/reimbursements", Fields: []Choice{{"AQAAAAE", "shown"}}, More: 12,
		Passed: []ResultRow{{Case: "2014-000123-4", Why: say("fault.double_undecided")}, {Case: "2014-000124-2", Why: say("fault.pending_elsewhere")}}, PassedAll: 3}
	approvals := proposals
	approvals.Kind, approvals.Back, approvals.BackLabel, approvals.More, approvals.Passed, approvals.PassedAll = "approvals", "/reimbursements", say("reimbursements.index.title"), 0, nil, 0
	approvals.Facts = []Choice{{"310", say("confirm.approvals.posted")}, {"7", say("confirm.approvals.second")}}
	approvals.Waits, approvals.Waiting = 7, []ProgramTotals{{in(lang, "gooポイント", "goo Points"), -6_400, 46_500, 0, 0, 46_500, in(lang, "46,500 gooポイント", "46,500 goo Points")}}
	approvals.Groups = []ConfirmGroup{classes}
	moves := proposals
	moves.Count, moves.More, moves.Passed, moves.PassedAll = 2, 0, nil, 0
	moves.Programs = []ProgramTotals{{Program: "goo", Rollback: -40}, {Program: in(lang, "ポイントトーク", "Point Talk"), Rollback: 200}}
	none := proposals
	none.Count, none.Programs, none.Groups, none.More = 0, nil, nil, 0
	notices := proposals
	notices.Kind, notices.Programs, notices.Passed, notices.PassedAll = "notices", nil, nil, 0
	notices.Facts = []Choice{{"301", say("confirm.notices.mails")}, {"16", say("confirm.notices.none")}}
	notices.Groups = append(notices.Groups, ConfirmGroup{Title: say("confirm.languages"), Rows: []Choice{{"310", say("confirm.language.ja")}, {"7", say("confirm.language.en")}}})
	stopped := notices
	stopped.Stopped = say("fault.installation_held")
	impostor := ConfirmShow{Frame: sampleFrame(lang, "cases", access.Agent), Kind: "impostor", Back: "/cases/2014-000123-4", BackLabel: "2014-000123-4", Count: 2,
		Answers: i18n.T(i18n.With(bg, lang), "confirm.impostor.answers", "right", 1, "wrong", 2),
		Groups:  []ConfirmGroup{{Title: say("confirm.impostor.others"), Rows: []Choice{{say("cases.status.awaiting_approval") + say("list.comma") + say("confirm.impostor.request"), "2014-000131-9"}}}}, Action: "/calls/1/conclude",
		Facts:  []Choice{{"2014-000123-4", say("cases.number")}, {"m1@ocn.example", say("cases.login_id")}},
		Events: []Event{{At: jst(7, 31, 10, 2), Who: in(lang, "佐藤 美咲", "Misaki Sato"), Text: say("cases.event.link_sent")}}, Fields: []Choice{{"impostor_suspected", "outcome"}}}
	results := ConfirmResults{At: jst(7, 31, 10, 15), Frame: sampleFrame(lang, "incidents", access.CenterManager), Title: say("confirm.results.proposals"), Back: "/incidents/2014-R096", BackLabel: back,
		Figures: []Choice{{"316", say("confirm.count_done.proposals")}, {"1", say("confirm.not_done")}}, Rows: []ResultRow{{Case: "2014-000123-4", Why: say("fault.changed_since_shown")}}}
	return map[string]page{"confirm_show": proposals, "confirm_show_approvals": approvals, "confirm_show_moves": moves, "confirm_show_none": none, "confirm_show_notices": notices, "confirm_show_stopped": stopped, "confirm_show_impostor": impostor, "confirm_results": results}
}
