package notices

import (
	"regexp"
	"strings"
)

// block is one part of a mail; both the text and the HTML are made of them.
type block struct {
	sort  sort
	label string   // of a row; the number of a step
	lines []string // of words, without marks
}

type sort int

const (
	paragraph  sort = iota
	heading         // ■ at the start of the line, without its mark in English
	subheading      // ◆, likewise
	item            // ・ or -, with lines below that begin with a space
	step            // 1. 2. 3.
	row             // a label and a value, with a tab between
	address         // the one link
	code
	note // ※, without its mark in English
	rule // ----
)

type document struct {
	blocks []block
	gaps   []bool // whether an empty line comes before the block
}

var stepMark = regexp.MustCompile(`^[0-9]\. `)

// parse reads what a template wrote. Marks count at the start of a line only, and
// no value from outside can put one there (see words).
func parse(s, kind, secret string) (d document) {
	gap := false
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\n")
		if line == "" {
			gap = true
			continue
		}
		last := len(d.blocks) - 1
		follows := last >= 0 && !gap
		switch {
		case follows && d.blocks[last].sort == item && (strings.HasPrefix(line, "　") || strings.HasPrefix(line, "  ")):
			d.blocks[last].lines = append(d.blocks[last].lines, strip(strings.TrimLeft(line, " 　")))
		case follows && d.blocks[last].sort == paragraph && sortOf(line, kind, secret) == paragraph:
			d.blocks[last].lines = append(d.blocks[last].lines, strip(line))
		default:
			d.blocks, d.gaps = append(d.blocks, blockOf(line, kind, secret)), append(d.gaps, gap)
		}
		gap = false
	}
	return d
}

func sortOf(line, kind, secret string) sort {
	switch {
	case strings.HasPrefix(line, "■"):
		return heading
	case strings.HasPrefix(line, "◆"):
		return subheading
	case strings.HasPrefix(line, "・"), strings.HasPrefix(line, "- "):
		return item
	case stepMark.MatchString(line):
		return step
	case strings.HasPrefix(line, "※"):
		return note
	case line == "----":
		return rule
	case strings.Contains(line, "\t"):
		return row
	case secret != "" && line == secret && kind == VerificationCode:
		return code
	case secret != "" && line == secret:
		return address
	}
	return paragraph
}

func blockOf(line, kind, secret string) block {
	b := block{sort: sortOf(line, kind, secret)}
	switch b.sort {
	case heading:
		line = strings.TrimPrefix(strings.TrimPrefix(line, "■"), " ")
	case subheading:
		line = strings.TrimPrefix(line, "◆")
	case item:
		line = strings.TrimPrefix(strings.TrimPrefix(line, "・"), "- ")
	case step:
		b.label, line = line[:2], line[3:]
	case row:
		b.label, line, _ = strings.Cut(line, "\t")
		b.label = strip(b.label)
	case note:
		line = strings.TrimPrefix(strings.TrimPrefix(line, "※"), " ")
	case rule:
		line = ""
	}
	b.lines = []string{strip(line)}
	return b
}

var marks = strings.NewReplacer(open, "", shut, "")

func strip(s string) string { return marks.Replace(s) }

// text is the document for text/plain.
func (d document) text(lang string) string {
	var lines []string
	for i, b := range d.blocks {
		if d.gaps[i] && i > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, b.text(lang)...)
	}
	return strings.Join(lines, "\n") + "\n"
}

// lead is what a block's first line begins with, and what its others do.
func (b block) lead(lang string) (first, rest string) {
	switch {
	case b.sort == heading && lang == "ja":
		return "■", "　"
	case b.sort == subheading && lang == "ja":
		return "◆", "　"
	case b.sort == note && lang == "ja":
		return "※", "　"
	case b.sort == item && lang == "ja":
		return "・", "　"
	case b.sort == item:
		return "- ", "  "
	case b.sort == step:
		return b.label + " ", "   "
	}
	return "", ""
}

func (b block) text(lang string) (lines []string) {
	switch b.sort {
	case rule:
		return []string{strings.Repeat("-", columns)}
	case address:
		return b.lines
	case row:
		between := ""
		if lang == "en" {
			between = " "
		}
		return wrap(b.label+between+b.lines[0], lang, "", "")
	case code:
		return []string{"", "  " + b.lines[0], ""}
	}
	first, rest := b.lead(lang)
	for _, line := range b.lines {
		lines = append(lines, wrap(line, lang, first, rest)...)
		first = rest
	}
	return lines
}
