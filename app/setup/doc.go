// Package setup sets an installation up from one file: who answers to members, the ID
// that they sign in with, programs, desks, incidents and what is suspended
// (examples/ocn-2014.yaml explains every key). A file makes what is not there yet and
// changes what differs; what it does not name stays, also of a thing that it names: a key
// that is left out, or has nothing behind it, leaves what stands. An empty text or list
// clears what is optional. All of it happens in one transaction
// or not at all, by the same functions as the console's, and each change is audited as
// theirs are. The same file again changes nothing.
package setup
