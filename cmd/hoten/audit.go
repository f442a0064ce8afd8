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
	default:
		fmt.Fprintf(c.out, "whole: %d entries sealed, %d not sealed yet\n", r.Sealed, r.Unsealed)
	}
	return errors.Join(err, a.Close())
}
