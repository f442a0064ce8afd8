package cases

import (
	"fmt"
	"strings"

	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/store"
)

// sentResult is the condition, in SQL, of mails (w) that told the result of a case (c).
var sentResult = "w.case_id = c.id and " + toldResult("w")

// toldResult is the condition, in SQL, of mails that told a result.
func toldResult(mail string) string {
	return notices.Told(mail) + " and " + mail + ".kind in ('" + strings.Join(notices.Results, "', '") + "')"
}

// resultUntold is the condition, in SQL, of cases (c) with a result that, by what is known
// now of the mailboxes, no mail and no letter told from then on.
var resultUntold = `exists (select from mails m where m.case_id = c.id and m.kind in ('` + notices.ReimbursementCompleted + `', '` + notices.ReimbursementCorrected + `')
	and m.state in ('` + notices.Sent + `', '` + notices.Failed + `', '` + notices.Bounced + `')
	and not exists (select from mails w where ` + sentResult + ` and w.id >= m.id and not ` + WentAstray("w.contact_id") + `)
	and not exists (select from case_events e where e.case_id = c.id and e.kind = '` + LetterSent + `' and e.at > coalesce(m.sent_at, m.queued_at) and e.data->'about' @> '"result"'))`

// lastResult is the condition, in SQL, of cases (c), open or completed, whose last mail (w)
// about an untold result meets another.
func lastResult(is string) string {
	return "c.status <> 'out_of_scope' and " + resultUntold + " and exists (select from mails w where " + sentResult +
		" and not exists (select from mails n where n.case_id = w.case_id and n.id > w.id and " + toldResult("n") + ") and " + is + ")"
}

// resultAstray is the condition, in SQL, of cases (c) whose result went to a mailbox that
// turned out to be another affected ID's, to a contact that was undone, or to one set since an
// incident began, and is not known to be due by letter.
var resultAstray = fmt.Sprintf("c.letter_about & %d = 0 and %s", letterResult, lastResult("("+members.Undone("w.contact_id")+" or "+members.AnothersMailbox("w.contact_id")+" or "+members.SetSince("w.contact_id", FirstDay)+")"))

// resultUnread is the condition, in SQL, of cases (c) whose result went to a mailbox that
// turned out to be the ID's own, which was not in use since, and is not known to be due by letter.
var resultUnread = fmt.Sprintf("c.letter_about & %d = 0 and %s", letterPoints, lastResult(members.OwnMailbox("w.contact_id")+" and not "+inUseSince("w.sent_at")))

// resultToldAfterAll is the condition, in SQL, of cases (c) whose result was held to have gone
// astray and, by what is known now, was told by a mail since it was last posted.
var resultToldAfterAll = fmt.Sprintf("c.letter_about & %d <> 0 and ", letterPoints) + tellsOf(ResultMisled) + " and not " + resultUntold +
	" and exists (select from mails w where " + sentResult + " and w.queued_at >= coalesce(c.made_whole_at, '-infinity') and not " + WentAstray("w.contact_id") + ")"

// resultSent notes what a mail tells of what was put back. One to the ID's own mailbox has
// not told it to a member who cannot open that: the letter is due until the ID is in use
// again (ReadMailbox). The closing mail takes the place of those before it, and owes no
// letter of its own. A letter stays due for what was posted while the mail was on its way: that
// relied on it. What was only kept before it, of any case of the ID, would come after it
// now: a letter tells it.
func resultSent(tx *store.Tx, m notices.Mail) {
	posted := "exists (select from case_events e where e.case_id = c.id and e.kind = '" + Posted + "' and e.at > $6)"
	tx.Queue(`update cases c set letter_about = c.letter_about & ~(case when `+posted+` then $4 else $3 end)::smallint | case when `+members.OwnMailbox("$2")+`
			and exists (select from identities i where i.id = c.identity_id and `+unread+`) then $4::smallint else 0 end
		where c.id = $1 and ($5 or c.letter_about & $3::smallint <> 0)`, *m.CaseID, *m.ContactID, letterPoints, letterUnread, m.Kind != notices.CaseClosed, m.QueuedAt)
	if !m.Kept {
		tx.Queue("update cases c set changed_at = $3, letter_about = letter_about | $2::smallint, "+reopening("c.status = 'completed' and not "+closingWaits)+` where c.id in (
			select y.id from cases x join cases y on y.identity_id = x.identity_id where x.id = $1 and exists (select from mails o join mails m on m.id = $4 where o.case_id = y.id and o.kept and `+notices.Told("o")+`
				and o.kind in (`+parts+") and "+notices.Place("o")+" < "+notices.Place("m")+" and not "+toldWhole("y.id", "o.queued_at")+") order by y.id for no key update of y)", *m.CaseID, letterResult, tx.Now, m.ID)
	}
}

// oweResults notes that the result of the cases that meet the condition after one, by id, up
// to a chunk, is due by letter; a completed one is open again. last is the case to go on after; 0: there are no more.
func oweResults(tx *store.Tx, condition string, about int16, after int64, of ...any) (last int64, err error) {
	_, last, err = mark(tx, condition, fmt.Sprintf("letter_about = letter_about & ~%d | %d, ", letterPoints, about)+reopening("c.status = 'completed'"), ResultMisled, after, of...)
	return last, err
}
