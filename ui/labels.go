package ui

import (
	"cmp"
	"context"
	"strings"
)

// labelsOf are the labels of the forms' fields, by the field's ID in the page where the
// name means different things, else by its name.
func labelsOf(ctx context.Context) map[string]string {
	return map[string]string{
		"caller_number": t(ctx, "calls.number"), "closes": t(ctx, "desks.closes"), "code": t(ctx, "desks.rule.code"), "answer-code": t(ctx, "calls.code"),
		"current_password": t(ctx, "staff.password.current"), "desk": t(ctx, "calls.desk"), "detected_on": t(ctx, "incidents.detected_on"),
		"direction": t(ctx, "calls.direction"), "documents": t(ctx, "calls.documents.what"), "due_at": t(ctx, "callbacks.due"),
		"due_on": t(ctx, "callbacks.due_on"), "due_time": t(ctx, "callbacks.due_time"), "email": t(ctx, "staff.email"),
		"finding": t(ctx, "cases.movements.finding"), "incident": t(ctx, "incidents.one"), "language": t(ctx, "members.language"),
		"languages": t(ctx, "staff.languages"), "login_id": t(ctx, "cases.login_id"), "movement_id": t(ctx, "cases.findings.movement"),
		"name": t(ctx, "staff.name"), "view-name": t(ctx, "cases.view.name"), "answer-name": t(ctx, "calls.item.name"),
		"answer-birth_date": t(ctx, "calls.item.birth_date"), "answer-address": t(ctx, "calls.item.address"),
		"answer-phone": t(ctx, "calls.item.phone"), "answer-customer_number": t(ctx, "calls.item.customer_number"),
		"name_en": t(ctx, "desks.rule.name_en"), "name_ja": t(ctx, "desks.rule.name_ja"), "note": t(ctx, "callbacks.note"),
		"handover-note": t(ctx, "calls.handover.note"), "handover-to": t(ctx, "calls.handover.to"),
		"propose-note": t(ctx, "cases.proposal.note"), "opens": t(ctx, "desks.opens"), "password": t(ctx, "password.new"),
		"password_again": t(ctx, "password.again"), "period_from": t(ctx, "incidents.period_from"), "period_to": t(ctx, "incidents.period_to"),
		"phone": t(ctx, "desks.rule.phone"), "points": t(ctx, "cases.adjust.points"), "program": t(ctx, "cases.adjust.program"),
		"reason": t(ctx, "form.reason"), "reference": t(ctx, "incidents.reference"), "rejection": t(ctx, "reimbursements.rejection"),
		"relation": t(ctx, "calls.relation"), "role": t(ctx, "staff.role"), "service": t(ctx, "services.service"),
		"short_en": t(ctx, "desks.rule.short_en"), "short_ja": t(ctx, "desks.rule.short_ja"), "state": t(ctx, "services.state"),
		"note-text": t(ctx, "cases.note"), "title_en": t(ctx, "incidents.title_en"), "title_ja": t(ctx, "incidents.title_ja"),
	}
}

// summed is a problem as the summary says it: after the label of its field, where the
// field has one.
func (f Frame) summed(ctx context.Context, p Problem) string {
	labels := labelsOf(ctx)
	label := cmp.Or(f.Labels[p.Field], labels[p.ID()], labels[p.Field])
	if label == "" {
		return p.Text
	}
	text := p.Text
	if first, rest, _ := strings.Cut(text, " "); len(first) > 1 && first[1:] == strings.ToLower(first[1:]) && rest != "" {
		text = strings.ToLower(first) + " " + rest // goes on in the sentence
	}
	return t(ctx, "form.problem", "label", label, "problem", text)
}
