// Package members holds the people, their IDs and the ways to reach them, and
// the built-in ID directory. Every field that tells who somebody is, the login
// ID included, is sealed by the vault; keyed hashes beside them serve search.
package members
