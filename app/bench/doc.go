// Package bench measures hoten as it runs: bin/hoten serves a folder of its own,
// with durable settings, and the benchmarks are its clients over HTTP. make bench
// prints the figures; nothing here passes or fails by time.
package bench
