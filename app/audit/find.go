package audit

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/store"
)

// Filter narrows the trail; zero values do not. Actor is "staff:7", "system:…" or
// a bare number of staff; About are subjects of which any will do; of Action the refused
// attempts are found too; Before is the id of the last entry seen.
type Filter struct {
	Subject, Actor, Action, Before string
	About                          []string
	From, To                       time.Time
	Limit                          int
}

// Sealed is an entry with its place in the chain, nil while it has none; Passed: the
// sealer has been behind it.
type Sealed struct {
	Entry
	Seq    *int64
	Hash   []byte
	Passed bool
}

// Lost reports whether an entry has no seal although it should have one.
func (s Sealed) Lost() bool { return s.Seq == nil && s.Passed }

// Who names the actor as filters do.
func (e Entry) Who() string {
	return access.Actor{ID: e.ActorID, Name: e.ActorName, Kind: e.ActorKind}.String()
}

// Find lists entries, newest first: Limit and one more when there are more. What
// the actor may see of the trail follows the role (docs/domain.md section 10): the
// own actions, the desk's, or all.
func Find(db *gorm.DB, by access.Actor, f Filter) ([]Sealed, error) {
	conditions, args := []string{"true"}, []any{}
	add := func(condition string, arg any) {
		args = append(args, arg)
		conditions = append(conditions, fmt.Sprintf(condition, len(args)))
	}
	switch {
	case by.May(access.ReadAuditCenter):
	case by.May(access.ReadAuditDesk) && by.DeskID != 0:
		add("e.desk_id = $%d", by.DeskID)
	case by.May(access.ReadAuditOwn):
		add("e.actor_id = $%d", by.ID)
	default:
		return nil, fault.New(fault.Forbidden, "forbidden")
	}
	if f.Subject != "" {
		add("e.subject = $%d", f.Subject)
	}
	if len(f.About) > 0 {
		add("e.subject = any($%d)", f.About)
	}
	if f.Action != "" {
		add("e.action = any($%d)", []string{f.Action, f.Action + RefusedEnding})
	}
	if f.Actor != "" {
		id, err := ActorID(f.Actor)
		switch {
		case err != nil:
			return nil, err
		case id != 0:
			add("e.actor_kind = 'staff' and e.actor_id = $%d", id)
		default:
			add("e.actor_kind || ':' || e.actor_name = $%d", f.Actor)
		}
	}
	if !f.From.IsZero() {
		add("e.at >= $%d", f.From)
	}
	if !f.To.IsZero() {
		add("e.at < $%d", f.To)
	}
	if f.Before != "" {
		id, err := uuid.Parse(f.Before)
		if err != nil {
			return nil, fault.Input("cursor", "cursor_invalid")
		}
		add("e.id < $%d", id)
	}
	return store.Select[Sealed](db, `select e.*, s.seq, s.hash, e.xid < coalesce(`+watermark+`, '0') as passed from audit_entries e left join audit_seals s on s.entry_id = e.id
		where `+strings.Join(conditions, " and ")+fmt.Sprintf(" order by e.id desc limit %d", f.Limit+1), args...)
}

// ActorID reads whom a filter names: the number of a member of staff, 0 for the
// system and members. What names nobody is Invalid.
func ActorID(name string) (id int64, err error) {
	kind, who, found := strings.Cut(name, ":")
	switch {
	case !found:
		who = kind
	case kind == "system" || kind == "member":
		return 0, nil
	case kind != "staff":
		return 0, fault.Input("actor", "actor_unknown")
	}
	if id, err = strconv.ParseInt(who, 10, 64); err != nil || id <= 0 {
		return 0, fault.Input("actor", "actor_unknown")
	}
	return id, nil
}
