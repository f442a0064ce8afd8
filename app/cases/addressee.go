package cases

import (
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/store"
	"hoten/app/vault"
)

// Addressee is whom a mail about a case goes to. Address is empty when no
// address may be used: then the phone, else a letter.
type Addressee struct {
	CaseID    int64
	MemberID  int64
	ContactID int64
	Address   string
	FirstDay  jptext.Date // of the ID's earliest incident
	Own       bool        // the address is the ID's own mailbox
	Language  string
	Facts     notices.Facts
	// IdentityID is the ID of the case. PointPassword is that its password for points, if there
	// is one, may be the thief's: nobody voided it since the ID was restricted.
	IdentityID    int64
	PointPassword bool
}

// Draft is a mail to the addressee.
func (a Addressee) Draft(kind string, facts notices.Facts) notices.Draft {
	return notices.Draft{CaseID: &a.CaseID, MemberID: &a.MemberID, ContactID: &a.ContactID, Kind: kind, Language: a.Language, To: a.Address, Facts: facts}
}

// informing kinds carry no code and no link, so the ID's own mailbox will do
// when there is no other: since the restriction nobody but us has had its
// password, and the member finds the mail there once use resumes. The
// restriction notice is not among them: it would not be read in time.
var informing = []string{notices.ResetCompleted, notices.ReimbursementCompleted, notices.ReimbursementCorrected, notices.CaseClosed, notices.AllHolders}

// FirstDay is, in SQL with the case as c, the first day of the earliest incident of a case's ID: what was
// set since then may be the thief's, whichever case is open.
const FirstDay = "(select min(f.period_from) from cases y join incidents f on f.id = y.incident_id where y.identity_id = c.identity_id)"

// AskFirstDay reads the first day of the earliest incident of the case's ID.
func AskFirstDay(reads *store.Reads, caseID int64) *[]jptext.Date {
	return store.AskValues[jptext.Date](reads, "select "+FirstDay+" from cases c where c.id = $1", caseID)
}

// factsToday are the columns, in SQL, of what mails about a case (c) of an ID (i) tell of their state.
const factsToday = "i.state = '" + members.Resumed + "' as resumed, " + incidents.Standing + " as loss, c.made_whole_at is not null and c.points_open = 0 and c.reimbursement_state is distinct from 'approved' as put_back"

type addressRow struct {
	CaseID                           int64
	MemberID                         int64
	Name                             []byte
	Language                         string
	IdentityID                       int64
	Login                            []byte
	ContactID                        *int64
	Value                            []byte
	DependsOnLogin, DependsOnOther   bool
	Source                           string
	InDoubt                          bool
	RegisteredOn                     jptext.Date
	UndeliverableAt                  *time.Time
	TitleJa, TitleEn                 string
	PeriodFrom, PeriodTo, DetectedOn jptext.Date
	FirstDay                         jptext.Date
	Resumed                          bool
	Loss, PutBack                    bool
	PointPassword                    bool
}

// Addressees finds, in one query for any number of cases, the contact that a
// mail of the kind may go to (docs/domain.md section 4) and what every mail tells.
func Addressees(db *gorm.DB, v *vault.Vault, caseIDs []int64, kind string) (map[int64]Addressee, error) {
	var reads store.Reads
	found := AskAddressees(&reads, "= any($1)", caseIDs)
	if err := reads.Run(db); err != nil {
		return nil, err
	}
	return found(v, kind)
}

// AskAddressees reads for Addressees of the cases whose id meets the condition of; what
// it returns gives them once the reads have run.
func AskAddressees(reads *store.Reads, of string, args ...any) func(v *vault.Vault, kind string) (map[int64]Addressee, error) {
	rows := store.Ask[addressRow](reads, `
		select c.id as case_id, m.id as member_id, m.name, m.language, i.id as identity_id, i.login,
		  k.id as contact_id, k.value, coalesce(k.depends_on_login, true) as depends_on_login, coalesce(k.depends_on_other, false) as depends_on_other, k.registered_on, k.undeliverable_at, coalesce(k.source, '') as source, coalesce(k.in_doubt, false) as in_doubt,
		  n.title_ja, n.title_en, n.period_from, n.period_to, n.detected_on, `+factsToday+`, `+members.PointPasswordStands+`  and coalesce(q.point_password_ja <> '', true) as point_password, `+FirstDay+` as first_day
		from cases c join incidents n on n.id = c.incident_id join identities i on i.id = c.identity_id left join id_kinds q on q.id = n.id_kind_id
		join members m on m.id = i.member_id left join contact_ways k on k.member_id = m.id and k.kind = 'email'
		where c.id `+of+` order by c.id, k.depends_on_login, k.registered_on desc, k.id`, args...)
	return func(v *vault.Vault, kind string) (map[int64]Addressee, error) {
		out := make(map[int64]Addressee, len(*rows))
		for _, r := range *rows {
			if out[r.CaseID].Address != "" {
				continue
			}
			a, err := r.addressee(v, kind)
			if err != nil {
				return nil, err
			}
			out[r.CaseID] = a
		}
		return out, nil
	}
}

func (r addressRow) addressee(v *vault.Vault, kind string) (Addressee, error) {
	name, err := members.Member{ID: r.MemberID, Name: r.Name}.Person(v)
	if err != nil {
		return Addressee{}, err
	}
	login, err := members.Identity{ID: r.IdentityID, Login: r.Login}.PlainLogin(v)
	if err != nil {
		return Addressee{}, err
	}
	a := Addressee{CaseID: r.CaseID, MemberID: r.MemberID, IdentityID: r.IdentityID, PointPassword: r.PointPassword, Language: r.Language, FirstDay: r.FirstDay, Facts: notices.Facts{
		Name: strings.TrimPrefix(name.Name, vault.Damaged), MaskedLogin: vault.MaskLogin(login), CaseNumber: Number(r.CaseID), TitleJa: r.TitleJa, TitleEn: r.TitleEn,
		PeriodFrom: r.PeriodFrom.At(0), PeriodTo: r.PeriodTo.At(0), DetectedOn: r.DetectedOn.At(0), Resumed: r.Resumed, Loss: r.Loss, PutBack: r.PutBack}}
	if r.ContactID == nil {
		return a, nil
	}
	contact := members.Contact{ID: *r.ContactID, Kind: members.Email, Value: r.Value, DependsOnLogin: r.DependsOnLogin, DependsOnOther: r.DependsOnOther,
		RegisteredOn: r.RegisteredOn, UndeliverableAt: r.UndeliverableAt, Source: r.Source, InDoubt: r.InDoubt}
	own := slices.Contains(informing, kind) && r.DependsOnLogin && !r.DependsOnOther && r.UndeliverableAt == nil && (r.RegisteredOn.IsZero() || r.RegisteredOn.Before(r.FirstDay))
	if contact.Usable(r.FirstDay) || own {
		if a.Address, err = contact.Plain(v); a.Address == vault.Damaged {
			a.Address = ""
			return a, err
		}
		a.ContactID, a.Own = contact.ID, r.DependsOnLogin
	}
	return a, err
}

// ContactIsSafe reports whether what went to a contact of the case's member is still known
// to have reached nobody else: an incident or an ID that became known since may say
// otherwise (docs/domain.md section 4).
func ContactIsSafe(db *gorm.DB, caseID, contact int64) (bool, error) {
	var reads store.Reads
	ways := store.Ask[members.Contact](&reads, "select k.* from contact_ways k where k.id = $1", contact)
	since := AskFirstDay(&reads, caseID)
	if err := reads.Run(db); err != nil || len(*ways) == 0 {
		return false, err
	}
	return (*ways)[0].Safe((*since)[0]), nil
}

// Barred says why a contact of an ID gets no code, link or call back now; empty: it may.
// Nobody but the mails that tell the member uses a contact while a suspicion is open.
func Barred(of members.Standing, k members.Contact, firstDay jptext.Date) string {
	if Unsuspected(of) != nil {
		return members.InDoubt
	}
	return k.Barred(firstDay)
}

// usableContact finds the case's contact of the kind that a code, a link or a
// call back may use; nil when there is none.
func usableContact(db *gorm.DB, c *Case, of members.Standing, kind string) (*members.Contact, error) {
	var reads store.Reads
	contacts := store.Ask[members.Contact](&reads, `select k.id, k.member_id, k.kind, k.value, k.registered_on, k.depends_on_login, k.depends_on_other, k.source, k.undeliverable_at, k.in_doubt
		from contact_ways k join identities i on i.member_id = k.member_id where i.id = $1 and k.kind = $2
		order by k.registered_on desc nulls last, k.id`, c.IdentityID, kind)
	since := AskFirstDay(&reads, c.ID)
	if err := reads.Run(db); err != nil {
		return nil, err
	}
	for i, k := range *contacts {
		if Barred(of, k, (*since)[0]) == "" {
			return &(*contacts)[i], nil
		}
	}
	return nil, nil
}
