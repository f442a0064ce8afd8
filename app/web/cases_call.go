package web

import (
	"slices"
	"strconv"
	"time"

	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/vault"
	"hoten/i18n"
	"hoten/ui"
)

func (v *caseView) callPanel() (err error) {
	for _, id := range *v.found.same {
		v.Elsewhere = append(v.Elsewhere, ui.Choice{Value: "/cases/" + cases.Number(id), Label: cases.Number(id)})
	}
	for _, o := range *v.found.others {
		v.OnCall = append(v.OnCall, ui.OnCall{Name: o.Name.In(i18n.Lang(v.ctx)), Since: o.Since, Taken: o.Taken})
	}
	if v.found.ended != nil {
		for _, k := range *v.found.ended {
			v.Ended = append(v.Ended, ui.EndedCall{ID: k.ID, Agent: k.Agent.In(i18n.Lang(v.ctx)), Relation: k.Relation, At: k.StartedAt})
		}
	}
	switch {
	case v.row.ImpostorAt != nil:
		v.CallClosed, v.Upheld = "impostor", !v.row.Undecided()
	case cases.Closed2(v.row.Standing, v.policies.Verification, v.now):
		v.CallClosed = "attempts"
	}
	at := serving(v.desks, v.about)
	v.Desks = v.choicesOfDesks(at)
	if v.Caller, err = v.shown(v.QueryParam("caller")); err != nil {
		return err
	}
	if v.Caller != "" && v.call == nil { // the number that rings may be another member's
		v.frame.Caller = v.QueryParam("caller")
	}
	first := desks.Main(at, "")
	own := v.by.DeskID
	if v.phone.DeskID != nil {
		own = *v.phone.DeskID // whose number was dialled
	}
	if i := slices.IndexFunc(at, func(d desks.Kept) bool { return d.ID == own }); i >= 0 {
		first = &at[i]
	}
	if first != nil {
		v.DeskID, v.NoCalls = first.Code, first.NoCalls(v.now)
	}
	if v.CallBack, err = v.usable(members.Phone); err != nil || v.call == nil {
		return err
	}
	v.Documents, err = cases.Documented(v.db, v.row.Case.ID, v.call.Relation)
	if err != nil {
		return err
	}
	return v.openCall()
}

// atDesk is the desk of the call, else of the reader.
func (v *caseView) atDesk() int64 {
	if v.call != nil && v.call.DeskID != nil {
		return *v.call.DeskID
	}
	return v.by.DeskID
}

// asked is which desk the caller's question belongs to, seen from theirs.
func (v *caseView) asked() (err error) {
	v.Asked, err = v.askedAbout(v.in.Programs, v.atDesk(), ui.CaseURL(v.row.Number(), v.QueryParam("caller")), v.Member.Language)
	if ofTheID(v.frame.Topic) && v.row.Standing.Closed() && !v.needsContact() && v.CallClosed == "" {
		v.Asked.State, v.Asked.Say = "here", nil // the reset is done at any desk
	}
	return err
}

// usable are the contacts of a kind that a code, a link or a call back may go
// to; the first is the one that is used.
func (v *caseView) usable(kind string) (out []ui.Choice, err error) {
	for _, k := range v.contacts {
		if k.Kind != kind || cases.Barred(v.row.Standing, k, v.firstDay) != "" {
			continue
		}
		plain, err := k.Plain(v.w.s.Vault)
		if err != nil {
			return nil, err
		}
		out = append(out, ui.Choice{Value: strconv.FormatInt(k.ID, 10), Label: masked(kind, plain)})
	}
	return out[:min(len(out), 1)], nil
}

// noMail is why no mail that a caller waits for can go now to the contact that is used,
// in words; empty where it can, or where no contact may be used.
func (v *caseView) noMail() (string, error) {
	i := slices.IndexFunc(v.contacts, func(k members.Contact) bool { return k.Kind == members.Email && k.Usable(v.firstDay) })
	if i < 0 {
		return "", nil
	}
	address, err := v.contacts[i].Plain(v.w.s.Vault)
	if err != nil {
		return "", err
	}
	return v.refusal(notices.Holds(v.here, v.stopped, address, v.now))
}

func masked(kind, plain string) string {
	if kind == members.Phone {
		return vault.MaskPhone(plain)
	}
	return vault.MaskEmail(plain)
}

func (v *caseView) openCall() error {
	progress, err := cases.ProgressOf(v.db, v.call, v.policies.Verification, v.now)
	if err != nil {
		return err
	}
	since, err := cases.CallerSince(v.db, v.call)
	if err != nil {
		return err
	}
	c := &ui.Call{ID: v.call.ID, Direction: v.call.Direction, Relation: v.call.Relation, Since: since, Outcome: text(v.call.Outcome),
		Level: v.call.Valid(v.now), Over: v.call.Over(v.now), WrongLeft: progress.WrongLeft, MissingItems: progress.MissingItems, MissingHidden: progress.MissingHidden,
		CalledBack: progress.CalledBack, Acts: v.call.Entitled(v.Documents)}
	if v.call.FirstID != nil {
		c.TakenOverAt = v.call.StartedAt
	}
	if v.call.ExpiresAt != nil {
		c.ExpiresAt = *v.call.ExpiresAt
	}
	if v.call.CallerNumber != nil {
		plain, err := v.call.PlainNumber(v.w.s.Vault)
		if err != nil {
			return err
		}
		c.Number = vault.MaskPhone(plain)
	}
	for _, item := range cases.Items {
		c.Items = append(c.Items, ui.Item{Name: item, State: progress.Items[item], Hidden: slices.Contains(v.policies.Verification.NotVisible, item)})
	}
	// Over a suspicion nobody is verified, and what is suspected already is not suspected again.
	c.MayConclude = slices.DeleteFunc(v.call.MayConclude(v.now), func(o string) bool {
		return v.row.ImpostorAt != nil && (o == cases.Verified || o == cases.ImpostorSuspected && c.Outcome == o)
	})
	if c.Code, err = v.code(progress); err != nil {
		return err
	}
	if c.Code.Stopped, err = v.noMail(); err != nil {
		return err
	}
	if err = v.receivers(c); err != nil {
		return err
	}
	if v.row.Standing.Closed() {
		c.Reset = "link"
		if len(c.Code.Contacts) == 0 {
			c.Reset = "documents"
			if v.Change != nil {
				c.Reset = "contact_waits"
			}
		}
	}
	if c.Level == 1 && v.CallClosed == "" && c.Acts {
		c.Possession = map[string]string{"link": "code", "documents": "documents", "contact_waits": "contact_waits"}[c.Reset]
	}
	v.Call = c
	return nil
}

// callNext says what is to be done next in the call: it has the focus. Before the level that
// the call needs it is what leads there, then the outcome, the reset link and the end.
func (v *caseView) callNext() {
	c := v.Call
	if c == nil {
		return
	}
	needed := v.levelNeeded()
	if !c.Acts || v.linkHolds() || v.CallClosed != "" {
		needed = min(needed, 1)
	}
	asked, concludes := nextItem(c), slices.Contains(c.MayConclude, cases.Verified)
	switch {
	case c.Over:
		c.Next = "end"
	case c.Code.Awaited() && c.Level < 2:
		c.Next = "code"
	case c.Outcome != "" && v.Identity.MayReset && !v.linkHolds() && v.Identity.Stopped == "":
		c.Next = "reset"
	case c.Outcome != "":
		c.Next = "end"
	case c.Level >= needed && concludes:
		c.Next = "conclude"
	case c.Direction == "outbound" && c.Acts && !c.CalledBack && len(v.CallBack) > 0 && v.CallClosed == "":
		c.Next = "callback"
	case c.Level == 1 && c.Possession == "code" && c.Code.MaySend():
		c.Next = "send_code"
	case (c.Level == 0 || c.MissingItems > 0) && asked != "":
		c.Next, c.NextItem = "answer", asked
	case concludes:
		c.Next = "conclude"
	default:
		c.Next = "end"
	}
}

// nextItem is what the caller is asked next: what was not asked yet, before what was wrong.
func nextItem(c *ui.Call) string {
	for _, state := range []string{"", "mismatch"} {
		if i := slices.IndexFunc(c.Items, func(item ui.Item) bool { return item.State == state }); i >= 0 {
			return c.Items[i].Name
		}
	}
	return ""
}

// noCode is why nobody gets a code in this call, in words; empty: the caller can get one.
func (v *caseView) noCode(contacts []ui.Choice) string {
	switch {
	case v.CallClosed == "impostor":
		return i18n.T(v.ctx, "calls.code.impostor")
	case v.CallClosed != "":
		return i18n.T(v.ctx, "fault.verification_closed")
	case !v.call.Entitled(v.Documents):
		return i18n.T(v.ctx, "fault.caller_not_entitled")
	case len(contacts) == 0 && v.Change != nil:
		return i18n.T(v.ctx, "calls.level.contact_waits")
	case len(contacts) == 0:
		return i18n.T(v.ctx, "calls.code.unavailable")
	}
	return ""
}

func (v *caseView) code(progress cases.Progress) (c ui.Code, err error) {
	if c.Contacts, err = v.usable(members.Email); err != nil {
		return c, err
	}
	limits := v.policies.Verification
	c.SendsLeft = max(0, limits.CodesPerCall-progress.CodesSent)
	c.None = v.noCode(c.Contacts)
	last := progress.LastCode
	if last != nil && v.now.Before(last.ExpiresAt) && int(last.Tries) < limits.CodeTries {
		if c.SentTo, err = v.sentTo(last); err != nil {
			return c, err
		}
	}
	if c.SentTo != "" {
		c.State, c.Failed = v.sending(last)
		c.ExpiresAt, c.TriesLeft = last.ExpiresAt, limits.CodeTries-int(last.Tries)
		c.ResendAt = last.SentAt.Add(time.Duration(limits.CodeIntervalSeconds) * time.Second)
	}
	switch {
	case progress.CodeMatched && c.None == "":
		c.State = "matched"
	case c.SentTo != "" && (c.None == "" || c.Failed != ""): // also that the address which failed was the only one
	case c.None != "":
		c.State = "unavailable"
	case c.SendsLeft == 0:
		c.State = "spent"
	default:
		c.State = "ready"
	}
	return c, nil
}

// sentTo is the address that a code went to, masked; empty where it is no contact any more.
func (v *caseView) sentTo(code *cases.Code) (string, error) {
	i := slices.IndexFunc(v.contacts, func(k members.Contact) bool { return k.ID == code.ContactID })
	if i < 0 {
		return "", nil
	}
	plain, err := v.contacts[i].Plain(v.w.s.Vault)
	return masked(members.Email, plain), err
}

// sending is how far the mail with a code is, and why it was not sent, in words.
func (v *caseView) sending(code *cases.Code) (state, why string) {
	m := v.mailOf(notices.VerificationCode, code.SentAt)
	switch {
	case m == nil || m.State == notices.Queued:
		return "sending", ""
	case m.State == notices.Sent:
		return "sent", ""
	}
	return "failed", i18n.T(v.ctx, "mails.reason."+m.Reason)
}

// mailOf finds the mail that was queued with a code or a link; nil where it is not among
// the latest of the case.
func (v *caseView) mailOf(kind string, made time.Time) *notices.Mail {
	i := slices.IndexFunc(*v.found.mails, func(m notices.Mail) bool { return m.Kind == kind && m.QueuedAt.Equal(made) })
	if i < 0 {
		return nil
	}
	return &(*v.found.mails)[i]
}
