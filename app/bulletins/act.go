package bulletins

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/app/verbs"
)

// New is what a bulletin says, in Japanese and, if anybody wrote it, in English.
type New struct {
	SubjectJa, TextJa string
	SubjectEn, TextEn string
	From              jptext.Date  // zero: today
	Until             *jptext.Date // the last day; nil: until it is withdrawn
	Desk              string       // the code of the desk whose people it is for; empty: all
}

// Post puts a bulletin on the board.
func Post(ctx context.Context, s *store.Store, by access.Actor, n New) (*Bulletin, error) {
	return verbs.Do(ctx, s, by, ToPost, "bulletin", "", func(tx *store.Tx) (*Bulletin, error) {
		today := jptext.DateOf(tx.Now)
		if n.From.IsZero() {
			n.From = today
		}
		made := &Bulletin{SubjectJa: strings.TrimSpace(n.SubjectJa), TextJa: strings.TrimSpace(n.TextJa), SubjectEn: strings.TrimSpace(n.SubjectEn), TextEn: strings.TrimSpace(n.TextEn),
			FromOn: n.From, UntilOn: n.Until, PostedBy: by.ID, PostedAt: tx.Now}
		var err error
		if made.DeskID, err = desks.IDOf(tx.DB, n.Desk); err != nil {
			return nil, err
		}
		if err := made.check(today); err != nil {
			return nil, err
		}
		if err := store.Insert(tx, made); err != nil {
			return nil, err
		}
		after := map[string]any{"subject_ja": made.SubjectJa, "text_ja": made.TextJa, "from_on": made.FromOn}
		for name, v := range map[string]string{"subject_en": made.SubjectEn, "text_en": made.TextEn} {
			if v != "" {
				after[name] = v
			}
		}
		if made.UntilOn != nil {
			after["until_on"] = made.UntilOn
		}
		if made.DeskID != nil {
			after["desk"] = *made.DeskID
		}
		return made, audit.Record(tx, audit.Change{Subject: subject(made.ID), After: after})
	})
}

// Withdraw takes a bulletin off the board. One that is past is refused: Conflict.
func Withdraw(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) error {
	return verbs.Run(ctx, s, by, ToWithdraw, subject(id), reason, func(tx *store.Tx) error {
		kept, err := store.Lock[Bulletin](tx, id)
		if err != nil {
			return err
		}
		if kept.State(jptext.DateOf(tx.Now)) == Past {
			return fault.New(fault.Conflict, "bulletin_past")
		}
		kept.WithdrawnBy, kept.WithdrawnAt, kept.Why = &by.ID, &tx.Now, tx.Vault().Seal("bulletins", "why", id, tx.Reason)
		if err := store.Save(tx, kept, "withdrawn_by", "withdrawn_at", "why"); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{After: map[string]any{"state": "withdrawn"}})
	})
}

// Confirm notes that the actor has read a bulletin; a second time changes nothing. One that
// is not in force is refused: Conflict; one that is for others: Forbidden.
func Confirm(ctx context.Context, s *store.Store, by access.Actor, id int64) error {
	return verbs.Run(ctx, s, by, ToConfirm, subject(id), "", func(tx *store.Tx) error {
		kept, err := store.Find[Bulletin](tx.DB, "id = ?", id)
		if err != nil {
			return err
		}
		if kept.State(jptext.DateOf(tx.Now)) != InForce {
			return fault.New(fault.Conflict, "bulletin_not_in_force")
		}
		meant, err := isFor(tx.DB, id, by.ID)
		if err != nil {
			return err
		}
		if !meant {
			return fault.New(fault.Forbidden, "bulletin_for_others")
		}
		fresh, err := store.InsertNew(tx, &confirmation{BulletinID: id, StaffID: by.ID, At: tx.Now})
		if err != nil || !fresh {
			return err
		}
		return audit.Record(tx, audit.Change{})
	})
}

type confirmation struct {
	BulletinID int64 `gorm:"primaryKey;autoIncrement:false"`
	StaffID    int64 `gorm:"primaryKey;autoIncrement:false"`
	At         time.Time
}

func (confirmation) TableName() string { return "bulletin_confirmations" }

func isFor(db *gorm.DB, bulletin, reader int64) (meant bool, err error) {
	return meant, store.Scan(db, "select exists (select from bulletins b join staff s on s.id = $2 where b.id = $1 and "+meantFor+")", []any{bulletin, reader}, &meant)
}
