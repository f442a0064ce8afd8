// Package points is where points live outside of hoten: the operators' own point systems
// (app/outside). hoten's ledger is the book of what was decided; what a plan moves for a member
// in a program outside is a Leg, recorded in the transaction of the decision and sent afterwards
// under a key that is its own for ever, until there is a definite answer. A leg without one is
// read back by its key before it is sent again, and never given up: whatever times out, nothing
// is paid twice.
//
// The legs of one ID and program are sent in the order of their decisions, each once those before
// it are done. The packages below this one are the protocols.
package points
