package ui

import (
	"hoten/app/access"
	"hoten/app/desks"
	"hoten/app/jptext"
	"hoten/app/reports"
	"hoten/app/staff"
	"hoten/i18n"
)

func reportSamples(lang string) map[string]page {
	ctx := i18n.With(bg, lang)
	d := reports.Daily{Incident: "2014-R096", Date: jptext.Date{Year: 2014, Month: 7, Day: 31}, At: jst(7, 31, 20, 5),
		Hours: []reports.DeskHours{{Desk: "tech", Open: 600, Close: 1260, Openings: []desks.Span{{Open: 600, Close: 1260}}}, {Desk: "point", Closed: true, Why: "weekend"}},
		Calls: []reports.DeskCalls{{Desk: "tech", Inbound: 182, Outbound: 14, Verified: 121, Mismatch: 6, Unable: 9, ImpostorSuspected: 1, Ended: 190, TalkSeconds: 65000},
			{Desk: "point", Inbound: 95, Outbound: 3, Verified: 61, Ended: 98, TalkSeconds: 21000}},
		Callbacks: reports.CallbackDay{Promised: 12, Due: 11, Kept: 8, Missed: 2, Attempts: 15, Reached: 9}, Resets: reports.Resets{Sent: 118, Completed: 103},
		Cases: reports.CaseDay{Opened: 21, Completed: 64}, Mails: []reports.MailDay{{Kind: "reset_link", Sent: 118}, {Kind: "reset_completed", Sent: 142, Failed: 1, Bounced: 4}}, ByHour: []reports.HourCalls{{Hour: 10, Inbound: 41, Outbound: 2}, {Hour: 11, Inbound: 38}}, Open: &reports.Ages{Today: 210, Days1To3: 530, Days4To7: 12},
		Agents: []reports.AgentDay{{ID: 7, Name: staff.Name(in(lang, "佐藤 美咲", "Misaki Sato")), Calls: 41, Verified: 30, Resets: 25, Proposals: 22}},
		Notes:  []reports.DailyNote{{At: jst(7, 31, 19, 50), Desk: "tech", By: staff.Name(in(lang, "佐藤 美咲", "Misaki Sato")), Text: in(lang, "夕方から再設定の問い合わせが増加。明日は10時から増員。", "More calls about resets since the evening. More people from 10 tomorrow.")}}}
	for _, step := range reports.Steps {
		d.Reimbursements = append(d.Reimbursements, reports.Decided{Step: step, Count: 3})
	}
	for _, program := range []string{"pointtalk", "goo"} {
		for _, step := range []string{"proposed", "approved", "posted"} {
			d.Points = append(d.Points, reports.PointsOnDay{Step: step, Program: program, Rollback: 125000, Reimburse: 1265000, Absorbed: 8000})
		}
	}
	names := reports.Names{Programs: map[string]string{"pointtalk": in(lang, "ポイントーク", "PointTalk"), "goo": in(lang, "gooポイント", "goo Point")},
		Desks: map[string]string{"": in(lang, "なし", "None"), "tech": in(lang, "OCNテクニカルサポートセンタ", "OCN Technical Support Center"),
			"point": in(lang, "ポイントリニューアル受付センタ", "Point Renewal Center")}}
	p := ReportsDaily{Frame: sampleFrame(lang, "reports", access.Supervisor), Incident: "2014-R096", Date: jst(7, 31, 0, 0), Today: jst(8, 1, 0, 0), Desk: "all",
		DeskName: in(lang, "全窓口", "All desks"), Desks: []Choice{{"all", in(lang, "全窓口", "All desks")}, {"tech", names.Desks["tech"]}}, Tables: d.Tables(ctx, names), At: d.At, Printed: d.At, MayNote: true}
	future := p
	future.Frame.Problems = []Problem{{Form: "", Field: "date", Text: i18n.T(ctx, "fault.field.date_future")}}
	return map[string]page{"reports_none": ReportsNone{Frame: sampleFrame(lang, "reports", access.CenterManager)}, "reports_daily": p, "reports_daily_refused": future}
}
