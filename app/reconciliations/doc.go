// Package reconciliations compares, day by day in Japan, what a point system outside (app/points)
// says it did with the legs that hoten had done there, and has two people sign what was found.
//
// A statement comes over the interface or as a file, is kept as a whole or not at all, and
// replaces the one before it. What it says of a leg is settled by its key, and where people did
// the leg by hand by its reference. The result is a function of the last statements and of the
// legs as they stand: a statement or a leg that comes later is compared again, and what was
// prepared or signed before is then void, visibly.
//
//	missing → open → prepared → signed
//	          ↑        │ a fact or a return        │ a fact
//	          └────────┘   again → prepared → …  ←─┘
//
// A leg counts as reconciled (what one company owes another is made of such) while it stands
// as the same on both sides in a reconciliation that is signed.
package reconciliations
