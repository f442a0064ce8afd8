package ui

import (
	"strings"

	"hoten/app/access"
	"hoten/app/scripts"
	"hoten/i18n"
)

func saidIn(ja, en string) []Said {
	return []Said{{"ja", strings.Split(ja, "\n")}, {"en", strings.Split(en, "\n")}}
}

func scriptSamples(lang string) map[string]page {
	ctx, manager := i18n.With(bg, lang), in(lang, "渡辺 直樹", "Naoki Watanabe")
	index := ScriptsIndex{Frame: sampleFrame(lang, "scripts", access.CenterManager), MayEdit: true}
	for _, step := range scripts.Steps {
		of := ScriptStep{Name: step.Name}
		for _, part := range step.Parts {
			text := scripts.Shipped(part)
			row := ScriptPart{Part: part, Said: saidIn(strings.NewReplacer("{{.", "〔", "}}", "〕").Replace(text.Ja), strings.NewReplacer("{{.", "[", "}}", "]").Replace(text.En))}
			if part == "greeting" {
				row.Own, row.SetBy, row.SetAt = true, manager, jst(7, 30, 18, 12)
			}
			of.Parts = append(of.Parts, row)
		}
		index.Steps = append(index.Steps, of)
	}
	read := index
	read.Frame, read.MayEdit = sampleFrame(lang, "scripts", access.Agent), false

	text := scripts.Shipped("greeting")
	edit := ScriptsEdit{Frame: sampleFrame(lang, "scripts", access.CenterManager), Part: "greeting", Version: 2,
		Values: map[string]string{"text_ja": text.Ja, "text_en": text.En}, Taken: true,
		Placeholders: []Placeholder{{"{{.desk}}", in(lang, "窓口の名前", "name of the desk"), in(lang, "OCNテクニカルサポートセンタ", "OCN Technical Support Center")}, {"{{.agent}}", in(lang, "担当者の名前", "name of the agent"), in(lang, "佐藤", "Misaki Sato")}},
		Preview:      saidIn("お電話ありがとうございます。OCNテクニカルサポートセンタの佐藤でございます。\nご用件をお聞かせください。", "Thank you for calling the OCN Technical Support Center. My name is Misaki Sato.\nHow can I help you?"),
		Versions: []TextVersion{
			{Version: 2, Said: saidIn("〔窓口の名前〕、〔担当者の名前〕が承ります。", "[name of the desk], [name of the agent] speaking. How can I help?"), SetBy: manager, SetAt: jst(7, 30, 18, 12), Reason: in(lang, "待ち時間を短くするため", "To shorten the wait")},
			{Version: 1, Shipped: true, SetBy: manager, SetAt: jst(7, 29, 9, 2), Reason: in(lang, "試行の終了", "End of the trial")},
			{Shipped: true, Said: saidIn("お電話ありがとうございます。〔窓口の名前〕の〔担当者の名前〕でございます。\nご用件をお聞かせください。", "Thank you for calling the [name of the desk]. My name is [name of the agent].\nHow can I help you?")},
		}}
	refused := edit
	refused.Taken, refused.Frame.Typed = false, map[string]string{"text_ja": "{{.desk}}でございます。", "reason": ""}
	refused.Frame.Problems = []Problem{{Field: "text_ja", Text: i18n.T(ctx, "fault.field.placeholder_missing", "name", "{{.agent}}")}, {Field: "reason", Text: i18n.T(ctx, "fault.field.required")}}

	rows := []Question{
		{Number: 1, Topic: "OCN ID", Question: in(lang, "インターネットの接続は、これまでどおり使えますか", "Does my broadband still work?"),
			Answers: saidIn("はい。接続には別のID（OCN認証ID）をお使いいただいております。\nこれまでどおりご利用いただけます。", "Yes. Your connection uses another ID.\nNothing changes for it.")},
		{Number: 2, Topic: "OCN ID", Question: in(lang, "警察への被害届は必要ですか", "Do I need to go to the police?"),
			Answers: saidIn("被害届は当社から提出いたします。お客さまのお手続きは必要ございません。", "We will report the damage to the police. There is nothing you need to do.")},
	}
	questions := QuestionsIndex{Frame: sampleFrame(lang, "scripts", access.CenterManager), MayEdit: true, Groups: []QuestionGroup{{"OCN ID", rows}, {"", rows[1:]}}, Withdrawn: rows[1:]}
	found := questions
	found.Frame, found.MayEdit, found.Withdrawn = sampleFrame(lang, "scripts", access.Agent), false, nil
	found.Found = QuestionsFound{Q: in(lang, "接続", "broadband"), Rows: rows[:1], More: true}
	none := QuestionsIndex{Frame: sampleFrame(lang, "scripts", access.Agent), Found: QuestionsFound{Q: in(lang, "接続", "broadband")}}

	add := QuestionsEdit{Frame: sampleFrame(lang, "scripts", access.CenterManager), Topics: []Choice{{"id", "OCN ID"}, {"goo", in(lang, "gooポイント", "goo Point")}}}
	set := add
	set.Number, set.Version = 1, 2
	set.Values = map[string]string{"topic": "id", "question_ja": "警察への被害届は必要ですか", "question_en": "Do I need to go to the police?", "answer_ja": "被害届は当社から提出いたします。", "answer_en": "We will report the damage to the police."}
	set.Versions = []TextVersion{
		{Version: 2, Topic: "OCN ID", Said: saidIn("警察への被害届は必要ですか\n被害届は当社から提出いたします。", "Do I need to go to the police?\nWe will report the damage to the police."), SetBy: manager, SetAt: jst(7, 31, 9, 2), Reason: in(lang, "再掲", "Needed again")},
		{Version: 1, Withdrawn: true, SetBy: manager, SetAt: jst(7, 30, 9, 2), Reason: in(lang, "終了", "Over")},
	}
	withdrawn := set
	withdrawn.Withdrawn, withdrawn.From = true, 1
	return map[string]page{"scripts_index": index, "scripts_index_read": read, "scripts_edit": edit, "scripts_edit_refused": refused, "questions_index": questions,
		"questions_index_found": found, "questions_index_none": none, "questions_edit_new": add, "questions_edit": set, "questions_edit_withdrawn": withdrawn}
}
