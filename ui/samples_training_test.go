package ui

import (
	"context"

	"hoten/app/access"
	"hoten/i18n"
)

func trainingSamples(lang string) map[string]page {
	f := sampleFrame(lang, "training", access.Agent)
	f.Training = true
	said := func(key string, args ...any) string {
		return i18n.T(i18n.With(context.Background(), lang), "training."+key, args...)
	}
	questions := []string{"login", "name", "birth_date", "phone", "customer_number", "address", "mailbox", "code", "arrived", "farewell"}
	ringing := TrainingShow{Frame: f, Questions: questions, ID: 7, Number: "090-0000-1234", Language: lang, RangAt: jst(7, 30, 14, 2), Opening: said("opens.forgetful")}
	talking := ringing
	talking.Answered = jst(7, 30, 14, 3)
	talking.Lines = []TrainingLine{{"code", said("says.honest.code", "code", "012345"), ""}, {"address", said("says.honest.address", "address", "東京都千代田区見本町1-2-3"), ""},
		{"phone", said("says.forgetful.phone", "phone", "090-0001-1234"), ""}, {"name", said("says.honest.name", "name", "山田 太郎", "kana", "ヤマダ タロウ"), ""}}
	talking.Mails = []MailRow{{ID: 12, Kind: "verification_code", State: "sent", At: jst(7, 30, 14, 6)}}
	over := talking
	over.Ended, over.Case, over.Character = jst(7, 30, 14, 11), "H0000012-6", "forgetful"
	over.Points = []TrainingPoint{{"not_cut_off", true}, {"asked_another", true}, {"level2", true}, {"link_sent", true}, {"unsuspected", true}, {"noted", false}}
	return map[string]page{"training_show_none": TrainingShow{Frame: f, Questions: questions}, "training_show_ringing": ringing, "training_show": talking, "training_show_over": over}
}
