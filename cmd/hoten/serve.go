package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"hoten/app"
	"hoten/app/demo"
	"hoten/app/staff"
	"hoten/app/store"
)

// serving is the log level of whatever answers requests: one line for each
// (docs/operation.md).
const serving = slog.LevelInfo

func serve(ctx context.Context, c *call) error {
	c.flags.BoolVar(&c.cfg.AllowDemo, "allow-demo", c.cfg.AllowDemo, "serve accounts of the demo too, whose password is known to everybody (HOTEN_ALLOW_DEMO=true)")
	if err := c.parse(); err != nil {
		return err
	}
	a, err := c.open(ctx, serving)
	if err != nil {
		return err
	}
	if err := refuseDemo(ctx, a); err != nil {
		return errors.Join(err, a.Close())
	}
	administered, err := staff.Administered(store.Read(ctx, a.Store))
	if err != nil {
		return errors.Join(err, a.Close())
	}
	err = a.Serve(ctx, func(address string) {
		fmt.Fprintf(c.err, "hoten serves %s on %s\n", a.BaseURL, address)
		if !administered {
			fmt.Fprintln(c.err, "nobody can administer this installation yet; run: hoten staff add --email ADDRESS --name NAME --role administrator")
		}
	})
	return errors.Join(err, a.Close())
}

// refuseDemo keeps what everybody can sign in to from being served by mistake.
func refuseDemo(ctx context.Context, a *app.App) error {
	if a.AllowDemo {
		return nil
	}
	open, err := demo.SignIns(ctx, a.Store)
	if err == nil && len(open) > 0 {
		err = fmt.Errorf("anybody can sign in to the demo's accounts here (%s): choose another data folder or database, disable them or give them other passwords, or say --allow-demo (HOTEN_ALLOW_DEMO=true)",
			strings.Join(open, ", "))
	}
	return err
}

func demonstrate(ctx context.Context, c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	c.cfg.Demo = true
	a, err := c.open(ctx, serving)
	if err != nil {
		return err
	}
	if err := demo.Fill(ctx, a.Store, a.BaseURL, a.DeliverAs); err != nil {
		return errors.Join(err, a.Close())
	}
	err = a.Serve(ctx, func(string) { printSignIns(c, a) })
	return errors.Join(err, a.Close())
}

func printSignIns(c *call, a *app.App) {
	fmt.Fprintf(c.out, "\nhoten is ready: %s\n\nSign in (password of all: %s)\n", a.BaseURL, demo.Password)
	for _, p := range demo.People {
		fmt.Fprintf(c.out, "  %-28s %-15s %s\n", p.Email, p.Role, p.Name)
	}
	fmt.Fprintln(c.out, "\nCtrl+C ends it.")
}

func migrate(ctx context.Context, c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	a, err := c.open(ctx, slog.LevelWarn)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.out, "The database is up to date.")
	return a.Close()
}
