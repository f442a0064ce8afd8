// Package imports turns the operator's files into members, movements and cases.
//
// A file streams through three steps. Reading (package csvin) judges each row by
// itself. Staging seals its fields, several batches at once, and copies them into a
// temporary table; a row that repeats another is ignored or refused here. Landing
// judges what needs the database, in set-based SQL, and inserts what is left: IDs that
// nobody knew while the file is still read, part by part, the rest at the end. All is
// one transaction: accepted rows land together or not at all, and the same files again
// change nothing. Refused rows are kept with line, column and reason, sealed, whatever
// becomes of the others.
package imports
