package cases

import (
	"encoding/json"
	"fmt"
	"slices"

	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/store"
)

// mailsTo are the mails of the kind that tell of a change at the addresses that may be used now.
func mailsTo(tx *store.Tx, ch *ContactChange, kind string) (out []notices.Draft, err error) {
	to, err := Addressees(tx.DB, tx.Vault(), []int64{ch.CaseID}, kind)
	if err != nil {
		return nil, err
	}
	who := to[ch.CaseID]
	who.Facts.At, who.Facts.Contact = tx.Now, ch.Kind
	contacts, err := members.Contacts(tx.DB, who.MemberID)
	for _, k := range contacts {
		if err != nil || k.Kind != members.Email || !k.Usable(who.FirstDay) {
			continue
		}
		if who.Address, err = k.Plain(tx.Vault()); err == nil {
			who.ContactID = k.ID
			out = append(out, who.Draft(kind, who.Facts))
		}
	}
	return out, err
}

// tellChanged mails the member that a contact was changed: at the addresses from before
// the change, and at a new one. It says by what way the member is told; a letter is for
// whoever has no other address than the new one.
func tellChanged(tx *store.Tx, ch *ContactChange, before []notices.Draft) (way string, err error) {
	now, err := mailsTo(tx, ch, notices.ContactChanged)
	if err != nil {
		return "", err
	}
	return tellBy(tx, ch.CaseID, letterChanged, before, now)
}

// tellUndone mails the member that a change was cancelled, at the addresses that are used
// again. The one that is no longer used was told of the change; it may be an impostor's, and
// is told nothing about the member.
func tellUndone(tx *store.Tx, ch *ContactChange, before []notices.Draft) (way string, err error) {
	again, err := mailsTo(tx, ch, notices.ContactUndone)
	if err != nil {
		return "", err
	}
	for i, d := range before {
		if *d.ContactID == *ch.ContactID {
			before[i].Facts = d.Facts.ToFormer()
		}
	}
	return tellBy(tx, ch.CaseID, letterUndone, again, before)
}

// changeAstray is the condition, in SQL, of cases (c) whose member was told of a change of a
// contact, or of its undoing, by mails of the kind only at contacts that, by what is known
// now, may not be theirs alone, and by no letter.
func changeAstray(kind string) string {
	return fmt.Sprintf("c.status <> 'out_of_scope' and c.letter_about & %d = 0 and ", letterOf[kind]) + changeUntold(kind)
}

// changeUntold is the condition, in SQL, of cases (c) with a mail of the kind after which, by
// what is known now, neither it nor another one nor a letter told of contacts.
func changeUntold(kind string) string {
	subject := LetterSubjects[slices.IndexFunc(LetterSubjects, func(s string) bool { return letterBits[s] == letterOf[kind] })]
	return "exists (select from mails m where m.kind = '" + kind + "' and " + toldContact("m") + `
		and not exists (select from mails w where w.kind in ('` + notices.ContactChanged + "', '" + notices.ContactUndone + "', '" + notices.RestrictionNotice + "') and " + toldContact("w") + ` and w.queued_at >= m.queued_at and not ` + WentAstray("w.contact_id") + `)
		and not exists (select from case_events e where e.case_id = c.id and e.kind = '` + LetterSent + `' and e.at > m.queued_at and e.data->'about' @> '"` + subject + `"'))`
}

// toldContact is the condition, in SQL, of sent mails of a case (c). What a contact that
// documents showed was told of itself is not counted on.
func toldContact(mail string) string {
	return mail + ".case_id = c.id and " + notices.Told(mail) + " and exists (select from contacts k where k.id = " + mail + ".contact_id and (k.source <> '" + members.Documents + `'
		or exists (select from contact_changes h where h.contact_id = k.id and h.decided_at < ` + mail + ".queued_at)))"
}

// changeToldAfterAll is the condition, in SQL, of cases (c) whose mails of the kind were held
// to have gone astray and, by what is known now, told of the change. A letter that is due for
// another reason since then stays so: no mail could tell it, or one failed.
func changeToldAfterAll(kind string) string {
	event := map[string]string{notices.ContactChanged: ContactSet, notices.ContactUndone: ContactUndone}[kind]
	return fmt.Sprintf("c.letter_about & %d <> 0 and ", letterOf[kind]) + "exists (select from case_events t where t.case_id = c.id and t.kind = '" + ChangeMisled + "' and t.data->>'mail' = '" + kind + `'
		and not exists (select from case_events e where e.case_id = c.id and e.id > t.id and (e.kind = '` + event + "' and e.data->>'told' = 'letter' or e.kind in ('" + Unreachable + "', '" + MailNotSent + "') and e.data->>'mail' = '" + kind + `')))
		and not ` + changeUntold(kind) + " and exists (select from mails w where w.kind = '" + kind + "' and " + toldContact("w") + ")"
}

// oweChange has the members of the cases that the condition begins to describe, after one, by
// id, told by letter of what no mail of the kind told them. A completed case is open again.
func oweChange(tx *store.Tx, kind, those string, after int64, of ...any) (last int64, err error) {
	_, last, err = markWith(tx, those+changeAstray(kind), fmt.Sprintf("letter_about = letter_about | %d, ", letterOf[kind])+reopening("c.status = 'completed'"), Happened{Kind: ChangeMisled, Data: map[string]any{"mail": kind}}, after, of...)
	return last, err
}

// countChange has mails of the kind count again that told of a change after all.
func countChange(tx *store.Tx, kind string, after int64) (last int64, err error) {
	_, last, err = mark(tx, changeToldAfterAll(kind), fmt.Sprintf("letter_about = letter_about & ~%d", letterOf[kind]), MailCounts, after)
	return last, err
}

// tellBy queues the mails, one a mailbox, however it is written. Where there is none among those that are
// certain to be the member's, a letter is due about it. One about contacts that is due already
// stays so until the member is told at an address that documents did not show: it may be
// about that one. A closed case for which a letter is due is open again.
func tellBy(tx *store.Tx, caseID int64, about int16, certain, more []notices.Draft) (way string, err error) {
	mails := slices.Clone(certain)
	for _, d := range more {
		if !slices.ContainsFunc(mails, func(b notices.Draft) bool { return jptext.MailboxKey(b.To) == jptext.MailboxKey(d.To) }) {
			mails = append(mails, d)
		}
	}
	way = "mail"
	if len(certain) == 0 {
		way = "letter"
	}
	to := make([]int64, len(certain))
	for i, d := range certain {
		to[i] = *d.ContactID
	}
	tx.Queue(`update cases c set letter_about = case when $2 and c.id = $1 then letter_about | $3::smallint
		when exists (select from contacts where id = any($4) and source <> $5) then letter_about & ~$6::smallint else letter_about end, `+
		reopening("$2 and c.id = $1 and c.status in ('completed', 'out_of_scope')")+` where identity_id = (select identity_id from cases where id = $1)`,
		caseID, way == "letter", about, to, members.Documents, letterContact)
	_, err = notices.Queue(tx, mails...)
	return way, err
}

// unreachedOf are the cases of the ID that no mail reaches, by id.
func unreachedOf(tx *store.Tx, identity int64) ([]int64, error) {
	found, err := store.Now(tx.DB, func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, "select id from cases where identity_id = $1 and unreachable_at is not null order by id", identity)
	})
	return append([]int64{}, found...), err
}

// takeBackReach takes back what only an undone contact brought about: the cases that no
// mail reached before the change are unreachable again, unless it was replaced since, and so
// are those whose member has no other address; a notice that reached the member at no other has notified nobody,
// and a result is due by letter.
func takeBackReach(tx *store.Tx, ch *ContactChange, replaced bool) error {
	if ch.Kind != members.Email {
		return nil
	}
	var before []int64
	noted, err := store.Now(tx.DB, func(reads *store.Reads) *[]string {
		return store.AskValues[string](reads, `select coalesce(data->'unreachable', '[]')::text from case_events
			where case_id = $1 and kind = $2 and (data->>'change')::bigint = $3`, ch.CaseID, ContactSet, ch.ID)
	})
	if err != nil {
		return err
	}
	if len(noted) > 0 && !replaced {
		if err := json.Unmarshal([]byte(noted[0]), &before); err != nil {
			return err
		}
	}
	ids, err := store.Now(tx.DB, func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, "select id from cases where identity_id = $1 order by id for no key update", ch.IdentityID)
	})
	if err != nil {
		return err
	}
	to, err := Addressees(tx.DB, tx.Vault(), ids, notices.RestrictionNotice)
	if err != nil {
		return err
	}
	ids = slices.DeleteFunc(ids, func(id int64) bool { return to[id].Address != "" && !slices.Contains(before, id) })
	tx.Queue(`update cases set unreachable_at = $2, changed_at = $2 where id = any($1) and origin <> 'inquiry' and unreachable_at is null`, ids, tx.Now)
	return astray(tx, "c.identity_id = $3 and ", ch.IdentityID)
}
