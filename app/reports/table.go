package reports

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"hoten/app/imports/csvin"
	"hoten/app/jptext"
)

// Table is one set of figures in the reader's language. The page, the CSV and
// the XLSX draw the same one, so that no figure is computed or named twice.
type Table struct {
	ID      string // names it on its page, and in the address and the name of its own file
	Title   string
	Columns []Column
	Rows    [][]Cell
	Total   []Cell // a last line that sums the others; nil: none
	Notes   []string
}

// Column is a column's heading; numbers are set to the right.
type Column struct {
	Title  string
	Number bool
}

// Cell is text, a number or a day.
type Cell struct {
	Text   string
	Number int64
	Date   jptext.Date
	Kind   CellKind
}

// CellKind is what a cell holds.
type CellKind int

// Kinds of cells.
const (
	IsText CellKind = iota
	IsNumber
	IsDate
)

// Text is a cell of text.
func Text(s string) Cell { return Cell{Text: s} }

// Number is a cell with a number.
func Number(n int64) Cell { return Cell{Number: n, Kind: IsNumber} }

// Date is a cell with a day.
func Date(d jptext.Date) Cell { return Cell{Date: d, Kind: IsDate} }

// numbers makes cells of figures that stand side by side.
func numbers(n ...int64) []Cell {
	out := make([]Cell, len(n))
	for i := range n {
		out[i] = Number(n[i])
	}
	return out
}

func columns(first string, rest ...string) []Column {
	out := []Column{{Title: first}}
	for _, r := range rest {
		out = append(out, Column{Title: r, Number: true})
	}
	return out
}

// lines are the rows with the total below them.
func (t Table) lines() [][]Cell {
	if t.Total == nil {
		return t.Rows
	}
	return append(t.Rows[:len(t.Rows):len(t.Rows)], t.Total)
}

// WriteCSV writes tables below each other for Excel: UTF-8 with its mark, CRLF,
// and no cell of text that a spreadsheet would run as a formula.
func WriteCSV(to io.Writer, tables ...Table) error {
	if _, err := io.WriteString(to, "\ufeff"); err != nil {
		return err
	}
	w := csv.NewWriter(to)
	w.UseCRLF = true
	for i, t := range tables {
		var records [][]string
		if i > 0 {
			records = append(records, []string{""})
		}
		if len(tables) > 1 {
			records = append(records, []string{csvin.Disarm(t.Title)})
		}
		heading := make([]string, len(t.Columns))
		for i, c := range t.Columns {
			heading[i] = csvin.Disarm(c.Title)
		}
		records = append(records, heading)
		for _, line := range t.lines() {
			record := make([]string, len(line))
			for i, c := range line {
				record[i] = c.csv()
			}
			records = append(records, record)
		}
		if err := w.WriteAll(records); err != nil {
			return err
		}
	}
	return w.Error()
}

func (c Cell) csv() string {
	switch c.Kind {
	case IsNumber:
		return strconv.FormatInt(c.Number, 10)
	case IsDate:
		return c.Date.String()
	}
	return csvin.Disarm(c.Text)
}

// WriteXLSX writes tables as a workbook, a sheet each.
func WriteXLSX(to io.Writer, tables ...Table) error {
	f := excelize.NewFile()
	defer f.Close()
	w := workbook{File: f}
	w.style(&w.bold, &excelize.Style{Font: &excelize.Font{Bold: true}})
	thousands, day := "#,##0", "yyyy-mm-dd"
	w.style(&w.number, &excelize.Style{CustomNumFmt: &thousands})
	w.style(&w.date, &excelize.Style{CustomNumFmt: &day})
	for i, t := range tables {
		w.sheet(i, t)
	}
	if w.err != nil {
		return w.err
	}
	return f.Write(to)
}

// workbook keeps the first error, so that a sheet reads as what it is.
type workbook struct {
	*excelize.File
	bold, number, date int
	err                error
}

func (w *workbook) try(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *workbook) style(id *int, s *excelize.Style) {
	made, err := w.NewStyle(s)
	w.try(err)
	*id = made
}

func (w *workbook) sheet(n int, t Table) {
	name := sheetName(n, t.Title)
	if n == 0 {
		w.try(w.SetSheetName("Sheet1", name))
	} else {
		_, err := w.NewSheet(name)
		w.try(err)
	}
	for i, c := range t.Columns {
		at := place(i, 1)
		w.try(w.SetCellStr(name, at, csvin.Disarm(c.Title)))
		w.try(w.SetCellStyle(name, at, at, w.bold))
	}
	for y, line := range t.lines() {
		for x, c := range line {
			w.cell(name, place(x, y+2), c)
		}
	}
	last, err := excelize.ColumnNumberToName(max(len(t.Columns), 1))
	w.try(err)
	w.try(w.SetColWidth(name, "A", last, 16))
	w.try(w.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
	a4, landscape := 9, "landscape"
	w.try(w.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &landscape}))
}

func (w *workbook) cell(sheet, at string, c Cell) {
	switch c.Kind {
	case IsNumber:
		w.try(w.SetCellInt(sheet, at, c.Number))
		w.try(w.SetCellStyle(sheet, at, at, w.number))
	case IsDate:
		w.try(w.SetCellValue(sheet, at, c.Date.At(0)))
		w.try(w.SetCellStyle(sheet, at, at, w.date))
	default:
		w.try(w.SetCellStr(sheet, at, csvin.Disarm(c.Text)))
	}
}

// place is the address of a cell; columns count from 0 and rows from 1.
func place(column, row int) string {
	at, err := excelize.CoordinatesToCellName(column+1, row)
	if err != nil {
		panic(err) // tables are a few columns wide
	}
	return at
}

// sheetName keeps to what Excel takes: 31 characters, some of them never, and no
// name twice.
func sheetName(n int, title string) string {
	clean := []rune(strings.NewReplacer(":", "", "\\", "", "/", "", "?", "", "*", "", "[", "", "]", "", "'", "").Replace(title))
	return strconv.Itoa(n+1) + " " + string(clean[:min(len(clean), 28)])
}
