package csvin

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/xuri/excelize/v2"
)

// What a workbook may hold, in bytes: packed, unpacked, and unpacked apart from the
// sheets and their texts, which alone are not read into memory.
const (
	maxPacked   = 64 << 20
	maxUnpacked = 1 << 30
	maxParts    = 32 << 20
	inMemory    = 4 << 20 // larger sheets go through a temporary file
)

// workbook is the first sheet of an .xlsx file.
type workbook struct {
	file   *excelize.File
	rows   *excelize.Rows
	folder string
	line   int
	others int64 // sheets that are not read
	decode *decoder
	buf    []byte
	lost   []int
}

// openWorkbook reads what is packed as a workbook is, and names what is none.
func openWorkbook(in io.Reader) (source, error) {
	packed, err := io.ReadAll(io.LimitReader(in, maxPacked+1))
	switch {
	case err != nil:
		return nil, err
	case len(packed) > maxPacked:
		return nil, refused("workbook_too_large")
	}
	parts, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, refused("workbook_damaged")
	}
	if reason := checkParts(parts.File); reason != "" {
		return nil, refused(reason)
	}
	for _, f := range parts.File {
		if !isXML(f.Name) {
			continue
		}
		if reason := checkTexts(f); reason != "" {
			return nil, refused(reason)
		}
	}
	w := &workbook{decode: newDecoder()}
	w.decode.encoding = UTF8
	if w.folder, err = os.MkdirTemp("", temporary()); err != nil {
		return nil, err
	}
	if err := w.open(packed); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// checkParts is why a packed file is refused by what it says it holds.
func checkParts(files []*zip.File) string {
	is, all, others := "file_archive", uint64(0), uint64(0)
	for _, f := range files {
		name := strings.ToLower(strings.ReplaceAll(f.Name, "\\", "/"))
		switch {
		case f.Flags&1 != 0:
			return "file_encrypted"
		case name == "xl/workbook.xml":
			is = ""
		case name == "xl/workbook.bin", name == "content.xml", name == "index/document.iwa":
			is = "file_spreadsheet_other"
		case name == "word/document.xml", name == "ppt/presentation.xml":
			is = "file_document"
		}
		all += f.UncompressedSize64
		if !strings.HasPrefix(name, "xl/worksheets/") && name != "xl/sharedstrings.xml" {
			others += f.UncompressedSize64
		}
		if f.UncompressedSize64 > maxUnpacked || all > maxUnpacked || is == "" && others > maxParts {
			return "workbook_too_large"
		}
	}
	return is
}

func (w *workbook) open(packed []byte) (err error) {
	defer w.damaged(&err)
	w.file, err = excelize.OpenReader(bytes.NewReader(packed), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: inMemory, TmpDir: w.folder})
	if err != nil {
		return refused("workbook_damaged")
	}
	sheets := w.file.GetSheetList()
	if len(sheets) == 0 {
		return refused("workbook_damaged")
	}
	w.others = int64(len(sheets) - 1)
	if props, err := w.file.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		return refused("workbook_1904")
	}
	if w.rows, err = w.file.Rows(sheets[0]); err != nil {
		return refused("workbook_damaged")
	}
	return nil
}

// damaged turns a panic over a workbook into its refusal: the library takes parts
// for granted that a damaged file does not have.
func (w *workbook) damaged(err *error) {
	if cause := recover(); cause != nil {
		*err = fmt.Errorf("%w (%v)", refused("workbook_damaged"), cause)
	}
}

func (w *workbook) next() (rec record, err error) {
	defer w.damaged(&err)
	if !w.rows.Next() {
		if w.rows.Error() != nil {
			return record{}, refused("workbook_damaged")
		}
		return record{}, io.EOF
	}
	w.line++
	fields, err := w.rows.Columns()
	if err != nil {
		return record{}, refused("workbook_damaged")
	}
	w.lost = w.lost[:0]
	size := 0
	for i, f := range fields {
		ok := false
		if w.buf, ok = w.decode.append(w.buf[:0], []byte(f), false, false); !ok {
			fields[i], w.lost = string(w.buf), append(w.lost, i)
		}
		size += len(f) + 1
	}
	if size > maxRecord {
		return record{w.line, []string{strings.Join(fields, ",")[:1024]}, nil, "row_too_long"}, nil
	}
	if len(fields) == 0 {
		fields = []string{""}
	}
	return record{w.line, fields, w.lost, ""}, nil
}

func (w *workbook) notices() []Notice {
	if w.others == 0 {
		return nil
	}
	return []Notice{{Code: "other_sheets_ignored", Count: w.others}}
}

func (w *workbook) emptyReason() string { return "sheet_empty" }

func (w *workbook) close() error {
	var errs []error
	if w.rows != nil {
		w.rows.Close() // repeats the error of reading
	}
	if w.file != nil {
		errs = append(errs, w.file.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(w.folder))...)
}

const temporaryName = "hoten-workbook-"

// temporary names the folders of this process.
func temporary() string { return temporaryName + strconv.Itoa(os.Getpid()) + "-*" }

// Sweep removes the temporary folders of programs that were killed, and those of
// an earlier program with this one's number. Call it before anything is read.
func Sweep() error {
	found, err := filepath.Glob(filepath.Join(os.TempDir(), temporaryName+"*"))
	for _, folder := range found {
		number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(folder), temporaryName), "-")
		pid, bad := strconv.Atoi(number)
		if bad == nil && pid != os.Getpid() && syscall.Kill(pid, 0) != syscall.ESRCH {
			continue
		}
		err = errors.Join(err, os.RemoveAll(folder))
	}
	return err
}
