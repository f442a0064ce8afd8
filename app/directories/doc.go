// Package directories is where login IDs live outside of hoten: the operator's own identity
// systems (app/outside). What has to be done there is an Order, recorded in the transaction that
// decides it and sent afterwards, again and again until there is a definite answer.
//
// The orders of one ID are sent in the order in which they were made, so that the last
// decision stands. Every act of a System may be repeated without harm. The packages below
// this one are the systems: each speaks one protocol.
package directories
