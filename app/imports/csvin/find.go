package csvin

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
)

// headerSearch is how many records are looked at for the header: titles and notes
// may stand above it.
const headerSearch = 10

// score is how well names fit as a header: the columns they name, and above all
// whether the required ones are among them.
func score(names []string, kind Kind, words Names) int {
	h, problems := readHeader(names, kind, 0, words)
	n := h.known()
	if !slices.ContainsFunc(problems, func(p Problem) bool { return p.Reason == "column_missing" }) {
		n += len(kind.columns())
	}
	return n
}

// best is the index of the record that fits best as a header, the first of equals,
// and its score; -1 when there are no records.
func best(records [][]string, kind Kind, words Names) (at, points int) {
	at = -1
	for i, names := range records {
		if n := score(names, kind, words); at < 0 || n > points {
			at, points = i, n
		}
	}
	return at, points
}

var errUnclear = errors.New("more than one delimiter fits")

// delimiter finds the delimiter of a text by its header, which it returns raw. A
// comma where nothing tells.
func delimiter(begin []byte, kind Kind, words Names) (comma byte, header []byte, err error) {
	comma, most := ',', 0
	var chosen []string
	for _, d := range []byte(",\t;") {
		raw, records := probe(begin, d)
		at, points := best(records, kind, words)
		switch {
		case at < 0 || points == 0 || points < most:
		case points > most:
			comma, most, header, chosen, err = d, points, raw[at], records[at], nil
		case !slices.Equal(records[at], chosen):
			err = errUnclear
		}
	}
	return comma, header, err
}

// probe reads the first records of a text, each for itself.
func probe(begin []byte, comma byte) (raw [][]byte, records [][]string) {
	s := newScanner(bytes.NewReader(begin))
	s.comma = comma
	for len(records) < headerSearch {
		_, reason, err := s.next()
		if err != nil {
			return raw, records
		}
		first, last := s.fields[0], s.fields[len(s.fields)-1]
		line := slices.Clone(s.source[first.from:last.to])
		fields := make([]string, len(s.fields))
		for i, f := range s.fields {
			fields[i] = guessed(s.source[f.from:f.to], utf8.Valid(line))
		}
		if reason == "" && !blank(fields) {
			raw, records = append(raw, line), append(records, fields)
		}
	}
	return raw, records
}

func guessed(b []byte, isUTF8 bool) string {
	if !isUTF8 {
		if text, err := japanese.ShiftJIS.NewDecoder().Bytes(b); err == nil {
			return string(text)
		}
	}
	return string(b)
}

// findHeader reads up to the header. What was read behind it waits in r.ahead.
func (r *Reader) findHeader() error {
	var names [][]string
	for filled := 0; filled < headerSearch && len(names) < 10*headerSearch; {
		rec, err := r.in.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		empty := rec.reason == "" && blank(rec.fields)
		if empty && filled == 0 {
			continue
		}
		if !empty {
			filled++
		}
		rec.lost = slices.Clone(rec.lost)
		r.ahead, names = append(r.ahead, rec), append(names, rec.fields)
	}
	at, _ := best(names, r.kind, r.names)
	if at < 0 {
		return refused(r.in.emptyReason())
	}
	found := r.ahead[at]
	r.ahead = r.ahead[at+1:]
	switch {
	case found.reason != "":
		return &HeaderError{Problems: []Problem{{Line: found.line, Reason: found.reason}}}
	case len(found.lost) > 0:
		return &HeaderError{Problems: []Problem{{Line: found.line, Reason: "undecodable"}}}
	}
	return r.take(found)
}

// take takes a record as the header.
func (r *Reader) take(rec record) error {
	fields := rec.fields
	for len(fields) > 0 && blank(fields[len(fields)-1:]) {
		fields = fields[:len(fields)-1]
	}
	if r.returned = endsWith(fields, OutcomeColumns); r.returned {
		fields = rearmed(fields[:len(fields)-len(OutcomeColumns)])
	}
	var problems []Problem
	if r.header, problems = readHeader(fields, r.kind, rec.line, r.names); len(problems) > 0 {
		refused := &HeaderError{Problems: problems}
		if r.header.known() > 0 {
			refused.Ignored = r.header.ignored
		}
		return refused
	}
	return nil
}

func refused(reason string) error {
	return &HeaderError{Problems: []Problem{{Line: 1, Reason: reason}}}
}
