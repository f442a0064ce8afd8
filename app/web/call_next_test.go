package web

import (
	"slices"
	"testing"

	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/members"
	"hoten/app/policies"
	"hoten/i18n"
	"hoten/ui"
)

// In every state of a call one thing is next, and it is never what was just done.
func TestOneThingIsNextInACall(t *testing.T) {
	items := func(states ...string) (list []ui.Item) {
		for i, name := range cases.Items {
			list = append(list, ui.Item{Name: name})
			if i < len(states) {
				list[i].State = states[i]
			}
		}
		return list
	}
	may, ready, sent := []string{"verified", "mismatch", "unable"}, ui.Code{State: "ready", SendsLeft: 1}, ui.Code{State: "sent"}
	reset := ui.Identity{ResetTo: []ui.Choice{{}}, MayReset: true}
	held := ui.Identity{ResetTo: []ui.Choice{{}}}
	phone := []ui.Choice{{}}
	for name, c := range map[string]struct {
		state string // of the ID
		call  ui.Call
		shown ui.CasesShow
		want  string
	}{
		"begun":                            {"restricted", ui.Call{Items: items()}, ui.CasesShow{Identity: held}, "answer name"},
		"the name was right":               {"restricted", ui.Call{Items: items("match")}, ui.CasesShow{Identity: held}, "answer birth_date"},
		"the name was wrong":               {"restricted", ui.Call{Items: items("mismatch")}, ui.CasesShow{Identity: held}, "answer birth_date"},
		"all were asked, one was wrong":    {"restricted", ui.Call{Items: items("match", "mismatch", "match", "match", "match")}, ui.CasesShow{Identity: held}, "answer birth_date"},
		"a call out":                       {"restricted", ui.Call{Direction: "outbound", Items: items()}, ui.CasesShow{Identity: held, CallBack: phone}, "callback"},
		"a call out, confirmed":            {"restricted", ui.Call{Direction: "outbound", CalledBack: true, Items: items()}, ui.CasesShow{Identity: held, CallBack: phone}, "answer name"},
		"a call out, no number":            {"restricted", ui.Call{Direction: "outbound", Items: items()}, ui.CasesShow{Identity: held}, "answer name"},
		"level 1, a code can be sent":      {"restricted", ui.Call{Level: 1, Possession: "code", Code: ready, MayConclude: may, Items: items("match", "match", "match")}, ui.CasesShow{Identity: held}, "send_code"},
		"level 1, no code can be sent":     {"restricted", ui.Call{Level: 1, Possession: "code", Code: ui.Code{State: "spent"}, MayConclude: may, Items: items("match", "match", "match")}, ui.CasesShow{Identity: held}, "conclude"},
		"level 1, more answers lead on":    {"restricted", ui.Call{Level: 1, MissingItems: 1, Possession: "code", Code: ui.Code{State: "spent"}, MayConclude: may, Items: items("match", "match", "match")}, ui.CasesShow{Identity: held}, "answer customer_number"},
		"the code is on its way":           {"restricted", ui.Call{Level: 1, Possession: "code", Code: sent, MayConclude: may, Items: items("match", "match", "match")}, ui.CasesShow{Identity: held}, "code"},
		"level 2":                          {"restricted", ui.Call{Level: 2, Code: ui.Code{State: "matched"}, MayConclude: may, Items: items("match", "match", "match")}, ui.CasesShow{Identity: reset}, "conclude"},
		"concluded":                        {"restricted", ui.Call{Level: 2, Outcome: "verified", Items: items("match", "match", "match")}, ui.CasesShow{Identity: reset}, "reset"},
		"concluded, no mail can be sent":   {"restricted", ui.Call{Level: 2, Outcome: "verified"}, ui.CasesShow{Identity: ui.Identity{ResetTo: []ui.Choice{{}}, MayReset: true, Stopped: "Held."}}, "end"},
		"the link was sent":                {"restricted", ui.Call{Level: 2, Outcome: "verified"}, ui.CasesShow{Identity: ui.Identity{State: members.LinkSent, ResetTo: []ui.Choice{{}}, MayReset: true}}, "end"},
		"the link was sent before":         {"restricted", ui.Call{Level: 1, Possession: "code", Code: ready, MayConclude: may, Items: items("match", "match", "match")}, ui.CasesShow{Identity: ui.Identity{State: members.LinkSent, ResetTo: []ui.Choice{{}}}}, "conclude"},
		"no reset wanted":                  {"restricted", ui.Call{Level: 1, Possession: "code", Code: ready, Outcome: "verified"}, ui.CasesShow{Identity: held}, "end"},
		"in use":                           {"active", ui.Call{Level: 1, MayConclude: may, Items: items("match", "match", "match")}, ui.CasesShow{}, "conclude"},
		"in use, concluded":                {"active", ui.Call{Level: 1, Outcome: "verified"}, ui.CasesShow{}, "end"},
		"family":                           {"restricted", ui.Call{Relation: cases.Family, Level: 1, MayConclude: may, Items: items("match", "match", "match")}, ui.CasesShow{Identity: held}, "conclude"},
		"no contact":                       {"restricted", ui.Call{Level: 1, MayConclude: may, Items: items("match", "match", "match")}, ui.CasesShow{}, "conclude"},
		"a mismatch":                       {"restricted", ui.Call{Over: true, Outcome: "mismatch"}, ui.CasesShow{Identity: held}, "end"},
		"three wrong answers":              {"restricted", ui.Call{Over: true}, ui.CasesShow{Identity: held, CallClosed: "attempts"}, "end"},
		"closed for today":                 {"restricted", ui.Call{Level: 1, MayConclude: may, Items: items("match", "match", "match")}, ui.CasesShow{Identity: held, CallClosed: "attempts"}, "conclude"},
		"suspected, before the first item": {"restricted", ui.Call{Items: items()}, ui.CasesShow{Identity: held, CallClosed: "impostor"}, "answer name"},
		"suspected":                        {"restricted", ui.Call{Level: 1, MayConclude: []string{"mismatch"}, Items: items("match", "match", "match")}, ui.CasesShow{Identity: held, CallClosed: "impostor"}, "end"},
	} {
		v := &caseView{page: &page{ctx: i18n.With(t.Context(), "en"), policies: policies.Policies{}}, row: &cases.Row{Standing: members.Standing{State: c.state}, Case: cases.Case{Origin: cases.Listed}}, CasesShow: c.shown}
		call := c.call
		call.Acts = call.Relation != cases.Family
		v.Call = &call
		v.callNext()
		if got := call.Next + map[bool]string{true: " " + call.NextItem}[call.NextItem != ""]; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		// At any desk, whatever the caller asks about: what the script offers the button does.
		for _, topic := range []string{"", desks.AboutPassword, "goo"} {
			v.frame.Topic = topic
			parts := v.sayNow()
			if offers := slices.Contains(parts, "send_code") || slices.Contains(parts, "offer_reset"); offers != (call.Next == "send_code") {
				t.Errorf("%s, asked about %q: the script says %q, and %q is next", name, topic, parts, call.Next)
			}
		}
	}
}
