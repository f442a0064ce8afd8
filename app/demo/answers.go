package demo

import (
	"hoten/app/questions"
	"hoten/app/store"
)

// answers are what callers ask beside what the script is for: what the release says of it.
func (p *play) answers() error {
	kept, err := questions.List(store.Read(p.ctx, p.s))
	if err != nil || len(kept) > 0 {
		return err
	}
	for _, text := range []questions.Text{
		{Topic: "id", QuestionJa: "インターネットの接続は、これまでどおり使えますか", QuestionEn: "Does my broadband still work?",
			AnswerJa: "はい。接続には、OCN認証IDという別のIDをお使いいただいております。\n接続は、これまでどおりご利用いただけます。",
			AnswerEn: "Yes. Your broadband uses another ID, the OCN Authentication ID.\nIt works as before."},
		{Topic: "password", QuestionJa: "ワンタイムパスワードとは何ですか", QuestionEn: "What is the one-time password?",
			AnswerJa: "ログインのたびにメールで届く、1回限りのパスワードです。\nパスワードを知られても、第三者がログインしにくくなります。ご利用をおすすめしております。",
			AnswerEn: "It is a second password that arrives by email each time you sign in.\nSomebody who knows your password still cannot easily sign in. We recommend using it."},
		{QuestionJa: "補填を受けるのに、手続きは必要ですか", QuestionEn: "Do I have to ask for my points back?",
			AnswerJa: "いいえ。不正に使われたポイントは、すべて当社で補填いたします。\nお客さまのお手続きは必要ございません。",
			AnswerEn: "No. We restore or reimburse all points that were used fraudulently.\nThere is nothing you need to do."},
		{QuestionJa: "警察への被害届は、必要ですか", QuestionEn: "Do I have to go to the police?",
			AnswerJa: "被害届は、当社から提出いたします。\nお客さまのお手続きは必要ございません。",
			AnswerEn: "We will report the damage to the police.\nThere is nothing you need to do."},
	} {
		if _, err := questions.Add(p.ctx, p.s, p.who("manager"), text, "公表した内容についてのお尋ね"); err != nil {
			return err
		}
	}
	return nil
}
