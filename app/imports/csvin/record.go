package csvin

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/transform"

	"hoten/app/jptext"
)

// record is one record, decoded. A reason says that it is malformed: then its one
// field is the physical line.
type record struct {
	line   int
	fields []string
	lost   []int // fields that could not be decoded; valid until the next record
	reason string
}

// source yields the records of a file. next fails with io.EOF at the end.
type source interface {
	next() (record, error)
	notices() []Notice
	emptyReason() string // why a file without any record is refused
	close() error
}

// open finds out what a file is, and how to read it.
func open(in io.Reader, kind Kind, words Names) (source, error) {
	scan := newScanner(in)
	begin := scan.window()
	if scan.err != nil {
		return nil, scan.err
	}
	whole := io.MultiReader(bytes.NewReader(begin), in)
	if bytes.HasPrefix(begin, zipped) {
		return openWorkbook(whole)
	}
	if reason := foreignReason(begin); reason != "" {
		return nil, refused(reason)
	}
	t := &text{scan: scan, decode: newDecoder()}
	if wide := utf16Of(begin); wide != nil {
		t.scan, t.decode.encoding = newScanner(transform.NewReader(whole, wide.NewDecoder())), UTF16
	}
	return t, t.begin(kind, words)
}

// text is a file of text.
type text struct {
	scan   *scanner
	decode *decoder
	buf    []byte
	ends   []int
	lost   []int
}

// begin reads the marks at the start, and finds the delimiter.
func (t *text) begin(kind Kind, words Names) error {
	begin := t.scan.window()
	if bytes.HasPrefix(begin, bomUTF8) {
		t.scan.skip(len(bomUTF8))
		if t.decode.encoding == ASCII {
			t.decode.encoding = UTF8
		}
		begin = t.scan.window()
	}
	if named := sepLine.FindSubmatch(begin); named != nil {
		t.scan.skip(len(named[0]))
		t.scan.line++
		t.scan.comma = named[1][0]
		return nil
	}
	comma, header, err := delimiter(begin, kind, words)
	if errors.Is(err, errUnclear) {
		return refused("delimiter_unclear")
	}
	t.scan.comma = comma
	// The rows below may contradict the header; it says how the file was meant.
	if t.decode.encoding == ASCII && !plain(header) {
		t.decode.encoding = vote(header)
	}
	return t.scan.err
}

func (t *text) notices() []Notice   { return nil }
func (t *text) emptyReason() string { return "file_empty" }
func (t *text) close() error        { return nil }

// next scans and decodes one record. All fields share one string.
func (t *text) next() (record, error) {
	line, reason, err := t.scan.next()
	if err != nil {
		return record{}, err
	}
	contradicts := t.contradicts()
	t.buf, t.ends, t.lost = t.buf[:0], t.ends[:0], t.lost[:0]
	for i, f := range t.scan.fields {
		src := t.scan.source[f.from:f.to]
		if t.decode.encoding == ASCII && !plain(src) {
			t.decode.encoding = sniff(t.scan.ahead())
		}
		ok := false
		if t.buf, ok = t.decode.append(t.buf, src, f.doubled, contradicts); !ok {
			t.lost = append(t.lost, i)
		}
		t.ends = append(t.ends, len(t.buf))
	}
	all, from := string(t.buf), 0
	fields := make([]string, len(t.ends))
	for i, end := range t.ends {
		fields[i], from = all[from:end], end
	}
	return record{line, fields, t.lost, reason}, nil
}

// contradicts reports whether the record is UTF-8 in a file of cp932, which would
// pass as other, wrong characters. Japanese takes three bytes a character in
// UTF-8, and a whole record of cp932 is hardly ever valid as that.
func (t *text) contradicts() bool {
	if t.decode.encoding != CP932 {
		return false
	}
	first, last := t.scan.fields[0], t.scan.fields[len(t.scan.fields)-1]
	all := t.scan.source[first.from:last.to]
	return bytes.ContainsFunc(all, func(r rune) bool { return r >= 0x800 && r != utf8.RuneError }) && utf8.Valid(all)
}

func blank(fields []string) bool {
	return !slices.ContainsFunc(fields, func(f string) bool { return strings.TrimSpace(f) != "" })
}

// totals say that a row sums others up, or that the list ends.
var totals = []string{"合計", "総合計", "総計", "小計", "計", "以上", "total", "subtotal", "grandtotal"}

// isTotal reports whether the row sums others up (docs/domain.md section 7: a 合計 row is
// not a member): it says so in the place of the ID, or elsewhere and has no ID.
// A row of a statement that names an account and a time is a movement, whatever else it says.
func (r *Reader) isTotal(raw []string) bool {
	if r.kind == StatementFile && r.has(raw, staAccount) && r.has(raw, staDoneAt) {
		return false
	}
	if at := r.header.at[0]; at < len(raw) && jptext.LoginKey(raw[at]) != "" {
		return saysTotal(raw[at])
	}
	return slices.ContainsFunc(raw, saysTotal)
}

// has reports whether a row says anything in a column.
func (r *Reader) has(raw []string, column int) bool {
	at := r.header.at[column]
	return at >= 0 && at < len(raw) && strings.TrimSpace(raw[at]) != ""
}

func saysTotal(cell string) bool {
	if len(cell) > 64 {
		return false
	}
	key := strings.TrimRight(jptext.LoginKey(cell), ":")
	return strings.HasPrefix(key, "合計") || slices.Contains(totals, key)
}

// ExampleMarks begin, by language, the first cell of the example row of a template
// (imports.Template).
var ExampleMarks = map[string]string{"ja": "記入例：", "en": "example: "}

// isExample reports whether the row is the example of a template.
func (r *Reader) isExample(raw []string) bool {
	at := r.header.at[0]
	if at < 0 || at >= len(raw) {
		return false
	}
	key := jptext.LoginKey(raw[at])
	for _, mark := range ExampleMarks {
		if strings.HasPrefix(key, jptext.LoginKey(mark)) {
			return true
		}
	}
	return false
}
