package csvin

import (
	"errors"
	"io"
	"slices"
	"strings"

	"hoten/app/jptext"
)

// Kind is which of the import files a file is.
type Kind int

// The import files of docs/api.md.
const (
	AffectedFile Kind = iota
	MovementsFile
	StatementFile // of a point system: docs/connect/reconciliation.md
)

func (k Kind) columns() []column {
	switch k {
	case MovementsFile:
		return movementColumns
	case StatementFile:
		return statementColumns
	}
	return affectedColumns
}

// Problem is one reason why a row, or the whole file, is refused.
type Problem struct {
	Line   int    // physical line from 1, where the record starts
	Column string // English name; empty when the row as a whole is refused
	Reason string // stable word, see docs/api.md "Import reasons"
	Detail string // what the reason's sentence names; of most reasons empty
}

// HeaderError says that a file cannot be read at all, and why: what is wrong with
// its header, or what the file is instead of a list.
type HeaderError struct {
	Problems []Problem
	// Ignored are the columns that the program does not know, as Reader.Ignored has them;
	// none where it knows no column: then what was read may be no header but data.
	Ignored []string
}

func (e *HeaderError) Error() string {
	words := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		words[i] = strings.TrimSpace(p.Column + " " + p.Reason)
	}
	return "csvin: " + strings.Join(words, ", ")
}

// Row is one record. Without Problems it is accepted as far as a file alone can
// tell, and has a Hash; Affected, Movement or Statement, which has none, is filled by the
// Reader's kind.
type Row struct {
	Line     int      // physical line from 1, where the record starts
	Raw      []string // as in the file; of a malformed record the one line
	Problems []Problem
	// Hash is equal for rows that are equal after normalisation, whatever
	// their encoding, widths and date formats. It is not keyed: key it before
	// it is stored beside personal data.
	Hash      [16]byte
	Affected  Affected
	Movement  Movement
	Statement Statement
}

// Reader reads one file. It is not for concurrent use.
type Reader struct {
	// Today refuses later birth dates and mail registrations, and movements after
	// the next day, if it is set.
	Today jptext.Date

	kind      Kind
	names     Names
	in        source
	ahead     []record // read while the header was looked for
	header    header
	returned  bool // a file of refused rows, see OutcomeColumns
	skipped   int
	logins    zeros
	customers zeros
	hash      hasher
}

// NewReader reads the header of a file. It fails with a *HeaderError when the
// file cannot be read as one of its kind, and with the error of r. Close the Reader
// to give its temporary files back.
func NewReader(r io.Reader, kind Kind, names Names) (*Reader, error) {
	names = names.keyed()
	in, err := open(r, kind, names)
	if err != nil {
		return nil, err
	}
	reader := &Reader{kind: kind, names: names, in: in, logins: zeros{column: "login_id", digits: jptext.FormDigits(names.Form)}, customers: zeros{column: "customer_number"}}
	if err := reader.findHeader(); err != nil {
		return nil, errors.Join(err, reader.Close())
	}
	return reader, nil
}

// Close removes temporary files.
func (r *Reader) Close() error { return r.in.close() }

// Header is the header as in the file, for writing rejected rows below it.
func (r *Reader) Header() []string { return r.header.names }

// Columns are the English names of the columns in the order of the Header, empty where
// the program does not know one.
func (r *Reader) Columns() []string {
	names := make([]string, len(r.header.names))
	for at := range names {
		names[at] = r.header.nameOf(at, r.kind.columns())
	}
	return names
}

// Ignored are the columns that the program does not know, as in the file.
func (r *Reader) Ignored() []string { return r.header.ignored }

// Skipped is how many rows were neither accepted nor refused: blank rows behind
// the header, and 合計 rows.
func (r *Reader) Skipped() int { return r.skipped }

// Next reads the next row. It fails with io.EOF at the end and with the error of
// the underlying reader; a refused row is no error.
func (r *Reader) Next() (Row, error) {
	for {
		rec, err := r.next()
		if err != nil {
			return Row{}, err
		}
		row := Row{Line: rec.line, Raw: rec.fields}
		if rec.reason == "" && (blank(rec.fields) || r.isTotal(rec.fields) || r.isExample(rec.fields)) {
			r.skipped++
			continue
		}
		if reason := r.fit(rec, &row); reason != "" {
			row.Problems = []Problem{{Line: rec.line, Reason: reason}}
			return row, nil
		}
		r.read(&row, rec.lost)
		return row, nil
	}
}

func (r *Reader) next() (record, error) {
	if len(r.ahead) == 0 {
		return r.in.next()
	}
	rec := r.ahead[0]
	r.ahead = r.ahead[1:]
	return rec, nil
}

// fit brings a row to the width of the header, or says why it cannot. A spreadsheet
// leaves out the empty cells at the end of a row.
func (r *Reader) fit(rec record, row *Row) string {
	width := len(r.header.names)
	if rec.reason != "" {
		return rec.reason
	}
	if r.returned {
		row.Raw = r.withoutOutcome(row.Raw)
	}
	switch {
	case len(row.Raw) > width && !blank(row.Raw[width:]),
		len(row.Raw) == 1 && width > 1 && strings.ContainsAny(row.Raw[0], ",;\t"): // another delimiter than the header's
		return "wrong_number_of_fields"
	case slices.Equal(row.Raw[:min(width, len(row.Raw))], r.header.names):
		return "header_repeated"
	}
	for len(row.Raw) < width {
		row.Raw = append(row.Raw, "")
	}
	row.Raw = row.Raw[:width]
	return ""
}

// withoutOutcome is a row of a file of refused rows as it first came: the cells
// beyond the header stand behind the outcome.
func (r *Reader) withoutOutcome(raw []string) []string {
	width := len(r.header.names)
	if len(raw) > width {
		raw = slices.Delete(raw, width, min(width+len(OutcomeColumns), len(raw)))
	}
	return rearmed(raw)
}

// maxValue bounds a value, and maxID one that is looked up by, in bytes.
const maxValue, maxID = 1024, 255

func (r *Reader) read(row *Row, lost []int) {
	v := values{raw: row.Raw, header: &r.header, names: r.names, columns: r.kind.columns(), today: r.Today, line: row.Line}
	for _, at := range lost {
		if name := v.header.nameOf(at, v.columns); name != "" {
			v.refuseName(name, "undecodable")
		}
	}
	v.checkDamage(r.kind)
	switch r.kind {
	case StatementFile:
		row.Statement = v.statement()
	case MovementsFile:
		row.Movement = v.movement()
		r.logins.note(row.Movement.LoginKey) // of refused rows too: the zeros that are lost may be why
	default:
		row.Affected = v.affected()
		r.logins.note(row.Affected.LoginKey)
	}
	if row.Problems = v.problems; len(row.Problems) > 0 {
		return
	}
	switch r.kind {
	case MovementsFile:
		row.Hash = r.hash.movement(&row.Movement)
	case AffectedFile:
		row.Hash = r.hash.affected(&row.Affected)
		r.customers.note(jptext.Alphanumeric(row.Affected.CustomerNumber))
	}
}
