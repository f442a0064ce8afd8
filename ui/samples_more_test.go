package ui

import (
	"fmt"
	"strings"
	"time"

	"hoten/app/access"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/reports"
	"hoten/i18n"
)

func sampleRows(lang string) []CaseRow {
	names := []string{"鈴○ ジ○○", "山○ 恵", "田○ 健○", "山○ 花○", "佐○ 太○", "A**** S****"}
	var rows []CaseRow
	for i := range 12 {
		r := CaseRow{
			Number: fmt.Sprintf("R096-%06d", i+1), LoginID: fmt.Sprintf("m%06d@ocn.example", i+1), Name: names[i%len(names)], Class: []string{"A", "B", "C", "D"}[i%4],
			Status: caseStatuses[i%len(caseStatuses)], Identity: []string{"restricted", "link_sent", "resumed"}[i%3], ChangedAt: jst(7, 31, 9+i%9, 5*i%60), Stalled: i == 3,
		}
		if i%3 > 0 {
			r.Reimbursement = reimbursementStates[i%len(reimbursementStates)]
		}
		if i%2 == 0 {
			r.Assignee = in(lang, "佐藤 美咲", "Misaki Sato")
		}
		if i == 3 || i == 4 {
			r.LoginID = []string{"watanabehanako0004@ocn.example", strings.Repeat("longest.", 8) + "@ocn.example"}[i-3]
		}
		if i == 11 {
			r.Class, r.Identity, r.Reimbursement = "", "", ""
		}
		if i == 1 || i == 2 {
			r.LoginID, r.IDName, r.Incident = "FC-000101", in(lang, "せとうちフェリーID", "Setouchi Ferry ID"), "FERRY-2026-03"
		}
		rows = append(rows, r)
	}
	return rows
}

func sampleDesks(lang string) []DeskState {
	return []DeskState{
		{Name: in(lang, "OCNテクニカルサポートセンタ", "OCN Technical Support Center"), Phone: "0120-047-860", Purpose: in(lang, "OCN IDとパスワード", "OCN ID and password"), Open: true, Until: jst(7, 31, 21, 0)},
		{Name: in(lang, "ポイントリニューアル受付センタ", "Point Renewal Center"), Phone: "0120-170-033", Purpose: in(lang, "ポイントークとgooポイント", "PointTalk and goo Point"), Next: jst(8, 4, 10, 0)},
	}
}

func listSamples(lang string) map[string]page {
	ctx := i18n.With(bg, lang)
	full := CasesIndex{
		Frame: sampleFrame(lang, "cases", access.Supervisor), Total: 1265, Rows: sampleRows(lang), MayWork: true, MoveTo: []string{"in_progress", "on_hold"}, MayPropose: true, NextCursor: "c50",
		AssignTo: []Choice{{"7", in(lang, "佐藤 美咲", "Misaki Sato")}}, Query: CasesQuery{Status: "in_progress", Incident: "2014-R096"},
		Incidents: []Choice{{"2014-R096", "2014-R096"}, {"2015-R001", "2015-R001"}}, Desks: []Choice{{"tech", in(lang, "技術", "Tech")}, {"point", in(lang, "ポイント", "Points")}},
	}
	full.Frame.Flash = Flash{Tone: "done", Text: in(lang, "3件の担当を変更しました。", "The assignee of 3 cases was changed.")}
	none := CasesIndex{Frame: sampleFrame(lang, "cases", access.Auditor), Query: CasesQuery{Q: "鈴木"}, Total: 0}
	none.Frame.Query = "鈴木"
	script := Script{Parts: []string{"greeting"}, Language: "ja", Names: scriptNames}
	calls := CallsIndex{
		Asked: sampleAsked(lang, "closed"),
		Frame: sampleFrame(lang, "calls", access.Agent), Q: "鈴木", Searched: true, Rows: sampleRows(lang)[:3], Script: script, Desks: sampleDesks(lang),
		Incidents: []Choice{{"2014-R096", "2014-R096 " + in(lang, "OCN IDの不正利用", "Fraudulent use of OCN IDs")}},
		Open:      []OpenCall{{ID: 31, Case: "R096-000001", LoginID: "m000001@ocn.example", Since: jst(7, 31, 10, 38), Level: 1}},
	}
	calls.Board, calls.Frame.Board, calls.Notes = append(sampleBulletins(lang), withdrawnBulletin(lang)), 2, sampleHandedOver(lang)
	missed := calls
	missed.Rows, missed.Q, missed.Open = nil, "nobody@ocn.example", nil
	missed.Board, missed.Frame.Board, missed.Notes = nil, 0, nil
	missed.MayOpen = true
	missed.Unfinished = []string{i18n.T(ctx, "setup.step.desk"), i18n.T(ctx, "setup.step.staff")}
	missed.Frame.Problems = []Problem{{Form: "open", Field: "login_id", Text: i18n.T(ctx, "fault.field.login_id_missing")}}
	ringing := missed
	ringing.Caller, ringing.Ringing, ringing.Q, ringing.MayOpen, ringing.Frame.Problems = "word", true, "090-0000-1234", false, nil
	short := CallsIndex{Frame: calls.Frame, Q: "8551", Searched: true, Rule: "digits", Script: script, Desks: calls.Desks, Asked: calls.Asked}
	bare := CallsIndex{Frame: calls.Frame, Q: "abc12345", Searched: true, Rule: "customer", MayOpen: true, Script: script, Asked: calls.Asked}
	mail := MailsShow{
		Frame: sampleFrame(lang, "mails", access.Agent), ID: 12, Kind: "restriction_notice", Case: "R096-000001", To: "co****@mail.example", From: "noreply@ocn.example",
		Subject: "【重要】OCN IDの利用制限についてのお知らせ", Language: "ja", State: "bounced", Attempts: 3, MessageID: "<5f2c.12@ocn.example>", HTML: true,
		Error: "550 5.1.1 User unknown", QueuedAt: jst(7, 30, 8, 59), SentAt: jst(7, 30, 9, 0),
		Text: "鈴木 ジョン 様\n\n平素はOCNをご利用いただき、まことにありがとうござい\nます。\n\n■経緯\n第三者がお客さまのIDを不正に使ったおそれがあります。\n\nhttps://www.ocn.example/password\n",
	}
	return map[string]page{
		"cases_index": full, "cases_index_none": none, "cases_index_empty": CasesIndex{Frame: sampleFrame(lang, "cases", access.Agent), MayWork: true},
		"calls_index": calls, "calls_index_none": missed, "calls_index_short": short, "calls_index_bare": bare, "calls_index_ringing": ringing, "mails_show": mail,
		"mails_index": MailsIndex{Frame: sampleFrame(lang, "mails", access.Agent), Kinds: mailKinds, States: mailStates, State: "sent", NextCursor: "c1", Rows: []MailRow{
			{ID: 12, Kind: "restriction_notice", Case: "R096-000001", To: "co****@mail.example", Subject: "【重要】OCN IDの利用制限についてのお知らせ", State: "sent", At: jst(7, 30, 9, 0)},
			{ID: 13, Kind: "reset_link", Case: "R096-000002", To: "m0****@mail.example", Subject: "【重要】パスワード再設定のご案内", State: "bounced", At: jst(7, 31, 10, 50)},
			{ID: 14, Kind: "verification_code", Case: "R096-000002", To: "m0****@mail.example", Subject: "確認コードのお知らせ", State: "queued", At: jst(7, 31, 10, 51)},
		}},
		"mails_index_stopped":    sampleStopped(lang),
		"installation_show":      sampleInstallation(lang, access.Administrator, true),
		"installation_show_held": sampleInstallation(lang, access.Agent, true),
		"installation_show_free": sampleInstallation(lang, access.Administrator, false),
		"mails_index_empty":      MailsIndex{Frame: sampleFrame(lang, "mails", access.Agent), Kinds: mailKinds, States: mailStates, Case: "R096-000009"},
	}
}

// long is a value of sixty characters with nothing to break at, as people may give a name or
// a reference.
var long = strings.Repeat("LongNumber00", 5)

func incidentSamples(lang string) map[string]page {
	pointtalk, goo := in(lang, "ポイントーク", "PointTalk"), in(lang, "gooポイント", "goo Point")
	title := in(lang, "OCN IDの不正利用によるポイントの不正な移行と交換", "Fraudulent transfer and exchange of points with stolen OCN IDs")
	show := IncidentsShow{
		Frame: sampleFrame(lang, "incidents", access.CenterManager), Reference: "2014-R096", Title: title, From: jst(7, 11, 0, 0), To: jst(7, 28, 0, 0), DetectedOn: jst(7, 28, 0, 0),
		Released: &Released{On: jst(7, 30, 0, 0), IDs: 1265, Exchanged: 568}, IDs: 1267, Exchanged: 568, Added: 1, Inquiries: 14,
		Classes:    []ClassCount{{"A", 421}, {"B", 24}, {"C", 544}, {"D", 277}},
		Restricted: 1266, Notified: 840, Verified: 312, Resumed: 298, MadeWhole: 120, WithPlan: 987, Unknown: 2, Completed: 96,
		Statuses: []StatusCount{{"new", 426}, {"in_progress", 310}, {"awaiting_customer", 201}, {"callback_due", 33}, {"awaiting_approval", 128}, {"on_hold", 12}, {"reopened", 3}, {"completed", 150}, {"out_of_scope", 2}},
		Programs: []ProgramProgress{
			{Name: pointtalk, Bearer: in(lang, "NTTコミュニケーションズ", "NTT Communications"), Rollback: Stages{4785390, 1203000, 601200}},
			{Name: goo, Rollback: Stages{-957078, -240600, -120240}, Reimburse: Stages{563000, 141000, 70500}, Absorbed: Stages{10634, 2210, 1105}, Adjusted: Stages{300, 300, 0}},
		},
		Overdue: 3, Unproposed: 739, Unnotified: 426, MayPropose: true, MayNotify: true, MayImport: true, MayEdit: true, ID: "OCN ID", Opens: []string{in(lang, "OCNメール", "OCN Mail"), in(lang, "マイページ", "My Page")},
		Goes:       in(lang, "OCN IDの利用制限中も、インターネット接続はこれまでどおりご利用いただけます。", "Your internet connection works as before."),
		PointsOpen: []PointsOpen{{i18n.T(i18n.With(bg, lang), "cases.queue.balance_missing"), "12"}},
		Job:        &Progress{URL: "/incidents/2014-R096?job=3", State: "running", Total: 987, Processed: 412, Failed: 2, Reasons: []Choice{{i18n.T(i18n.With(bg, lang), "cases.queue.balance_missing"), "2"}}},
	}
	told := i18n.With(bg, lang)
	show.Days = reports.DaysTable(told, []reports.Day{{Date: jptext.Date{Year: 2014, Month: 7, Day: 30}, Notified: 420}, {Date: jptext.Date{Year: 2014, Month: 7, Day: 31}, Notified: 420, Reached: 330, Verified: 312, Resumed: 298}})
	show.Open = reports.AgesTable(told, reports.Ages{Today: 210, Days1To3: 530, Days4To7: 12})
	show.Owed = reports.OwedTable(told, []reports.Owed{{Program: "goo", ProgramID: 2, OperatorJa: "NTTレゾナント", OperatorEn: "NTT Resonant", BearerJa: "NTTコミュニケーションズ", BearerEn: "NTT Communications", Bearer: "ntt-com", Planned: 573634, Posted: 71605}},
		[]incidents.Program{{ID: 2, Code: "goo", NameJa: goo, NameEn: goo}})
	form := IncidentsNew{Frame: sampleFrame(lang, "incidents", access.Administrator), Form: sampleIncidentForm(lang)}
	form.Form.New = true
	form.Frame.Typed = map[string]string{"reference": "2014 R096", "period_from": "2014-07-28", "period_to": "2014-07-11", "title_ja": title}
	ctx := i18n.With(bg, lang)
	form.Frame.Problems = []Problem{{Form: "", Field: "reference", Text: i18n.T(ctx, "fault.field.reference_invalid")}, {Form: "", Field: "period_to", Text: i18n.T(ctx, "fault.field.period_reversed")}}

	done := ImportsShow{
		Frame: sampleFrame(lang, "imports", access.CenterManager), ID: 4, Incident: "2014-R096", At: jst(7, 29, 15, 0), By: in(lang, "高橋 由美", "Yumi Takahashi"), DryRun: true, State: "done",
		Total: 3115, Processed: 3115, Accepted: 3098, Ignored: 12, Rejected: 5, IgnoredColumns: []string{"備考", "memo"}, Files: []string{"affected", "movements"}, MayManage: true, MayRun: true, NextCursor: "c1",
		Rejections: []Rejection{
			{"affected", 14, "birth_date", "birth_date_invalid", i18n.T(ctx, "fault.field.birth_date_invalid")}, {"affected", 201, "name", "undecodable", i18n.T(ctx, "fault.field.undecodable")}, {"affected", 1266, "balance_goo", "balance_negative", i18n.T(ctx, "fault.field.balance_negative")},
			{"movements", 88, "occurred_at", "outside_incident_window", i18n.T(ctx, "fault.field.outside_incident_window")}, {"movements", 1409, "movement_id", "belongs_to_other_incident", i18n.T(ctx, "fault.field.belongs_to_other_incident", "detail", "2014-R088")},
		},
		Notices: []ImportNotice{{"affected", "customer_number", "leading_zeros_lost", 3}, {"affected", "", "ids_known", 12}, {"affected", "", "member_data_differs", 1}},
	}
	running := done
	running.State, running.DryRun, running.Processed, running.MayRun = "running", false, 1200, false
	failed := done
	failed.State, failed.DryRun, failed.Rejected, failed.Error, failed.MayRun = "failed", false, 0, i18n.T(ctx, "imports.error.header"), false
	return map[string]page{
		"incidents_show": show, "incidents_new": form,
		"incidents_index": IncidentsIndex{Frame: sampleFrame(lang, "incidents", access.Agent), Rows: []IncidentRow{
			{Reference: "2014-R096", Title: title, From: jst(7, 11, 0, 0), To: jst(7, 28, 0, 0), IDs: 1265, Exchanged: 568, Resumed: 298, Reimbursed: 120, WithPlan: 987, Unknown: 2},
		}},
		"incidents_index_long": IncidentsIndex{Frame: sampleFrame(lang, "incidents", access.Agent), Rows: []IncidentRow{
			{Reference: long, Title: long, From: jst(7, 11, 0, 0), To: jst(7, 28, 0, 0), IDs: 1266, Exchanged: 568, Resumed: 298, Reimbursed: 120, WithPlan: 987, Unknown: 2},
		}},
		"imports_index_long": ImportsIndex{Frame: sampleFrame(lang, "imports", access.CenterManager), MayManage: true, Rows: []ImportRow{
			{ID: 4, Incident: long, At: jst(7, 29, 15, 0), By: long, DryRun: true, State: "done", Accepted: 3098, Ignored: 12, Rejected: 5},
		}},
		"incidents_index_empty": IncidentsIndex{Frame: sampleFrame(lang, "incidents", access.CenterManager), MayManage: true},
		"imports_new": ImportsNew{Frame: sampleFrame(lang, "imports", access.CenterManager), Incident: "2014-R096", Incidents: []Choice{{"2014-R096", "2014-R096"}},
			Files: []ImportFile{{Name: "affected", Columns: []ImportColumn{{Header: in(lang, "ログインID", "login_id"), Format: "login_id", Example: in(lang, "記入例：taro@id.example", "example: taro@id.example"), Required: true},
				{Header: in(lang, "氏名", "name"), Format: "name", Example: in(lang, "見本 太郎", "Taro Mihon")}, {Header: in(lang, "ポイントーク残高", "balance_pointtalk"), Format: "balance", Example: "1200"}}},
				{Name: "movements", Columns: []ImportColumn{{Header: in(lang, "ポイント", "points"), Format: "points", Example: "3000", Required: true}}}}},
		"imports_show": done, "imports_show_running": running, "imports_show_failed": failed,
		"imports_index": ImportsIndex{Frame: sampleFrame(lang, "imports", access.CenterManager), MayManage: true, Rows: []ImportRow{
			{ID: 4, Incident: "2014-R096", At: jst(7, 29, 15, 0), By: in(lang, "高橋 由美", "Yumi Takahashi"), DryRun: true, State: "done", Accepted: 3098, Ignored: 12, Rejected: 5},
			{ID: 3, Incident: "2014-R096", At: jst(7, 29, 14, 0), By: "hoten import", State: "failed"},
		}},
		"imports_index_empty": ImportsIndex{Frame: sampleFrame(lang, "imports", access.CenterManager), MayManage: true},
	}
}

func adminSamples(lang string) map[string]page {
	ctx := i18n.With(bg, lang)
	desks := DesksIndex{Frame: sampleFrame(lang, "desks", access.CenterManager), MayEdit: true}
	for i, d := range sampleDesks(lang) {
		desks.Desks = append(desks.Desks, DeskMonth{Code: []string{"tech", "point"}[i], State: d, Month: sampleMonth(lang, 7, i == 1)})
	}
	desks.Earlier, desks.Later = "/desks?month=2014-06", "/desks?month=2014-08"
	tokens := []Token{{ID: 1, Name: in(lang, "CTI連携", "CTI"), CreatedAt: jst(7, 20, 10, 0)}, {ID: 2, Name: "batch", CreatedAt: jst(7, 1, 10, 0), RevokedAt: jst(7, 15, 10, 0)}}
	policies := PoliciesIndex{
		Frame: sampleFrame(lang, "", access.CenterManager), MayEdit: true, SetBy: in(lang, "高橋 由美", "Yumi Takahashi"), SetAt: jst(7, 29, 15, 0),
		Programs: []ProgramPolicy{{"pointtalk", in(lang, "ポイントーク", "PointTalk"), 5000, 2000000}, {"goo", in(lang, "gooポイント", "goo Point"), 5000, 2000000}},
		Numbers: map[string]int{"level1_items": 2, "level2_items": 3, "wrong_per_call": 3, "failed_per_day": 2, "wrong_per_day": 6, "valid_minutes": 30, "code_minutes": 10, "code_tries": 5, "code_interval_seconds": 60,
			"codes_per_call": 5, "codes_per_day": 10, "reset_minutes": 30, "resets_per_day": 3, "respond_minutes": 480, "refused_rows": 10000, "upload_megabytes": 1024, "unusual_percent": 50, "remind_hours": 4, "escalate_hours": 8},
		Deputies: []Deputy{{"tech", in(lang, "OCNテクニカルサポートセンタ", "OCN technical support"), ""}, {"center", in(lang, "センター全体", "The whole center"), "3"}},
		Deciders: []Choice{{"", in(lang, "なし", "None")}, {"3", in(lang, "高橋 由美", "Yumi Takahashi")}},
	}
	for _, name := range []string{"name", "birth_date", "address", "phone", "customer_number"} {
		policies.Items = append(policies.Items, ItemPolicy{name, name == "customer_number"})
	}
	readonly := policies
	readonly.MayEdit = false
	staff := StaffShow{
		Frame: sampleFrame(lang, "staff", access.Administrator), ID: 9, Name: in(lang, "鈴木 健", "Ken Suzuki"), Email: "ken.suzuki@desk.example", Role: "agent", DeskCode: "tech", Languages: "ja en", State: "invited",
		MayManage: true, CreatedAt: jst(7, 28, 9, 0), Enrolment: "https://hoten.example/enrol/" + strings.Repeat("k3Jd9", 8), Tokens: tokens, Desks: []Choice{{"tech", in(lang, "技術", "Tech")}},
	}
	self := staff
	self.Self, self.Enrolment, self.State, self.Tokens, self.LastSignIn = true, "", "active", nil, jst(7, 31, 8, 55)
	disabled := staff
	disabled.State, disabled.Enrolment = "disabled", ""
	read := self
	read.Frame, read.MayManage, read.Self, read.Tokens = sampleFrame(lang, "staff", access.Auditor), false, false, tokens
	pages := map[string]page{
		"staff_show_read": read, "setup_show": sampleStanding(lang), "setup_index_read": sampleSetupRead(lang),
		"desks_index": desks, "desks_edit": sampleDeskEdit(lang), "desks_new": sampleDeskNew(lang), "desks_edit_preview": previewed(lang), "desks_edit_refused": sampleDeskRefused(lang), "staff_show": staff, "staff_show_self": self, "staff_show_disabled": disabled, "policies_index": policies, "policies_index_readonly": readonly,
		"staff_index": StaffIndex{Frame: sampleFrame(lang, "staff", access.Administrator), MayManage: true, Rows: []StaffRow{
			{7, in(lang, "佐藤 美咲", "Misaki Sato"), "misaki.sato@desk.example", "agent", in(lang, "技術", "Tech"), "active", jst(7, 31, 8, 55)},
			{9, in(lang, "鈴木 健", "Ken Suzuki"), "ken.suzuki@desk.example", "supervisor", "", "invited", time.Time{}},
			{10, in(lang, "高橋 由美", "Yumi Takahashi"), "yumi@desk.example", "center_manager", "", "disabled", jst(7, 2, 8, 0)},
		}},
		"cases_load": CasesLoad{Frame: sampleFrame(lang, "cases", access.Supervisor), Rows: []AgentLoad{
			{7, in(lang, "佐藤 美咲", "Misaki Sato"), 24, 3, 1, 4, 2, jst(7, 28, 10, 15), false},
			{8, in(lang, "鈴木 健", "Ken Suzuki"), 11, 1, 0, 0, 0, jst(7, 31, 9, 30), true},
			{9, in(lang, "高橋 由美", "Yumi Takahashi"), 0, 0, 0, 0, 0, time.Time{}, false},
		}},
		"setup_index": sampleSetup(lang, true), "setup_index_first": sampleSetup(lang, false), "operators_edit": sampleOperator(lang), "ids_edit": sampleID(lang), "programs_edit": sampleProgram(lang),
		"incidents_edit":           IncidentsEdit{Frame: sampleFrame(lang, "incidents", access.CenterManager), Reference: "2014-R096", Version: 2, Form: sampleIncidentForm(lang), MayAudit: true},
		"staff_new":                StaffNew{Frame: sampleFrame(lang, "staff", access.Administrator), Desks: []Choice{{"tech", in(lang, "技術", "Tech")}}},
		"tokens_index":             TokensIndex{Frame: sampleFrame(lang, "", access.Agent), Tokens: tokens, Fresh: "hoten_" + strings.Repeat("a8Xq2", 8)},
		"cti_index":                sampleTelephones(lang),
		"directories_index":        sampleDirectories(lang),
		"points_index":             samplePoints(lang),
		"reconciliations_index":    sampleReconciliations(lang),
		"reconciliations_show":     sampleReconciliation(lang, "open"),
		"reconciliations_missing":  sampleReconciliation(lang, "missing"),
		"reconciliations_prepared": sampleReconciliation(lang, "prepared"),
		"reconciliations_again":    sampleReconciliation(lang, "again"),
		"points_new":               sampleNewPoints(lang),
		"points_show":              samplePointsShow(lang, false),
		"points_open":              samplePointsShow(lang, true),
		"points_batch":             samplePointsBatch(lang, false),
		"points_missing":           samplePointsBatch(lang, true),
		"points_files":             samplePointsFiles(lang),
		"points_file":              samplePointsFile(lang, "missing"),
		"points_file_late":         samplePointsFile(lang, "late"),
		"directories_none":         DirectoriesIndex{Frame: sampleFrame(lang, "setup", access.Administrator), BuiltIn: []string{"OCN ID"}, Kinds: []Choice{{"ldap", "LDAP"}}, MayManage: true},
		"directories_new":          sampleNewDirectory(lang),
		"directories_show":         sampleDirectory(lang, false),
		"directories_open":         sampleDirectory(lang, true),
		"webhooks_index":           sampleWebhooks(lang),
		"webhooks_none":            WebhooksIndex{Frame: sampleFrame(lang, "setup", access.Administrator), MayManage: true, Kinds: sampleWebhookKinds(lang)},
		"webhooks_show":            sampleWebhook(lang, ""),
		"webhooks_fresh":           WebhooksShow{Frame: sampleFrame(lang, "setup", access.Administrator), MayManage: true, Version: 1, Fresh: "whsec_" + strings.Repeat("A8XQ2", 8), Webhook: Webhook{ID: 4, Note: "BI", URL: "https://bi.example.jp/hoten", Kinds: sampleWebhookKinds(lang, "case"), CreatedAt: jst(7, 31, 10, 0)}},
		"webhooks_disabled":        sampleWebhook(lang, "gone"),
		"cti_none":                 CTIIndex{Frame: sampleFrame(lang, "setup", access.Administrator), Dialling: "tel:{number}", MayManage: true},
		"cti_read":                 sampleTelephonesRead(lang),
		"tokens_long":              TokensIndex{Frame: sampleFrame(lang, "", access.Agent), Tokens: []Token{{ID: 3, Name: long, CreatedAt: jst(7, 20, 10, 0)}}},
		"tokens_none":              TokensIndex{Frame: sampleFrame(lang, "", access.Agent)},
		"audit_index":              sampleAudit(lang, true),
		"audit_broken":             sampleAudit(lang, false),
		"audit_unchecked":          AuditIndex{Frame: sampleFrame(lang, "audit", access.Auditor), Scope: "center", Chain: Chain{CheckedAt: jst(7, 31, 3, 0), Whole: true}},
		"audit_nothing":            AuditIndex{Frame: sampleFrame(lang, "audit", access.Agent), Scope: "own", Query: AuditQuery{Actor: "staff:7"}},
	}
	for _, kind := range []string{"forbidden", "not_found", "conflict", "internal"} {
		e := ErrorsShow{Frame: sampleFrame(lang, "", access.Agent), SignedIn: true, Kind: kind}
		if kind == "internal" {
			e.Request = "01J3ZK7Q"
		}
		pages["errors_"+kind] = e
	}
	pages["errors_forbidden_role"] = ErrorsShow{Frame: sampleFrame(lang, "", access.Agent), SignedIn: true, Kind: "forbidden", Holders: in(lang, "センター管理者またはシステム管理者", "Center manager or System administrator")}
	pages["errors_signed_out"] = ErrorsShow{Frame: Frame{Path: "/nowhere"}, Kind: "not_found", Detail: i18n.T(ctx, "fault.not_found")}
	return pages
}

func sampleAudit(lang string, whole bool) AuditIndex {
	about := in(lang, "案件 R096-000001", "Case R096-000001")
	many := make([]Change, 7)
	for i := range many {
		many[i] = Change{What: in(lang, "受付時間", "Hours"), Before: "–", Now: strings.Repeat("9:00–21:00 ", i+1)}
	}
	return AuditIndex{
		Frame: sampleFrame(lang, "audit", access.Auditor), Scope: "center", Query: AuditQuery{Case: "R096-000001"}, NextCursor: "c1",
		People: []Choice{{"staff:7", in(lang, "佐藤 美咲", "Misaki Sato")}}, Actions: []ActionGroup{{in(lang, "案件・お客さま", "Cases and customers"), []Choice{{"case.noted", Deed(i18n.With(bg, lang), "case.noted")}, {"member.revealed", Deed(i18n.With(bg, lang), "member.revealed")}}}},
		Chain: Chain{CheckedAt: jst(7, 31, 3, 0), Whole: whole, Entries: 18204, Now: 18210, Broken: 9120},
		Rows: []AuditRow{
			{At: jst(7, 31, 10, 45), Actor: "x", Action: "call.ended", Subject: "case:R096-000001", About: about, Foreign: true},
			{At: jst(7, 31, 10, 45), Actor: "x", Action: "call.ended.refused", Subject: "case:R096-000001", About: about, Lost: true},
			{At: jst(7, 31, 10, 44), Actor: in(lang, "佐藤 美咲", "Misaki Sato"), Action: "case.noted", Subject: "case:R096-000001", About: about},
			{Seq: 18204, At: jst(7, 31, 10, 40), Actor: in(lang, "佐藤 美咲", "Misaki Sato"), Action: "member.revealed", Subject: "case:R096-000001", About: about, Opens: "/cases/R096-000001", Reason: in(lang, "折り返しのため", "To call back")},
			{Seq: 18203, At: jst(7, 31, 10, 39), Actor: in(lang, "高橋 由美", "Yumi Takahashi"), Action: "desk.hours_set", Subject: "desk:tech", About: in(lang, "窓口 技術", "Desk Tech"), Changes: many},
			{Seq: 18202, At: jst(7, 31, 10, 38), Actor: in(lang, "高橋 由美", "Yumi Takahashi"), Action: "case.updated", Subject: "case:R096-000001", About: about, Changes: []Change{{What: "status", Before: "new", Now: "in_progress"}, {What: "assignee", Before: "–", Now: "7"}}},
		},
	}
}

func outsideSamples(lang string) map[string]page {
	ctx := i18n.With(bg, lang)
	frame := Frame{Path: "/reset/token", CSRF: "csrf-token", Member: true, Company: in(lang, "NTTコミュニケーションズ", "NTT Communications")}
	refused := frame
	refused.Problems = []Problem{{Form: "", Field: "password", Text: i18n.T(ctx, "fault.field.password_short", "min", 12)}, {Form: "", Field: "password_again", Text: i18n.T(ctx, "fault.field.passwords_differ")}}
	signin := StaffSignin{Frame: Frame{Path: "/signin", CSRF: "csrf-token", Typed: map[string]string{"email": "misaki.sato@desk.example"}}, Next: "/cases"}
	wrong := signin
	wrong.Flash = Flash{Tone: "error", Text: i18n.T(ctx, "fault.sign_in_failed")}
	demo := StaffSignin{Frame: Frame{Path: "/signin", CSRF: "csrf-token"}}
	for _, role := range access.Roles {
		demo.Demo = append(demo.Demo, SignIn{Email: string(role) + "@hoten.example", Role: string(role), Name: in(lang, "佐藤 葵", "Sato Aoi"), Password: "hoten demo 2014"})
	}
	form := ResetsNew{Frame: frame, Desks: sampleDesks(lang), ID: "OCN ID", LoginID: "m0****@ocn.example", ExpiresAt: jst(7, 31, 11, 20), OTPTo: "co****@mail.example"}
	bad := form
	bad.Frame, bad.OTPTo = refused, ""
	return map[string]page{
		"staff_signin": signin, "staff_signin_wrong": wrong, "staff_signin_demo": demo,
		"staff_enrol":         StaffEnrol{Frame: Frame{Path: "/enrol/token", CSRF: "csrf-token", Company: frame.Company}, Name: in(lang, "鈴木 健", "Ken Suzuki"), Email: "ken.suzuki@desk.example", Valid: true},
		"staff_password":      StaffPassword{Frame: sampleFrame(lang, "", access.Agent), Email: "ken.suzuki@desk.example"},
		"staff_enrol_invalid": StaffEnrol{Frame: Frame{Path: "/enrol/token", CSRF: "csrf-token"}},
		"resets_new":          form, "resets_new_refused": bad,
		"resets_done":    ResetsDone{Frame: frame, ResumedAt: jst(7, 31, 10, 58), OTP: true, Desks: sampleDesks(lang)},
		"resets_invalid": ResetsInvalid{Frame: frame, Desks: sampleDesks(lang)},
		"resets_pending": ResetsPending{Frame: frame, Desks: sampleDesks(lang)},
		"resets_failed":  ResetsPending{Frame: frame, Failed: true, Desks: sampleDesks(lang)},
	}
}

// sampleTelephones are telephone systems in every state, one of them made just now.
func sampleTelephones(lang string) CTIIndex {
	f := sampleFrame(lang, "setup", access.Administrator)
	return CTIIndex{Frame: f, MayManage: true, Dialling: "https://pbx.example.jp/dial?from={extension}&to={number}", Fresh: "https://desk.example.jp/cti/" + strings.Repeat("A8XQ2", 5),
		Desks: []Choice{{"0120047860", in(lang, "OCNテクニカルサポートセンタ", "OCN Technical Support Center")}, {"0120170033", in(lang, "ポイントリニューアル受付センタ", "Point Renewal Desk")}},
		Connections: []CTIConnection{
			{ID: 4, Name: in(lang, "新しいPBX", "New PBX"), CreatedAt: jst(7, 31, 9, 0)},
			{ID: 3, Name: in(lang, "本社PBX", "Head office PBX"), CreatedAt: jst(7, 28, 9, 0), HeardAt: jst(7, 31, 10, 15), Unknown: []CTIUnknown{
				{"0312340000", "", 12, jst(7, 31, 10, 15)}, {"", "999", 3, jst(7, 31, 10, 2)}}},
			{ID: 2, Name: in(lang, "夜間受付", "Night desk"), CreatedAt: jst(7, 28, 9, 0), HeardAt: jst(7, 30, 22, 15), RefusedAt: jst(7, 31, 10, 2), Refused: "direction:cti_direction_unknown"},
			{ID: 1, Name: in(lang, "旧PBX", "Old PBX"), CreatedAt: jst(7, 28, 9, 0), RevokedAt: jst(7, 29, 9, 0)},
		}}
}

func sampleTelephonesRead(lang string) CTIIndex {
	p := sampleTelephones(lang)
	p.Frame, p.MayManage, p.Fresh = sampleFrame(lang, "setup", access.Auditor), false, ""
	p.Connections = []CTIConnection{{ID: 3, Name: in(lang, "本社PBX", "Head office PBX"), CreatedAt: jst(7, 28, 9, 0), HeardAt: jst(7, 31, 10, 15)}}
	return p
}
