package ui

import (
	"hoten/app/access"
	"hoten/i18n"
)

func sampleBulletins(lang string) []Bulletin {
	return []Bulletin{
		{ID: 3, Subject: in(lang, "移行の戻しの時期について", "When transfers are restored"), Language: lang, State: "in_force", From: jst(7, 31, 0, 0), ToConfirm: true,
			Text: in(lang, "本日から「移行前の状態への復元は、8月上旬から順に行います」とご案内できます。\n個別の日付はお約束しないでください。",
				"From today customers may be told that transfers are restored from early August, one after the other.\nDo not promise a date."),
			PostedBy: in(lang, "渡辺 直樹", "Naoki Watanabe"), PostedAt: jst(7, 31, 9, 40), Confirmed: 12, Missing: 3},
		{ID: 2, Subject: "交換サービス再開のお問い合わせ", Language: "ja", State: "in_force", From: jst(7, 30, 0, 0), Until: jst(8, 6, 0, 0), ToConfirm: true, Text: "再開日は未定とお答えください。",
			Desk: in(lang, "ポイントリニューアル受付センタ", "Point Renewal Center"), PostedBy: in(lang, "渡辺 直樹", "Naoki Watanabe"), PostedAt: jst(7, 30, 9, 55), Missing: 6},
		{ID: 1, Subject: in(lang, "受付時間の延長", "Longer hours"), Language: lang, State: "in_force", From: jst(7, 28, 0, 0), Text: in(lang, "7月30日まで22時まで受け付けます。", "Open until 22:00 up to 30 July."),
			PostedBy: in(lang, "渡辺 直樹", "Naoki Watanabe"), PostedAt: jst(7, 28, 9, 0), ConfirmedAt: jst(7, 28, 10, 12), Confirmed: 15},
	}
}

// withdrawn is one that is on nobody's board any more.
func withdrawnBulletin(lang string) Bulletin {
	b := sampleBulletins(lang)[2]
	b.State, b.WithdrawnBy, b.WithdrawnAt, b.Why = "past", in(lang, "渡辺 直樹", "Naoki Watanabe"), jst(7, 31, 9, 30), in(lang, "延長の終了", "The extension is over")
	return b
}

func sampleHandedOver(lang string) []HandedOver {
	return []HandedOver{
		{Report: DailyURL("2014-R096", jst(7, 30, 0, 0), "tech"), Day: jst(7, 30, 0, 0), At: jst(7, 30, 19, 50), By: in(lang, "鈴木 蓮", "Ren Suzuki"), Desk: in(lang, "OCNテクニカルサポートセンタ", "OCN Technical Support Center"),
			Text: in(lang, "夕方から再設定の問い合わせが増加。\n明日は10時から増員。", "More calls about resets since the evening.\nMore people from 10 tomorrow.")},
		{Report: DailyURL("2014-R096", jst(7, 30, 0, 0), ""), Day: jst(7, 30, 0, 0), At: jst(7, 30, 20, 5), By: in(lang, "高橋 翔", "Sho Takahashi"), Text: in(lang, "メールの遅れは解消。", "Emails are no longer late.")},
	}
}

func bulletinSamples(lang string) map[string]page {
	board := sampleFrame(lang, "bulletins", access.CenterManager)
	board.Board = 2
	index := BulletinsIndex{Frame: board, State: "in_force", States: []string{"in_force", "coming", "past"}, Rows: sampleBulletins(lang), NextCursor: "1", Today: jst(7, 31, 0, 0),
		MayPost: true, SeesReaders: true, Desks: []Choice{{"tech", in(lang, "OCNテクニカルサポートセンタ", "OCN Technical Support Center")}}}
	refused := index
	refused.Frame.Refused, refused.Frame.Problems = "post", []Problem{{Form: "post", Field: "until_on", Text: i18n.T(i18n.With(bg, lang), "fault.field.day_passed")}}
	past, none := index, index
	past.State, past.Rows = "past", []Bulletin{withdrawnBulletin(lang)}
	none.State, none.Rows, none.MayPost, none.NextCursor = "coming", nil, false, ""
	show := BulletinsShow{Frame: board, Bulletin: index.Rows[0], MayPost: true, SeesReaders: true, Missing: []string{in(lang, "佐藤 美咲", "Misaki Sato"), in(lang, "鈴木 蓮", "Ren Suzuki")},
		Confirmed: []BulletinReader{{in(lang, "高橋 翔", "Sho Takahashi"), jst(7, 31, 9, 58)}}}
	over := BulletinsShow{Frame: sampleFrame(lang, "bulletins", access.Agent), Bulletin: withdrawnBulletin(lang)}
	return map[string]page{"bulletins_index": index, "bulletins_index_refused": refused, "bulletins_index_past": past, "bulletins_index_none": none, "bulletins_show": show, "bulletins_show_withdrawn": over}
}
