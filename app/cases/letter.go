package cases

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/store"
)

// LetterRestriction is the subject of a letter that tells of the restriction, in place of
// the notice. It is due by what is known of the case, and needs no mark.
const LetterRestriction = "restriction"

// LetterResult is the subject of a letter that tells what was put back, or its correction.
const LetterResult = "result"

// What else a letter must tell that no mail could, a bit each of Case.LetterAbout.
const (
	letterChanged int16 = 1 << iota // a contact was changed
	letterUndone                    // such a change was undone
	letterResult                    // points were put back, or that was corrected
	letterUnread                    // the same, by a mail to the ID's own mailbox, which counts once the ID is in use again

	letterContact = letterChanged | letterUndone
	letterPoints  = letterResult | letterUnread
)

// LetterSubjects lists what letters may have to tell, in the order in which it is shown.
var LetterSubjects = []string{LetterRestriction, "contact_changed", "contact_undone", LetterResult}

// letterBits are the bits of Case.LetterAbout of what letters tell apart from the restriction.
var letterBits = map[string]int16{"contact_changed": letterChanged, "contact_undone": letterUndone, LetterResult: letterPoints}

// unread is the condition, in SQL, of IDs (i) whose own mailbox the member cannot open.
const unread = "i.state in ('" + members.Restricted + "', '" + members.LinkSent + "')"

// unlettered is the condition, in SQL, of cases whose member is to be told by letter: of
// something that no mail could tell, or of the restriction, once it is confirmed, while no mail
// reaches them and nobody told them on the phone (docs/domain.md section 6).
var unlettered = fmt.Sprintf(`(c.unreachable_at is not null or c.letter_about > 0) and (c.letter_about & ~%d > 0
	or exists (select from identities i where i.id = c.identity_id and (c.letter_about > 0 and %s
	or c.origin <> 'inquiry' and c.notified_at is null and c.verified_at is null and i.state = 'restricted' and i.unconfirmed_at is null)))`, letterUnread, unread)

// Letter lists what the member of the open case is to be told by letter, of
// LetterSubjects; none: no letter waits.
func (c Case) Letter(of members.Standing) []string {
	out := []string{}
	if c.Status.Closed() {
		return out
	}
	if c.UnreachableAt != nil && c.Affected() && c.NotifiedAt == nil && c.VerifiedAt == nil && of.State == members.Restricted && of.UnconfirmedAt == nil {
		out = append(out, LetterRestriction)
	}
	about := c.LetterAbout
	if !of.Closed() {
		about &^= letterUnread
	}
	for _, subject := range LetterSubjects {
		if about&letterBits[subject] != 0 {
			out = append(out, subject)
		}
	}
	return out
}

// LetterWaits reports whether the member of the open case is to be told by letter.
func (c Case) LetterWaits(of members.Standing) bool { return len(c.Letter(of)) > 0 }

// ReadMailbox notes, of the cases of an ID that is in use again, that the member can read
// what was sent to the ID's own mailbox: it stays told, whatever becomes of the ID later.
func ReadMailbox(tx *store.Tx, identity int64) error {
	_, err := store.Exec(tx, `update cases set letter_about = letter_about & ~$2::smallint where id in (
		select id from cases where identity_id = $1 and letter_about & $2::smallint <> 0 order by id for no key update)`, identity, letterUnread)
	return err
}

// toldByLetter is the condition, in SQL, of cases (c) whose member a letter told of the
// restriction; those of earlier releases say nothing of what they told.
var toldByLetter = `exists (select from case_events e where e.case_id = c.id and e.kind = '` + LetterSent + `' and coalesce(e.data->'about', '["` + LetterRestriction + `"]') @> '"` + LetterRestriction + `"' and not ` + restrictedAnew("e.at") + ")"

// RecordLetter notes that a letter to the member was sent on a day in Japan, and what it
// told: of what is due, about, none for all of it. From a letter about the restriction on
// the member is notified. Refused: a case that waits for none of it (Conflict
// no_letter_due; restriction_unconfirmed: not yet), an ID of which no name and address is known (Conflict no_member), a day to come or before the case was opened (Invalid sent_on), an
// unknown subject (Invalid about).
func RecordLetter(ctx context.Context, s *store.Store, by access.Actor, caseID int64, sentOn string, about ...string) (*Case, error) {
	return decide(ctx, s, by, ToRecordLetter, caseID, "", func(tx *store.Tx, c *Case, of *members.Identity) (Happened, error) {
		if slices.ContainsFunc(about, func(subject string) bool { return !slices.Contains(LetterSubjects, subject) }) {
			return Happened{}, fault.Input("about", "letter_about_unknown")
		}
		if of.MemberID == nil {
			return Happened{}, already("no_member")
		}
		day, err := c.letterDay(sentOn, tx.Now)
		if err != nil {
			return Happened{}, err
		}
		told := slices.DeleteFunc(c.Letter(of.Standing), func(subject string) bool { return len(about) > 0 && !slices.Contains(about, subject) })
		switch {
		case len(told) == 0 && of.UnconfirmedAt != nil:
			return Happened{}, fault.New(fault.Conflict, "restriction_unconfirmed")
		case len(told) == 0:
			return Happened{}, already("no_letter_due")
		}
		for _, subject := range told {
			c.LetterAbout &^= letterBits[subject]
		}
		at := day.At(0)
		switch {
		case day == jptext.DateOf(tx.Now):
			at = tx.Now
		case at.Before(c.OpenedAt):
			at = c.OpenedAt // later on the same day
		}
		if c.LetterSentOn = day; slices.Contains(told, LetterRestriction) {
			c.NotifiedAt = &at
		}
		return Happened{Kind: LetterSent, Data: map[string]any{"sent_on": day.String(), "about": told}},
			store.Save(tx, c, "letter_about", "letter_sent_on", "notified_at")
	})
}

// letterDay reads the day on which a letter was sent.
func (c Case) letterDay(typed string, now time.Time) (jptext.Date, error) {
	day, err := jptext.ParseDate(typed)
	switch {
	case jptext.Blank(typed):
		return day, fault.Input("sent_on", "required")
	case err != nil || day.IsZero():
		return day, fault.Input("sent_on", "date_invalid")
	case jptext.DateOf(now).Before(day):
		return day, fault.Input("sent_on", "letter_in_future")
	case day.Before(jptext.DateOf(c.OpenedAt)):
		return day, fault.Input("sent_on", "letter_before_case")
	}
	return day, nil
}

// OwesResult reports whether a letter is due that tells what was put back, so that no mail goes
// that tells a part of it; one to the ID's own mailbox goes where the others lie.
func (c *Case) OwesResult(own bool) bool {
	return c.LetterAbout&letterResult != 0 || c.LetterAbout&letterUnread != 0 && !own
}

// OweResult notes that the members of cases, which the caller has locked, are to be told
// by letter of the points that were put back.
func OweResult(tx *store.Tx, ids []int64) {
	if len(ids) > 0 {
		tx.Queue("update cases set letter_about = letter_about | $2 where id = any($1)", ids, letterResult)
	}
}
