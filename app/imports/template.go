package imports

import (
	"bufio"
	"io"

	"hoten/app/imports/csvin"
	"hoten/app/incidents"
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

// Template writes a file to fill in, as CSV for Excel: the header in the language, and an
// example row, which imports pass over. login is the ID of the example; empty: the usual one.
func Template(file, lang, login string, programs []incidents.Program, to io.Writer) error {
	var names, example []string
	for _, c := range Columns(file, programs) {
		cell := c.Example(lang)
		switch {
		case c.English == csvin.FromProgram && len(programs) > 0:
			cell = programs[0].Name(lang)
		case c.English == "login_id" && login != "":
			cell = login
		}
		names, example = append(names, c.In(lang)), append(example, cell)
	}
	example[0] = csvin.ExampleMarks[lang] + example[0]
	w := &sheetWriter{Writer: bufio.NewWriter(to), width: len(names)}
	w.WriteString("\ufeff")
	w.row(names, nil)
	w.row(example, nil)
	return w.Flush()
}
