package cases

import (
	"fmt"

	"gorm.io/gorm"

	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/store"
)

// MailToday is what is known now of a queued mail, which may have waited for long.
func MailToday(db *gorm.DB, id int64) (notices.Today, error) {
	rows, err := store.Select[notices.Today](db, mailToday, id, informing, aboutContacts)
	if err != nil || len(rows) == 0 {
		return notices.Today{}, err
	}
	return rows[0], nil
}

var mailToday = "select m.contact_id is not null and (" + members.Doubtful("m.contact_id", "m.kind = any($2)") + " or m.kind <> all($3) and " + members.Replaced("m.contact_id") + ") as doubtful, not (" + holds + `) as overtaken,
	coalesce(t.resumed, false) as resumed, coalesce(t.loss, false) as loss, coalesce(t.put_back, false) as put_back, coalesce(t.contact_open, false) as contact_open, coalesce(t.revoided, false) as revoided, coalesce(t.incident_id, 0) as incident_id
	from mails m left join lateral (select ` + factsToday + `, exists (select from contact_changes h where h.identity_id = i.id and h.state = '` + ChangeProposed + `') as contact_open,
		coalesce(i.point_password_voided_at > m.queued_at, false) as revoided, c.incident_id from cases c join identities i on i.id = c.identity_id where c.id = m.case_id) t on true where m.id = $1`

// aboutContacts are the mails that go to every address of a member, also to what another took
// the place of.
var aboutContacts = []string{notices.ContactChanged, notices.ContactUndone}

// holds is the condition, in SQL, of mails (m) whose words are true still: nothing that they
// tell was changed again since, nor goes it to another address now.
var holds = "m.case_id is null or not " + moved("m") + ` and exists (select from cases c where c.id = m.case_id and case m.kind
	when '` + notices.RestrictionNotice + `' then c.origin <> 'inquiry' and c.status <> 'out_of_scope' and exists (select from identities i where i.id = c.identity_id and i.state <> '` + members.Resumed + `')
	when '` + notices.ResetCompleted + "' then exists (select from identities i where i.id = c.identity_id and i.state = '" + members.Resumed + "') and not exists (" + takenBack("c.identity_id") + ` and r.at > m.queued_at)
	when '` + notices.CaseClosed + `' then c.status = 'completed' and not exists (select from mails n where n.case_id = m.case_id and n.kind = m.kind and ` + notices.Place("n") + " > " + notices.Place("m") + `)
		and not exists (select from identities i where i.id = c.identity_id and i.restricted_at > m.queued_at) and not ` + laterTold + `
	when '` + notices.ReimbursementCompleted + "' then " + partHolds + `
	when '` + notices.ReimbursementCorrected + "' then " + partHolds + `
	else true end)`

// keptHolds is the condition, in SQL, of mails (m) that are sent although they were kept: what
// somebody was told otherwise since is not sent late.
var keptHolds = "(" + holds + ") and (m.kind <> '" + notices.RestrictionNotice + `' or exists (select from cases c where c.id = m.case_id and c.verified_at is null
	and not ` + toldByLetter + " and not " + inUseSince("m.sent_at") + "))"

// laterTold is the condition, in SQL, of mails (m) about a case (c) after which the member was
// told another balance, about any case of the ID: sent late, the older would be the last word.
var laterTold = "exists (select from cases y join mails n on n.case_id = y.id where y.identity_id = c.identity_id and " + notices.Place("n") + " > " + notices.Place("m") + " and not n.kept and " + toldResult("n") + ")"

// toldWhole is the condition, in SQL, that a letter, or the mail that closed it, told all that
// was put back for a case, after a time.
func toldWhole(id, since string) string {
	return "(exists (select from case_events l where l.case_id = " + id + " and l.kind = '" + LetterSent + `' and l.data->'about' @> '"` + LetterResult + `"' and l.at > ` + since +
		") or exists (select from mails k where k.case_id = " + id + " and k.kind = '" + notices.CaseClosed + "' and not k.kept and " + notices.Told("k") + " and k.sent_at > " + since + "))"
}

// closingWaits is the condition, in SQL, of cases (c) whose closing mail is on its way.
const closingWaits = "exists (select from mails k where k.case_id = c.id and k.kind = '" + notices.CaseClosed + "' and k.state = '" + notices.Queued + "')"

// partHolds is the condition, in SQL, of mails (m) that tell a part of what was put back for a
// case (c) and may go: neither after the whole was told nor after another balance. While a
// letter is due, which tells the whole, only the mail that is why goes again, if nothing was
// posted since: it is all that was not told. None goes past one that lies in the ID's own mailbox.
var partHolds = "not " + toldWhole("c.id", "m.queued_at") + " and not " + laterTold + fmt.Sprintf(` and case when c.letter_about & %d = 0 then c.letter_about & %d = 0 or `, letterResult, letterUnread) + members.OwnMailbox("m.contact_id") + `
	else not exists (select from mails o where o.case_id = c.id and ` + notices.Place("o") + " < " + notices.Place("m") + " and o.kind in (" + parts + ") and o.state in ('" + notices.Failed + "', '" + notices.Bounced + "') and not " + moved("o") + " and not " + toldWhole("c.id", "o.queued_at") + `)
		and not exists (select from cases y join case_events e on e.case_id = y.id where y.identity_id = c.identity_id and e.kind = '` + Posted + `' and e.at > m.queued_at) end`

// parts are the mails that tell a part of what was put back, in SQL.
const parts = "'" + notices.ReimbursementCompleted + "', '" + notices.ReimbursementCorrected + "'"

// moved is the condition, in SQL, of mails that go to another address now.
func moved(mail string) string {
	return "exists (select from mails v where v.case_id = " + mail + ".case_id and v.first_id = " + notices.Place(mail) + " and v.id > " + mail + ".id)"
}
