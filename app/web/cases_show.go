package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/vault"
	"hoten/i18n"
	"hoten/ui"
)

func showCase(p *page) error {
	id, err := p.caseID()
	if err != nil {
		return err
	}
	// The view is noted while the case is read, and nothing is shown before it is.
	noted := make(chan error, 1)
	go func() { noted <- p.viewed(id) }()
	shown, err := p.caseView(id)
	if err := cmp.Or(err, <-noted); err != nil {
		return err
	}
	return p.render(shown.Page())
}

// viewed notes that the reader opened a case; the page fetches itself again while
// it is open.
func (p *page) viewed(id int64) error {
	view := fmt.Sprint(p.by.ID, " ", id)
	if p.Request().Method == http.MethodHead || !p.w.noted.First(view, p.w.s.Clock()) {
		return nil
	}
	err := cases.Viewed(p.ctx, p.w.s, p.by, id)
	if err != nil {
		p.w.noted.Forget(view)
	}
	return err
}

// caseView is everything that the page of a case shows.
type caseView struct {
	*page
	row      *cases.Row
	incident *incidents.Incident
	in       *incidents.Involved // the ID and the programs; its operator is not read
	identity *members.Identity
	firstDay jptext.Date
	contacts []members.Contact
	call     *cases.Call
	plan     reimbursements.Plan
	facts    reimbursements.Facts
	programs []incidents.Program
	found    caseFound
	now      time.Time
	// overdrawn are the programs in which adjustments take more than there is.
	overdrawn []string
	ui.CasesShow
}

func (p *page) caseView(id int64) (*ui.CasesShow, error) {
	p.section("cases")
	v := &caseView{page: p, now: p.w.s.Clock()}
	for _, step := range []func() error{func() error { return v.load(id) }, v.header, v.contactChange, v.callPanel, v.callback, v.points, v.proposal, v.member,
		v.identityPanel, v.asked, v.mails, v.timeline} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	v.Due = caseDue(*v.row, cases.DeadlinesOf(v.desks, v.ids, v.policies), v.now)
	v.chain()
	v.callNext()
	if err := v.script(); err != nil {
		return nil, err
	}
	v.CasesShow.Frame = p.frame
	return &v.CasesShow, nil
}

func (v *caseView) header() (err error) {
	r := v.row
	v.Number, v.Incident, v.IncidentTitle = r.Number(), r.Reference, v.incident.Title(i18n.Lang(v.ctx))
	if v.LoginID, err = r.PlainLogin(v.w.s.Vault); err != nil {
		return err
	}
	v.Class, v.Origin, v.Status, v.Version = text(r.Class), r.Origin, string(r.Status), r.Version
	v.Stalled = r.Case.Stalled(v.now)
	v.Assignee, v.AssigneeID = r.AssigneeName.In(i18n.Lang(v.ctx)), number(r.AssigneeID)
	v.MayWork, v.Supervises = v.by.May(access.WorkCases), v.by.May(access.Supervise)
	for _, s := range r.Next(v.by) {
		v.NextStatuses = append(v.NextStatuses, string(s))
	}
	if v.MayWork && (v.Supervises || v.AssigneeID == 0 || v.AssigneeID == v.by.ID) {
		v.AssignTo = v.assignees(v.found.workers)
	}
	v.MayAdd = r.Origin == cases.Inquiry && v.Supervises
	v.PointsOpen, v.Letter = r.Marks(), r.Case.Letter(r.Standing)
	return nil
}

// assignees are those whom the reader can give a case to: workers, for whoever
// supervises them, else the reader alone (nil).
func (p *page) assignees(workers *[]staff.Staff) (out []ui.Choice) {
	if workers == nil {
		workers = &[]staff.Staff{*p.account}
	}
	for _, s := range *workers {
		out = append(out, ui.Choice{Value: strconv.FormatInt(s.ID, 10), Label: s.NameIn(i18n.Lang(p.ctx))})
	}
	return out
}

func (v *caseView) member() (err error) {
	for _, r := range *v.found.papers {
		papers := ui.Papers{ID: r.ID, Relation: r.Relation, RecordedAt: r.RecordedAt}
		if r.WithdrawnAt != nil {
			papers.WithdrawnAt = *r.WithdrawnAt
		}
		v.Papers = append(v.Papers, papers)
	}
	m := store.First(*v.found.member)
	if m == nil {
		v.Member.Language = "ja"
		if v.about != nil {
			v.Member.Language = v.about.Language
		}
		return nil
	}
	person, err := m.Person(v.w.s.Vault)
	if err != nil {
		return err
	}
	v.Member = ui.Member{Name: vault.MaskName(person.Name), Kana: vault.MaskName(person.Kana), BirthDate: vault.MaskBirthDate(person.BirthDate),
		Address: vault.MaskAddress(person.Address), CustomerNumber: vault.MaskCustomerNumber(person.CustomerNumber), Language: person.Language,
		MayReveal: v.by.May(access.Reveal) && v.row.ImpostorAt == nil, NeedsReason: v.call == nil || !v.call.Discloses(v.Documents, v.now)}
	for _, k := range v.contacts {
		plain, err := k.Plain(v.w.s.Vault)
		if err != nil {
			return err
		}
		shown := ui.Contact{Kind: k.Kind, Value: masked(k.Kind, plain), Barred: cases.Barred(v.row.Standing, k, v.firstDay), Documents: k.Source == members.Documents, ProvedAt: moment(k.ProvedAt)}
		if !k.RegisteredOn.IsZero() {
			shown.Since = k.RegisteredOn.At(0)
		}
		for _, ch := range *v.found.changes {
			if v.Supervises && ch.State == cases.ChangeConfirmed && number(ch.ContactID) == k.ID {
				shown.Undo = ch.ID
			}
		}
		v.Contacts = append(v.Contacts, shown)
		if k.Kind == members.Phone {
			v.Member.Phone = shown.Value
		} else {
			v.Member.Email = shown.Value
		}
	}
	return v.replaced()
}

// replaced adds the contacts that others have replaced since, for whoever can undo the
// changes that set them.
func (v *caseView) replaced() error {
	if v.found.former == nil {
		return nil
	}
	for _, k := range *v.found.former {
		if slices.ContainsFunc(v.contacts, func(stands members.Contact) bool { return stands.ID == k.ID }) {
			continue
		}
		plain, err := k.Plain(v.w.s.Vault)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(*v.found.changes, func(ch cases.ContactChange) bool {
			return ch.State == cases.ChangeConfirmed && number(ch.ContactID) == k.ID
		})
		ch := (*v.found.changes)[i]
		v.Contacts = append(v.Contacts, ui.Contact{Kind: k.Kind, Value: masked(k.Kind, plain), Barred: "replaced", SetAt: moment(ch.DecidedAt), Undo: ch.ID})
	}
	return nil
}

func (v *caseView) identityPanel() (err error) {
	r := v.row
	states, err := resets.States(v.db, v.now, *r)
	if err != nil {
		return err
	}
	v.Identity = ui.Identity{State: states[r.IdentityID], RestrictedAt: moment(r.RestrictedAt), ResumedAt: moment(r.ResumedAt),
		PointPasswordVoidedAt: moment(v.identity.PointPasswordVoidedAt), OneTimePassword: v.identity.OneTimePassword}
	if id, lang := v.in.ID, i18n.Lang(v.ctx); id != nil {
		v.Identity.GoesOn, v.Identity.PointPasswordName, v.Identity.OffersOneTime = id.GoesOn(lang), id.PointPassword(lang), id.OneTimePassword
	}
	for _, o := range *v.found.orders {
		v.Identity.Orders = append(v.Identity.Orders, ui.DirectoryOrder{ID: o.ID, Act: string(o.Act), State: o.State, Code: o.Code, OrderedAt: o.OrderedAt})
	}
	if v.Identity.State == "" {
		return nil
	}
	if link := store.First(*v.found.link); link != nil {
		v.Identity.LinkSentAt, v.Identity.LinkExpiresAt = link.SentAt, link.ExpiresAt
		if v.now.Before(link.Again()) {
			v.Identity.LinkAgainAt = link.Again()
		}
		v.Identity.LinkVoid = link.UsedAt == nil && v.Identity.State != members.LinkSent
		if m := v.mailOf(notices.ResetLink, link.SentAt); m != nil && m.State != notices.Sent {
			v.Identity.LinkMail = v.w.mailState(*m)
		}
	}
	if v.Identity.ResetTo, err = v.usable(members.Email); err != nil {
		return err
	}
	if v.Identity.Stopped, err = v.noMail(); err != nil {
		return err
	}
	level := 0
	if v.call != nil {
		level = v.call.Valid(v.now)
	}
	open := r.Closed()
	switch {
	case !v.MayWork || !open:
	case v.CallClosed == "impostor":
		v.Identity.NoReset = i18n.T(v.ctx, "cases.identity.impostor")
	case v.CallClosed != "":
		v.Identity.NoReset = i18n.T(v.ctx, "fault.verification_closed")
	case len(v.Identity.ResetTo) == 0 && v.Change != nil:
		v.Identity.NoReset = i18n.T(v.ctx, "calls.level.contact_waits")
	case len(v.Identity.ResetTo) == 0:
		v.Identity.NoReset = i18n.T(v.ctx, "fault.no_usable_contact")
	case level < 2:
		v.Identity.NoReset = i18n.T(v.ctx, "fault.verification_required", "level", 2)
	default:
		v.Identity.MayReset = true
	}
	v.Identity.MayRelease = v.Supervises && open && v.row.ImpostorAt == nil
	v.Identity.MayRestrict = v.Supervises && r.State == members.Resumed && r.Case.Affected()
	return nil
}

func (v *caseView) mails() error {
	for _, m := range *v.found.mails {
		at := m.QueuedAt
		if m.SentAt != nil {
			at = *m.SentAt
		}
		v.Mails = append(v.Mails, ui.CaseMail{ID: m.ID, Kind: m.Kind, State: v.w.mailState(m), At: at})
	}
	slices.SortStableFunc(v.Mails, func(a, b ui.CaseMail) int { return b.At.Compare(a.At) })
	return nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func number(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
