// Package demo makes the built-in demo: incident 2014-R096 with the released
// figures (1,265 IDs, of which 568 exchanged; classes A 421, B 24, C 544, D 276),
// and some days of work on it. The files come from a generator with a fixed
// seed and go through the ordinary import; the work goes through the same
// functions that the console calls. Nobody in it is real.
package demo
