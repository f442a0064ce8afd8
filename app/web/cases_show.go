package web

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/incidents"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/policies"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/app/staff"
	"hoten/app/vault"
	"hoten/i18n"
	"hoten/ui"
)

func showCase(p *page) error {
	id, err := p.caseID()
	if err != nil {
		return err
	}
	shown, err := p.caseView(id)
	if err != nil {
		return err
	}
	if err := p.viewed(id); err != nil {
		return err
	}
	return p.render(shown.Page())
}

// viewed notes that the reader opened a case; the page fetches itself again while
// it is open.
func (p *page) viewed(id int64) error {
	if p.Request().Method == http.MethodHead || !p.w.noted.First(fmt.Sprint(p.by.ID, " ", id), p.w.s.Clock()) {
		return nil
	}
	return cases.Viewed(p.ctx, p.w.s, p.by, id)
}

// caseView is everything that the page of a case shows.
type caseView struct {
	*page
	row      *cases.Row
	incident *incidents.Incident
	policies policies.Policies
	identity *members.Identity
	contacts []members.Contact
	call     *cases.Call
	plan     reimbursements.Plan
	facts    reimbursements.Facts
	programs []incidents.Program
	list     []desks.Kept
	now      time.Time
	ui.CasesShow
}

func (p *page) caseView(id int64) (*ui.CasesShow, error) {
	p.section("cases")
	v := &caseView{page: p, now: p.w.s.Clock()}
	var err error
	if v.row, err = cases.Get(p.db, id); err != nil {
		return nil, err
	}
	for _, step := range []func() error{v.load, v.header, v.callPanel, v.callback, v.points, v.proposal, v.member, v.asked, v.identityPanel, v.mails, v.timeline} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	if v.Stamp, err = cases.Stamp(v.db, id); err != nil {
		return nil, err
	}
	v.Due = caseDue(*v.row, cases.DeadlinesOf(v.list, v.policies), v.now)
	v.chain()
	if err := v.script(); err != nil {
		return nil, err
	}
	v.CasesShow.Frame = p.frame
	return &v.CasesShow, nil
}

func (v *caseView) load() (err error) {
	if v.incident, err = incidents.ByID(v.db, v.row.IncidentID); err != nil {
		return err
	}
	if v.policies, err = policies.Current(v.db); err != nil {
		return err
	}
	if v.programs, err = incidents.Programs(v.db); err != nil {
		return err
	}
	if v.identity, err = members.ByID(v.db, v.row.IdentityID); err != nil {
		return err
	}
	if v.identity.MemberID != nil {
		if v.contacts, err = members.Contacts(v.db, *v.identity.MemberID); err != nil {
			return err
		}
	}
	if v.call, err = cases.OpenCall(v.db, v.row.Case.ID, v.by.ID); err != nil {
		return err
	}
	v.plan, v.facts, err = reimbursements.Look(v.db, &v.row.Case)
	return err
}

func (v *caseView) header() (err error) {
	r := v.row
	v.Number, v.Incident, v.IncidentTitle = r.Number(), r.Reference, v.incident.Title(i18n.Lang(v.ctx))
	if v.LoginID, err = r.PlainLogin(v.w.s.Vault); err != nil {
		return err
	}
	v.Class, v.Origin, v.Status, v.Version = text(r.Class), r.Origin, string(r.Status), r.Version
	v.Stalled = r.Case.Stalled(v.now)
	v.Assignee, v.AssigneeID = r.AssigneeName, number(r.AssigneeID)
	v.MayWork, v.Supervises = v.by.May(access.WorkCases), v.by.May(access.Supervise)
	for _, s := range r.Next(v.by) {
		v.NextStatuses = append(v.NextStatuses, string(s))
	}
	if v.MayWork && (v.Supervises || v.AssigneeID == 0 || v.AssigneeID == v.by.ID) {
		v.AssignTo, err = v.workers()
	}
	v.MayAdd = r.Origin == cases.Inquiry && v.Supervises
	return err
}

// workers are those whom a case can be given to.
func (p *page) workers() (out []ui.Choice, err error) {
	list, err := staff.List(p.db)
	for _, s := range list {
		if s.DisabledAt == nil && s.Role.May(access.WorkCases) && (p.by.May(access.Supervise) || s.ID == p.by.ID) {
			out = append(out, ui.Choice{Value: strconv.FormatInt(s.ID, 10), Label: s.Name})
		}
	}
	return out, err
}

func (v *caseView) member() (err error) {
	m, err := members.Find(v.db, *v.identity)
	if err != nil || m == nil {
		v.Member.Language = "ja"
		return err
	}
	person, err := m.Person(v.w.s.Vault)
	if err != nil {
		return err
	}
	v.Member = ui.Member{Name: vault.MaskName(person.Name), Kana: vault.MaskName(person.Kana), BirthDate: vault.MaskBirthDate(person.BirthDate),
		Address: vault.MaskAddress(person.Address), CustomerNumber: vault.MaskCustomerNumber(person.CustomerNumber), Language: person.Language,
		MayReveal: v.by.May(access.Reveal) && v.row.ImpostorAt == nil, NeedsReason: v.call == nil || v.call.Valid(v.now) < 1}
	for _, k := range v.contacts {
		plain, err := k.Plain(v.w.s.Vault)
		if err != nil {
			return err
		}
		shown := ui.Contact{Kind: k.Kind, Value: masked(k.Kind, plain), Usable: k.Usable(v.incident.PeriodFrom), Barred: barred(k)}
		if !k.RegisteredOn.IsZero() {
			shown.Since = k.RegisteredOn.At(0)
		}
		v.Contacts = append(v.Contacts, shown)
		if k.Kind == members.Phone {
			v.Member.Phone = shown.Value
		} else {
			v.Member.Email = shown.Value
		}
	}
	return nil
}

// barred says why a contact may not be used.
func barred(k members.Contact) string {
	switch {
	case k.UndeliverableAt != nil:
		return "undeliverable"
	case k.DependsOnLogin:
		return "depends_on_id"
	}
	return "changed_in_incident"
}

func (v *caseView) identityPanel() error {
	r := v.row
	v.Identity = ui.Identity{State: text(r.IdentityState), RestrictedAt: moment(r.RestrictedAt), ResumedAt: moment(r.ResumedAt),
		PointPassword: v.identity.PointPasswordVoidedAt != nil, OneTimePassword: v.identity.OneTimePassword}
	if v.Identity.State == "" {
		return nil
	}
	link, err := resets.Latest(v.db, r.IdentityID)
	if err != nil {
		return err
	}
	if link != nil {
		v.Identity.LinkSentAt, v.Identity.LinkExpiresAt = link.SentAt, link.ExpiresAt
	}
	if v.Identity.ResetTo, err = v.usable(members.Email); err != nil {
		return err
	}
	best, err := cases.BestCall(v.db, r.Case.ID, v.by.ID, v.now)
	if err != nil {
		return err
	}
	open := v.Identity.State != cases.Resumed
	switch {
	case !v.MayWork || !open:
	case v.CallClosed == "impostor":
		v.Identity.NoReset = i18n.T(v.ctx, "fault.impostor_suspected")
	case v.CallClosed == "attempts":
		v.Identity.NoReset = i18n.T(v.ctx, "fault.verification_closed")
	case len(v.Identity.ResetTo) == 0:
		v.Identity.NoReset = i18n.T(v.ctx, "fault.no_usable_contact")
	case best == nil || best.Valid(v.now) < 2:
		v.Identity.NoReset = i18n.T(v.ctx, "fault.verification_required", "level", 2)
	default:
		v.Identity.MayReset = true
	}
	v.Identity.MayRelease = v.Supervises && open && v.row.ImpostorAt == nil
	return nil
}

func (v *caseView) mails() error {
	list, err := notices.Find(v.db, notices.Filter{CaseID: v.row.Case.ID, Limit: 20})
	for _, m := range list {
		at := m.QueuedAt
		if m.SentAt != nil {
			at = *m.SentAt
		}
		v.Mails = append(v.Mails, ui.CaseMail{ID: m.ID, Kind: m.Kind, State: m.State, At: at})
	}
	return err
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
