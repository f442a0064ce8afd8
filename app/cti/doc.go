// Package cti is the telephone's side of calls: what telephone systems (PBX) tell of them, in
// the shape of Zammad's generic CTI, at an address of their own (docs/connect/telephone.md).
//
//	newCall → answer → hangup
//
// Events come late, twice and in any order: each adds to the one row of its call, and what it
// says a second time changes nothing. A call that is answered is shown to its agent; one that
// is hung up ends the call about a case that was held on it (cases.FollowLine). The number
// that calls supports and proves nothing (docs/domain.md section 4).
package cti
