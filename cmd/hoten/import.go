package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"

	"hoten/app"
	"hoten/app/fault"
	"hoten/app/imports"
	"hoten/app/imports/csvin"
	"hoten/app/incidents"
	"hoten/app/store"
	"hoten/i18n"
)

func importFiles(ctx context.Context, c *call) error {
	reference := c.flags.String("incident", "", "incident")
	affected := c.flags.String("affected", "", "affected")
	movements := c.flags.String("movements", "", "movements")
	dryRun := c.flags.Bool("dry-run", false, "dry_run")
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.need("incident", "affected|movements"); err != nil {
		return err
	}
	a, err := c.openExisting(ctx, slog.LevelWarn)
	if err != nil {
		return err
	}
	err = func() error {
		i, err := imports.FromFiles(ctx, a.Store, operator(), *reference, *affected, *movements, *dryRun, func(rows int64) {
			fmt.Fprintf(c.err, "\r%s", i18n.T(c.words(), "cli.import.rows", "count", rows))
		})
		fmt.Fprintln(c.err)
		if fault.Of(err, fault.NotFound) {
			return c.noIncident(ctx, a, *reference)
		}
		if err != nil {
			return err
		}
		return report(ctx, c, a, i, map[string]string{imports.AffectedFile: *affected, imports.MovementsFile: *movements})
	}()
	return errors.Join(err, a.Close())
}

// noIncident says that none has the reference, and which there are.
func (c *call) noIncident(ctx context.Context, a *app.App, reference string) error {
	list, err := incidents.List(store.Read(ctx, a.Store))
	var known []string
	for _, i := range list {
		known = append(known, i.Reference)
	}
	if err != nil || len(known) == 0 {
		return errors.Join(errors.New(i18n.T(c.words(), "cli.no_incident.none", "reference", reference)), err)
	}
	return errors.New(i18n.T(c.words(), "cli.no_incident", "reference", reference, "known", strings.Join(known, ", ")))
}

// report prints the counts and writes the rejected rows beside their files.
func report(ctx context.Context, c *call, a *app.App, i *imports.Import, files map[string]string) error {
	words := c.words()
	switch {
	case i.State != imports.Done:
		fmt.Fprintln(c.out, i18n.T(words, "imports.failed"))
	case i.DryRun:
		fmt.Fprintln(c.out, i18n.T(words, "imports.dry_run.done"))
	case i.Accepted == 0:
		fmt.Fprintln(c.out, i18n.T(words, "cli.import.nothing"))
	default:
		fmt.Fprintln(c.out, i18n.T(words, "cli.import.done"))
	}
	for _, n := range []struct {
		what  string
		count int64
	}{{i18n.T(words, "imports.total"), i.Total}, {i18n.T(words, "imports.accepted"), i.Accepted}, {i18n.T(words, "imports.ignored"), i.Ignored}, {i18n.T(words, "imports.rejected"), i.Rejected}} {
		fmt.Fprintln(c.out, i18n.T(words, "cli.import.count", "what", n.what, "count", n.count))
	}
	if unused := i.Columns(); len(unused) > 0 {
		fmt.Fprintln(c.err, i18n.T(words, "imports.ignored_columns", "names", strings.Join(unused, i18n.T(words, "list.comma"))))
	}
	headers, err := i.ReadHeaders(a.Store)
	if err != nil {
		return err
	}
	for _, n := range i.Told() {
		fmt.Fprintf(c.err, "%s: %s\n", n.File, i18n.T(words, "imports.notice."+n.Code, "column", headers.Called(n.File, n.Column), "count", n.Count))
	}
	if i.Error != "" {
		fmt.Fprintln(c.err, i18n.T(words, "imports.error."+i.Error))
	}
	for file, path := range files {
		if path == "" {
			continue
		}
		if i.Rejected == 0 {
			if err := removeRejected(path + ".rejected.csv"); err != nil {
				return err
			}
			continue
		}
		var rows bytes.Buffer
		refused := false
		err := imports.WriteRejected(ctx, a.Store, operator(), i.ID, file, &rows, func(r imports.Rejection, called string) (string, string) {
			refused = true
			return called, r.Sentence(words)
		})
		switch {
		case err != nil:
		case !refused: // the other file's rows were
			err = removeRejected(path + ".rejected.csv")
		default:
			if err = os.WriteFile(path+".rejected.csv", rows.Bytes(), 0o600); err == nil {
				fmt.Fprintln(c.err, i18n.T(words, "cli.import.rejected", "file", path+".rejected.csv"))
			}
		}
		if err != nil {
			return err
		}
	}
	if i.State != imports.Done || i.Total > 0 && i.Rejected == i.Total {
		return errQuiet
	}
	return nil
}

// removeRejected takes away the refused rows of an earlier import, which stand beside a
// file that was mended since. Only what has the columns that this program puts behind the
// file's own is its own.
func removeRejected(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	r := csv.NewReader(f)
	r.LazyQuotes = true   // after the mark of UTF-8
	header, _ := r.Read() // what is no table is not this program's
	if err := f.Close(); err != nil {
		return err
	}
	if n := len(header) - len(csvin.OutcomeColumns); n < 0 || !slices.Equal(header[n:], csvin.OutcomeColumns) {
		return nil
	}
	return os.Remove(path)
}

// importColumns says which columns the files have.
func importColumns(ctx context.Context, w io.Writer) {
	lang := i18n.Lang(ctx)
	for _, file := range []string{imports.AffectedFile, imports.MovementsFile} {
		fmt.Fprintln(w, "\n"+i18n.T(ctx, "cli.import.columns", "file", file))
		for _, c := range imports.Columns(file, []incidents.Program{{Code: "PROGRAM", NameJa: "PROGRAM"}}) {
			mark, example := "", c.Example(lang)
			if c.Required {
				mark = " *"
			}
			if example != "" {
				example = " [" + example + "]"
			}
			fmt.Fprintf(w, "  %s, %s%s\n      %s%s\n", c.English, c.Japanese, mark, i18n.T(ctx, "imports.format."+c.Format()), example)
		}
	}
	fmt.Fprintln(w, "\n"+i18n.T(ctx, "cli.import.files"))
}
