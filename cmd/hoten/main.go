// Command hoten is the case desk for the day after an account takeover.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"hoten/app"
	"hoten/app/demo"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/i18n"
)

// command is one word of the command line, or two. What it does is said by the i18n key
// "cli.does." and its name.
type command struct {
	name, usage string
	examples    []string
	run         func(ctx context.Context, c *call) error
	more        func(ctx context.Context, w io.Writer) // what its help says below the flags
}

// key is the name as the keys of i18n have it.
func (c *command) key() string { return strings.ReplaceAll(c.name, " ", "_") }

// folder is the data folder unless another is named: the demo keeps to its own.
func (c *command) folder() string {
	if c != nil && c.name == "demo" {
		return demo.Folder
	}
	return app.Folder
}

// call is a command at work: where it reads and writes, and its flags.
type call struct {
	*command
	in       io.Reader
	out, err io.Writer
	args     []string
	flags    *flag.FlagSet
	cfg      app.Config
	lang     string // of what is said
}

// In init, since the help of a command is a command's too.
var commands []command

func init() {
	commands = []command{
		{name: "serve", usage: "[--allow-demo]", run: serve, more: serveTrains, examples: []string{
			"hoten serve",
			"HOTEN_BASE_URL=https://hoten.example.jp HOTEN_SMTP_URL=smtp://user:password@mail.example.jp:587 HOTEN_MAIL_FROM=no-reply@example.jp hoten serve",
		}},
		{name: "demo", usage: "[--points outside]", run: demonstrate, examples: []string{"hoten demo", "hoten demo --addr 127.0.0.1:8081", "hoten demo --points outside"}},
		{name: "migrate", run: migrate, examples: []string{"hoten migrate"}},
		{name: "setup", usage: "FILE | - | --example NAME", run: setUp, examples: []string{"hoten setup --example one-program > mine.yaml", "hoten setup mine.yaml", "hoten setup - < mine.yaml"}},
		{name: "staff add", usage: "--email E --name N [--name-en N] --role R [--desk D] [--language ja|en] [--password-stdin]", run: addStaff, examples: []string{
			"hoten staff add --email admin@example.jp --name 渡辺 --name-en Watanabe --role administrator",
			"hoten staff add --email clark@example.jp --name 'Emily Clark' --role agent --desk main --language en",
		}},
		{name: "token create", usage: "--staff E --name N [--scope P,P] [--days N]", run: createToken, examples: []string{"hoten token create --staff admin@example.jp --name CTI", "hoten token create --staff auditor@example.jp --name BI --scope read_cases --days 30"}},
		{name: "import", usage: "--incident REF [--affected F] [--movements F] [--dry-run]", run: importFiles, more: importColumns, examples: []string{
			"hoten import --incident 2026-001 --affected affected.csv --movements movements.csv --dry-run",
			"hoten import --incident 2026-001 --affected affected.csv --movements movements.csv",
		}},
		{name: "release", usage: "--mails send|discard --reason R", run: releaseCopy, examples: []string{"hoten release --mails discard --reason 'restore drill'"}},
		{name: "audit verify", run: verifyAudit, examples: []string{"hoten audit verify"}},
		{name: "version", run: version, examples: []string{"hoten version"}},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// errQuiet ends with exit status 1 and without another word.
var errQuiet = errors.New("")

// run runs one command line and returns its exit status.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	ofAll, args := flagsOfAll(args)
	if len(args) == 1 && args[0] == "--version" {
		args = []string{"version"}
	}
	cmd, rest := find(args)
	c := &call{command: cmd, in: in, out: out, err: errs, args: rest, flags: flag.NewFlagSet("", flag.ContinueOnError), cfg: app.FromEnvironment(cmd.folder()), lang: language()}
	c.flags.SetOutput(io.Discard)
	c.common()
	if err := c.flags.Parse(ofAll); err != nil {
		c.misused(err)
		return 2
	}
	switch {
	case len(args) == 0:
		c.overview()
		return 0
	case asksHelp(args[0]) && len(args) > 1: // help staff add
		return run(ctx, slices.Concat(ofAll, args[1:], []string{"--help"}), in, out, errs)
	case asksHelp(args[0]):
		c.overview()
		return 0
	case cmd == nil:
		return c.noCommand(args)
	}
	switch err := cmd.run(ctx, c); {
	case err == nil:
		return 0
	case errors.Is(err, flag.ErrHelp):
		c.help()
		return 0
	case errors.Is(err, errUsage):
		return 2
	case errors.Is(err, errQuiet):
		return 1
	default:
		fmt.Fprintln(errs, "hoten:", c.explain(err))
		return 1
	}
}

// find finds the command that the words name, among which its flags may stand; nil where they
// name none.
func find(args []string) (*command, []string) {
	if len(args) == 0 {
		return nil, nil
	}
	for i, c := range commands {
		first, second, two := strings.Cut(c.name, " ")
		if first != args[0] {
			continue
		}
		if !two {
			return &commands[i], args[1:]
		}
		if at := slices.Index(args, second); at > 0 {
			return &commands[i], slices.Concat(args[1:at], args[at+1:])
		}
	}
	return nil, args
}

// flagsOfAll takes the flags that every command has out of a line, with their values: they may
// stand anywhere, also before the command's name. What follows "--" are words.
func flagsOfAll(args []string) (flags, rest []string) {
	all := &call{flags: flag.NewFlagSet("", flag.ContinueOnError)}
	all.common()
	for i := 0; i < len(args); i++ {
		name, _, joined := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(args[i], "-"), "-"), "=")
		switch {
		case args[i] == "--":
			return flags, append(rest, args[i:]...)
		case !strings.HasPrefix(args[i], "-") || all.flags.Lookup(name) == nil:
			rest = append(rest, args[i])
		case joined || i+1 == len(args):
			flags = append(flags, args[i])
		default:
			flags = append(flags, args[i], args[i+1])
			i++
		}
	}
	return flags, rest
}

// language is that of the environment, English where it names none that there is.
func language() string {
	locale := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG"))
	for _, lang := range i18n.Langs {
		if strings.HasPrefix(locale, lang) {
			return lang
		}
	}
	return "en"
}

// words has the language of the command.
func (c *call) words() context.Context { return i18n.With(context.Background(), c.lang) }

// open makes the program ready to act; logs go to standard error, and so does where the
// database was made, if that is not where one looks for it.
func (c *call) open(ctx context.Context, level slog.Level) (*app.App, error) {
	a, err := app.New(ctx, c.cfg, slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: level})))
	if err == nil && a.MadeElsewhere() != "" {
		fmt.Fprintln(c.err, i18n.T(c.words(), "cli.elsewhere", "data", c.cfg.DataDir, "folder", a.MadeElsewhere()))
	}
	return a, err
}

// openExisting is open for commands that work on what is there: in an empty folder, which may
// be the wrong one, they make nothing.
func (c *call) openExisting(ctx context.Context, level slog.Level) (*app.App, error) {
	if c.cfg.Empty() {
		return nil, errors.New(i18n.T(c.words(), "cli.no_installation", "folder", c.cfg.DataDir))
	}
	return c.open(ctx, level)
}

// explain says in words why a command did nothing. A refused value is called as its flag.
func (c *call) explain(err error) string {
	ctx := c.words()
	var wrong app.Wrong
	if errors.As(err, &wrong) {
		return wrong.In(ctx)
	}
	var newer store.Newer
	if errors.As(err, &newer) {
		return i18n.T(ctx, "cli.newer", "database", newer.Database, "program", newer.Program)
	}
	var file *fs.PathError
	if errors.As(err, &file) && errors.Is(err, fs.ErrNotExist) {
		return i18n.T(ctx, "cli.no_file", "file", file.Path)
	}
	f, ok := fault.As(err)
	if !ok {
		return err.Error()
	}
	s := i18n.T(ctx, "fault."+f.Code, f.Args...)
	for _, p := range f.Fields {
		name := p.Name
		if flagged := strings.ReplaceAll(name, "_", "-"); c.flags.Lookup(flagged) != nil {
			name = "--" + flagged
		}
		s += fmt.Sprintf("\n  %s: %s", name, i18n.T(ctx, "fault.field."+p.Code, p.Args...))
	}
	return s
}
