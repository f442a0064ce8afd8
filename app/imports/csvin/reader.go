package csvin

import (
	"bytes"
	"io"
	"strings"

	"hoten/app/jptext"
)

// Kind is which of the import files a file is.
type Kind int

// The import files of docs/api.md.
const (
	AffectedFile Kind = iota
	MovementsFile
)

func (k Kind) columns() []column {
	if k == MovementsFile {
		return movementColumns
	}
	return affectedColumns
}

// Problem is one reason why a row, or the whole file, is refused.
type Problem struct {
	Line   int    // physical line from 1, where the record starts
	Column string // English name; empty when the row as a whole is refused
	Reason string // stable word, see docs/api.md "Import reasons"
}

// HeaderError says that a file cannot be read at all, and why: column_missing,
// column_duplicate, undecodable, row_too_long, quote_invalid or file_empty.
type HeaderError struct{ Problems []Problem }

func (e *HeaderError) Error() string {
	words := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		words[i] = strings.TrimSpace(p.Column + " " + p.Reason)
	}
	return "csvin: " + strings.Join(words, ", ")
}

// Row is one record. Without Problems it is accepted as far as a file alone can
// tell, and has a Hash; Affected or Movement is filled by the Reader's kind.
type Row struct {
	Line     int      // physical line from 1, where the record starts
	Raw      []string // as in the file; of a malformed record the one line
	Problems []Problem
	// Hash is equal for rows that are equal after normalisation, whatever
	// their encoding, widths and date formats. It is not keyed: key it before
	// it is stored beside personal data.
	Hash     [16]byte
	Affected Affected
	Movement Movement
}

// Reader reads one file. It is not for concurrent use.
type Reader struct {
	// Today refuses later birth dates and mail registrations, if it is set.
	Today jptext.Date

	kind    Kind
	scan    *scanner
	decode  *decoder
	header  header
	skipped int
	text    []byte
	ends    []int
	lost    []int // fields of the record that could not be decoded
	hash    hasher
}

// NewReader reads the header of a file. It fails with a *HeaderError when the
// file cannot be read as one of its kind, and with the error of r.
func NewReader(r io.Reader, kind Kind) (*Reader, error) {
	reader := &Reader{kind: kind, scan: newScanner(r), decode: newDecoder()}
	begin := reader.scan.window()
	if bytes.HasPrefix(begin, bomUTF8) {
		reader.scan.skip(len(bomUTF8))
		reader.decode.encoding = UTF8
	}
	for _, bom := range bomUTF16 {
		if bytes.HasPrefix(begin, bom) {
			return nil, &HeaderError{[]Problem{{Line: 1, Reason: "undecodable"}}}
		}
	}
	line, names, reason, err := reader.record()
	for err == nil && reason == "" && blank(names) {
		line, names, reason, err = reader.record()
	}
	switch {
	case err == io.EOF:
		return nil, &HeaderError{[]Problem{{Line: 1, Reason: "file_empty"}}}
	case err != nil:
		return nil, err
	case len(reader.lost) > 0:
		reason = "undecodable"
	}
	if reason != "" {
		return nil, &HeaderError{[]Problem{{Line: line, Reason: reason}}}
	}
	var problems []Problem
	if reader.header, problems = readHeader(names, kind, line); len(problems) > 0 {
		return nil, &HeaderError{problems}
	}
	return reader, nil
}

// Header is the header as in the file, for writing rejected rows below it.
func (r *Reader) Header() []string { return r.header.names }

// Ignored are the columns that the program does not know, as in the file.
func (r *Reader) Ignored() []string { return r.header.ignored }

// Encoding is how the text is written, as far as it has been read.
func (r *Reader) Encoding() Encoding { return r.decode.encoding }

// Offset is how many bytes of the file have been read.
func (r *Reader) Offset() int64 { return r.scan.offset }

// Skipped is how many rows were neither accepted nor refused: blank rows behind
// the header, and 合計 rows.
func (r *Reader) Skipped() int { return r.skipped }

// Next reads the next row. It fails with io.EOF at the end and with the error of
// the underlying reader; a refused row is no error.
func (r *Reader) Next() (Row, error) {
	for {
		line, raw, reason, err := r.record()
		if err != nil {
			return Row{}, err
		}
		row := Row{Line: line, Raw: raw}
		switch {
		case reason != "":
			row.Problems = []Problem{{Line: line, Reason: reason}}
			return row, nil
		case blank(raw) || r.isTotal(raw):
			r.skipped++
			continue
		case len(raw) < len(r.header.names) || !blank(raw[len(r.header.names):]):
			row.Problems = []Problem{{Line: line, Reason: "wrong_number_of_fields"}}
			return row, nil
		}
		r.read(&row)
		return row, nil
	}
}

// maxValue bounds a value, and maxID one that is looked up by, in bytes.
const maxValue, maxID = 1024, 255

func (r *Reader) read(row *Row) {
	v := values{raw: row.Raw, header: &r.header, columns: r.kind.columns(), today: r.Today, line: row.Line}
	for _, at := range r.lost {
		if name := v.nameOf(at); name != "" {
			v.refuseName(name, "undecodable")
		}
	}
	if r.kind == MovementsFile {
		row.Movement = v.movement()
	} else {
		row.Affected = v.affected()
	}
	if row.Problems = v.problems; len(row.Problems) > 0 {
		return
	}
	if r.kind == MovementsFile {
		row.Hash = r.hash.movement(&row.Movement)
	} else {
		row.Hash = r.hash.affected(&row.Affected)
	}
}
