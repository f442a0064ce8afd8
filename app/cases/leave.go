package cases

import (
	"hoten/app/audit"
	"hoten/app/staff"
	"hoten/app/store"
)

func init() { staff.WhenLeaving(endCallsOf) }

// endCallsOf ends the open calls of somebody who leaves, and with them their
// verifications, which must not come back with the account.
func endCallsOf(tx *store.Tx, id int64) error {
	type ended struct{ ID, CaseID int64 }
	calls, err := store.Returning[ended](tx, "update calls set ended_at = $2 where agent_id = $1 and ended_at is null returning id, case_id", id, tx.Now)
	if err != nil {
		return err
	}
	var told []Happened
	var recorded []audit.Change
	for _, c := range calls {
		told = append(told, Happened{CaseID: c.CaseID, Kind: CallEnded, Data: map[string]any{"call": c.ID}})
		recorded = append(recorded, audit.Change{Action: ToEndCall.Name, Subject: Subject(c.CaseID), After: map[string]any{"call": c.ID, "agent": id}})
	}
	if err := Tell(tx, told...); err != nil {
		return err
	}
	return audit.Record(tx, recorded...)
}
