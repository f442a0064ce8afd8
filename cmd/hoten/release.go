package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"hoten/app/installation"
	"hoten/i18n"
)

// releaseCopy lets a copy of a database send and act; whoever holds its data folder may.
func releaseCopy(ctx context.Context, c *call) error {
	mails := c.flags.String("mails", "", "mails")
	reason := c.flags.String("reason", "", "reason")
	if err := c.parse(); err != nil {
		return err
	}
	a, err := c.openExisting(ctx, slog.LevelWarn)
	if err != nil {
		return err
	}
	done, err := installation.Release(ctx, a.Store, operator(), *mails, *reason)
	if err == nil {
		said := i18n.T(c.words(), "cli.release.done", "place", done.Place, "count", done.Mails, "mails", *mails)
		if done.Mails == 0 {
			said = i18n.T(c.words(), "cli.release.none", "place", done.Place)
		}
		fmt.Fprintln(c.out, said)
	}
	return errors.Join(err, a.Close())
}
