package imports

import (
	"context"

	"hoten/app/imports/csvin"
	"hoten/i18n"
)

// Sentence says why the row was refused, in the reader's language.
func (r Rejection) Sentence(ctx context.Context) string {
	if digits := csvin.Digits(r.Detail); digits > 0 && r.Reason == "login_id_form" {
		return i18n.T(ctx, "fault.field.login_id_form.digits", "count", digits)
	}
	return i18n.T(ctx, "fault.field."+r.Reason, "detail", r.Detail)
}
