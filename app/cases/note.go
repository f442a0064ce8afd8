package cases

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/verbs"
)

// AddNote writes a note into the timeline. A note that looks like a secret that
// is never asked and never stored is refused with the reason (docs/domain.md section 4).
func AddNote(ctx context.Context, s *store.Store, by access.Actor, id int64, text string) (*Case, error) {
	return verbs.Do(ctx, s, by, ToAddNote, Subject(id), "", func(tx *store.Tx) (*Case, error) {
		if jptext.Blank(text) {
			return nil, fault.Input("text", "required")
		}
		if err := secrets.Refuse("text", text); err != nil {
			return nil, err
		}
		c, err := store.Find[Case](tx.DB, "id = ?", id)
		if err != nil {
			return nil, err
		}
		if err := Tell(tx, Happened{CaseID: id, Kind: Note, Text: text}); err != nil {
			return nil, err
		}
		return c, audit.Record(tx, audit.Change{})
	})
}
