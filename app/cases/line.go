package cases

import (
	"context"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cti"
	"hoten/app/store"
)

// telephone is the actor of what follows from a telephone call: nobody in the center did it.
var telephone = access.System("telephone")

// early is how long before the telephone system tells of an answer somebody may have begun
// the call about a case: by hand, or because the event came late.
const early = 2 * time.Minute

// FollowLine does to the calls about cases what was told of the telephone call that they are
// held on: one of the same number, or of none, that its agent began before that was told belongs
// to it, and once it is hung up all that are held on it end, with their verifications.
func FollowLine(ctx context.Context, s *store.Store, line *cti.Line) error {
	if line.EndedAt == nil && line.AnsweredAt != nil && line.AgentID != nil {
		return store.Keep(ctx, s, func(tx *store.Tx) error {
			_, err := store.Exec(tx, `update calls set line_id = $1 where agent_id = $2 and ended_at is null and direction = $3 and started_at > $4
				and (caller_key is null or caller_key = $5) and (line_id is null or line_id in (select id from cti_calls where cause = $6))`,
				line.ID, *line.AgentID, line.Direction, line.OfferedAt.Add(-early), line.NumberKey, cti.Forwarded)
			return err
		})
	}
	return hangUp(ctx, s, "k.line_id = $1", line.ID)
}

const (
	// hungUpNow is how long ago a telephone call has ended whose agent is told so.
	hungUpNow = 10 * time.Second
	// offeredNow bounds how far back telephone calls are looked through for it.
	offeredNow = time.Hour
)

// AskHungUp reads the telephone call that its agent answered, and that was hung up just now
// before a call about a case was begun on it.
func AskHungUp(reads *store.Reads, agent int64, now time.Time) *[]int64 {
	return store.AskValues[int64](reads, `select l.id from cti_calls l where l.agent_id = $1 and l.direction = 'inbound' and l.offered_at > $2 and l.answered_at is not null
		and l.ended_at > $3 and not exists (select from calls k where k.line_id = l.id) order by l.ended_at desc limit 1`, agent, now.Add(-offeredNow), now.Add(-hungUpNow))
}

// HangUpLost ends the calls whose telephone call was hung up while the program that was told
// of it ended.
func HangUpLost(ctx context.Context, s *store.Store) error {
	return hangUp(ctx, s, "k.line_id is not null")
}

// hangUp ends the open calls whose telephone call has ended, of those that which names: at
// most a hundred, so that the next run goes on.
func hangUp(ctx context.Context, s *store.Store, which string, args ...any) error {
	type held struct{ ID, CaseID int64 }
	calls, err := store.Select[held](store.Read(ctx, s), `select k.id, k.case_id from calls k join cti_calls l on l.id = k.line_id
		where k.ended_at is null and l.ended_at is not null and `+which+` limit 100`, args...)
	for _, c := range calls {
		if err := hangUpCall(ctx, s, c.ID); err != nil {
			return err
		}
	}
	return err
}

func hangUpCall(ctx context.Context, s *store.Store, id int64) error {
	_, err := inCallOf(ctx, s, telephone, ToHangUp, id, true, func(tx *store.Tx, in *talk) error {
		if in.EndedAt != nil {
			return nil
		}
		in.EndedAt = &tx.Now
		if err := Tell(tx, Happened{CaseID: in.CaseID, Kind: CallEnded, By: &telephone, Data: map[string]any{"call": in.Call.ID, "hung_up": true, "agent": in.AgentID}}); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{After: map[string]any{"call": in.Call.ID, "agent": in.AgentID}})
	})
	return err
}
