package demo

import (
	"hoten/app/bulletins"
	"hoten/app/reports"
)

// told: what the staff read before their first call, on the board and from the shift before.
func (p *play) told() error {
	for _, n := range []bulletins.New{
		{SubjectJa: "補填の時期のご案内", TextJa: "補填の時期のお問い合わせには「調査が済んだお客さまから順に行い、終わりましたらメールでお知らせします」とご案内してください。\n個別の日付はお約束しないでください。",
			SubjectEn: "When points are restored", TextEn: "If a caller asks when points will be restored, say that it is done customer by customer as checks are finished, and that an email will follow.\nDo not promise a date."},
		{SubjectJa: "ワンタイムパスワードのご案内", TextJa: "パスワードの再設定が終わったお客さまには、ワンタイムパスワードの設定もおすすめしてください。",
			SubjectEn: "One-time passwords", TextEn: "Once the password is reset, recommend setting up one-time passwords too.", Desk: tech},
	} {
		if _, err := bulletins.Post(p.ctx, p.s, p.who("manager"), n); err != nil {
			return err
		}
	}
	return reports.AddNote(p.ctx, p.s, p.who("sv"), reports.Query{Incident: Reference}, "夕方から再設定のお問い合わせが増えています。折り返しのお約束は、受付時間内の時刻でお願いします。")
}
