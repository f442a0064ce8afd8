// Package migrations holds the schema: NNNN_verb_noun.sql, run in order by
// app/store. Number 0002 is River's own and lives there as a Go migration.
package migrations

import "embed"

// FS holds the SQL files.
//
//go:embed *.sql
var FS embed.FS
