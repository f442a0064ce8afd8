// Package outside is what the systems of operators that hoten acts on have in common, whatever
// they keep: how one is set up and checked, what its answers mean, and how long hoten waits
// before it asks again. What is to be done there is a row of the noun's own, written in the
// transaction that decides it and sent afterwards until there is a definite answer:
//
//	waiting ──sent──▶ done | refused (somebody settles it by hand)
//	   ▲        │
//	   └────────┴─no answer──▶ uncertain ──state read: done | sent again
package outside
