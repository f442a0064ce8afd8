package csvin

import (
	"bytes"
	"io"
)

// maxRecord bounds one record in bytes. It is what a quote that nobody closed
// may cost before the line is given up.
const maxRecord = 64 << 10

// bufferSize holds several records, so that the buffer is seldom moved.
const bufferSize = 4 * maxRecord

// scanner cuts a stream into records of fields, still undecoded. It may: no
// byte of a multi-byte character of UTF-8 or cp932 is a delimiter, a quote or a
// line end.
type scanner struct {
	in         io.Reader
	comma      byte
	buf        []byte
	start, end int // the unread part of buf
	ended      bool
	err        error // what ended the stream, if not its end
	line       int   // physical line at start, from 1
	fields     []field
	source     []byte // what the fields are parts of
}

// field is a part of the source: doubled says that it holds doubled quotes.
type field struct {
	from, to int
	doubled  bool
}

func newScanner(in io.Reader) *scanner {
	return &scanner{in: in, comma: ',', buf: make([]byte, bufferSize), line: 1}
}

// fill makes sure that a whole record and the line end behind it are in the
// buffer, or all there is.
func (s *scanner) fill() {
	if s.end-s.start >= maxRecord+2 || s.ended {
		return
	}
	copy(s.buf, s.buf[s.start:s.end])
	s.start, s.end = 0, s.end-s.start
	for idle := 0; s.end < len(s.buf) && !s.ended; {
		n, err := s.in.Read(s.buf[s.end:])
		s.end += n
		if n > 0 {
			idle = 0
		} else if idle++; err == nil && idle > 100 {
			err = io.ErrNoProgress
		}
		if err != nil {
			s.ended = true
			if err != io.EOF {
				s.err = err
			}
		}
	}
}

// window is what is buffered from the start of the coming record on.
func (s *scanner) window() []byte {
	s.fill()
	return s.buf[s.start:s.end]
}

// ahead is the record of the last call of next, and what is buffered behind it.
func (s *scanner) ahead() (record, behind []byte) {
	first, last := s.fields[0], s.fields[len(s.fields)-1]
	return s.source[first.from:last.to], s.buf[s.start:s.end]
}

func (s *scanner) skip(n int) {
	s.start += n
}

// next scans one record into s.fields, which stay valid until the next call. A
// reason says that the record is malformed: then its first physical line is the
// only field, and scanning goes on behind that line. err is io.EOF at the end,
// or the reader's error.
func (s *scanner) next() (line int, reason string, err error) {
	s.fill()
	if s.err != nil {
		return 0, "", s.err
	}
	if s.start == s.end {
		return 0, "", io.EOF
	}
	line = s.line
	s.fields, s.source = s.fields[:0], s.buf
	at, lines, reason := s.record()
	if reason != "" {
		return line, reason, s.giveUp()
	}
	s.skip(at - s.start)
	s.line += lines
	return line, "", nil
}

// record scans to the end of the record and gives the index behind it and the
// number of physical lines in it.
func (s *scanner) record() (at, lines int, reason string) {
	limit := min(s.end, s.start+maxRecord)
	for i := s.start; ; i++ {
		if i < limit && s.buf[i] == '"' {
			if i, reason = s.quoted(i, limit); reason != "" {
				return 0, 0, reason
			}
			last := s.fields[len(s.fields)-1]
			lines += countLines(s.buf[last.from:last.to])
		} else {
			i = s.plain(i, limit)
		}
		switch {
		case i == limit && limit == s.end:
			return i, lines + 1, ""
		case i == limit:
			return 0, 0, "row_too_long"
		case s.buf[i] == s.comma:
		case s.buf[i] == '\n':
			return i + 1, lines + 1, ""
		case s.buf[i] == '\r':
			if i+1 < s.end && s.buf[i+1] == '\n' {
				i++
			}
			return i + 1, lines + 1, ""
		default:
			return 0, 0, "quote_invalid"
		}
	}
}

func (s *scanner) plain(i, limit int) int {
	from := i
	for i < limit {
		if c := s.buf[i]; c == s.comma || c == '\n' || c == '\r' {
			break
		}
		i++
	}
	s.fields = append(s.fields, field{from: from, to: i})
	return i
}

// quoted scans the field whose opening quote is at i, and spaces behind it.
func (s *scanner) quoted(i, limit int) (int, string) {
	f := field{from: i + 1}
	for i++; ; i += 2 {
		n := bytes.IndexByte(s.buf[i:limit], '"')
		if n < 0 && limit == s.end {
			return 0, "quote_invalid"
		}
		if n < 0 {
			return 0, "row_too_long"
		}
		if i += n; i+1 == limit || s.buf[i+1] != '"' {
			break
		}
		f.doubled = true
	}
	f.to = i
	s.fields = append(s.fields, f)
	for i++; i < limit && s.buf[i] == ' '; {
		i++
	}
	return i, ""
}

// giveUp takes the first physical line of a malformed record as its only field,
// the beginning of it if it is endless, and goes on behind that line.
func (s *scanner) giveUp() error {
	line := s.window()
	s.source = bytes.Clone(line[:min(lineEnd(line), maxRecord)])
	s.fields = append(s.fields[:0], field{from: 0, to: len(s.source)})
	for {
		rest := s.window()
		n := lineEnd(rest)
		s.skip(n)
		if n < len(rest) || n == 0 {
			break
		}
	}
	rest := s.window()
	switch {
	case bytes.HasPrefix(rest, []byte("\r\n")):
		s.skip(2)
	case len(rest) > 0:
		s.skip(1)
	}
	s.line++
	return s.err
}

// lineEnd is the index of the first line end in b, or its length.
func lineEnd(b []byte) int {
	if i := bytes.IndexAny(b, "\r\n"); i >= 0 {
		return i
	}
	return len(b)
}

// countLines counts the line ends in b; CR LF is one.
func countLines(b []byte) int {
	return bytes.Count(b, []byte("\n")) + bytes.Count(b, []byte("\r")) - bytes.Count(b, []byte("\r\n"))
}
