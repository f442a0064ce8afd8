// Package embedded runs hoten's own PostgreSQL from the machine's binaries, so
// that a newcomer has no database server to set up.
//
// Below DATA/postgres lie the cluster (data), the folder of the socket (run),
// the owner role's password, and two locks that decide everything:
//
//   - owner is held by one program, which looks after the server: it starts it,
//     and starts it again when it died. When that program leaves or is killed,
//     another one that uses the server takes the lock and goes on.
//   - users is held, shared, by every program that uses the server. Whoever
//     leaves and can have it alone is the last one, and ends the server. So
//     a short command that came first does not pull the server from under a
//     `hoten serve` that came second.
//
// The kernel gives the locks of a killed program back, so nothing is ever stale.
// The server survives its programs; the next one adopts it. postmaster.pid
// belongs to PostgreSQL: it is read here and never written.
package embedded
