package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/i18n"
)

// operator is who acts on the command line: whoever holds the data folder.
func operator() access.Actor {
	a := access.System("command line")
	a.Via = "cli"
	return a
}

// roles lists what --role may be.
func roles() string {
	var names []string
	for _, r := range access.Roles {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

func addStaff(ctx context.Context, c *call) error {
	var n staff.New
	var role string
	c.flags.StringVar(&n.Email, "email", "", "email")
	c.flags.StringVar(&n.Name, "name", "", "name")
	c.flags.StringVar(&n.NameEn, "name-en", "", "name_en")
	c.flags.StringVar(&role, "role", "", "role")
	c.flags.StringVar(&n.Desk, "desk", "", "desk")
	c.flags.StringVar(&n.Language, "language", "ja", "language")
	stdin := c.flags.Bool("password-stdin", false, "password_stdin")
	if err := c.parse(); err != nil {
		return err
	}
	if n.Role = access.Role(role); role != "" && !n.Role.Known() {
		return errors.New("--role: " + i18n.T(c.words(), "cli.one_of", "values", roles()))
	}
	if err := c.need("email", "name", "role"); err != nil {
		return err
	}
	if *stdin {
		line, err := bufio.NewReader(c.in).ReadString('\n')
		if n.Password = strings.TrimRight(line, "\r\n"); n.Password == "" {
			return errors.Join(errors.New(i18n.T(c.words(), "cli.staff.no_password")), err)
		}
	}
	a, err := c.open(ctx, slog.LevelWarn)
	if err != nil {
		return err
	}
	added, err := staff.Add(ctx, a.Store, operator(), n)
	if err == nil && added.Enrolment != "" {
		fmt.Fprintf(c.out, "%s/enrol/%s\n", a.BaseURL, added.Enrolment)
	} else if err == nil {
		fmt.Fprintln(c.out, i18n.T(c.words(), "cli.staff.added", "email", added.Staff.Email))
	}
	return errors.Join(err, a.Close())
}

func createToken(ctx context.Context, c *call) error {
	email := c.flags.String("staff", "", "staff")
	name := c.flags.String("name", "", "token_name")
	scope := c.flags.String("scope", "", "token_scope")
	days := c.flags.Int("days", staff.UsualDays, "token_days")
	if err := c.parse(); err != nil {
		return err
	}
	a, err := c.openExisting(ctx, slog.LevelWarn)
	if err != nil {
		return err
	}
	err = func() error {
		account, err := staff.ByEmail(store.Read(ctx, a.Store), *email)
		switch {
		case fault.Of(err, fault.NotFound):
			return errors.New(i18n.T(c.words(), "cli.no_staff", "email", *email))
		case err != nil:
			return err
		}
		token, err := staff.CreateToken(ctx, a.Store, operator(), account.ID, staff.NewToken{Name: *name, Scope: strings.FieldsFunc(*scope, func(r rune) bool { return r == ',' || r == ' ' }), Days: *days})
		if err == nil {
			fmt.Fprintln(c.out, token)
		}
		return err
	}()
	return errors.Join(err, a.Close())
}
