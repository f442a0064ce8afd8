// Package bulletins is the announcement board (掲示板): what the staff may say and should
// know from a day on, and who has confirmed it. A bulletin is never changed: it is
// withdrawn and another one posted, so that a confirmation is always of the text that
// stands (docs/domain.md section 10).
//
// A bulletin is in force on the days from its first to its last in Japan, or until it is
// withdrawn. It is for all who work cases, or for those of one desk and those without any;
// whoever posted it knows it.
package bulletins
