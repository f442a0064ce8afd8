package resets

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/passwords"
	"hoten/app/store"
	"hoten/app/vault"
	"hoten/app/verbs"
)

// Visit is what the member's page may know of a link before it is used.
// OneTimeTo is the masked address that a one-time password could go to, empty
// when there is none apart from the ID's own mailbox.
type Visit struct {
	IncidentID  int64
	Language    string
	MaskedLogin string
	ExpiresAt   time.Time
	OneTimeTo   string
	OneTimeOn   bool // it is on already, and stays so
}

// Look finds the link of a token that still works. Any other token, whatever
// the cause, is gone: NotFound. That of a case under suspicion is refused, which is
// recorded where somebody is there to be refused (a HEAD shows nobody anything): Forbidden.
func Look(ctx context.Context, s *store.Store, token string, somebody bool) (*Visit, error) {
	db := store.Read(ctx, s)
	link, err := live(db, token, s.Clock(), "")
	if err != nil {
		return nil, err
	}
	of, err := members.ByID(db, link.IdentityID)
	if err != nil {
		return nil, err
	}
	switch err := cases.Unsuspected(of.Standing); {
	case err != nil && !somebody:
		return nil, err
	case err != nil:
		return nil, ToComplete.Refused(ctx, s, access.Member(), cases.Subject(link.CaseID), err)
	}
	to, err := cases.Addressees(db, s.Vault, []int64{link.CaseID}, notices.ResetLink)
	if err != nil {
		return nil, err
	}
	who := to[link.CaseID]
	c, err := store.Find[cases.Case](db, "id = ?", link.CaseID)
	if err != nil {
		return nil, err
	}
	visit := &Visit{IncidentID: c.IncidentID, Language: who.Language, MaskedLogin: who.Facts.MaskedLogin, ExpiresAt: link.ExpiresAt, OneTimeOn: of.OneTimePassword}
	if who.Address != "" {
		visit.OneTimeTo = vault.MaskLogin(who.Address) // masked as the ID beside it
	}
	return visit, nil
}

// IncidentOf is the incident that a link was sent for, whether or not it works still; 0 for
// what never was a link.
func IncidentOf(db *gorm.DB, token string) (incident int64, err error) {
	err = store.Scan(db, "select coalesce((select c.incident_id from reset_links l join cases c on c.id = l.case_id where l.token_hash = $1), 0)", []any{hashToken(token)}, &incident)
	return incident, err
}

// works is, in SQL, that a link (l) was neither used nor made void, nor is out of time at $at,
// and that no password chosen by it is on its way.
func works(at int) string {
	return fmt.Sprintf("l.used_at is null and l.voided_at is null and l.expires_at > $%d and not %s", at, directories.Choosing("l.id"))
}

func live(db *gorm.DB, token string, now time.Time, lock string) (*Link, error) {
	links, err := store.Select[Link](db, "select l.* from reset_links l where token_hash = $1 and "+works(2)+" "+lock,
		hashToken(token), now)
	if err != nil {
		return nil, err
	}
	if len(links) == 0 {
		return nil, fault.Missing()
	}
	safe, err := cases.ContactIsSafe(db, links[0].CaseID, links[0].ContactID)
	if err == nil && !safe {
		err = fault.Missing()
	}
	return &links[0], err
}

// Complete uses a link: the member's new password is set, all sessions end, the
// point password is void, use resumes, and the member is told, by another usable
// contact where there is one (docs/domain.md section 5). What it returns is the order to the
// ID's directory that has no answer yet: use resumes when it is done; nil: it resumed. A
// password that is refused: Invalid; anything else that the directory refuses: Conflict
// directory_refused.
func Complete(ctx context.Context, s *store.Store, token, password, again string, oneTimePassword bool) (*directories.Order, error) {
	order, err := verbs.Do(ctx, s, access.Member(), ToComplete, "reset", "", func(tx *store.Tx) (*directories.Order, error) {
		return complete(tx, token, password, again, oneTimePassword)
	})
	if err != nil || order == nil {
		return nil, err
	}
	return settled(ctx, s, order)
}

func complete(tx *store.Tx, token, password, again string, oneTimePassword bool) (*directories.Order, error) {
	seen, err := live(tx.DB, token, tx.Now, "")
	if err != nil {
		return nil, err
	}
	c, of, err := cases.Lock(tx, seen.CaseID)
	if err != nil {
		return nil, err
	}
	tx.Subject = c.Subject()
	link, err := live(tx.DB, token, tx.Now, "for update")
	if err != nil {
		return nil, err
	}
	if err := cases.Unsuspected(of.Standing); err != nil {
		return nil, err
	}
	if err := acceptable(tx, of, password, again); err != nil {
		return nil, err
	}
	switch elsewhere, err := directories.Outside(tx.DB, []int64{of.ID}); {
	case err != nil:
		return nil, err
	case len(elsewhere) > 0:
		return choose(tx, c, link, password, oneTimePassword)
	}
	oneTimePassword = oneTimePassword || of.OneTimePassword
	return nil, resume(tx, c, link, password, oneTimePassword)
}

// resume is what follows once the member's password is set: password is empty where another
// directory keeps it. The case is locked with its ID.
func resume(tx *store.Tx, c *cases.Case, link *Link, password string, oneTimePassword bool) error {
	if err := members.Resume(tx, c.IdentityID, password, oneTimePassword); err != nil {
		return err
	}
	link.UsedAt = &tx.Now
	if err := store.Save(tx, link, "used_at"); err != nil {
		return err
	}
	if link.CallID != nil {
		members.Prove(tx, link.CallID, link.ContactID)
	}
	if err := cases.ReadMailbox(tx, c.IdentityID); err != nil {
		return err
	}
	if err := c.Touch(tx); err != nil {
		return err
	}
	if err := tellResumed(tx, c, link.ContactID); err != nil {
		return err
	}
	if err := cases.Tell(tx, cases.Happened{CaseID: c.ID, Kind: cases.WasResumed, Data: map[string]any{"one_time_password": oneTimePassword}}); err != nil {
		return err
	}
	return audit.Record(tx, audit.Change{Action: ToComplete.Name, Subject: c.Subject(), After: map[string]any{
		"password": "set", "point_password": "voided", "one_time_password": oneTimePassword}})
}

// Judge is what Complete would refuse of a password, asked while it is typed; it changes and
// records nothing. A link that does not work is NotFound.
func Judge(ctx context.Context, s *store.Store, token, password string) error {
	db := store.Read(ctx, s)
	link, err := live(db, token, s.Clock(), "")
	if err != nil {
		return err
	}
	of, err := members.ByID(db, link.IdentityID)
	if err != nil {
		return err
	}
	if cases.Unsuspected(of.Standing) != nil {
		return fault.Missing()
	}
	return strong(db, s.Vault, of, password)
}

// strong refuses a password that is weak, or holds the ID or a mail address of the member.
func strong(db *gorm.DB, v *vault.Vault, of *members.Identity, password string) error {
	login, err := of.PlainLogin(v)
	if err != nil {
		return err
	}
	personal := []string{login}
	if of.MemberID != nil {
		contacts, err := members.Contacts(db, *of.MemberID)
		if err != nil {
			return err
		}
		for _, c := range contacts {
			if c.Kind != members.Email {
				continue
			}
			address, err := c.Plain(v)
			if err != nil {
				return err
			}
			personal = append(personal, address)
		}
	}
	return passwords.Check("password", password, personal...)
}

func acceptable(tx *store.Tx, of *members.Identity, password, again string) error {
	if err := strong(tx.DB, tx.Vault(), of, password); err != nil {
		return err
	}
	if !passwords.Same(password, again) {
		return fault.Input("password_again", "passwords_differ")
	}
	return nil
}

// tellResumed mails that the password was changed: to where the link went, and
// to one other contact where there is one, so that somebody who misused the link
// does not stay unnoticed.
func tellResumed(tx *store.Tx, c *cases.Case, linkContact int64) error {
	to, err := cases.Addressees(tx.DB, tx.Vault(), []int64{c.ID}, notices.ResetCompleted)
	if err != nil {
		return err
	}
	who := to[c.ID]
	if who.Address == "" {
		return nil
	}
	facts := who.Facts
	facts.At = tx.Now
	drafts := []notices.Draft{who.Draft(notices.ResetCompleted, facts)}
	others, err := store.Select[members.Contact](tx.DB, `select * from contact_ways where member_id = $1 and kind = 'email' and id <> all($2)`,
		who.MemberID, []int64{linkContact, who.ContactID})
	if err != nil {
		return err
	}
	for _, k := range others {
		if !k.Usable(who.FirstDay) && (!k.DependsOnLogin || k.DependsOnOther) {
			continue
		}
		address, err := k.Plain(tx.Vault())
		if err != nil {
			return err
		}
		other := drafts[0]
		other.To, other.ContactID = address, &k.ID
		drafts = append(drafts, other)
		break
	}
	_, err = notices.Queue(tx, drafts...)
	return err
}
