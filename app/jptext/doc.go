// Package jptext reads Japanese text the way people and spreadsheets write it:
// names, telephone numbers, mail and postal addresses, dates, times, numbers
// (docs/domain.md section 7). It makes keys to search and compare by and typed
// values; it never changes what is stored. Nothing in it knows a database, a
// clock or a member.
package jptext
