// Package cases is the 案件: one per incident and affected ID, with its status
// table, assignee, timeline, calls and the blind verification of callers
// (docs/domain.md sections 2, 4 and 9).
//
// A call belongs to one agent and one case. The agent types what the caller
// says; the package compares and answers only right or wrong, keeps neither the
// spoken value nor shows the registered one, and derives the level:
//
//	0 ──name + 2──▶ 1 ──a code to or a call back on a registered contact──▶ 2
//
// The third wrong item in a call ends it as a mismatch; the second failed call
// of a day closes level 2 on the case until the next day.
//
// The status machine, as in state.go:
//
//	new → in_progress ⇄ awaiting_customer, callback_due, on_hold
//	any open one, completed → awaiting_approval (by a proposal) → what it was waiting for
//	                                                              before, or in_progress
//	any open one → completed, out_of_scope → reopened → as in_progress
package cases
