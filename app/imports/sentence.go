package imports

import (
	"context"
	"strings"

	"hoten/app/imports/csvin"
	"hoten/app/jptext"
	"hoten/i18n"
)

// Sentence says why the row was refused, in the reader's language.
func (r Rejection) Sentence(ctx context.Context) string {
	switch digits := jptext.FormDigits(r.Detail); {
	case r.Reason == "login_id_form" && digits > 0:
		return i18n.T(ctx, "fault.field.login_id_form.digits", "count", digits)
	case r.Reason == "date_in_future" && strings.HasSuffix(r.ColumnName, "_at"):
		return i18n.T(ctx, "fault.field.date_in_future.time")
	case r.Reason == "duplicate_conflict" && strings.HasPrefix(r.ColumnName, "balance_"):
		return i18n.T(ctx, "fault.field.duplicate_conflict.balance")
	case r.Reason == "duplicate_conflict" && r.Detail != "":
		return i18n.T(ctx, "fault.field.duplicate_conflict.line", "line", r.Detail)
	case r.Reason == "program_unknown" && r.Detail == csvin.Empty:
		return i18n.T(ctx, "fault.field.program_unknown.empty")
	}
	return i18n.T(ctx, "fault.field."+r.Reason, "detail", r.Detail)
}
