package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"hoten/app/audit"
)

func verifyAudit(ctx context.Context, c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	a, err := c.open(ctx, slog.LevelWarn)
	if err != nil {
		return err
	}
	r, err := audit.Verify(ctx, a.Store, a.AuditHead())
	switch {
	case err != nil:
	case r.Broken != "":
		fmt.Fprintln(c.out, "broken:", r.Broken)
		err = errQuiet
	case r.Headless:
		fmt.Fprintf(c.out, "%d entries sealed, %d not sealed yet; %s is missing, so entries cut off the end cannot be found\n", r.Sealed, r.Unsealed, a.AuditHead())
		err = errQuiet
	default:
		fmt.Fprintf(c.out, "whole: %d entries sealed, %d not sealed yet\n", r.Sealed, r.Unsealed)
	}
	return errors.Join(err, a.Close())
}
