package services

import (
	"context"

	"hoten/i18n"
)

// Say puts a status that holds into a sentence for members, in the language of ctx.
func Say(ctx context.Context, n Named) string {
	args := []any{"program", n.Program(i18n.Lang(ctx))}
	if n.State == PointPassword {
		return i18n.T(ctx, "services.say.point_password."+n.Service, args...)
	}
	if n.UntilAt == nil {
		return i18n.T(ctx, "services.say.suspended."+n.Service, args...)
	}
	args = append(args, "day", i18n.Date(ctx, *n.UntilAt), "time", i18n.Clock(*n.UntilAt))
	return i18n.T(ctx, "services.say.suspended_until."+n.Service, args...)
}
