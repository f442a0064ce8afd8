package cases

import (
	"context"
	"time"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/store"
)

// unlettered is the condition, in SQL, of cases whose member is to be told by letter: of
// something that no mail could tell, or of the restriction, while no mail reaches them and
// nobody told them on the phone (docs/domain.md section 6).
const unlettered = `(c.unreachable_at is not null or c.letter_due_at is not null) and (c.letter_due_at is not null
	or c.origin <> 'inquiry' and c.notified_at is null and c.verified_at is null and exists (select from identities i where i.id = c.identity_id and i.state = 'restricted'))`

// LetterWaits reports whether the member of the open case is to be told by letter.
func (c Case) LetterWaits(of members.Standing) bool {
	return !c.Status.Closed() && (c.LetterDueAt != nil ||
		c.UnreachableAt != nil && c.Affected() && c.NotifiedAt == nil && c.VerifiedAt == nil && of.State == members.Restricted)
}

// RecordLetter notes that a letter to the member was sent on a day in Japan: the member is
// notified. Refused: a case that waits for none (Conflict no_letter_due), a day to come or
// before the case was opened (Invalid sent_on).
func RecordLetter(ctx context.Context, s *store.Store, by access.Actor, caseID int64, sentOn string) (*Case, error) {
	return decide(ctx, s, by, ToRecordLetter, caseID, "", func(tx *store.Tx, c *Case, of *members.Identity) (Happened, error) {
		day, err := c.letterDay(sentOn, tx.Now)
		if err != nil {
			return Happened{}, err
		}
		if !c.LetterWaits(of.Standing) {
			return Happened{}, already("no_letter_due")
		}
		at := day.At(0)
		if at.Before(c.OpenedAt) {
			at = c.OpenedAt // later on the same day
		}
		if c.LetterDueAt, c.LetterSentOn = nil, day; c.NotifiedAt == nil {
			c.NotifiedAt = &at
		}
		return Happened{Kind: LetterSent, Data: map[string]any{"sent_on": day.String()}},
			store.Save(tx, c, "letter_due_at", "letter_sent_on", "notified_at")
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
