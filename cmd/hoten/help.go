package main

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"hoten/app/setup"
	"hoten/i18n"
)

func asksHelp(word string) bool {
	return slices.Contains([]string{"help", "-h", "-help", "--help"}, word)
}

// overview lists every command.
func (c *call) overview() {
	ctx := c.words()
	fmt.Fprintf(c.out, "%s\n\n%s hoten COMMAND [flags]\n", i18n.T(ctx, "cli.what"), i18n.T(ctx, "cli.usage"))
	c.list(c.out, commands)
	fmt.Fprintln(c.out, "\n"+i18n.T(ctx, "cli.environment"))
	fmt.Fprintln(c.out, i18n.T(ctx, "cli.each"))
}

// list says what commands do.
func (c *call) list(w io.Writer, of []command) {
	for _, cmd := range of {
		fmt.Fprintf(w, "\n  %s\n      %s\n", strings.TrimSpace("hoten "+cmd.name+" "+cmd.usage), c.does(&cmd))
	}
}

func (c *call) does(cmd *command) string { return i18n.T(c.words(), "cli.does."+cmd.key()) }

// help explains the command: what it does, examples, and its flags before those of all.
func (c *call) help() {
	ctx := c.words()
	fmt.Fprintf(c.out, "%s %s\n\n%s\n\n%s\n", i18n.T(ctx, "cli.usage"), strings.TrimSpace("hoten "+c.name+" "+c.usage), c.does(c.command), i18n.T(ctx, "cli.examples"))
	for _, e := range c.examples {
		fmt.Fprintln(c.out, "  "+e)
	}
	all := &call{flags: flag.NewFlagSet("", flag.ContinueOnError)}
	all.common()
	own := func(f *flag.Flag) bool { return all.flags.Lookup(f.Name) == nil }
	c.printFlags(i18n.T(ctx, "cli.flags"), own)
	if c.more != nil {
		c.more(ctx, c.out)
	}
	c.printFlags(i18n.T(ctx, "cli.flags.all"), func(f *flag.Flag) bool { return !own(f) })
}

func (c *call) printFlags(title string, which func(*flag.Flag) bool) {
	ctx, none := c.words(), true
	c.flags.VisitAll(func(f *flag.Flag) {
		if !which(f) {
			return
		}
		if none {
			fmt.Fprintln(c.out, "\n"+title)
			none = false
		}
		said := *f
		said.Usage = i18n.T(ctx, "cli.flag."+f.Usage, "roles", roles(), "languages", strings.Join(i18n.Langs, ", "), "examples", strings.Join(setup.Examples, ", "))
		value, about := flag.UnquoteUsage(&said)
		fmt.Fprintf(c.out, "  %s\n      %s", strings.TrimSpace("--"+f.Name+" "+value), about)
		if f.DefValue != "" && f.DefValue != "false" && !strings.Contains(f.DefValue, "://") { // a URL may hold a password

			fmt.Fprintf(c.out, " [%s]", f.DefValue)
		}
		fmt.Fprintln(c.out)
	})
}

// noCommand answers words that name no command: the first word of some, or none at all.
func (c *call) noCommand(args []string) int {
	ctx := c.words()
	var group []command
	var words, names []string
	for _, cmd := range commands {
		word, _, _ := strings.Cut(cmd.name, " ")
		words = append(words, word)
		if word == args[0] {
			group, names = append(group, cmd), append(names, cmd.name)
		}
	}
	switch {
	case len(group) > 0 && len(args) > 1 && asksHelp(args[1]):
		fmt.Fprintf(c.out, "%s hoten %s COMMAND [flags]\n", i18n.T(ctx, "cli.usage"), args[0])
		c.list(c.out, group)
		fmt.Fprintln(c.out, "\n"+i18n.T(ctx, "cli.examples"))
		for _, cmd := range group {
			fmt.Fprintln(c.out, "  "+strings.Join(cmd.examples, "\n  "))
		}
		return 0
	case len(group) > 0 && len(args) == 1:
		fmt.Fprintln(c.err, "hoten:", i18n.T(ctx, "cli.incomplete", "word", args[0]))
	case len(group) > 0:
		fmt.Fprintln(c.err, "hoten:", i18n.T(ctx, "cli.no_command", "name", args[0]+" "+args[1])+c.meant(args[0]+" "+args[1], names))
	default:
		fmt.Fprintln(c.err, "hoten:", i18n.T(ctx, "cli.no_command", "name", args[0])+c.meant(args[0], words))
		fmt.Fprintln(c.err, i18n.T(ctx, "cli.see", "command", "hoten help"))
		return 2
	}
	c.list(c.err, group)
	return 2
}
