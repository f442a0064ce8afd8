package web

import (
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/members"
	"hoten/app/reimbursements"
	"hoten/ui"
)

// What the caller is to be told or asked next, by how far they are verified and what their
// case is like.
func TestWhatTheScriptSays(t *testing.T) {
	at := time.Date(2014, 7, 31, 10, 0, 0, 0, time.UTC)
	owed := reimbursements.Plan{Lines: []reimbursements.Line{{}}}
	phone := []ui.Choice{{Value: "3"}}
	named := []ui.Item{{Name: cases.ItemName, State: "match"}, {Name: cases.ItemPhone}}
	code := func(state string) ui.Code { return ui.Code{State: state, SendsLeft: 1} }
	type state struct {
		call   *ui.Call
		of     string // state of the ID; empty: restricted
		shown  string // as the page has it, where a link that is void changes it
		closed string
		topic  string
		desk   int64
		plan   reimbursements.Plan
		whole  bool
		phone  []ui.Choice
		reset  bool
		want   string
	}
	one := func(c ui.Call) *ui.Call { c.Level = 1; return &c }
	for name, c := range map[string]state{
		"no call": {want: "greeting"},
		// To level 1, the same whatever the case is.
		"begun":                      {call: &ui.Call{Direction: "inbound"}, want: "verify"},
		"begun, link out":            {call: &ui.Call{Direction: "inbound"}, of: members.LinkSent, shown: members.LinkSent, want: "verify"},
		"begun, resumed":             {call: &ui.Call{Direction: "inbound"}, of: members.Resumed, plan: owed, want: "verify"},
		"begun, asks of points":      {call: &ui.Call{Direction: "inbound"}, topic: "goo", plan: owed, want: "verify"},
		"the name is right":          {call: &ui.Call{Items: named}, want: "more"},
		"another item is wrong":      {call: &ui.Call{Items: []ui.Item{{Name: cases.ItemPhone, State: "mismatch"}}}, want: "verify"},
		"rung":                       {call: &ui.Call{Direction: "outbound", Items: []ui.Item{{Name: cases.ItemName}}}, want: "callback"},
		"rung, reached":              {call: &ui.Call{Direction: "outbound", CalledBack: true}, want: "verify"},
		"rung, something was asked":  {call: &ui.Call{Direction: "outbound", Items: []ui.Item{{Name: cases.ItemPhone, State: "match"}}}, want: "verify"},
		"code under way, level 0":    {call: &ui.Call{Code: code("sending")}, want: "code"},
		"code not sent, level 0":     {call: &ui.Call{Items: named, Code: code("failed")}, want: "more"},
		"closed until tomorrow":      {call: &ui.Call{}, closed: "attempts", want: "closed"},
		"closed, unaffected":         {call: &ui.Call{}, closed: "attempts", of: members.Active, want: "closed"},
		"suspected":                  {call: one(ui.Call{}), closed: "impostor", want: "suspected"},
		"was suspected in this call": {call: &ui.Call{Outcome: cases.ImpostorSuspected, Over: true}, want: "suspected"},
		// The call is over.
		"mismatch":               {call: &ui.Call{Outcome: cases.Mismatch, Over: true}, want: "mismatch"},
		"second mismatch":        {call: &ui.Call{Outcome: cases.Mismatch, Over: true}, closed: "attempts", want: "closed"},
		"unable":                 {call: &ui.Call{Outcome: cases.Unable, Over: true}, want: "unable"},
		"time is over":           {call: &ui.Call{Outcome: cases.Verified, Over: true}, want: "again"},
		"time is over, link out": {call: &ui.Call{Over: true}, of: members.LinkSent, shown: members.LinkSent, want: "again"},
		// From level 1 to the reset.
		"level 1":                           {call: one(ui.Call{Possession: "code", Code: code("ready")}), phone: phone, plan: owed, want: "send_code"},
		"level 1, code under way":           {call: one(ui.Call{Possession: "code", Code: code("sending")}), plan: owed, want: "code"},
		"level 1, code sent":                {call: one(ui.Call{Possession: "code", Code: code("sent")}), plan: owed, want: "code"},
		"level 1, code not sent":            {call: one(ui.Call{Possession: "code", Code: code("failed")}), plan: owed, want: "send_code"},
		"level 1, no mail can go":           {call: one(ui.Call{Possession: "code", Code: ui.Code{State: "ready", SendsLeft: 1, Stopped: "x"}}), phone: phone, want: "call_back"},
		"level 1, no code is left":          {call: one(ui.Call{Possession: "code", Code: ui.Code{State: "spent"}}), phone: phone, want: "call_back"},
		"level 1, no code is left, no call": {call: one(ui.Call{Possession: "code", Code: ui.Code{State: "spent"}}), plan: owed, want: "points"},
		"level 1, by phone alone":           {call: one(ui.Call{Possession: "callback", Direction: "inbound", Code: code("unavailable")}), phone: phone, want: "call_back"},
		"level 1, rung":                     {call: one(ui.Call{Possession: "code", Direction: "outbound", Code: code("ready")}), phone: phone, want: "on_number"},
		"level 1, no contact":               {call: one(ui.Call{Possession: "documents", Code: code("unavailable")}), plan: owed, want: "points"},
		"level 1, no contact, items do":     {call: one(ui.Call{Possession: "documents", MissingItems: 1, Code: code("unavailable")}), plan: owed, want: "more"},
		"level 1, family":                   {call: one(ui.Call{Code: code("unavailable")}), plan: owed, phone: phone, want: "points"},
		"level 2":                           {call: &ui.Call{Level: 2, Code: code("matched")}, reset: true, plan: owed, want: "reset"},
		"level 2, called back, code out":    {call: &ui.Call{Level: 2, Code: code("sent")}, reset: true, plan: owed, want: "reset"},
		"level 2, no mail":                  {call: &ui.Call{Level: 2, Code: code("unavailable")}, want: "restricted"},
		"link out":                          {call: one(ui.Call{Possession: "code", Code: code("ready")}), of: members.LinkSent, shown: members.LinkSent, want: "reset_sent"},
		"link void":                         {call: one(ui.Call{Possession: "code", Code: code("ready")}), of: members.LinkSent, shown: members.Restricted, want: "send_code"},
		// What may be told of the case.
		"level 1 recorded":                    {call: one(ui.Call{Outcome: cases.Verified, Possession: "code", Code: code("ready")}), plan: owed, want: "points"},
		"level 1 recorded, nothing lost":      {call: one(ui.Call{Outcome: cases.Verified, Possession: "code", Code: code("ready")}), want: "restricted"},
		"level 1 recorded, put back":          {call: one(ui.Call{Outcome: cases.Verified}), whole: true, want: "put_back"},
		"level 1 recorded, looked at again":   {call: one(ui.Call{Outcome: cases.Verified}), whole: true, plan: owed, want: "put_back_open"},
		"level 1 recorded, then a code":       {call: one(ui.Call{Outcome: cases.Verified, Code: code("sending")}), plan: owed, want: "code"},
		"level 2 recorded":                    {call: &ui.Call{Level: 2, Outcome: cases.Verified}, reset: true, plan: owed, want: "reset"},
		"asks of points":                      {call: one(ui.Call{Possession: "code", Code: code("ready")}), topic: "goo", plan: owed, want: "points"},
		"asks of points, put back":            {call: one(ui.Call{Possession: "code", Code: code("ready")}), topic: "goo", whole: true, want: "put_back"},
		"asks of the password":                {call: one(ui.Call{Possession: "code", Code: code("ready")}), topic: desks.AboutPassword, desk: 2, plan: owed, want: "send_code"},
		"at the desk for points":              {call: one(ui.Call{Possession: "code", Code: code("ready")}), desk: 2, plan: owed, want: "points"},
		"at the desk for IDs":                 {call: one(ui.Call{Possession: "code", Code: code("ready")}), desk: 1, plan: owed, want: "send_code"},
		"resumed":                             {call: one(ui.Call{Possession: "code", Code: code("ready")}), of: members.Resumed, plan: owed, want: "points"},
		"resumed, put back":                   {call: one(ui.Call{}), of: members.Resumed, whole: true, want: "put_back"},
		"resumed, nothing lost":               {call: one(ui.Call{}), of: members.Resumed, want: "farewell"},
		"never restricted":                    {call: one(ui.Call{Possession: "code", Code: code("ready")}), of: members.Active, plan: owed, want: "points"},
		"closed, level 1":                     {call: one(ui.Call{Code: code("unavailable")}), closed: "attempts", plan: owed, want: "closed"},
		"closed, level 1 recorded":            {call: one(ui.Call{Outcome: cases.Verified, Code: code("unavailable")}), closed: "attempts", plan: owed, want: "points"},
		"closed, level 1, asks of points":     {call: one(ui.Call{Code: code("unavailable")}), closed: "attempts", topic: "goo", plan: owed, want: "points"},
		"closed, level 1, resumed, put back":  {call: one(ui.Call{Code: code("unavailable")}), closed: "attempts", of: members.Resumed, whole: true, want: "put_back"},
		"suspected, level 1, resumed, points": {call: one(ui.Call{}), closed: "impostor", of: members.Resumed, topic: "goo", plan: owed, want: "suspected"},
	} {
		of := cases.Row{Standing: members.Standing{State: members.Restricted}}
		if c.of != "" {
			of.State = c.of
		}
		if c.whole {
			of.MadeWholeAt = &at
		}
		v := &caseView{page: &page{ctx: t.Context(), by: access.Actor{DeskID: c.desk}}, row: &of, plan: c.plan,
			CasesShow: ui.CasesShow{Call: c.call, CallClosed: c.closed, CallBack: c.phone, Identity: ui.Identity{State: c.shown, MayReset: c.reset}}}
		v.frame.Topic = c.topic
		v.desks = []desks.Kept{{ID: 1, Desk: desks.Desk{Topics: []string{desks.AboutID, desks.AboutPassword, "goo"}}}, {ID: 2, Desk: desks.Desk{Topics: []string{"pointtalk", "goo"}}}}
		if got := v.sayNow(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
