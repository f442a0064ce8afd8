package web

import (
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/members"
	"hoten/app/notices"
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
		reset  bool // a link may be sent
		none   bool // no mail address may be used
		waits  bool // a new contact waits to be confirmed
		away   bool // nobody is rung at this hour
		stop   string
		letter string
		mailed bool
		bare   bool // the representative's papers are not recorded
		want   string
	}
	one := func(c ui.Call) *ui.Call { c.Level = 1; return &c }
	for name, c := range map[string]state{
		"no call": {want: "greeting"},
		// To level 1, the same whatever the case is.
		"begun":                     {call: &ui.Call{Direction: "inbound"}, want: "verify"},
		"begun, link out":           {call: &ui.Call{Direction: "inbound"}, of: members.LinkSent, shown: members.LinkSent, want: "verify"},
		"begun, resumed":            {call: &ui.Call{Direction: "inbound"}, of: members.Resumed, plan: owed, want: "verify"},
		"begun, asks of points":     {call: &ui.Call{Direction: "inbound"}, topic: "goo", plan: owed, want: "verify"},
		"the name is right":         {call: &ui.Call{Items: named}, want: "more"},
		"another item is wrong":     {call: &ui.Call{Items: []ui.Item{{Name: cases.ItemName}, {Name: cases.ItemPhone, State: "mismatch"}}}, want: "name"},
		"rung":                      {call: &ui.Call{Direction: "outbound", Items: []ui.Item{{Name: cases.ItemName}}}, want: "callback"},
		"rung, reached":             {call: &ui.Call{Direction: "outbound", CalledBack: true}, want: "verify"},
		"rung, something was asked": {call: &ui.Call{Direction: "outbound", Items: []ui.Item{{Name: cases.ItemPhone, State: "mismatch"}}}, want: "name"},
		// What was wrong is asked again once nothing else is left.
		"the name is wrong, others are left": {call: &ui.Call{Items: []ui.Item{{Name: cases.ItemName, State: "mismatch"}, {Name: cases.ItemPhone}}}, want: "others"},
		"the name is wrong, one is left":     {call: &ui.Call{Items: []ui.Item{{Name: cases.ItemName, State: "mismatch"}, {Name: cases.ItemPhone, State: "match"}, {Name: cases.ItemAddress}}}, want: "others"},
		"the name is wrong, a proxy":         {call: &ui.Call{Relation: cases.Proxy, Items: []ui.Item{{Name: cases.ItemName, State: "mismatch"}, {Name: cases.ItemPhone}}}, want: "others_of_holder"},
		"another is wrong after the name":    {call: &ui.Call{Items: []ui.Item{{Name: cases.ItemName, State: "match"}, {Name: cases.ItemPhone, State: "mismatch"}, {Name: cases.ItemAddress}}}, want: "more"},
		"code under way, level 0":            {call: &ui.Call{Code: code("sending")}, want: "code"},
		"code not sent, level 0":             {call: &ui.Call{Items: named, Code: code("failed")}, want: "more"},
		// Some items are right and the name is not asked yet: they are not asked again.
		"the code before the name": {call: &ui.Call{Items: []ui.Item{{Name: cases.ItemName}}, Code: code("matched")}, want: "name"},
		"another item is right":    {call: &ui.Call{Items: []ui.Item{{Name: cases.ItemName}, {Name: cases.ItemPhone, State: "match"}}}, want: "name"},
		"the name is wrong":        {call: &ui.Call{Items: []ui.Item{{Name: cases.ItemName, State: "mismatch"}, {Name: cases.ItemPhone, State: "match"}}}, want: "name"},
		"the code, then the name":  {call: &ui.Call{Items: named, Code: code("matched")}, want: "more"},
		// Whoever speaks for the account holder is asked about them.
		"a proxy":                 {call: &ui.Call{Relation: cases.Proxy}, want: "verify_of_holder"},
		"a guardian, name":        {call: &ui.Call{Relation: cases.Guardian, Items: named}, want: "more_of_holder"},
		"a company, code first":   {call: &ui.Call{Relation: cases.Corporate, Code: code("matched")}, want: "name_of_holder"},
		"family, rung":            {call: &ui.Call{Relation: cases.Family, Direction: "outbound"}, want: "callback"},
		"through a relay service": {call: &ui.Call{Relation: cases.Relay}, want: "verify"},
		// A closure is of level 2, and begins as ever.
		"closed until tomorrow":        {call: &ui.Call{}, closed: "attempts", want: "verify"},
		"closed, unaffected":           {call: &ui.Call{}, closed: "attempts", of: members.Active, want: "verify"},
		"closed, rung":                 {call: &ui.Call{Direction: "outbound"}, closed: "attempts", want: "callback"},
		"closed, the name is right":    {call: &ui.Call{Items: named}, closed: "attempts", want: "more"},
		"suspected":                    {call: one(ui.Call{}), closed: "impostor", want: "suspected"},
		"suspected, level 0":           {call: &ui.Call{}, closed: "impostor", want: "suspected"},
		"suspected, rung":              {call: &ui.Call{Direction: "outbound"}, closed: "impostor", plan: owed, want: "callback"},
		"suspected, rung and asked":    {call: &ui.Call{Direction: "outbound", Items: named}, closed: "impostor", want: "suspected"},
		"was suspected in this call":   {call: &ui.Call{Outcome: cases.ImpostorSuspected, Over: true}, want: "suspected"},
		"rung, suspected in this call": {call: &ui.Call{Direction: "outbound", Outcome: cases.ImpostorSuspected, Over: true}, closed: "impostor", want: "suspected"},
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
		"level 1, no code is left, late":    {call: one(ui.Call{Possession: "code", Code: ui.Code{State: "spent"}}), phone: phone, away: true, want: "call_back_later"},
		"level 1, no code is left, no call": {call: one(ui.Call{Possession: "code", Code: ui.Code{State: "spent"}}), plan: owed, want: "restricted points"},
		"level 1, items do":                 {call: one(ui.Call{Possession: "code", MissingItems: 1, Code: ui.Code{State: "spent"}}), plan: owed, want: "more"},
		"level 1, rung":                     {call: one(ui.Call{Possession: "code", Direction: "outbound", Code: code("ready")}), phone: phone, want: "on_number"},
		// Who may not act for the member hears what is published, whatever the case is.
		"level 1, family":                     {call: one(ui.Call{Relation: cases.Family, Code: code("unavailable")}), plan: owed, phone: phone, want: "published holder_only"},
		"level 1, family, link out":           {call: one(ui.Call{Relation: cases.Family}), of: members.LinkSent, shown: members.LinkSent, want: "published holder_only"},
		"level 1, family, resumed, put back":  {call: one(ui.Call{Relation: cases.Family}), of: members.Resumed, whole: true, want: "published holder_only"},
		"level 1, family, unaffected":         {call: one(ui.Call{Relation: cases.Family}), of: members.Active, want: "published holder_only"},
		"level 1, family, recorded":           {call: one(ui.Call{Relation: cases.Family, Outcome: cases.Verified}), plan: owed, want: "published holder_only"},
		"level 1, family, closed":             {call: one(ui.Call{Relation: cases.Family}), closed: "attempts", plan: owed, want: "published holder_only"},
		"level 1, proxy without papers":       {call: one(ui.Call{Relation: cases.Proxy}), bare: true, plan: owed, want: "published papers_first.proxy"},
		"level 1, guardian without papers":    {call: one(ui.Call{Relation: cases.Guardian}), bare: true, of: members.Resumed, want: "published papers_first.guardian"},
		"level 1, company, papers taken back": {call: &ui.Call{Level: 2, Relation: cases.Corporate}, bare: true, reset: true, want: "published papers_first.corporate"},
		"level 1, proxy with papers":          {call: one(ui.Call{Relation: cases.Proxy, Outcome: cases.Verified}), plan: owed, want: "restricted points"},
		// With no address for the link, a call back leads nowhere.
		"no mail":                  {call: one(ui.Call{Possession: "documents", Code: code("unavailable")}), none: true, phone: phone, plan: owed, want: "restricted no_contact points"},
		"no mail, rung":            {call: one(ui.Call{Possession: "documents", Direction: "outbound", Code: code("unavailable")}), none: true, phone: phone, want: "restricted no_contact"},
		"no mail, items would do":  {call: one(ui.Call{Possession: "documents", MissingItems: 1, Code: code("unavailable")}), none: true, plan: owed, want: "restricted no_contact points"},
		"no mail, a contact waits": {call: one(ui.Call{Possession: "contact_waits", Code: code("unavailable")}), none: true, waits: true, plan: owed, want: "restricted contact_waits points"},
		"no mail, level 2":         {call: &ui.Call{Level: 2, Code: code("unavailable")}, none: true, want: "restricted no_contact"},
		"no mail, family":          {call: one(ui.Call{Relation: cases.Family}), none: true, want: "published holder_only"},
		"no mail, resumed":         {call: one(ui.Call{}), of: members.Resumed, none: true, want: "in_use farewell"},
		// The link, at any desk.
		"level 2":                          {call: &ui.Call{Level: 2, Code: code("matched")}, reset: true, plan: owed, want: "confirmed restricted reset points"},
		"level 2, nothing lost":            {call: &ui.Call{Level: 2, Code: code("matched")}, reset: true, want: "confirmed restricted reset"},
		"level 2, called back, code out":   {call: &ui.Call{Level: 2, Code: code("sent")}, reset: true, plan: owed, want: "confirmed restricted reset points"},
		"level 2, at the desk for points":  {call: &ui.Call{Level: 2, Code: code("matched")}, desk: 2, reset: true, plan: owed, want: "confirmed restricted reset points"},
		"level 2, mails are stopped":       {call: &ui.Call{Level: 2, Code: code("matched")}, reset: true, stop: "x", plan: owed, want: "restricted points"},
		"level 2 recorded":                 {call: &ui.Call{Level: 2, Outcome: cases.Verified}, reset: true, plan: owed, want: "confirmed restricted reset points"},
		"link out":                         {call: one(ui.Call{Possession: "code", Code: code("ready")}), of: members.LinkSent, shown: members.LinkSent, want: "restricted reset_sent"},
		"link out, at the desk for points": {call: &ui.Call{Level: 2}, of: members.LinkSent, shown: members.LinkSent, desk: 2, plan: owed, want: "restricted reset_sent points"},
		"link void":                        {call: one(ui.Call{Possession: "code", Code: code("ready")}), of: members.LinkSent, shown: members.Restricted, want: "send_code"},
		// What may be told of the case: of the restriction first.
		"level 1 recorded":                   {call: one(ui.Call{Outcome: cases.Verified, Possession: "code", Code: code("ready")}), plan: owed, want: "restricted points"},
		"level 1 recorded, nothing lost":     {call: one(ui.Call{Outcome: cases.Verified, Possession: "code", Code: code("ready")}), want: "restricted"},
		"level 1 recorded, put back":         {call: one(ui.Call{Outcome: cases.Verified}), whole: true, want: "restricted put_back"},
		"level 1 recorded, looked at again":  {call: one(ui.Call{Outcome: cases.Verified}), whole: true, plan: owed, want: "restricted put_back checking"},
		"level 1 recorded, then a code":      {call: one(ui.Call{Outcome: cases.Verified, Code: code("sending")}), plan: owed, want: "restricted points code"},
		"asks of points":                     {call: one(ui.Call{Possession: "code", Code: code("ready")}), topic: "goo", plan: owed, want: "restricted offer_reset points"},
		"asks of points, put back":           {call: one(ui.Call{Possession: "code", Code: code("ready")}), topic: "goo", whole: true, want: "restricted offer_reset put_back"},
		"asks of the password":               {call: one(ui.Call{Possession: "code", Code: code("ready")}), topic: desks.AboutPassword, desk: 2, plan: owed, want: "send_code"},
		"at the desk for points":             {call: one(ui.Call{Possession: "code", Code: code("ready")}), desk: 2, plan: owed, want: "restricted offer_reset points"},
		"at the desk for IDs":                {call: one(ui.Call{Possession: "code", Code: code("ready")}), desk: 1, plan: owed, want: "send_code"},
		"resumed":                            {call: one(ui.Call{}), of: members.Resumed, plan: owed, want: "in_use points no_action"},
		"resumed, put back":                  {call: one(ui.Call{}), of: members.Resumed, whole: true, want: "in_use put_back no_action"},
		"resumed, looked at again":           {call: one(ui.Call{}), of: members.Resumed, whole: true, plan: owed, want: "in_use put_back checking no_action"},
		"resumed, nothing lost":              {call: one(ui.Call{}), of: members.Resumed, want: "in_use farewell"},
		"never restricted":                   {call: one(ui.Call{}), of: members.Active, plan: owed, want: "points no_action"},
		"told by mail":                       {call: one(ui.Call{}), of: members.Resumed, whole: true, mailed: true, want: "in_use put_back no_action mailed"},
		"to be told by letter":               {call: one(ui.Call{Outcome: cases.Verified}), whole: true, mailed: true, letter: cases.LetterResult, want: "restricted put_back lettered"},
		"another letter is due":              {call: one(ui.Call{Outcome: cases.Verified}), whole: true, mailed: true, letter: cases.LetterRestriction, want: "restricted put_back mailed"},
		"closed, level 1":                    {call: one(ui.Call{Code: code("unavailable")}), closed: "attempts", plan: owed, want: "restricted no_reset points"},
		"closed, level 1 recorded":           {call: one(ui.Call{Outcome: cases.Verified, Code: code("unavailable")}), closed: "attempts", plan: owed, want: "restricted no_reset points"},
		"closed, level 1, asks of points":    {call: one(ui.Call{Code: code("unavailable")}), closed: "attempts", topic: "goo", plan: owed, want: "restricted no_reset points"},
		"closed, level 1, resumed, put back": {call: one(ui.Call{Code: code("unavailable")}), closed: "attempts", of: members.Resumed, whole: true, want: "in_use put_back no_action"},
		"suspected, level 1, resumed":        {call: one(ui.Call{}), closed: "impostor", of: members.Resumed, topic: "goo", plan: owed, want: "suspected"},
	} {
		of := cases.Row{Standing: members.Standing{State: members.Restricted}}
		if c.of != "" {
			of.State = c.of
		}
		if c.whole {
			of.MadeWholeAt = &at
		}
		if c.call != nil {
			c.call.Acts = c.call.Relation != cases.Family && !c.bare
		}
		shown := ui.CasesShow{Call: c.call, CallClosed: c.closed, CallBack: c.phone, Identity: ui.Identity{State: c.shown, MayReset: c.reset, Stopped: c.stop}}
		if !c.none {
			shown.Identity.ResetTo = []ui.Choice{{Value: "1"}}
		}
		if c.waits {
			shown.Change = &ui.ContactChange{}
		}
		if c.away {
			shown.NoCalls = "calling_hours"
		}
		if c.letter != "" {
			shown.Letter = []string{c.letter}
		}
		if c.mailed {
			shown.Mails = []ui.CaseMail{{Kind: notices.ReimbursementCompleted, State: notices.Sent}}
		}
		v := &caseView{page: &page{ctx: t.Context(), by: access.Actor{DeskID: c.desk}}, row: &of, plan: c.plan, CasesShow: shown}
		v.frame.Topic = c.topic
		v.desks = []desks.Kept{{ID: 1, Desk: desks.Desk{Topics: []string{desks.AboutID, desks.AboutPassword, "goo"}}}, {ID: 2, Desk: desks.Desk{Topics: []string{"pointtalk", "goo"}}}}
		if got := strings.Join(v.sayNow(), " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
