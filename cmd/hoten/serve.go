package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/tabwriter"

	"hoten/app"
	"hoten/app/demo"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/i18n"
)

// openToServe is open for what listens: a taken port is told before anything is made.
func (c *call) openToServe(ctx context.Context, level slog.Level) (*app.App, error) {
	if err := c.cfg.Free(); err != nil {
		return nil, err
	}
	return c.open(ctx, level)
}

func serve(ctx context.Context, c *call) error {
	c.flags.BoolVar(&c.cfg.AllowDemo, "allow-demo", c.cfg.AllowDemo, "allow_demo")
	if err := c.parse(); err != nil {
		return err
	}
	a, err := c.openToServe(ctx, slog.LevelInfo) // a line for each request (docs/operation.md)
	if err != nil {
		return err
	}
	if err := c.refuseDemo(ctx, a); err != nil {
		return errors.Join(err, a.Close())
	}
	administered, err := staff.Administered(store.Read(ctx, a.Store))
	if err != nil {
		return errors.Join(err, a.Close())
	}
	err = a.Serve(ctx, func(address string) {
		fmt.Fprintln(c.err, i18n.T(c.words(), "cli.serve.ready", "url", a.BaseURL, "address", address))
		if !administered {
			fmt.Fprintln(c.err, i18n.T(c.words(), "cli.serve.nobody", "command", "hoten staff add"+c.here()+" --email admin@example.jp --name 渡辺 --role administrator"))
		}
		if err := a.AskMailServer(ctx); err != nil {
			fmt.Fprintln(c.err, i18n.T(c.words(), "cli.serve.mail_server", "error", err))
		}
	})
	return errors.Join(err, a.Close())
}

// here are the flags with which another command finds this installation and its address.
func (c *call) here() (flags string) {
	if c.cfg.DataDir != app.Folder {
		flags += " --data-dir " + c.cfg.DataDir
	}
	if c.cfg.Addr != app.Address {
		flags += " --addr " + c.cfg.Addr
	}
	return flags
}

// refuseDemo keeps what everybody can sign in to from being served by mistake.
func (c *call) refuseDemo(ctx context.Context, a *app.App) error {
	if a.AllowDemo {
		return nil
	}
	open, err := demo.SignIns(ctx, a.Store)
	if err == nil && len(open) > 0 {
		err = errors.New(i18n.T(c.words(), "cli.serve.demo_accounts", "accounts", strings.Join(open, ", ")))
	}
	return err
}

func demonstrate(ctx context.Context, c *call) error {
	outside := false
	c.flags.Func("points", "points", func(s string) error {
		if s != "outside" {
			return errors.New(i18n.T(c.words(), "cli.one_of", "values", "outside"))
		}
		outside = true
		return nil
	})
	if err := c.parse(); err != nil {
		return err
	}
	c.cfg.Demo, c.cfg.SignIns = true, demo.Welcome()
	a, err := c.openToServe(ctx, slog.LevelWarn) // lines of requests would push the sign-ins away
	if err != nil {
		return err
	}
	if err := demo.Fill(ctx, a.Store, a.BaseURL, c.lang, a.DeliverAs); err != nil {
		return errors.Join(err, a.Close())
	}
	end, err := c.pointSystem(ctx, a, outside)
	if err == nil {
		err = a.Serve(ctx, func(string) { printSignIns(c, a) })
	}
	return errors.Join(err, end(), a.Close())
}

// pointSystem runs the point system beside the demo where it is asked for, or was before; what it
// returns ends it.
func (c *call) pointSystem(ctx context.Context, a *app.App, asked bool) (end func() error, err error) {
	end = func() error { return nil }
	if !asked {
		if asked, err = demo.Simulated(ctx, a.Store); err != nil || !asked {
			return end, err
		}
	}
	address, stop, err := demo.PointSystem(i18n.With(ctx, i18n.Lang(c.words())), a.Store)
	if stop != nil {
		end = stop
	}
	if err == nil {
		fmt.Fprintln(c.out, i18n.T(c.words(), "cli.demo.points", "address", address, "page", a.BaseURL+"/points"))
	}
	return end, err
}

func printSignIns(c *call, a *app.App) {
	ctx := c.words()
	fmt.Fprintf(c.out, "\n%s\n\n%s\n", i18n.T(ctx, "cli.demo.ready", "address", a.BaseURL), i18n.T(ctx, "cli.demo.sign_in", "password", demo.Password))
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, p := range demo.People {
		name := p.Name
		if c.lang == "en" {
			name = cmp.Or(p.NameEn, name)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", p.Email, i18n.T(ctx, "staff.role."+string(p.Role)), name)
	}
	w.Flush()
	fmt.Fprintln(c.out, "\n"+i18n.T(ctx, "cli.demo.end"))
}

func migrate(ctx context.Context, c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	a, err := c.open(ctx, slog.LevelWarn)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.out, i18n.T(c.words(), "cli.migrate.done"))
	return a.Close()
}

// serveTrains says what serve takes from the environment alone.
func serveTrains(ctx context.Context, w io.Writer) {
	fmt.Fprintln(w, "\n"+i18n.T(ctx, "cli.serve.training"))
}
