package ui

import (
	"context"
	"slices"
)

// eventGroups puts the kinds of events of a case into the few groups that the
// timeline is filtered by.
var eventGroups = map[string][]string{
	"note":         {"note"},
	"call":         {"call_started", "call_ended", "callback_promised", "callback_attempted", "callback_moved", "callback_dropped", "callback_exhausted"},
	"verification": {"call_concluded", "code_sent", "verification_reopened", "impostor_cleared", "representative", "revealed"},
	"reset":        {"link_sent", "resumed", "released"},
	"points":       {"finding", "adjustment", "proposed", "approved", "returned", "rejected", "withdrawn", "posted", "approvals_voided"},
	"mail":         {"notified", "unreachable"},
	"status":       {"opened", "status", "assigned", "added"},
}

// EventKinds are the kinds of events of a group of the timeline; nil for no group.
func EventKinds(group string) []string { return eventGroups[group] }

// EventGroup is the group of a kind of event.
func EventGroup(kind string) string {
	for group, kinds := range eventGroups {
		if slices.Contains(kinds, kind) {
			return group
		}
	}
	return "status"
}

// EventText says in the reader's language what happened. data is what the
// event keeps beside its kind.
func EventText(ctx context.Context, kind string, data map[string]any) string {
	word := func(name string) string {
		s, _ := data[name].(string)
		return s
	}
	switch {
	case kind == "call_started":
		return t(ctx, "cases.event.call_started", "direction", t(ctx, "calls.direction."+word("direction")), "relation", t(ctx, "calls.relation."+word("relation")))
	case kind == "call_concluded":
		return t(ctx, "cases.event.call_concluded", "outcome", t(ctx, "calls.outcome."+word("outcome")))
	case kind == "status":
		return t(ctx, "cases.event.status", "from", t(ctx, "cases.status."+word("from")), "to", t(ctx, "cases.status."+word("to")))
	case kind == "representative":
		return t(ctx, "cases.event.representative", "relation", t(ctx, "calls.relation."+word("relation")))
	}
	return t(ctx, "cases.event."+kind)
}
