package web

import (
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/bulletins"
	"hoten/app/callbacks"
	"hoten/app/cases"
	"hoten/app/cti"
	"hoten/app/desks"
	"hoten/app/directories"
	"hoten/app/installation"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/operators"
	"hoten/app/points"
	"hoten/app/policies"
	"hoten/app/reconciliations"
	"hoten/app/reimbursements"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/webhooks"
	"hoten/i18n"
	"hoten/ui"
)

// around is what is read for every page of the console, in one round trip.
type around struct {
	account  *[]staff.Staff
	desks    func() ([]desks.Kept, error)
	policies func() (policies.Kept, error)
	waits    *[]reimbursements.Waits
	due      *[]callbacks.Due
	ids      *[]operators.ID
	place    *[]installation.State
	stopped  *[]notices.MailQueue
	offers   *[]cases.OfferTo
	contacts *[]int64 // how many changes wait to be confirmed
	suspects *[]int64 // of how many IDs an impostor is suspected
	corrects *[]int64 // how many cases are due otherwise than was posted
	returned *[]int64 // how many proposals came back to the reader
	alarms   *[]cases.Suspicion
	board    *[]int64      // how many announcements the reader has not confirmed
	calls    *[]cases.Call // of the reader that have not ended
	phone    *[]cti.Reader
	troubles *[]int64 // how many orders to directories people are to look at
	legs     *[]int64 // how many legs to point systems people are to look at
	behind   *[]bool  // whether days of point systems have waited too long to be reconciled
	disabled *[]bool  // whether a webhook had to be disabled
	heard    *[]bool  // whether the reader's console was heard of just now
}

func readAround(db *gorm.DB, at store.Place, reader int64, now time.Time, framed bool) (*around, error) {
	var reads store.Reads
	a := &around{account: staff.AskByID(&reads, reader)}
	if framed {
		a.desks, a.policies = desks.Ask(&reads), policies.AskLatest(&reads)
		a.waits, a.due = reimbursements.AskWaiting(&reads, reader), callbacks.AskDueFor(&reads, reader, now)
		a.contacts, a.heard = cases.AskContactsWaiting(&reads, reader), staff.AskSeen(&reads, reader, now)
		a.suspects, a.corrects = cases.AskSuspected(&reads), cases.AskCorrections(&reads)
		a.returned, a.alarms = cases.AskReturned(&reads, reader), cases.AskSuspicions(&reads, reader, now.Add(-suspicionIsNews))
		a.calls = cases.AskOpenCalls(&reads, reader)
		a.board = bulletins.AskUnconfirmed(&reads, reader, jptext.DateOf(now))
		a.ids, a.offers = operators.AskIDs(&reads), cases.AskOffersTo(&reads, reader, now)
		a.troubles, a.legs, a.disabled = directories.AskTroubles(&reads, now), points.AskTroubles(&reads, now), webhooks.AskDisabled(&reads)
		a.behind = reconciliations.AskBehind(&reads, now)
		a.phone = cti.AskReader(&reads, reader, now)
		a.place, a.stopped = installation.Ask(&reads, at), notices.AskStopped(&reads)
	}
	return a, reads.Run(db)
}

// noteHeard keeps that the reader's console is open, unless that is known: calls are
// offered to whoever has it open, from its first page on and also without scripts.
func (p *page) noteHeard(heard *[]bool) error {
	if (*heard)[0] {
		return nil
	}
	return staff.Seen(p.ctx, p.w.s, p.by)
}

// surround fills what stands around every page of the console.
func (p *page) surround(a *around) (err error) {
	if err := p.noteHeard(a.heard); err != nil {
		return err
	}
	if p.desks, err = a.desks(); err != nil {
		return err
	}
	current, err := a.policies()
	if err != nil {
		return err
	}
	p.policies, p.ids = current.Policies, *a.ids
	now := p.w.s.Clock()
	for _, d := range p.desks {
		state := d.At(now)
		p.frame.Desks = append(p.frame.Desks, ui.DeskPill{Name: p.deskShort(d.Desk), Open: state.Open, Until: state.Until})
	}
	p.waiting(a)
	p.here, p.stopped, p.phone = (*a.place)[0], *a.stopped, (*a.phone)[0]
	p.frame.Rings = p.phone.Connected && p.by.May(access.WorkCases)
	p.frame.Alarms.Held = p.here.Held
	_, silent := p.w.mailServer()
	settles := p.by.May(access.Supervise) || p.by.May(access.ManageStaff)
	p.frame.Alarms.Directories, p.frame.Alarms.Points = settles && (*a.troubles)[0] > 0, settles && (*a.legs)[0] > 0
	p.frame.Alarms.Reconciliations = (*a.behind)[0] && p.by.May(access.Supervise)
	p.frame.Alarms.Webhooks = (*a.disabled)[0] && p.by.May(access.ManageStaff)
	p.frame.Alarms.MailServer = silent != nil
	p.frame.Training = p.w.training != nil
	p.frame.MailsKept = !p.w.mails && !p.w.demo
	for _, q := range p.stopped {
		p.frame.Alarms.Stopped = append(p.frame.Alarms.Stopped, q.Scope)
	}
	if p.frame.Offers, err = p.offers(*a.offers); err != nil {
		return err
	}
	if unnoticed[p.Path()] {
		return nil // what was done is told by the next page
	}
	if text := p.w.sessions.PopString(p.Request().Context(), "flash"); text != "" {
		ctx := p.Request().Context()
		p.frame.Flash = ui.Flash{Tone: "done", Text: text, About: ui.Choice{Value: p.w.sessions.PopString(ctx, "flash_url"), Label: p.w.sessions.PopString(ctx, "flash_label")}}
	}
	return nil
}

// waiting fills what waits for the reader.
func (p *page) waiting(a *around) {
	if waits := store.First(*a.waits); waits != nil {
		p.frame.Waiting = ui.Waits{Count: waits.Count, Late: waits.Late, Mine: waits.Mine, More: waits.Count == reimbursements.CountedTo}
	}
	if n, suspects := (*a.contacts)[0], (*a.suspects)[0]; p.by.May(access.Supervise) {
		p.frame.Contacts = ui.Waits{Count: n, Sign: "✎", More: n == cases.CountedTo}
		p.frame.Suspicions = p.suspicions(*a.alarms)
		p.frame.Suspected = ui.Waits{Count: suspects, Alarm: true, More: suspects == cases.CountedTo}
		p.frame.Corrections = ui.Waits{Count: (*a.corrects)[0], Alarm: true, Sign: "±", More: (*a.corrects)[0] == cases.CountedTo}
	}
	if n := (*a.returned)[0]; p.by.May(access.Propose) {
		p.frame.Returned = ui.Waits{Count: n, Sign: "↩", More: n == cases.CountedTo}
	}
	if p.by.May(access.WorkCases) {
		p.frame.Board = (*a.board)[0]
		p.frame.InCall = p.inCall(*a.calls)
	}
	if due := store.First(*a.due); due != nil && p.by.May(access.WorkCases) {
		p.frame.Due = ui.CallbacksDue{Count: due.Count, Overdue: due.Overdue, First: moment(due.First)}
	}
}

// suspicionIsNews is how long whoever supervises is told on every page that an impostor
// is suspected.
const suspicionIsNews = 15 * time.Minute

// inCall is the reader's call, where it is about another case than the page.
func (p *page) inCall(calls []cases.Call) (at ui.InCall) {
	if len(calls) > 0 && !p.isOf(calls[0].CaseID) && p.frame.Path != "/calls" && !strings.HasPrefix(p.frame.Path, "/calls?") {
		at = ui.InCall{Case: cases.Number(calls[0].CaseID), Since: calls[0].StartedAt}
	}
	return at
}

// isOf reports whether the page is that of a case.
func (p *page) isOf(id int64) bool {
	at := "/cases/" + cases.Number(id)
	return p.frame.Path == at || strings.HasPrefix(p.frame.Path, at+"?")
}

// suspicions are the latest suspicions in words, but for that of the case that is open.
func (p *page) suspicions(found []cases.Suspicion) (out []ui.Suspicion) {
	for _, s := range found {
		if !p.isOf(s.CaseID) {
			out = append(out, ui.Suspicion{Case: cases.Number(s.CaseID), By: s.ByName.In(i18n.Lang(p.ctx)), At: s.At})
		}
	}
	return out
}

// section names the rail's entry that a page belongs to.
func (p *page) section(name string) { p.frame.Section = name }

func (p *page) deskChoices() []ui.Choice { return p.choicesOfDesks(p.desks) }

func (p *page) choicesOfDesks(list []desks.Kept) (out []ui.Choice) {
	for _, d := range list {
		out = append(out, ui.Choice{Value: d.Code, Label: p.deskName(d.Desk)})
	}
	return out
}

func (p *page) deskName(d desks.Desk) string { return d.Name(i18n.Lang(p.ctx)) }

func (p *page) deskShort(d desks.Desk) string {
	if i18n.Lang(p.ctx) == "en" {
		return d.ShortEn
	}
	return d.ShortJa
}

// deskStates is the desks as they are now, for pages that tell where to call.
func (p *page) deskStates(list []desks.Kept) (out []ui.DeskState, err error) {
	programs, err := p.askable()
	if err != nil {
		return nil, err
	}
	now := p.w.s.Clock()
	for _, d := range list {
		topics := p.topicsOf(programs, i18n.Lang(p.ctx), d.IDs)
		var purpose []string
		for _, topic := range d.Topics {
			purpose = append(purpose, labelOf(topics, topic))
		}
		state := d.At(now)
		out = append(out, ui.DeskState{Name: p.deskName(d.Desk), Phone: jptext.FormatPhone(d.Phone), Purpose: strings.Join(purpose, i18n.T(p.ctx, "list.comma")),
			Open: state.Open, Until: state.Until, Next: state.Next})
	}
	return out, nil
}

// loginOf opens a login ID.
func (p *page) loginOf(identity int64, sealed []byte) (string, error) {
	return members.Identity{ID: identity, Login: sealed}.PlainLogin(p.w.s.Vault)
}
