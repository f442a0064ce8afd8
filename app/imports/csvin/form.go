package csvin

import (
	"bytes"
	"regexp"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// A form is what a file is, told by how it begins.
type form struct {
	begins string
	reason string // why such a file is refused
}

// foreign are the files that people send for a list, and that are none.
var foreign = []form{
	{"%PDF-", "file_pdf"},
	{"\x89PNG\r\n", "file_image"}, {"\xff\xd8\xff", "file_image"}, {"GIF8", "file_image"}, {"II*\x00", "file_image"}, {"MM\x00*", "file_image"},
	{"\x1f\x8b", "file_archive"}, {"Rar!", "file_archive"}, {"7z\xbc\xaf\x27\x1c", "file_archive"}, {"BZh", "file_archive"}, {"\xfd7zXZ", "file_archive"},
	{"PK\x05\x06", "file_archive"}, // a ZIP file without any file in it
	{"{\\rtf", "file_document"},
	{"\x09\x08", "file_xls"}, {"\x09\x04", "file_xls"}, {"\x09\x02", "file_xls"}, // Excel before 1997
}

var (
	zipped   = []byte("PK\x03\x04")
	compound = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") // the container of .xls, and of anything encrypted
	markup   = regexp.MustCompile(`(?i)^\s*<(\?xml|!doctype|html|head|body|table|meta|workbook)\b`)
	riff     = regexp.MustCompile(`^(RIFF....WEBP|BM....\x00\x00\x00\x00|....ftyp(heic|mif1|avif))`)
	sepLine  = regexp.MustCompile(`(?i)^"?sep=([,;\t|])"?[,;\t|]*\r?\n`)
)

// foreignReason is why a file that begins like this is refused; empty for text and
// for what may be a workbook.
func foreignReason(begin []byte) string {
	if bytes.HasPrefix(begin, compound) {
		if bytes.Contains(begin, utf16Bytes("EncryptedPackage")) {
			return "file_encrypted"
		}
		return "file_xls"
	}
	for _, f := range foreign {
		if bytes.HasPrefix(begin, []byte(f.begins)) {
			return f.reason
		}
	}
	switch {
	case riff.Match(begin):
		return "file_image"
	case markup.Match(bytes.TrimPrefix(begin, bomUTF8)):
		return "file_markup"
	}
	return ""
}

func utf16Bytes(s string) []byte { return []byte(strings.Join(strings.Split(s, ""), "\x00")) }

// utf16Of is the encoding of a file that begins with the mark of UTF-16, or with
// ASCII written in it; nil for others.
func utf16Of(begin []byte) encoding.Encoding {
	ascii := func(c byte) bool { return c == '\t' || c >= ' ' && c < 0x7f }
	first := append(bytes.Clone(begin[:min(4, len(begin))]), 1, 1, 1, 1) // no zeros
	switch {
	case bytes.HasPrefix(begin, []byte("\xff\xfe")), ascii(first[0]) && first[1] == 0 && ascii(first[2]) && first[3] == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(begin, []byte("\xfe\xff")), first[0] == 0 && ascii(first[1]) && first[2] == 0 && ascii(first[3]):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	}
	return nil
}
