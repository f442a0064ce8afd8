package services

import (
	"context"
	"slices"

	"hoten/i18n"
)

// Say puts a status that holds into a sentence for members, in the language of ctx;
// passwords are what they call their password for points.
func Say(ctx context.Context, n Named, passwords ...string) string {
	args := []any{"program", n.Program(i18n.Lang(ctx))}
	if n.State == PointPassword {
		return i18n.T(ctx, "services.say.point_password."+n.Service, append(args, "password", PasswordName(ctx, passwords...))...)
	}
	if n.UntilAt == nil {
		return i18n.T(ctx, "services.say.suspended."+n.Service, args...)
	}
	args = append(args, "day", i18n.Date(ctx, *n.UntilAt), "time", i18n.Clock(*n.UntilAt))
	return i18n.T(ctx, "services.say.suspended_until."+n.Service, args...)
}

// PasswordName is what the password for points is called in a sentence: the names of the IDs,
// else the usual one.
func PasswordName(ctx context.Context, names ...string) string {
	names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "" })
	if len(names) == 0 {
		return i18n.T(ctx, "services.point_password")
	}
	return i18n.Either(i18n.Lang(ctx), names)
}
