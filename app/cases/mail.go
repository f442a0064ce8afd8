package cases

import (
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/store"
)

// Unnotified is the condition, in SQL, of cases whose member is still to be sent the
// restriction notice.
const Unnotified = `c.origin <> 'inquiry' and exists (select from identities i where i.id = c.identity_id and i.state = 'restricted') and c.notified_at is null and c.unreachable_at is null
	and not exists (select from mails w where w.case_id = c.id and w.kind = '` + notices.RestrictionNotice + `' and w.state = '` + notices.Queued + `')`

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
		return tellMails(tx, MailNotSent, []notices.Mail{m})
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
	about := "case when $5::smallint & $8::smallint = 0 or exists (select from contacts where id = $6 and source <> $7) then $5::smallint else 0 end"
	_, err = store.Exec(tx, `update cases c set changed_at = $2, unreachable_at = case when $4 then unreachable_at else $2 end,
		notified_at = case when `+lost+` then null else notified_at end, letter_about = letter_about | `+about+`,
		`+reopening("c.status = 'completed' and ("+lost+" and c.verified_at is null or "+about+" <> 0)")+` where id = $1`,
		*m.CaseID, tx.Now, notice, former, letterOf[m.Kind], m.ContactID, members.Documents, letterContact)
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

// closingLost opens a case again whose closing mail was to tell a result that a letter told
// nobody yet, unless another closing mail tells it.
func closingLost(tx *store.Tx, m notices.Mail) error {
	if m.Kind != notices.CaseClosed {
		return nil
	}
	_, err := store.Exec(tx, "update cases c set changed_at = $2, "+reopening("true")+` where id = $1 and status = 'completed'
		and (letter_about & $3::smallint <> 0 or letter_about & $4::smallint <> 0 and exists (select from identities i where i.id = c.identity_id and `+unread+`))
		and not exists (select from mails n where n.case_id = c.id and n.kind = $5 and n.state = 'queued')`, *m.CaseID, tx.Now, letterResult, letterUnread, notices.CaseClosed)
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
		return err // sent in the moment in which the contact was undone: nobody is reached by it
	}
	members.MarkDeliverable(tx, *m.ContactID)
	tx.Queue(`update cases set unreachable_at = null, changed_at = $3 where id = $1 and unreachable_at is not null
		and exists (select from contact_ways where id = $2 and not depends_on_login)`, *m.CaseID, *m.ContactID, tx.Now)
	if slices.Contains(results, m.Kind) {
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

// MailToday is what is known now of a queued mail, which may have waited for long.
func MailToday(db *gorm.DB, id int64) (notices.Today, error) {
	rows, err := store.Select[notices.Today](db, mailToday, id, informing, aboutContacts)
	if err != nil || len(rows) == 0 {
		return notices.Today{}, err
	}
	return rows[0], nil
}

var mailToday = "select m.contact_id is not null and (" + members.Doubtful("m.contact_id", "m.kind = any($2)") + " or m.kind <> all($3) and " + members.Replaced("m.contact_id") + ") as doubtful, not (" + holds + `) as overtaken,
	coalesce(t.resumed, false) as resumed, coalesce(t.loss, false) as loss, coalesce(t.put_back, false) as put_back, coalesce(t.contact_open, false) as contact_open, coalesce(t.revoided, false) as revoided
	from mails m left join lateral (select ` + factsToday + `, exists (select from contact_changes h where h.identity_id = i.id and h.state = '` + ChangeProposed + `') as contact_open,
		coalesce(i.point_password_voided_at > m.queued_at, false) as revoided from cases c join identities i on i.id = c.identity_id where c.id = m.case_id) t on true where m.id = $1`

// aboutContacts are the mails that go to every address of a member, also to what another took
// the place of.
var aboutContacts = []string{notices.ContactChanged, notices.ContactUndone}

// partHolds is the condition, in SQL, of mails (m) that tell a part of what was put back for a
// case (c) and may go. While a letter about it is due, which tells the whole, only the mail
// that is why goes again, if nothing was posted since: it is all that was not told. A part goes
// after no later one, of any case of the ID, and not past one that lies in the ID's own mailbox.
var partHolds = fmt.Sprintf(`case when c.letter_about & %d = 0 then (c.letter_about & %d = 0 or `, letterResult, letterUnread) + members.OwnMailbox("m.contact_id") + `)
		and not exists (select from cases y join mails n on n.case_id = y.id where y.identity_id = c.identity_id and ` + notices.Place("n") + " > " + notices.Place("m") + " and not n.kept and " + toldResult("n") + `)
	else not exists (select from mails o where o.case_id = c.id and ` + notices.Place("o") + " < " + notices.Place("m") + " and o.kind in (" + parts + ") and o.state in ('" + notices.Failed + "', '" + notices.Bounced + "') and not " + moved("o") + `)
		and not exists (select from cases y join case_events e on e.case_id = y.id where y.identity_id = c.identity_id and e.kind = '` + Posted + `' and e.at > m.queued_at) end`

// parts are the mails that tell a part of what was put back, in SQL.
const parts = "'" + notices.ReimbursementCompleted + "', '" + notices.ReimbursementCorrected + "'"

// moved is the condition, in SQL, of mails that go to another address now.
func moved(mail string) string {
	return "exists (select from mails v where v.case_id = " + mail + ".case_id and v.first_id = " + notices.Place(mail) + " and v.id > " + mail + ".id)"
}

// partLost notes that a part of what was put back, which will not be sent, is told by letter,
// unless the mail that closed the case told the whole. A completed case is open again, unless
// that mail is on its way.
func partLost(tx *store.Tx, m notices.Mail) error {
	if m.Kind != notices.ReimbursementCompleted && m.Kind != notices.ReimbursementCorrected {
		return nil
	}
	closing := "exists (select from mails k where k.case_id = c.id and k.kind = '" + notices.CaseClosed + "' and " + notices.Place("k") + " > " + notices.Place("m") + " and k.state = "
	_, err := store.Exec(tx, "update cases c set changed_at = $2, letter_about = letter_about | $3::smallint, "+reopening("c.status = 'completed' and not "+closing+"'queued')")+
		" from mails m where m.id = $1 and c.id = m.case_id and not "+moved("m")+" and not "+closing+"'sent' and not k.kept)", m.ID, tx.Now, letterResult)
	return err
}

// holds is the condition, in SQL, of mails (m) whose words are true still: nothing that they
// tell was changed again since, nor goes it to another address now.
var holds = "m.case_id is null or not " + moved("m") + ` and exists (select from cases c where c.id = m.case_id and case m.kind
	when '` + notices.RestrictionNotice + `' then c.origin <> 'inquiry' and c.status <> 'out_of_scope' and exists (select from identities i where i.id = c.identity_id and i.state <> '` + members.Resumed + `')
	when '` + notices.ResetCompleted + "' then exists (select from identities i where i.id = c.identity_id and i.state = '" + members.Resumed + "') and not exists (" + takenBack("c.identity_id") + ` and r.at > m.queued_at)
	when '` + notices.CaseClosed + `' then c.status = 'completed' and not exists (select from mails n where n.case_id = m.case_id and n.kind = m.kind and ` + notices.Place("n") + " > " + notices.Place("m") + `) and not exists (select from identities i where i.id = c.identity_id and i.restricted_at > m.queued_at)
	when '` + notices.ReimbursementCompleted + "' then " + partHolds + `
	when '` + notices.ReimbursementCorrected + "' then " + partHolds + `
	else true end)`

// keptHolds is the condition, in SQL, of mails (m) that are sent although they were kept: what
// somebody was told otherwise since is not sent late.
var keptHolds = "(" + holds + ") and (m.kind <> '" + notices.RestrictionNotice + `' or exists (select from cases c where c.id = m.case_id and c.verified_at is null
	and not ` + toldByLetter + " and not " + inUseSince("m.sent_at") + "))"

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
	var happened []Happened
	var of []int64
	for _, m := range mails {
		if m.CaseID != nil {
			of = append(of, *m.CaseID)
			happened = append(happened, Happened{CaseID: *m.CaseID, Kind: kind, Data: map[string]any{"mail": m.Kind}})
		}
	}
	slices.Sort(of)
	if _, err := store.Exec(tx, "update cases set changed_at = $2 where id in (select id from cases where id = any($1) order by id for no key update)", of, tx.Now); err != nil {
		return err
	}
	return Tell(tx, happened...)
}
