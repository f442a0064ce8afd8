package ui

import (
	"hoten/app/access"
	"hoten/i18n"
)

func sampleSetup(lang string, whole bool) SetupIndex {
	p := SetupIndex{Frame: sampleFrame(lang, "setup", access.Administrator), MayManage: true, MayStaff: true, NoAgent: !whole}
	for _, step := range []string{"operator", "id", "program", "desk", "staff", "mail", "incident"} {
		p.Steps = append(p.Steps, SetupStep{step, whole || step == "operator"})
	}
	if whole {
		p.Kept = 1
	}
	if !whole {
		p.Approvers = 1
	}
	ferry := in(lang, "瀬戸内フェリー", "Setouchi Ferry")
	p.Operators = []SetupRow{{"/operators/setouchi-ferry", ferry, "no-reply@miles.ferry.example"}}
	if whole {
		p.IDs = []SetupRow{{"/ids/ferry-id", in(lang, "フェリーID", "Ferry ID"), ferry}}
		p.Programs = []SetupRow{{"/programs/miles", in(lang, "フェリーマイル", "Ferry Miles"), ferry}}
	}
	return p
}

func sampleOperator(lang string) OperatorsEdit {
	ctx := i18n.With(bg, lang)
	p := OperatorsEdit{Frame: sampleFrame(lang, "setup", access.CenterManager), Values: map[string]string{"name_ja": "瀬戸内フェリー", "signature_en": "1-1 Mihon-cho, Takamatsu"}}
	p.Frame.Typed = map[string]string{"code": "Ferry", "mail_address": "ferry"}
	p.Frame.Problems = []Problem{{Form: "", Field: "code", Text: i18n.T(ctx, "fault.field.code_invalid")}, {Form: "", Field: "mail_address", Text: i18n.T(ctx, "fault.field.email_invalid")}, {Form: "", Field: "name_en", Text: i18n.T(ctx, "fault.field.required")}}
	return p
}

func sampleID(lang string) IdsEdit {
	return IdsEdit{Frame: sampleFrame(lang, "setup", access.CenterManager), Code: "ferry-id", Version: 3, MayAudit: true,
		Operators: []Choice{{"setouchi-ferry", in(lang, "瀬戸内フェリー", "Setouchi Ferry")}},
		Values: map[string]string{"operator": "setouchi-ferry", "name_ja": "フェリーID", "name_en": "Ferry ID", "form": "fc-[0-9]{6}", "language": "en",
			"opens_ja": "乗船予約", "opens_en": "crossing reservations", "goes_on_ja": "ご予約済みの乗船は、これまでどおりご利用いただけます。", "goes_on_en": "Crossings you have already booked are not affected.", "one_time_password": "false"}}
}

// sampleSetupRead and sampleStanding are what an auditor reads.
func sampleSetupRead(lang string) SetupIndex {
	p := sampleSetup(lang, true)
	p.Frame, p.Kept, p.MayManage, p.MayStaff = sampleFrame(lang, "setup", access.Auditor), 0, false, false
	return p
}

func sampleStanding(lang string) SetupShow {
	return SetupShow{Frame: sampleFrame(lang, "setup", access.Auditor), Kind: "operator", Code: "setouchi-ferry", Name: in(lang, "瀬戸内フェリー", "Setouchi Ferry"), MayAudit: true, Pairs: []SetupPair{
		{in(lang, "名前（日本語）", "Name (in Japanese)"), "瀬戸内フェリー"}, {in(lang, "差出人のアドレス", "From address"), "no-reply@miles.ferry.example"},
		{in(lang, "差出人の名前（日本語）", "Sender name (in Japanese)"), ""}, {in(lang, "署名（日本語）", "Signature (in Japanese)"), "香川県高松市見本町1-1\n0570-000-260"},
		{in(lang, "公式ページのアドレス", "Address of the official page"), "https://www.ferry.example/information/"},
	}}
}

func sampleProgram(lang string) ProgramsEdit {
	return ProgramsEdit{Frame: sampleFrame(lang, "setup", access.CenterManager), Code: "miles", Version: 1,
		Operators: []Choice{{"setouchi-ferry", in(lang, "瀬戸内フェリー", "Setouchi Ferry")}},
		Values:    map[string]string{"operator": "setouchi-ferry", "name_ja": "フェリーマイル", "name_en": "Ferry Miles", "unit_ja": "マイル", "unit_en": "miles", "unit_en_one": "mile"}}
}

func sampleIncidentForm(lang string) IncidentForm {
	return IncidentForm{
		IDs: []Choice{{"ferry-id", in(lang, "フェリーID", "Ferry ID")}}, Programs: []Choice{{"miles", in(lang, "フェリーマイル", "Ferry Miles")}},
		Bearers: []Choice{{"", in(lang, "未定", "Undecided")}, {"setouchi-ferry", in(lang, "瀬戸内フェリー", "Setouchi Ferry")}},
		Values: map[string]string{"title_ja": "フェリーマイルの不正交換", "title_en": "Ferry Miles exchanged fraudulently", "period_from": "2026-03-01", "period_to": "2026-03-12", "detected_on": "2026-03-13",
			"program_miles": "true", "bearer_miles": "setouchi-ferry", "released_on": "2026-03-16", "released_ids": "40", "released_exchanged": "30"},
	}
}
