package csvin

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
)

// longestText bounds what a part of a workbook may hold without a tag, in bytes. A cell
// holds at most 32,767 characters; whoever reads XML takes each text, and each tag with
// its attributes, into memory as a whole.
const longestText = 1 << 20

// checkTexts is why a part is refused by what it holds: a text without end, or a
// document type, whose entities could stand for anything and which no workbook has.
func checkTexts(f *zip.File) string {
	in, err := f.Open()
	if err != nil {
		return "workbook_damaged"
	}
	defer in.Close()
	const doctype = "<!DOCTYPE"
	buf := make([]byte, 64<<10)
	kept, run := 0, 0 // the end of what was read before, in front of what comes
	for {
		n, err := in.Read(buf[kept:])
		seen := buf[:kept+n]
		// Zeros: also in UTF-16.
		if bytes.Contains(bytes.ReplaceAll(bytes.ToUpper(seen), []byte{0}, nil), []byte(doctype)) {
			return "workbook_damaged"
		}
		for fresh := seen[kept:]; ; {
			i := bytes.IndexByte(fresh, '<')
			if i < 0 {
				run += len(fresh)
				break
			}
			if run += i; run > longestText {
				break
			}
			fresh, run = fresh[i+1:], 0
		}
		if run > longestText {
			return "workbook_too_large"
		}
		if err == io.EOF {
			return ""
		}
		if err != nil {
			return "workbook_damaged"
		}
		kept = copy(buf, seen[max(0, len(seen)-2*len(doctype)+1):])
	}
}

// isXML reports whether a part is read as XML, unlike pictures.
func isXML(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels") || strings.HasSuffix(name, ".vml")
}
