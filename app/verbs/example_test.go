package verbs_test

import (
	"context"
	"fmt"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/store"
	"hoten/app/verbs"
)

var toPark = verbs.Declare(verbs.Verb{Name: "case.parked", Needs: access.WorkCases, Subject: "case", Reason: true})

// park is an action: what is the same for all of them is left to verbs.Run.
func park(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) error {
	return verbs.Run(ctx, s, by, toPark, verbs.About("case", id), reason, func(tx *store.Tx) error {
		if _, err := store.Exec(tx, "update cases set status = 'on_hold', changed_at = $2 where id = $1", id, tx.Now); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{After: map[string]string{"status": "on_hold"}})
	})
}

// What is wrong before the transaction begins is refused without the database.
func ExampleRun() {
	agent := access.Actor{ID: 1, Role: access.Agent, Kind: "staff"}
	fmt.Println(park(context.Background(), nil, agent, 7, " "))
	fmt.Println(park(context.Background(), nil, agent, 7, "パスワード：tsukimi-dango-47"))
	// Output:
	// invalid reason:required
	// invalid reason:secret_password
}
