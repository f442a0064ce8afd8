package cases

import (
	"errors"
	"fmt"
	"slices"

	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/store"
)

// Unnotified is the condition, in SQL, of cases whose member is still to be sent the
// restriction notice.
const Unnotified = untold + " and i.unconfirmed_at is null)"

// Unconfirmed is the condition, in SQL, of cases whose member is sent the restriction notice
// once the directory of the ID has confirmed the restriction.
const Unconfirmed = untold + " and i.unconfirmed_at is not null)"

const untold = `c.origin <> 'inquiry' and c.notified_at is null and c.unreachable_at is null
	and not exists (select from mails w where w.case_id = c.id and w.kind = '` + notices.RestrictionNotice + `' and w.state = '` + notices.Queued + `')
	and exists (select from identities i where i.id = c.identity_id and i.state = 'restricted'`

// MailSettled revises what is known of a member by what became of a mail: whether the
// address can be used, whether the member was notified, and whether any mail reaches
// them; who is not reached is told by phone, then by letter (docs/domain.md section 6).
func MailSettled(tx *store.Tx, m notices.Mail) error {
	switch {
	case m.State == notices.Sent:
		return mailSent(tx, m)
	case m.State == notices.Bounced && m.ContactID != nil:
		return mailBounced(tx, m)
	case m.State == notices.Failed && (m.Secretive() || m.Reason == notices.Unwritten):
		// Whoever is on the phone asks for another one, or goes the next way. A mail that
		// could not be written says nothing about the address.
		return tellMails(tx, MailNotSent, []notices.Mail{m})
	case m.State == notices.Failed && m.Reason == notices.Overtaken:
		if err := errors.Join(closingLost(tx, m), partLost(tx, m)); err != nil {
			return err
		}
		return tellMailsWith(tx, MailNotSent, []notices.Mail{m}, "withheld")
	}
	if m.CaseID == nil {
		return nil
	}
	if m.State == notices.Failed && m.Reason == notices.Doubtful {
		if moved, err := redirect(tx, m); err != nil || moved {
			return err
		}
	}
	return mailFailed(tx, m)
}

// mailBounced: the address is not used any more, in no case of the ID.
func mailBounced(tx *store.Tx, m notices.Mail) error {
	var identity int64
	if m.CaseID != nil {
		if err := store.Scan(tx.DB, "select identity_id from cases where id = $1", []any{*m.CaseID}, &identity); err != nil {
			return err
		}
		if err := LockOf(tx, "$1", identity); err != nil {
			return err
		}
	}
	if err := members.MarkUndeliverable(tx, *m.ContactID); err != nil || m.CaseID == nil {
		return err
	}
	if err := mailFailed(tx, m); err != nil {
		return err
	}
	return markUnreachedOf(tx, identity)
}

// redirect sends a mail that was kept back, because another address took the place of its own
// or nobody knows any more whose that is, to the one that may be used now. Those about contacts
// went to every address; and who has been told otherwise needs no notice.
func redirect(tx *store.Tx, m notices.Mail) (moved bool, err error) {
	if slices.Contains(aboutContacts, m.Kind) {
		return false, nil
	}
	to, err := Addressees(tx.DB, tx.Vault(), []int64{*m.CaseID}, m.Kind)
	if err != nil || to[*m.CaseID].Address == "" {
		return false, err
	}
	who := to[*m.CaseID]
	if m.Kind == notices.RestrictionNotice {
		var due bool
		if err := store.Scan(tx.DB, "select exists (select from cases c where c.id = $1 and "+Unnotified+")", []any{*m.CaseID}, &due); err != nil {
			return false, err
		}
		if !due {
			return true, tellMails(tx, MailNotSent, []notices.Mail{m})
		}
	}
	if err := notices.Redirect(tx, m, who.ContactID, who.Address); err != nil {
		return false, err
	}
	return true, tellMails(tx, MailMoved, []notices.Mail{m})
}

// mailFailed: a mail that did not reach the member. What is said of an address that is no
// longer used says nothing about the one that took its place; but whoever was to be told
// there of a changed contact, or of what was put back, is told by letter. A closed case is
// opened again for it.
func mailFailed(tx *store.Tx, m notices.Mail) error {
	former, err := formerContact(tx, m)
	if err != nil {
		return err
	}
	notice := m.Kind == notices.RestrictionNotice
	lost := "($3 and not " + toldByLetter + " and not " + noticeReached + ")"
	about := "case when $5::smallint & $9::smallint <> 0 and " + toldWhole("c.id", "$10") + " then 0 when $5::smallint & $8::smallint = 0 or exists (select from contacts where id = $6 and source <> $7) then $5::smallint else 0 end"
	_, err = store.Exec(tx, `update cases c set changed_at = $2, unreachable_at = case when $4 then unreachable_at else $2 end,
		notified_at = case when `+lost+` then null else notified_at end, letter_about = letter_about | `+about+`,
		`+reopening("c.status = 'completed' and ("+lost+" and c.verified_at is null or "+about+" <> 0 and not ($5::smallint & $9::smallint <> 0 and "+closingWaits+"))")+` where id = $1`,
		*m.CaseID, tx.Now, notice, former, letterOf[m.Kind], m.ContactID, members.Documents, letterContact, letterResult, m.QueuedAt)
	if err != nil {
		return err
	}
	if err := closingLost(tx, m); err != nil {
		return err
	}
	kind := Unreachable
	if former {
		kind = MailNotSent
	}
	return Tell(tx, Happened{CaseID: *m.CaseID, Kind: kind, Data: map[string]any{"mail": m.Kind}})
}

// closingLost opens a case again whose closing mail was to tell a result that the member has
// not been told otherwise, unless another closing mail is on its way.
func closingLost(tx *store.Tx, m notices.Mail) error {
	if m.Kind != notices.CaseClosed {
		return nil
	}
	_, err := store.Exec(tx, "update cases c set changed_at = $2, "+reopening("true")+` where id = $1 and status = 'completed'
		and (letter_about & $3::smallint <> 0 or letter_about & $4::smallint <> 0 and exists (select from identities i where i.id = c.identity_id and `+unread+`))
		and not `+closingWaits, *m.CaseID, tx.Now, letterResult, letterUnread)
	return err
}

// letterOf is what a letter must tell in place of a mail that did not get through; of the
// others only the notice must be told, and that follows from the case.
var letterOf = map[string]int16{notices.ContactChanged: letterChanged, notices.ContactUndone: letterUndone,
	notices.ReimbursementCompleted: letterResult, notices.ReimbursementCorrected: letterResult}

// formerContact reports whether the mail went to a contact that another took the place of,
// or that was undone.
func formerContact(tx *store.Tx, m notices.Mail) (is bool, err error) {
	err = store.Scan(tx.DB, "select exists (select from contacts where id = $1 and (replaced_by is not null or withdrawn_at is not null))", []any{m.ContactID}, &is)
	return is, err
}

// mailSent: what went to the ID's own mailbox has not reached the member, who cannot
// open it while use is restricted.
func mailSent(tx *store.Tx, m notices.Mail) error {
	if m.ContactID == nil || m.CaseID == nil {
		return nil
	}
	if undone, err := members.Withdrawn(tx.DB, *m.ContactID); err != nil || undone {
		if err != nil || slices.Contains(aboutContacts, m.Kind) {
			return err
		}
		// Sent in the moment in which the contact was undone: nobody is reached by it.
		if err := errors.Join(partLost(tx, m), closingLost(tx, m)); err != nil {
			return err
		}
		return tellMails(tx, MailNotSent, []notices.Mail{m})
	}
	members.MarkDeliverable(tx, *m.ContactID)
	tx.Queue(`update cases set unreachable_at = null, changed_at = $3 where id = $1 and unreachable_at is not null
		and exists (select from contact_ways where id = $2 and not depends_on_login)`, *m.CaseID, *m.ContactID, tx.Now)
	if slices.Contains(notices.Results, m.Kind) {
		resultSent(tx, m)
	}
	if m.Kind != notices.RestrictionNotice {
		return nil
	}
	// A contact that documents showed is not the one that was to be told.
	tx.Queue("update cases set letter_about = letter_about & ~$4::smallint where id = $1 and letter_about & $4::smallint <> 0 and exists (select from contact_ways where id = $2 and source <> $3)",
		*m.CaseID, *m.ContactID, members.Documents, letterContact)
	first, err := store.Exec(tx, "update cases set notified_at = $2, changed_at = $2 where id = $1 and notified_at is null", *m.CaseID, tx.Now)
	if err != nil || first == 0 {
		return err
	}
	return Tell(tx, Happened{CaseID: *m.CaseID, Kind: Notified})
}

func init() {
	notices.WhenDiscarded(func(tx *store.Tx, mails []notices.Mail) error { return tellMails(tx, MailNotSent, mails) })
	notices.WhenTakenBack(func(tx *store.Tx, mails []notices.Mail) error { return mailsGoAgain(tx, MailAgain, mails) })
	notices.WhenKept(holds, keptHolds, keptGoes)
}

// partLost notes that a part of what was put back, which will not be sent, is told by letter,
// unless the whole was told since. A completed case is open again, unless its closing mail,
// which tells the whole, is on its way.
func partLost(tx *store.Tx, m notices.Mail) error {
	if m.Kind != notices.ReimbursementCompleted && m.Kind != notices.ReimbursementCorrected {
		return nil
	}
	_, err := store.Exec(tx, "update cases c set changed_at = $2, letter_about = letter_about | $3::smallint, "+reopening("c.status = 'completed' and not "+closingWaits)+
		" from mails m where m.id = $1 and c.id = m.case_id and not "+moved("m")+" and not "+toldWhole("c.id", "m.queued_at"), m.ID, tx.Now, letterResult)
	return err
}

// keptGoes takes back what was marked because of mails that were only kept and are sent now:
// that members were notified, and of results that no other mail told, that no letter is due.
func keptGoes(tx *store.Tx, mails []notices.Mail) error {
	of := map[string][]int64{}
	for _, m := range mails {
		if m.CaseID != nil {
			of[m.Kind] = append(of[m.Kind], *m.CaseID)
		}
	}
	_, err := store.Exec(tx, fmt.Sprintf(`update cases c set notified_at = case when c.id = any($1) and not %s and not %s then null else c.notified_at end,
		letter_about = c.letter_about | case when c.id = any($2) and c.letter_about & %d = 0 and %s then %d else 0 end
		where c.id in (select id from cases where id = any($1) or id = any($2) order by id for no key update)`, toldByLetter, noticeReached, letterPoints, resultUntold, letterResult),
		of[notices.RestrictionNotice], of[notices.CaseClosed])
	if err != nil {
		return err
	}
	return mailsGoAgain(tx, MailWasKept, mails)
}

// mailsGoAgain takes back what was marked of members whose mails are sent again: that none
// reaches them.
func mailsGoAgain(tx *store.Tx, kind string, mails []notices.Mail) error {
	of, to := make([]int64, 0, len(mails)), make([]int64, 0, len(mails))
	for _, m := range mails {
		if m.ContactID != nil {
			to = append(to, *m.ContactID)
		}
		if m.CaseID != nil {
			of = append(of, *m.CaseID)
		}
	}
	members.MarkDeliverable(tx, to...)
	if _, err := store.Exec(tx, "update cases set unreachable_at = null where id in (select id from cases where id = any($1) and unreachable_at is not null order by id for no key update)", of); err != nil {
		return err
	}
	return tellMails(tx, kind, mails)
}

// tellMails tells the cases of mails what happened to them.
func tellMails(tx *store.Tx, kind string, mails []notices.Mail) error {
	return tellMailsWith(tx, kind, mails, "")
}

// tellMailsWith is tellMails with a mark in what is told of each, where one is given.
func tellMailsWith(tx *store.Tx, kind string, mails []notices.Mail, mark string) error {
	var happened []Happened
	var of []int64
	for _, m := range mails {
		if m.CaseID != nil {
			of = append(of, *m.CaseID)
			data := map[string]any{"mail": m.Kind}
			if mark != "" {
				data[mark] = true
			}
			happened = append(happened, Happened{CaseID: *m.CaseID, Kind: kind, Data: data})
		}
	}
	slices.Sort(of)
	if _, err := store.Exec(tx, "update cases set changed_at = $2 where id in (select id from cases where id = any($1) order by id for no key update)", of, tx.Now); err != nil {
		return err
	}
	return Tell(tx, happened...)
}
