package main

import (
	"errors"
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"hoten/i18n"
)

// common adds the flags that stand for the environment. The usage of a flag is the end of
// its i18n key, "cli.flag.".
func (c *call) common() {
	for name, to := range map[string]*string{
		"addr": &c.cfg.Addr, "data-dir": &c.cfg.DataDir, "database-url": &c.cfg.DatabaseURL, "smtp-url": &c.cfg.SMTPURL,
		"mail-from": &c.cfg.MailFrom, "base-url": &c.cfg.BaseURL, "trusted-proxies": &c.cfg.TrustedProxies,
	} {
		c.flags.StringVar(to, name, *to, strings.ReplaceAll(name, "-", "_"))
	}
	c.flags.Func("lang", "lang", func(s string) error {
		if !slices.Contains(i18n.Langs, s) {
			return errors.New(i18n.T(c.words(), "cli.one_of", "values", strings.Join(i18n.Langs, ", ")))
		}
		c.lang = s
		return nil
	})
}

// errUsage ends with exit status 2: the line was not understood, which was said.
var errUsage = errors.New("usage")

// parse reads the flags; there is nothing else on the line.
func (c *call) parse() error {
	words, err := c.parseFlags()
	if err == nil && len(words) > 0 {
		return c.notUnderstood(words[0])
	}
	return err
}

// parseFlags reads the flags wherever they stand, and returns the words between them: package
// flag stops at the first of these.
func (c *call) parseFlags() (words []string, err error) {
	for rest := c.args; ; rest = c.flags.Args()[1:] {
		err := c.flags.Parse(rest)
		if errors.Is(err, flag.ErrHelp) {
			return nil, err
		}
		if err != nil {
			c.misused(err)
			return nil, errUsage
		}
		if c.flags.NArg() == 0 {
			return words, nil
		}
		words = append(words, c.flags.Arg(0))
	}
}

// need names all flags at once that the command cannot do without and that have no value;
// "a|b" is one of two.
func (c *call) need(flags ...string) error {
	ctx := c.words()
	var missing []string
	for _, f := range flags {
		either := strings.Split(f, "|")
		if !slices.ContainsFunc(either, func(name string) bool { return c.flags.Lookup(name).Value.String() != "" }) {
			missing = append(missing, "--"+strings.Join(either, i18n.T(ctx, "cli.missing.or")+"--"))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	fmt.Fprintln(c.err, "hoten:", i18n.T(ctx, "cli.missing", "flags", strings.Join(missing, i18n.T(ctx, "list.comma"))))
	fmt.Fprintln(c.err, i18n.T(ctx, "cli.see", "command", "hoten "+c.name+" --help"))
	return errUsage
}

func (c *call) notUnderstood(word string) error {
	ctx := c.words()
	fmt.Fprintln(c.err, "hoten:", i18n.T(ctx, "cli.not_understood", "word", word, "command", c.name))
	return errUsage
}

// What package flag says of flags.
var (
	noFlag      = regexp.MustCompile(`^flag provided but not defined: -(.*)$`)
	noValue     = regexp.MustCompile(`^flag needs an argument: -(.*)$`)
	notTheValue = regexp.MustCompile(`^invalid (?:boolean )?value "(.*)" for (?:flag )?-([\w-]+): (.*)$`)
)

// misused says what is wrong with a flag.
func (c *call) misused(err error) {
	ctx, said := c.words(), err.Error()
	if m := noFlag.FindStringSubmatch(said); m != nil {
		var names []string
		c.flags.VisitAll(func(f *flag.Flag) { names = append(names, "--"+f.Name) })
		said = i18n.T(ctx, "cli.no_flag", "flag", "--"+m[1]) + c.meant("--"+m[1], names)
	} else if m := noValue.FindStringSubmatch(said); m != nil {
		said = i18n.T(ctx, "cli.no_value", "flag", "--"+m[1])
	} else if m := notTheValue.FindStringSubmatch(said); m != nil {
		if m[3] == "parse error" {
			m[3] = i18n.T(ctx, "cli.one_of", "values", "true, false")
		}
		said = i18n.T(ctx, "cli.invalid_value", "flag", "--"+m[2], "value", m[1], "why", m[3])
	}
	fmt.Fprintln(c.err, "hoten:", said)
	command := "hoten help"
	if c.command != nil {
		command = "hoten " + c.name + " --help"
	}
	fmt.Fprintln(c.err, i18n.T(ctx, "cli.see", "command", command))
}

// meant asks whether the nearest of the words was meant; empty where none is near.
func (c *call) meant(typed string, words []string) string {
	best, near := "", max(1, len(typed)/3)+1
	for _, w := range words {
		if d := distance(typed, w); d < near {
			best, near = w, d
		}
	}
	if best == "" {
		return ""
	}
	return " " + i18n.T(c.words(), "cli.meant", "word", best)
}

// distance is how many letters must be added, removed or changed to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := before
			if a[i] != b[j] {
				changed++
			}
			before = row[j+1]
			row[j+1] = min(changed, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
