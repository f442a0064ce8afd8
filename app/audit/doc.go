// Package audit keeps who did what, when, to what, and why.
//
// An entry is written in the transaction of the change it tells of, with a
// message authentication code under a key that is not in the database; writers
// never wait for each other. A sealer puts the committed entries in order
// afterwards and chains them: the hash of a seal covers the one before it. The
// newest seal is also noted in a file beside the keys, so that a cut tail shows.
// What is not sealed yet is known as such: by its code it is still proof against
// edits and insertions, but not yet against removal.
//
// before and after never hold plain personal data; reasons, which people type,
// are sealed by the vault.
package audit
