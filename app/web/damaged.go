package web

import (
	"bytes"
	"context"
	"regexp"

	"hoten/app/vault"
	"hoten/i18n"
)

// alone is the mark of a damaged value where it stands for a whole one: between tags,
// spaces or brackets. In a name or a note that somebody wrote it is a character.
var alone = regexp.MustCompile(`([>\s（(「：])` + vault.Damaged + `([<\s）)」、,])`)

// sayDamaged says of the values on a page that cannot be read that they are damaged.
func sayDamaged(ctx context.Context, page []byte) []byte {
	if !bytes.Contains(page, []byte(vault.Damaged)) {
		return page
	}
	return alone.ReplaceAll(page, []byte("${1}"+i18n.T(ctx, "list.damaged", "mark", vault.Damaged)+"${2}"))
}
