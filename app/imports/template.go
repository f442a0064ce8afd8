package imports

import (
	"bufio"
	"io"
	"strings"

	"hoten/app/imports/csvin"
	"hoten/app/incidents"
	"hoten/app/jptext"
)

// Columns are the columns of a file in an installation with these programs.
func Columns(file string, programs []incidents.Program) []csvin.Column {
	if file == MovementsFile {
		return csvin.Columns(csvin.MovementsFile)
	}
	out := csvin.Columns(csvin.AffectedFile)
	for _, p := range programs {
		out = append(out, csvin.BalanceOf(p.Code, p.NameJa))
	}
	return out
}

// Sample is what examples are filled with, so that they fit the installation: an ID of its
// form, its programs, a day of the incident. What is zero leaves the usual example.
type Sample struct {
	Login    string
	Programs []incidents.Program
	Day      jptext.Date
}

// Example is what a cell of the column looks like for readers of the language.
func (s Sample) Example(c csvin.Column, lang string) string {
	usual := c.Example(lang)
	switch {
	case c.English == csvin.FromProgram && len(s.Programs) > 0:
		return s.Programs[0].Name(lang)
	case c.English == "login_id" && s.Login != "":
		return s.Login
	case c.English == "occurred_at" && !s.Day.IsZero():
		_, clock, _ := strings.Cut(usual, " ")
		return s.Day.String() + " " + clock
	}
	return usual
}

// Template writes a file to fill in, as CSV for Excel: the header in the language, and an
// example row, which imports pass over.
func Template(file, lang string, s Sample, to io.Writer) error {
	var names, example []string
	for _, c := range Columns(file, s.Programs) {
		names, example = append(names, c.In(lang)), append(example, s.Example(c, lang))
	}
	example[0] = csvin.ExampleMarks[lang] + example[0]
	w := &sheetWriter{Writer: bufio.NewWriter(to), width: len(names)}
	w.WriteString("\ufeff")
	w.row(names, nil)
	w.row(example, nil)
	return w.Flush()
}
