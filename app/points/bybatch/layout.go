package bybatch

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"

	"hoten/app/fault"
)

// column is a field of a record, and its width in bytes where records are of fixed width.
type column struct {
	name  string
	width int
}

// numeric are the columns that are digits, filled up with zeros on the left; all others are
// filled up with spaces on the right.
var numeric = []string{"number", "row", "points", "date", "time", "count", "credit", "debit", "net", "answer", "rows", "done"}

func columns(spec string) (out []column) {
	for _, word := range strings.Fields(spec) {
		name, width, _ := strings.Cut(word, ":")
		n, _ := strconv.Atoi(width)
		out = append(out, column{name, n})
	}
	return out
}

// The records beside those of the movements.
var (
	headColumns   = columns("type:1 kind:9 system:40 number:6 date:8 time:6 count:7")
	tailColumns   = columns("type:1 number:6 count:7 credit:19 debit:19 sign:1 net:19")
	answerHead    = columns("type:1 kind:9 system:40 number:6 answer:3 date:8 time:6 status:8 message:60")
	answerTail    = columns("type:1 number:6 answer:3 rows:7 done:7 credit:19 debit:19")
	typeColumn    = column{"type", 1}
	known         = []string{"number", "row", "key", "account", "program", "sign", "points", "date", "fill"}
	needed        = []string{"row", "key", "account", "program", "sign", "points"}
	knownInAnswer = []string{"code", "reference", "message", "fill"}
)

// Types of records, and kinds of files.
const (
	headType, rowType, tailType = "1", "2", "9"
	movementsKind, resultsKind  = "MOVEMENTS", "RESULTS"
	accepted, rejected          = "ACCEPTED", "REJECTED"
)

// layout is how records are written.
type layout struct {
	fixed  bool
	cp932  bool
	end    string   // of a record
	rows   []column // of a movement
	answer []column // what a result adds to it
}

func readLayout(p *fault.Problems, set map[string]string, most int) layout {
	l := layout{fixed: set["format"] == fixedFormat, cp932: set["encoding"] == cp932, end: lineEnds[set["line_end"]]}
	if l.end == "" && !l.fixed {
		p.Add("line_end", "batch_line_end")
	}
	l.rows = append([]column{typeColumn}, l.read(p, "columns", set["columns"], known, needed)...)
	l.answer = l.read(p, "result_columns", set["result_columns"], knownInAnswer, []string{"code"})
	if at := slices.IndexFunc(l.rows, func(c column) bool { return c.name == "row" }); l.fixed && at >= 0 && l.rows[at].width < len(strconv.Itoa(most)) {
		p.Add("columns", "batch_column_narrow", "column", "row", "max", len(strconv.Itoa(most)))
	}
	if at := slices.IndexFunc(l.rows, func(c column) bool { return c.name == "date" }); l.fixed && at >= 0 && l.rows[at].width < 8 {
		p.Add("columns", "batch_column_narrow", "column", "date", "max", 8)
	}
	return l
}

// widest bounds the width of a column.
const widest = 200

// read reads the setting of columns.
func (l layout) read(p *fault.Problems, setting, spec string, known, needed []string) []column {
	of := columns(spec)
	seen := map[string]bool{}
	for i, word := range strings.Fields(spec) {
		c := of[i]
		_, width, wide := strings.Cut(word, ":")
		if !slices.Contains(known, c.name) || seen[c.name] && c.name != "fill" {
			p.Add(setting, "batch_column", "column", word)
			return nil
		}
		if (l.fixed || wide) && (strconv.Itoa(c.width) != width || c.width < 1 || c.width > widest) || c.name == "sign" && c.width > 1 {
			p.Add(setting, "batch_width", "column", word, "max", widest)
			return nil
		}
		seen[c.name] = true
	}
	for _, name := range needed {
		if !seen[name] {
			p.Add(setting, "batch_column_missing", "column", name)
		}
	}
	return of
}

// length is that of a record of fixed width, without its end: of the longest, in a file of
// movements or a result.
func (l layout) length(result bool) int {
	longest := 0
	records := [][]column{headColumns, tailColumns, l.rows}
	if result {
		records = [][]column{answerHead, answerTail, l.answered()}
	}
	for _, r := range records {
		n := 0
		for _, c := range r {
			n += c.width
		}
		longest = max(longest, n)
	}
	return longest
}

// answered are the columns of a row of a result.
func (l layout) answered() []column { return append(slices.Clone(l.rows), l.answer...) }

func (l layout) encodingName() string {
	if l.cp932 {
		return cp932
	}
	return utf8s
}

func (l layout) endName() string {
	for name, end := range lineEnds {
		if end == l.end {
			return name
		}
	}
	return ""
}

// encode writes a text in the encoding of the layout.
func (l layout) encode(text string) (string, error) {
	if strings.ContainsFunc(text, unicode.IsControl) || !utf8.ValidString(text) {
		return "", errors.New("a character that no file may hold")
	}
	if !l.cp932 {
		return text, nil
	}
	out, err := japanese.ShiftJIS.NewEncoder().String(text)
	if err != nil {
		return "", errors.New("a character that cp932 does not have")
	}
	return out, nil
}

// decode reads a text in the encoding of the layout; not ok: it holds bytes that are none.
func (l layout) decode(raw []byte) (text string, ok bool) {
	if !l.cp932 {
		return string(raw), utf8.Valid(raw)
	}
	out, err := japanese.ShiftJIS.NewDecoder().Bytes(raw)
	return string(out), err == nil && !bytes.ContainsFunc(out, func(r rune) bool { return r == utf8.RuneError || r >= 0x80 && r < 0xa0 })
}

// fits refuses a value that a column cannot hold. The error does not repeat it.
func (l layout) fits(name, value string) error {
	raw, err := l.encode(value)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	at := slices.IndexFunc(l.rows, func(c column) bool { return c.name == name })
	if l.fixed && len(raw) > l.rows[at].width {
		return fmt.Errorf("%s: %d bytes, and the column has %d", name, len(raw), l.rows[at].width)
	}
	return nil
}

// write appends a record. Columns without a value are empty.
func (l layout) write(to *bytes.Buffer, of []column, values map[string]string, result bool) error {
	start := to.Len()
	fields := make([]string, len(of))
	for i, c := range of {
		raw, err := l.encode(values[c.name])
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if fields[i] = raw; !l.fixed {
			continue
		}
		pad := c.width - len(raw)
		switch {
		case pad < 0:
			return fmt.Errorf("%s is longer than %d bytes", c.name, c.width)
		case slices.Contains(numeric, c.name):
			to.WriteString(strings.Repeat("0", pad) + raw)
		default:
			to.WriteString(raw + strings.Repeat(" ", pad))
		}
	}
	if !l.fixed {
		to.WriteString(quoted(fields))
	} else {
		to.WriteString(strings.Repeat(" ", l.length(result)-(to.Len()-start)))
	}
	to.WriteString(l.end)
	return nil
}

// quoted is a record of CSV without its end.
func quoted(fields []string) string {
	out := make([]string, len(fields))
	for i, f := range fields {
		if out[i] = f; strings.ContainsAny(f, "\",") {
			out[i] = `"` + strings.ReplaceAll(f, `"`, `""`) + `"`
		}
	}
	return strings.Join(out, ",")
}

// record is one of a file: its fields in their order, and its line.
type record struct {
	line   int
	fields []string // of CSV
	raw    []byte   // of fixed width
}

// refused is the error of a result file, at a line.
func refused(code string, line int, args ...any) error {
	return fault.Input("result", code, append([]any{"line", line}, args...)...)
}

// split cuts a file into records.
func (l layout) split(file []byte, result bool) ([]record, error) {
	if !l.cp932 {
		file = bytes.TrimPrefix(file, []byte("\ufeff"))
	}
	if l.fixed {
		return l.splitFixed(file, l.length(result))
	}
	text, ok := l.decode(file)
	if !ok {
		for i, line := range bytes.Split(file, []byte("\n")) {
			if _, ok := l.decode(line); !ok {
				return nil, refused("result_undecodable", i+1, "encoding", l.encodingName())
			}
		}
		return nil, refused("result_undecodable", 1, "encoding", l.encodingName())
	}
	var out []record
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if wrong, is := errors.AsType[*csv.ParseError](err); is {
			return nil, refused("result_csv", wrong.Line)
		}
		line, _ := r.FieldPos(0)
		out = append(out, record{line: line, fields: fields})
	}
}

func (l layout) splitFixed(file []byte, length int) (out []record, err error) {
	if l.end == "" {
		for i := 0; i < len(file); i += length {
			out = append(out, record{line: len(out) + 1, raw: file[i:min(i+length, len(file))]})
		}
		return out, nil
	}
	for line := range bytes.SplitSeq(bytes.TrimSuffix(bytes.TrimSuffix(file, []byte("\n")), []byte("\r")), []byte("\n")) {
		out = append(out, record{line: len(out) + 1, raw: bytes.TrimSuffix(line, []byte("\r"))})
	}
	return out, nil
}

// typed is the type of a record, empty for none.
func (r record) typed() string {
	switch {
	case len(r.raw) > 0:
		return string(r.raw[:1])
	case len(r.fields) > 0:
		return r.fields[0]
	}
	return ""
}

// read reads the record as one of the columns.
func (l layout) readRecord(r record, of []column, result bool) (values, error) {
	v := values{line: r.line, of: map[string]string{}}
	if !l.fixed {
		if len(r.fields) != len(of) {
			return v, refused("result_fields", r.line, "found", len(r.fields), "expected", len(of))
		}
		for i, c := range of {
			v.of[c.name] = r.fields[i]
		}
		return v, nil
	}
	if len(r.raw) != l.length(result) {
		return v, refused("result_length", r.line, "found", len(r.raw), "expected", l.length(result))
	}
	at := 0
	for _, c := range of {
		text, ok := l.decode(r.raw[at : at+c.width])
		if !ok {
			return v, refused("result_undecodable", r.line, "encoding", l.encodingName())
		}
		v.of[c.name] = strings.TrimRight(text, " \u3000")
		at += c.width
	}
	return v, nil
}

// values are the fields of a record by the names of their columns.
type values struct {
	line int
	of   map[string]string
}

// number is a field of digits.
func (v values) number(name string) (int64, error) {
	text := v.of[name]
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n > math.MaxInt64 || text[0] == '+' {
		return 0, refused("result_number", v.line, "column", name)
	}
	return int64(n), nil
}

// signed is the field points with its sign.
func (v values) signed() (int64, error) {
	n, err := v.number("points")
	switch {
	case err != nil:
		return 0, err
	case v.of["sign"] == "+":
		return n, nil
	case v.of["sign"] == "-":
		return -n, nil
	}
	return 0, refused("result_number", v.line, "column", "sign")
}
