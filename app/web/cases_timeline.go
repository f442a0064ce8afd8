package web

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/reimbursements"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/i18n"
	"hoten/ui"
)

// timelineKinds sorts the kinds of events into those that readers filter by.
var timelineKinds = map[string][]string{
	"note": {cases.Note},
	"call": {cases.CallStarted, cases.CallEnded, cases.HandoverOffered, cases.HandoverTakenBack, cases.HandoverRefused, cases.HandoverRanOut, cases.CallHandedOver, cases.CallbackPromised, cases.CallbackDialled, cases.CallbackAttempted, cases.CallbackMoved, cases.CallbackDropped,
		cases.CallbackExhausted},
	"verification": {cases.CallConcluded, cases.CodeSent, cases.VerificationOpened, cases.VerifiedVoid, cases.ImpostorCleared, cases.ImpostorUpheld, cases.Represented, cases.Unrepresented,
		cases.ContactProposed, cases.ContactSet, cases.ContactRefused, cases.ContactWithdrawn, cases.ContactUndone, cases.Revealed},
	"reset": {cases.LinkWasSent, cases.WasResumed, cases.Released, cases.ReleaseOrdered, cases.NotReleased, cases.NotRestricted, cases.PasswordNotSet, cases.WasRestrictedAgain, cases.RestrictedElsewhere},
	"points": {cases.FindingDecided, cases.AdjustmentMade, cases.DoubleDecided, cases.DoubleFound, cases.CancelsExceeded, cases.BalanceMissed, cases.BalanceStated,
		cases.OwnDoubted, cases.FactArrived, cases.CorrectionFound, cases.Proposed, cases.Approved, cases.Returned, cases.Rejected, cases.Withdrawn,
		cases.Posted, cases.ApprovalsVoided, cases.ApprovalReminded, cases.ApprovalEscalated},
	"mail":   {cases.Notified, cases.Unreachable, cases.Reachable, cases.NoticeMisled, cases.ResultMisled, cases.ChangeMisled, cases.MailCounts, cases.LetterSent, cases.MailNotSent, cases.MailAgain, cases.MailWasKept, cases.MailMoved},
	"status": {cases.Opened, cases.StatusChanged, cases.Assigned, cases.AddedToIncident},
}

var contactEvents = map[string]bool{cases.ContactProposed: true, cases.ContactSet: true, cases.ContactRefused: true, cases.ContactWithdrawn: true, cases.ContactUndone: true}

// namesStaff are the events that keep the name of somebody else as it is registered, and where.
var namesStaff = map[string]string{cases.HandoverOffered: "to", cases.HandoverRanOut: "to", cases.CallHandedOver: "from", cases.ApprovalEscalated: "to"}

var directoryEvents = map[string]bool{cases.NotReleased: true, cases.NotRestricted: true, cases.PasswordNotSet: true}

var kindOfEvent = func() map[string]string {
	out := map[string]string{}
	for kind, events := range timelineKinds {
		for _, e := range events {
			out[e] = kind
		}
	}
	return out
}()

// askTimeline reads a page of the timeline and one event more when there are more.
func (v *caseView) askTimeline(reads *store.Reads, id int64) *[]cases.Event {
	v.Kind = v.known("kind", v.QueryParam("kind"), slices.Collect(maps.Keys(timelineKinds))...)
	return cases.AskEvents(reads, id, timelineKinds[v.Kind], v.cursor(), pageSize+1)
}

func (v *caseView) timeline() error {
	events, cursor := cut(*v.found.events, func(e cases.Event) int64 { return e.ID })
	v.OlderCursor, v.WrapUp = cursor, v.wrapUp()
	undo := v.undo(events)
	called, err := v.called(events)
	if err != nil {
		return err
	}
	for _, e := range events {
		written, err := e.PlainText(v.w.s.Vault)
		if err != nil {
			return err
		}
		if e.Kind == cases.Note && e.ActorKind == "staff" && e.ActorID == v.by.ID {
			v.OwnNotes++
		}
		v.Timeline = append(v.Timeline, ui.Event{At: e.At, Kind: kindOfEvent[e.Kind], Who: v.who(e), Text: v.sentence(e, called), Note: written, Undo: undo[e.ID]})
	}
	return nil
}

// called is what those whom events name are called in the reader's language, by the name as
// registered or by the number of the account.
func (v *caseView) called(events []cases.Event) (map[string]string, error) {
	var names []string
	var ids []int64
	for _, e := range events {
		data := e.Fields()
		if name, _ := data[namesStaff[e.Kind]].(string); name != "" {
			names = append(names, name)
		}
		if to, _ := data["to"].(float64); e.Kind == cases.Assigned && to != 0 {
			ids = append(ids, int64(to))
		}
	}
	lang, out := i18n.Lang(v.ctx), map[string]string{}
	if len(names) > 0 && lang != "ja" {
		called, err := staff.Called(v.db, lang, names)
		if err != nil {
			return nil, err
		}
		out = called
	}
	if len(ids) > 0 {
		called, err := staff.Names(v.db, lang, ids)
		if err != nil {
			return nil, err
		}
		for id, name := range called {
			out[fmt.Sprint(id)] = name
		}
	}
	return out, nil
}

// undo is where the form leads that takes the last thing back that the reader did, by its
// event; it stands beside what is said of it, too.
func (v *caseView) undo(events []cases.Event) map[int64]ui.Undo {
	out := map[int64]ui.Undo{}
	if v.Kind != "" || v.cursor() != 0 {
		return out
	}
	at := "/cases/" + v.row.Number()
	if last := cases.Undoable(events, v.by, v.now); len(last) > 0 && v.MayWork {
		if until := cases.UndoUntil(last, *v.found.mails); v.now.Before(until) {
			out[last[0].ID] = ui.Undo{URL: fmt.Sprintf("%s/events/%d/undo", at, last[0].ID), Until: until}
		}
	}
	if id := reimbursements.UndoableAdjustment(events, v.by, v.now); id != 0 {
		i := slices.IndexFunc(events, func(e cases.Event) bool { return e.Kind == cases.AdjustmentMade })
		out[events[i].ID] = ui.Undo{URL: fmt.Sprintf("%s/adjustments/%d/undo", at, id), Until: events[i].At.Add(cases.UndoFor)}
	}
	for _, undo := range out {
		if v.frame.Flash.Tone == "done" && events[0].Kind != cases.Note && events[0].Kind != cases.Revealed {
			v.frame.Flash.Undo = undo
		}
	}
	return out
}

func (p *page) who(e cases.Event) string {
	switch e.ActorKind {
	case "staff":
		return e.ActorName.In(i18n.Lang(p.ctx))
	case "member":
		return i18n.T(p.ctx, "actor.member")
	}
	return i18n.T(p.ctx, "actor.system")
}

// sentence says an event; words that stand in its data are said in the reader's
// language too.
func (v *caseView) sentence(e cases.Event, called map[string]string) string {
	p, data := v.page, e.Fields()
	var args []any
	for name, value := range data {
		said := fmt.Sprint(value)
		switch {
		case name == "undo" || name == "agent" && e.Kind == cases.CallEnded:
			continue
		case e.Kind == cases.StatusChanged:
			said = i18n.T(p.ctx, "cases.status."+said)
		case e.Kind == cases.CancelsExceeded && name == "points":
			said = v.exceeded(data["movement"], value)
		case e.Kind == cases.DoubleDecided && name == "to":
			said = i18n.T(p.ctx, "cases.double."+said)
		case e.Kind == cases.CallbackAttempted && name == "outcome":
			said = i18n.T(p.ctx, "callbacks.outcome."+said)
		case e.Kind == cases.CallbackExhausted && name == "channel":
			said = i18n.T(p.ctx, "callbacks.channel."+said)
		case e.Kind == cases.ApprovalEscalated && name == "to" && said == "":
			said = i18n.T(p.ctx, "reimbursements.substitute.none")
		case e.Kind == cases.Assigned && name == "to":
			said = called[said]
		case namesStaff[e.Kind] == name && called[said] != "":
			said = called[said]
		case name == "why" && e.Kind == cases.WasRestrictedAgain:
			said = i18n.T(p.ctx, "cases.restricted_again."+said)
		case name == "code" && directoryEvents[e.Kind]:
			said = i18n.T(p.ctx, "directories.code."+said)
		case name == "mail":
			said = i18n.T(p.ctx, "mails.kind."+said)
		case name == "kind" && contactEvents[e.Kind]:
			said = i18n.T(p.ctx, "cases.contact.kind."+said)
		case name == "told" && e.Kind == cases.ContactUndone:
			said = i18n.T(p.ctx, "cases.contact.told_undone."+said)
		case name == "told":
			said = i18n.T(p.ctx, "cases.contact.told."+said)
		case name == "about":
			said = p.subjects(value)
		case name == "sent_on":
			if day, err := time.Parse(time.DateOnly, said); err == nil {
				said = i18n.Date(p.ctx, day)
			}
		case name == "due":
			if at, err := time.Parse(time.RFC3339, said); err == nil {
				said = i18n.Time(v.ctx, at)
			}
		case name == "relation":
			said = i18n.T(p.ctx, "calls.relation."+said)
		case name == "direction":
			said = i18n.T(p.ctx, "calls.direction."+said)
		case name == "outcome":
			said = i18n.T(p.ctx, "calls.outcome."+said)
		}
		args = append(args, name, said)
	}
	kind := e.Kind
	if kind == cases.ContactUndone && data["told"] != nil { // earlier releases told nobody
		kind += "_told"
	}
	switch {
	case data["undoes"] != nil:
		kind += "_undo"
	case data["undone_by"] != nil:
		kind += "_undone"
	}
	if data["undo"] == true {
		kind += "_undone"
	}
	if to, kept := data["to"].(float64); kind == cases.Assigned && kept { // earlier releases did not keep it
		kind += "_to"
		if to == 0 {
			kind = cases.Assigned + "_nobody"
		}
	}
	if kind == cases.CallEnded && data["hung_up"] == true {
		kind = "call_hung_up"
	}
	if kind == cases.MailNotSent && data["withheld"] == true {
		kind += "_withheld"
	}
	if kind == cases.FindingDecided && data["verified"] == false {
		kind += "_unverified"
	}
	if kind == cases.FactArrived && data["movements"] == cases.NoMovements {
		kind += "_other"
	}
	if kind == cases.LetterSent && data["about"] != nil { // earlier releases kept no subject
		kind += "_about"
	}
	if name := v.Identity.PointPasswordName; kind == cases.Posted && data["point_password"] != nil && name != "" {
		kind, args = kind+"_voided", append(args, "password", name)
	}
	return i18n.T(p.ctx, "cases.event."+kind, args...)
}

// exceeded writes the points by which the cancellations of an exchange exceed it.
func (v *caseView) exceeded(movement, points any) string {
	n, _ := points.(float64) // JSON
	i := slices.IndexFunc(v.facts.Movements, func(m incidents.Movement) bool { return m.MovementID == movement })
	if i < 0 {
		return i18n.Number(int64(n))
	}
	return v.amount(v.facts.Movements[i], int64(n))
}

// subjects says what a letter told, from the data of its event.
func (p *page) subjects(kept any) string {
	list, _ := kept.([]any)
	words := make([]string, len(list))
	for i, subject := range list {
		words[i] = i18n.T(p.ctx, "cases.letter.about."+fmt.Sprint(subject))
	}
	return strings.Join(words, i18n.T(p.ctx, "list.comma"))
}
