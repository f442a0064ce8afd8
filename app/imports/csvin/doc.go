// Package csvin reads the import files (docs/api.md, "The import files"; docs/domain.md
// section 7): bytes in, typed rows and the reasons of refusal out. It streams,
// and knows no database: what needs one (unknown IDs and programs, duplicates,
// the incident's period) is judged by its caller.
//
// Files come as UTF-8 with or without a byte order mark, or as cp932. No row is
// lost in silence: a row is accepted, or it has Problems, or it is blank or a
// 合計 row and counted by Skipped. A broken quote costs its own line and not the
// rest of the file.
package csvin
