// Package crash tests the program as a process: killed at work, two of them on
// one database, ended by a signal. It holds nothing but tests.
package crash
