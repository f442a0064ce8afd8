package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"hoten/app/setup"
	"hoten/i18n"
)

// setUp sets an installation up from a file, or prints a ready one.
func setUp(ctx context.Context, c *call) error {
	example := c.flags.String("example", "", "example")
	files, err := c.parseFlags()
	switch {
	case err != nil:
		return err
	case len(files) > 1:
		return c.notUnderstood(files[1])
	case *example != "":
		return c.printExample(*example)
	case len(files) == 0:
		fmt.Fprintln(c.err, "hoten:", i18n.T(c.words(), "cli.setup.no_file", "command", "hoten setup --example "+setup.Examples[0]))
		return errUsage
	}
	return setUpFrom(ctx, c, files[0])
}

func (c *call) printExample(name string) error {
	text, ok := setup.Example(name, c.lang)
	if !ok {
		return errors.New(i18n.T(c.words(), "cli.setup.no_example", "name", name, "examples", strings.Join(setup.Examples, ", ")))
	}
	_, err := io.WriteString(c.out, text)
	return err
}

func setUpFrom(ctx context.Context, c *call, path string) error {
	name, from := "standard input", c.in
	if path != "-" {
		opened, err := os.Open(path)
		if err != nil {
			return err
		}
		defer opened.Close()
		name, from = filepath.Base(path), opened
	}
	f, err := setup.Read(from)
	if err != nil {
		return c.told(name, err)
	}
	a, err := c.open(ctx, slog.LevelWarn)
	if err != nil {
		return err
	}
	done, err := setup.Apply(ctx, a.Store, operator(), f, "hoten setup "+name)
	if err != nil {
		return errors.Join(c.told(name, err), a.Close())
	}
	changed := 0
	for _, d := range done {
		if d.Changed {
			changed++
			fmt.Fprintln(c.out, i18n.T(c.words(), "cli.setup.set."+d.Kind, "name", d.Name))
		}
	}
	if changed == 0 {
		fmt.Fprintln(c.out, i18n.T(c.words(), "setup.file.same"))
	}
	return a.Close()
}

// told writes what of a file was refused, a line each.
func (c *call) told(name string, err error) error {
	var refused setup.Refused
	if !errors.As(err, &refused) {
		return err
	}
	ctx := c.words()
	for _, p := range refused {
		fmt.Fprintf(c.err, "%s:%d: ", name, p.Line)
		if p.Field != "" {
			fmt.Fprintf(c.err, "%s: ", p.Field)
		}
		if p.Whole {
			fmt.Fprintln(c.err, i18n.T(ctx, "fault."+p.Code, p.Args...))
		} else {
			fmt.Fprintln(c.err, i18n.T(ctx, "fault.field."+p.Code, p.Args...))
		}
	}
	fmt.Fprintln(c.err, i18n.T(ctx, "setup.file.refused"))
	return errQuiet
}
