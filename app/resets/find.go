package resets

import (
	"time"

	"gorm.io/gorm"

	"hoten/app/cases"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/store"
)

// AskLatest reads the newest link of an ID, if one was sent.
func AskLatest(reads *store.Reads, identity int64) *[]Link {
	return store.Ask[Link](reads, "select * from reset_links where identity_id = $1 order by sent_at desc, id desc limit 1", identity)
}

// States are what is told of the IDs of cases, by ID (members.Standing.Use): a link is
// out only while the member can use it. One that was made void, or has come to its end,
// leaves the ID restricted.
func States(db *gorm.DB, now time.Time, rows ...cases.Row) (map[int64]string, error) {
	out := make(map[int64]string, len(rows))
	var sent []int64
	for _, r := range rows {
		if out[r.IdentityID] = r.Use(); r.State == members.LinkSent {
			out[r.IdentityID] = members.Restricted
			sent = append(sent, r.IdentityID)
		}
	}
	if len(sent) == 0 {
		return out, nil
	}
	type open struct {
		members.Contact
		IdentityID int64
		FirstDay   jptext.Date
	}
	links, err := store.Now(db, func(reads *store.Reads) *[]open {
		return store.Ask[open](reads, "select k.*, l.identity_id, "+cases.FirstDay+` as first_day from reset_links l join cases c on c.id = l.case_id
			join identities i on i.id = l.identity_id join contact_ways k on k.id = l.contact_id
			where l.identity_id = any($1) and i.impostor_at is null and `+works(2), sent, now)
	})
	for _, l := range links {
		if l.Safe(l.FirstDay) {
			out[l.IdentityID] = members.LinkSent
		}
	}
	return out, err
}
