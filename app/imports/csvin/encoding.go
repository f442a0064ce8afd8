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
	CP932 Encoding = "cp932"
)

var (
	bomUTF8  = []byte("\ufeff")
	bomUTF16 = [][]byte{{0xff, 0xfe}, {0xfe, 0xff}}
)

// sniff decides by a record and the text behind it, which may end within a
// character. Text in cp932 is nearly never valid UTF-8, so one damaged character
// among many good ones does not make a UTF-8 file cp932.
func sniff(record, behind []byte) Encoding {
	good, bad := 0, 0
	for _, text := range [][]byte{record, behind} {
		for len(text) > 0 && utf8.FullRune(text) {
			r, size := utf8.DecodeRune(text)
			switch {
			case r == utf8.RuneError && size == 1:
				bad++
			case size > 1:
				good++
			}
			text = text[size:]
		}
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
// in dst as U+FFFD. A U+FFFD in the file is the mark of the same loss earlier.
func (d *decoder) append(dst, src []byte, doubled bool) (out []byte, ok bool) {
	if doubled {
		src = bytes.ReplaceAll(src, []byte(`""`), []byte(`"`))
	}
	if plain(src) {
		return append(dst, src...), true
	}
	if d.encoding == CP932 {
		src = d.fromCP932(src)
	}
	lost := !utf8.Valid(src) || bytes.Contains(src, []byte("\ufffd"))
	if bytes.IndexByte(src, 0) >= 0 {
		src, lost = bytes.ReplaceAll(src, []byte{0}, []byte("\ufffd")), true
	}
	if lost {
		src = bytes.ToValidUTF8(src, []byte("\ufffd"))
	}
	return append(dst, src...), !lost
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

// plain reports whether b is ASCII without NUL.
func plain(b []byte) bool {
	for _, c := range b {
		if c == 0 || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
