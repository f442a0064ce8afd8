package web

import (
	"net/http"
	"slices"
	"strconv"

	"hoten/app/fault"
	"hoten/app/webhooks"
	"hoten/i18n"
	"hoten/ui"
)

func showWebhooks(p *page) error {
	p.section("setup")
	list, err := webhooks.List(p.db)
	if err != nil {
		return err
	}
	shown := ui.WebhooksIndex{Frame: p.frame, MayManage: p.by.May(webhooks.ToAdd.Needs), Kinds: p.webhookKinds(nil)}
	for _, e := range list {
		card, err := p.webhook(e)
		if err != nil {
			return err
		}
		shown.Endpoints = append(shown.Endpoints, card)
	}
	return p.render(shown.Page())
}

// webhook is an endpoint as pages show it.
func (p *page) webhook(e webhooks.Endpoint) (ui.Webhook, error) {
	last, err := webhooks.Last(p.db, e.ID)
	card := ui.Webhook{ID: e.ID, URL: e.Origin(), Note: e.Note, Kinds: p.webhookKinds(e.KindList()), CreatedAt: e.CreatedAt, AnsweredAt: moment(e.AnsweredAt),
		FailingSince: moment(e.FailingSince), RestsUntil: moment(e.RestsUntil), DisabledAt: moment(e.DisabledAt), Why: e.DisabledWhy}
	if last != nil {
		shown := p.delivery(*last)
		card.Last = &shown
	}
	return card, err
}

// webhookKinds are all kinds of events; those chosen are marked.
func (p *page) webhookKinds(chosen []string) (out []ui.WebhookKind) {
	if p.Request().Method == http.MethodPost && len(p.frame.Problems) > 0 {
		chosen = p.Request().PostForm["kinds"] // as they were ticked
	}
	for _, kind := range webhooks.Kinds {
		out = append(out, ui.WebhookKind{Code: kind, Name: i18n.T(p.ctx, "webhooks.kind."+kind), Chosen: slices.Contains(chosen, kind)})
	}
	return out
}

func (p *page) delivery(d webhooks.Sending) ui.WebhookDelivery {
	return ui.WebhookDelivery{ID: d.ID, Seq: d.Event().Seq, Test: d.Seq == nil, Type: ui.Deed(p.ctx, d.Type), Code: d.Type, At: d.At, State: d.State, Attempts: d.Attempts, Status: d.Status,
		Said: d.PlainSaid(p.w.s.Vault), SentAt: moment(d.SentAt), NextAt: d.NextAt}
}

func showWebhook(p *page) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	return p.webhookPage(webhooks.Added{ID: id})
}

// webhookPage shows an endpoint with what was sent to it; a fresh secret this once.
func (p *page) webhookPage(made webhooks.Added) error {
	p.section("setup")
	e, err := webhooks.ByID(p.db, made.ID)
	if err != nil {
		return err
	}
	card, err := p.webhook(*e)
	if err != nil {
		return err
	}
	shown := ui.WebhooksShow{Frame: p.frame, Webhook: card, Fresh: made.Secret, Version: e.Version, MayManage: p.by.May(webhooks.ToChange.Needs)}
	if shown.MayManage {
		shown.Webhook.URL = e.URL
	}
	list, err := webhooks.Log(p.db, made.ID, p.cursor(), pageSize+1)
	if err != nil {
		return err
	}
	list, shown.Next = cut(list, func(d webhooks.Sending) int64 { return d.ID })
	for _, d := range list {
		shown.Log = append(shown.Log, p.delivery(d))
	}
	return p.render(shown.Page())
}

// webhookPlan is how the form wants an endpoint to be.
func (p *page) webhookPlan() webhooks.Plan {
	return webhooks.Plan{URL: p.FormValue("url"), Note: p.FormValue("note"), Kinds: p.Request().PostForm["kinds"]}
}

func addWebhook(p *page) error {
	made, err := webhooks.Add(p.ctx, p.w.s, p.by, p.w.reach, p.webhookPlan())
	if err != nil {
		return p.again(err, "", showWebhooks)
	}
	return p.webhookPage(made)
}

func changeWebhook(p *page) error {
	return p.onWebhook("", "webhook_changed", func(id int64) error {
		return webhooks.Change(p.ctx, p.w.s, p.by, p.w.reach, id, p.seenVersion(), p.webhookPlan())
	})
}

func rotateWebhook(p *page) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	made, err := webhooks.Rotate(p.ctx, p.w.s, p.by, id)
	if err != nil {
		return p.again(err, "rotate", showWebhook)
	}
	return p.webhookPage(made)
}

func disableWebhook(p *page) error {
	return p.onWebhook("state", "webhook_disabled", func(id int64) error { return webhooks.Disable(p.ctx, p.w.s, p.by, id) })
}

func enableWebhook(p *page) error {
	return p.onWebhook("state", "webhook_enabled", func(id int64) error { return webhooks.Enable(p.ctx, p.w.s, p.by, id) })
}

func testWebhook(p *page) error {
	return p.onWebhook("log", "webhook_tested", func(id int64) error { return webhooks.Test(p.ctx, p.w.s, p.by, id) })
}

// onWebhook does something to the endpoint of the address, and leads back to it.
func (p *page) onWebhook(form, done string, do func(id int64) error) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	if err := do(id); err != nil {
		return p.again(err, form, showWebhook)
	}
	return p.to("/webhooks/"+strconv.FormatInt(id, 10), done)
}

func replayDelivery(p *page) error {
	id, err := strconv.ParseInt(p.Param("delivery"), 10, 64)
	if err != nil {
		return fault.Missing()
	}
	return p.onWebhook("log", "webhook_replayed", func(endpoint int64) error { return webhooks.Replay(p.ctx, p.w.s, p.by, endpoint, id) })
}
