package csvin

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/transform"
)

// Encoding is how the text of a file is written.
type Encoding string

// What Reader.Encoding tells.
const (
	ASCII Encoding = "ASCII" // so far nothing told one from the other
	UTF8  Encoding = "UTF-8"
	UTF16 Encoding = "UTF-16" // turned into UTF-8 before anything else looks at it
	CP932 Encoding = "cp932"
)

var bomUTF8 = []byte("\ufeff")

// sniff decides by a record and the lines behind it, of which the last may end
// within a character: each line votes, so that a long one in the other encoding
// does not speak for the file.
func sniff(record, behind []byte) Encoding {
	votes := map[Encoding]int{}
	for _, text := range [][]byte{record, behind} {
		for line := range bytes.SplitSeq(text, []byte("\n")) {
			if !plain(line) {
				votes[vote(line)]++
			}
		}
	}
	if votes[CP932] > votes[UTF8] {
		return CP932
	}
	return UTF8
}

// vote is the encoding that a line speaks for. Text in cp932 is nearly never valid
// UTF-8, so one damaged character among many good ones does not make a line cp932.
func vote(line []byte) Encoding {
	good, bad := 0, 0
	for len(line) > 0 && utf8.FullRune(line) {
		r, size := utf8.DecodeRune(line)
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		line = line[size:]
	}
	if good >= 4*bad {
		return UTF8
	}
	return CP932
}

// decoder turns fields into text.
type decoder struct {
	encoding Encoding
	cp932    transform.Transformer
	decoded  []byte
}

func newDecoder() *decoder {
	return &decoder{encoding: ASCII, cp932: japanese.ShiftJIS.NewDecoder(), decoded: make([]byte, 3*maxRecord)}
}

// append decodes src behind dst. It is not ok when src has a character that the
// encoding does not know, gaiji above all, or one that no text has: such stand
// in dst as U+FFFD. A U+FFFD in the file is the mark of the same loss earlier. Text
// that contradicts the file's encoding is decoded as UTF-8, and not ok.
func (d *decoder) append(dst, src []byte, doubled, contradicts bool) (out []byte, ok bool) {
	if doubled {
		src = bytes.ReplaceAll(src, []byte(`""`), []byte(`"`))
	}
	if plain(src) {
		return append(dst, src...), true
	}
	if d.encoding == CP932 && !contradicts {
		src = d.fromCP932(src)
	}
	lost := contradicts || !utf8.Valid(src) || bytes.Contains(src, []byte("\ufffd"))
	if lost || bytes.ContainsFunc(src, isControl) {
		return append(dst, bytes.Map(visible, src)...), !lost && !bytes.ContainsFunc(src, isControl)
	}
	return append(dst, src...), true
}

// visible puts U+FFFD in the place of control characters; bytes.Map does so for
// bytes that are no UTF-8.
func visible(r rune) rune {
	if isControl(r) {
		return utf8.RuneError
	}
	return r
}

// isControl reports whether r is a character that no text has. Tabs and line ends
// stand in cells.
func isControl(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0
}

// fromCP932 decodes src; the wave dash becomes the one used inside, U+301C
// (docs/domain.md section 7), and the code 0x80 that no font has is lost.
func (d *decoder) fromCP932(src []byte) []byte {
	d.cp932.Reset()
	n, _, err := d.cp932.Transform(d.decoded, src, true)
	if err != nil {
		// The buffer holds any record decoded: a byte becomes three at most.
		panic(err)
	}
	out := d.decoded[:n]
	out = bytes.ReplaceAll(out, []byte("\uff5e"), []byte("\u301c"))
	return bytes.ReplaceAll(out, []byte("\u0080"), []byte("\ufffd"))
}

// plain reports whether b is ASCII without control characters.
func plain(b []byte) bool {
	for _, c := range b {
		if !isPlain[c] {
			return false
		}
	}
	return true
}

var isPlain = func() (table [256]bool) {
	for c := range utf8.RuneSelf {
		table[c] = !isControl(rune(c))
	}
	return table
}()
