package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"hoten/app/installation"
)

// releaseCopy lets a copy of a database send and act; whoever holds its data folder may.
func releaseCopy(ctx context.Context, c *call) error {
	mails := c.flags.String("mails", "", "mails")
	reason := c.flags.String("reason", "", "reason")
	if err := c.parse(); err != nil {
		return err
	}
	a, err := c.open(ctx, slog.LevelWarn)
	if err != nil {
		return err
	}
	done, err := installation.Release(ctx, a.Store, operator(), *mails, *reason)
	if err == nil {
		fmt.Fprintf(c.out, "%s was released; ", done.Place)
		if done.Mails == 0 {
			fmt.Fprintln(c.out, "no mail waited")
		} else {
			fmt.Fprintf(c.out, "mails that waited: %d (%s)\n", done.Mails, *mails)
		}
	}
	return errors.Join(err, a.Close())
}
