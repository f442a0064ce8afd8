package ui

import (
	"slices"

	"hoten/app/access"
	"hoten/i18n"
)

func sampleWebhookKinds(lang string, chosen ...string) (out []WebhookKind) {
	for _, kind := range []string{"case", "contact", "call", "callback", "reset", "restriction", "reimbursement", "adjustment", "finding", "mail", "import", "incident"} {
		out = append(out, WebhookKind{kind, i18n.T(i18n.With(bg, lang), "webhooks.kind."+kind), slices.Contains(chosen, kind)})
	}
	return out
}

func sampleWebhookOf(lang, why string) Webhook {
	w := Webhook{ID: 3, URL: "https://bi.example.jp/hoten?key=x", Note: in(lang, "データ分析基盤", "Data warehouse"), Kinds: sampleWebhookKinds(lang, "case", "reset", "reimbursement"), CreatedAt: jst(7, 30, 9, 0), AnsweredAt: jst(7, 31, 10, 0),
		Last: &WebhookDelivery{Status: 204, SentAt: jst(7, 31, 10, 0)}, Why: why}
	if why != "" {
		w.DisabledAt, w.FailingSince, w.Last = jst(7, 31, 10, 2), jst(7, 31, 10, 2), &WebhookDelivery{Status: 410, Said: "Gone", SentAt: jst(7, 31, 10, 2)}
	}
	return w
}

func sampleWebhooks(lang string) WebhooksIndex {
	p := WebhooksIndex{Frame: sampleFrame(lang, "setup", access.Administrator), MayManage: true, Kinds: sampleWebhookKinds(lang), Endpoints: []Webhook{sampleWebhookOf(lang, ""), sampleWebhookOf(lang, "gone")}}
	p.Endpoints[1].ID, p.Endpoints[1].Note = 4, "CRM"
	p.Frame.Alarms.Webhooks = true
	return p
}

func sampleWebhook(lang, why string) WebhooksShow {
	posted, noted := in(lang, "補填を承認", "Approved a reimbursement"), in(lang, "メモを追加", "Added a note")
	p := WebhooksShow{Frame: sampleFrame(lang, "setup", access.Administrator), Webhook: sampleWebhookOf(lang, why), Version: 2, MayManage: true, Next: "17", Log: []WebhookDelivery{
		{ID: 20, Seq: 1207, Type: noted, At: jst(7, 31, 10, 3), State: "waiting", NextAt: jst(7, 31, 10, 3)},
		{ID: 19, Seq: 1204, Type: posted, At: jst(7, 31, 10, 2), State: "waiting", Attempts: 2, Said: "dial tcp 198.51.100.4:443: i/o timeout", SentAt: jst(7, 31, 10, 3), NextAt: jst(7, 31, 10, 8)},
		{ID: 18, Test: true, Type: in(lang, "Webhookにテスト通知を送信", "Sent a test message to a webhook"), At: jst(7, 31, 10, 0), State: "done", Attempts: 1, Status: 204, SentAt: jst(7, 31, 10, 0)},
		{ID: 17, Seq: 980, Type: posted, At: jst(7, 27, 10, 0), State: "given_up", Attempts: 10, Status: 502, Said: "Bad Gateway", SentAt: jst(7, 30, 13, 0)}}}
	return p
}
