// Command hoten is the case desk for the day after an account takeover.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"hoten/app"
	"hoten/app/demo"
	"hoten/app/fault"
	"hoten/i18n"
)

// command is one word of the command line.
type command struct {
	name, usage, does string
	run               func(ctx context.Context, c *call) error
}

// folder is the data folder unless another is named: the demo keeps to its own.
func (c *command) folder() string {
	if c.name == "demo" {
		return demo.Folder
	}
	return app.Folder
}

// call is a command at work: where it reads and writes, and its flags.
type call struct {
	in       io.Reader
	out, err io.Writer
	args     []string
	flags    *flag.FlagSet
	cfg      app.Config
	lang     string // of what is said of files and refusals
}

var commands = []command{
	{"serve", "[--allow-demo]", "migrates, serves the console, the API and the workers until SIGTERM, then drains", serve},
	{"demo", "", "serve with the demo incident and demo staff, in a data folder of its own (" + demo.Folder + "); prints the address and the sign-ins", demonstrate},
	{"migrate", "", "migrates the database and stops", migrate},
	{"setup", "FILE | - | --example NAME", "sets the installation up from a file (operators, ID, programs, desks, incidents, what is suspended); the same file again changes nothing; --example prints a ready file to begin with", setUp},
	{"staff add", "--email E --name N [--name-en N] --role R [--desk D] [--language ja|en] [--password-stdin]", "adds a staff account (roles: agent, supervisor, center_manager, administrator, auditor)", addStaff},
	{"token create", "--staff E --name N", "prints an API token that acts as that member of staff, once", createToken},
	{"import", "--incident REF [--affected F] [--movements F] [--dry-run]", "imports the operator's files; rejected rows go to F.rejected.csv", importFiles},
	{"release", "--mails send|discard --reason R", "releases a copy or a restored backup of a database, which sends no mail until then", releaseCopy},
	{"audit verify", "", "checks the whole audit chain; exit 0 whole, 1 with the first broken entry", verifyAudit},
	{"version", "", "version, commit, Go version", version},
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
	lang, args := languageFirst(args)
	cmd, rest, ok := find(args)
	if !ok {
		usage(errs)
		return 2
	}
	if cmd == nil {
		usage(out)
		return 0
	}
	c := &call{in: in, out: out, err: errs, args: rest, flags: flag.NewFlagSet("hoten "+cmd.name, flag.ContinueOnError), cfg: app.FromEnvironment(cmd.folder()), lang: language()}
	c.flags.SetOutput(errs)
	c.flags.Usage = func() {
		fmt.Fprintf(errs, "hoten %s %s\n\n%s\n\n", cmd.name, cmd.usage, cmd.does)
		c.flags.PrintDefaults()
	}
	c.common()
	if c.flags.Parse(lang) != nil {
		return 2
	}
	switch err := cmd.run(ctx, c); {
	case err == nil, errors.Is(err, flag.ErrHelp):
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

// find finds the command that the words name; none for help.
func find(args []string) (*command, []string, bool) {
	if len(args) == 0 || args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		return nil, nil, true
	}
	for i, c := range commands {
		if c.name == args[0] {
			return &commands[i], args[1:], true
		}
		if len(args) > 1 && c.name == args[0]+" "+args[1] {
			return &commands[i], args[2:], true
		}
	}
	return nil, nil, false
}

// languageFirst cuts off --lang where it stands before the command, with the rest.
func languageFirst(args []string) (lang, rest []string) {
	if len(args) == 0 {
		return nil, nil
	}
	switch name, _, joined := strings.Cut(args[0], "="); {
	case name != "--lang" && name != "-lang":
		return nil, args
	case joined || len(args) == 1:
		return args[:1], args[1:]
	}
	return args[:2], args[2:]
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "hoten (補填) is the case desk for the day after an account takeover.\n\nUsage: hoten COMMAND [flags]")
	for _, c := range commands {
		fmt.Fprintf(w, "\n  hoten %s %s\n      %s\n", c.name, c.usage, c.does)
	}
	fmt.Fprintln(w, "\nEnvironment: HOTEN_ADDR, HOTEN_DATA_DIR, HOTEN_DATABASE_URL, HOTEN_SMTP_URL, HOTEN_MAIL_FROM, HOTEN_BASE_URL, HOTEN_TRUSTED_PROXIES, HOTEN_ALLOW_DEMO.\nhoten COMMAND --help explains each.")
}

// common adds the flags that stand for the environment.
func (c *call) common() {
	for _, f := range []struct {
		to          *string
		name, about string
	}{
		{&c.cfg.Addr, "addr", "listen `address` (HOTEN_ADDR)"},
		{&c.cfg.DataDir, "data-dir", "`folder` of the embedded PostgreSQL, keys and mailbox (HOTEN_DATA_DIR)"},
		{&c.cfg.DatabaseURL, "database-url", "`URL` of a PostgreSQL of your own (HOTEN_DATABASE_URL)"},
		{&c.cfg.SMTPURL, "smtp-url", "`URL` of the mail server (HOTEN_SMTP_URL)"},
		{&c.cfg.MailFrom, "mail-from", "From `address` of mails to members (HOTEN_MAIL_FROM)"},
		{&c.cfg.BaseURL, "base-url", "public `origin` for links (HOTEN_BASE_URL)"},
		{&c.cfg.TrustedProxies, "trusted-proxies", "`CIDRs` of proxies whose X-Forwarded-For is believed (HOTEN_TRUSTED_PROXIES)"},
	} {
		c.flags.StringVar(f.to, f.name, *f.to, f.about)
	}
	c.flags.Func("lang", "`language` of what is said of files and refusals, "+strings.Join(i18n.Langs, " or ")+" (LC_ALL, LC_MESSAGES, LANG)", func(s string) error {
		if !slices.Contains(i18n.Langs, s) {
			return fmt.Errorf("not one of %s", strings.Join(i18n.Langs, ", "))
		}
		c.lang = s
		return nil
	})
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

// words is ctx with the language of the command.
func (c *call) words(ctx context.Context) context.Context { return i18n.With(ctx, c.lang) }

var errUsage = errors.New("usage")

func (c *call) parse() error {
	err := c.flags.Parse(c.args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return err
	case err != nil:
		return errUsage
	case c.flags.NArg() > 0:
		fmt.Fprintf(c.err, "hoten: %q is not understood\n", c.flags.Arg(0))
		return errUsage
	}
	return nil
}

// open makes the program ready to act; logs go to standard error.
func (c *call) open(ctx context.Context, level slog.Level) (*app.App, error) {
	return app.New(ctx, c.cfg, slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: level})))
}

// explain says a fault in words.
func (c *call) explain(err error) string {
	f, ok := fault.As(err)
	if !ok {
		return err.Error()
	}
	ctx := c.words(context.Background())
	s := i18n.T(ctx, "fault."+f.Code, f.Args...)
	for _, p := range f.Fields {
		s += fmt.Sprintf("\n  %s: %s", p.Name, i18n.T(ctx, "fault.field."+p.Code, p.Args...))
	}
	return s
}
