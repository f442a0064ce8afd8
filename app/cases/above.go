package cases

import (
	"hoten/app/notices"
	"hoten/app/store"
)

// What the nouns above this one have to do with a case that moves. Each registers
// in an init of its own; all of it happens in the transaction of the move.
var (
	closing  []func(tx *store.Tx, c *Case) error
	owing    func(tx *store.Tx, c *Case) (owed, due bool, err error)
	added    []func(tx *store.Tx, c *Case) error
	assigned []func(tx *store.Tx, c *Case, staff int64)
	summing  func(tx *store.Tx, c *Case) ([]notices.Points, error)
)

// WhenClosing has fn asked before a case is closed; its error refuses.
func WhenClosing(fn func(tx *store.Tx, c *Case) error) { closing = append(closing, fn) }

// WhenCompleting has fn say whether points are still owed for a case, and whether the member
// may expect them.
func WhenCompleting(fn func(tx *store.Tx, c *Case) (owed, due bool, err error)) { owing = fn }

// WhenAdded has fn called when an ID was added to its incident and has its accounts.
func WhenAdded(fn func(tx *store.Tx, c *Case) error) { added = append(added, fn) }

// WhenAssigned has fn called when a case gets another assignee.
func WhenAssigned(fn func(tx *store.Tx, c *Case, staff int64)) { assigned = append(assigned, fn) }

// WhenSummingUp has fn say what was given back for a case, for the mail that closes it.
func WhenSummingUp(fn func(tx *store.Tx, c *Case) ([]notices.Points, error)) { summing = fn }
