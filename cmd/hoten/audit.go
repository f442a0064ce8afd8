package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"hoten/app/audit"
	"hoten/i18n"
)

func verifyAudit(ctx context.Context, c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	a, err := c.openExisting(ctx, slog.LevelWarn)
	if err != nil {
		return err
	}
	r, err := audit.Verify(ctx, a.Store, a.AuditHead())
	switch {
	case err != nil:
	case r.Broken != "":
		fmt.Fprintln(c.out, i18n.T(c.words(), "cli.audit.broken", "what", r.Broken))
		err = errQuiet
	case r.Headless:
		fmt.Fprintln(c.out, i18n.T(c.words(), "cli.audit.headless", "sealed", r.Sealed, "unsealed", r.Unsealed, "file", a.AuditHead()))
		err = errQuiet
	default:
		fmt.Fprintln(c.out, i18n.T(c.words(), "cli.audit.whole", "sealed", r.Sealed, "unsealed", r.Unsealed))
	}
	return errors.Join(err, a.Close())
}
