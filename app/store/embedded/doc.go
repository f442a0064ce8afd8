// Package embedded runs hoten's own PostgreSQL from the machine's binaries, so
// that a newcomer has no database server to set up.
//
// Two file locks in the data folder decide everything. "mutex" is held for
// moments, around looking whether the server runs and starting or stopping it.
// "users" is held shared by every program that uses the server: whoever leaves
// and can have it exclusively is the last one and stops the server. Every user
// looks after the server and starts it again when it died. Nobody owns it, so
// nothing is lost when a program is killed: the next one finds the server
// running or starts it, and PostgreSQL recovers by itself. postmaster.pid is
// never touched; pg_ctl knows how to read it.
package embedded
