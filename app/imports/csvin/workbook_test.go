package csvin

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// book is a workbook with the rows on its first sheet.
func book(t *testing.T, change func(*excelize.File), rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		at, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := f.SetSheetRow("Sheet1", at, &row); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(f)
	}
	var out bytes.Buffer
	if err := errors.Join(f.Write(&out), f.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWorkbook(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	day := time.Date(1970, 3, 2, 0, 0, 0, 0, time.UTC)
	file := book(t, func(f *excelize.File) { f.NewSheet("予備") },
		[]any{"対象者一覧"},
		[]any{},
		[]any{"OCN ID", "氏名", "生年月日", "お客さま番号", "gooポイント残高", "備考"},
		[]any{"m1@ocn.example", "山田 太郎", day, 123456789012, 1265},
		[]any{"m2@ocn.example", "#N/A", nil, 1.23456789012345e17},
		[]any{},
		[]any{"合計", nil, nil, nil, 1265},
		[]any{"m3@ocn.example", "a\x02b", nil, "000123"},
		[]any{"m4@ocn.example", nil, nil, nil, nil, nil, "beyond the header"},
	)
	r, err := NewReader(bytes.NewReader(file), AffectedFile, words)
	if err != nil {
		t.Fatal(err)
	}
	rows := all(t, r)
	if got, want := told(rows), "5 name:excel_error 8 name:undecodable 9 :wrong_number_of_fields"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	a := rows[0].Affected
	if a.LoginID != "m1@ocn.example" || a.Name != "山田 太郎" || a.BirthDate.String() != "1970-03-02" || a.CustomerNumber != "123456789012" ||
		!slices.Equal(a.Balances, []Balance{{"goo", 1265}}) || rows[0].Line != 4 {
		t.Errorf("%+v", rows[0])
	}
	if got := r.Notices(); len(got) != 1 || got[0] != (Notice{Code: "other_sheets_ignored", Count: 1}) {
		t.Errorf("%+v", got)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) != 0 {
		t.Errorf("%v stays behind", left)
	}
}

// A sheet that does not fit into memory goes through a temporary file.
func TestLargeWorkbook(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var out bytes.Buffer
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	const count = 60_000
	for i := range count + 1 {
		at, _ := excelize.CoordinatesToCellName(1, i+1)
		row := []any{"m" + strings.Repeat("x", i%7) + at, "山田 太郎"}
		if i == 0 {
			row = []any{"login_id", "name"}
		}
		if err := w.SetRow(at, row); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Flush(), f.Write(&out), f.Close()); err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(&out, AffectedFile, words)
	if err != nil {
		t.Fatal(err)
	}
	if rows := all(t, r); len(rows) != count || told(rows) != "" || rows[count-1].Line != count+1 {
		t.Errorf("%d rows, %.200s", len(rows), told(rows))
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) != 0 {
		t.Errorf("%v stays behind", left)
	}
}

func packed(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, content := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWorkbooksThatAreRefused(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	good := book(t, nil, []any{"login_id", "name"}, []any{"m1", "x"})
	damaged := bytes.Clone(good)
	for i := len(damaged) / 3; i < len(damaged)/2; i++ {
		damaged[i] ^= 0x55
	}
	yes := true
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"empty":             {book(t, nil), "sheet_empty"},
		"blank cells":       {book(t, nil, []any{" ", "\u3000"}), "sheet_empty"},
		"second sheet only": {book(t, func(f *excelize.File) { f.NewSheet("B"); f.SetCellStr("B", "A1", "login_id") }), "sheet_empty"},
		"another list":      {book(t, nil, []any{"name", "phone"}), "login_id column_missing"},
		"cut off":           {good[:len(good)/2], "workbook_damaged"},
		"damaged":           {damaged, "workbook_damaged"},
		"no parts":          {packed(t, map[string]string{"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}), "workbook_damaged"},
		"from 1904":         {book(t, func(f *excelize.File) { f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}) }, []any{"login_id"}), "workbook_1904"},
		"a zip file":        {packed(t, map[string]string{"affected.csv": "login_id\n"}), "file_archive"},
		"Word":              {packed(t, map[string]string{"word/document.xml": "<x/>"}), "file_document"},
		"OpenDocument":      {packed(t, map[string]string{"mimetype": "x", "content.xml": "<x/>"}), "file_spreadsheet_other"},
		"xlsb":              {packed(t, map[string]string{"xl/workbook.bin": "x"}), "file_spreadsheet_other"},
		"a bomb":            {packed(t, map[string]string{"xl/workbook.xml": "<workbook/>", "xl/styles.xml": strings.Repeat(" ", maxParts+1)}), "workbook_too_large"},
		"a long text":       {packed(t, map[string]string{"xl/workbook.xml": "<workbook/>", "xl/worksheets/sheet1.xml": "<c>" + strings.Repeat("A", 3*longestText)}), "workbook_too_large"},
		"a long attribute":  {packed(t, map[string]string{"xl/workbook.xml": "<workbook/>", "xl/sharedStrings.xml": `<sst x="` + strings.Repeat("A", 3*longestText) + `"/>`}), "workbook_too_large"},
		"entities":          {packed(t, map[string]string{"xl/workbook.xml": "<workbook/>", "xl/worksheets/sheet1.xml": strings.Repeat("<!-- -->", 9000) + `<!DocType x [<!ENTITY c "y">]><c>&c;</c>`}), "workbook_damaged"},
		"endless":           {append([]byte("PK\x03\x04"), make([]byte, maxPacked)...), "workbook_too_large"},
	} {
		_, err := NewReader(bytes.NewReader(c.file), AffectedFile, words)
		var refused *HeaderError
		if !errors.As(err, &refused) || !strings.HasPrefix(err.Error(), "csvin: "+c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) != 0 {
		t.Errorf("%v stays behind", left)
	}
}

func TestSweepRemovesWhatAKilledProgramLeft(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	mine, err := os.MkdirTemp("", temporary())
	if err != nil {
		t.Fatal(err)
	}
	// No process has a number above the kernel's limit; the first one always runs.
	lost, running := filepath.Join(os.TempDir(), temporaryName+"4194305-1"), filepath.Join(os.TempDir(), temporaryName+"1-1")
	if err := errors.Join(os.Mkdir(lost, 0o700), os.Mkdir(running, 0o700), Sweep()); err != nil {
		t.Fatal(err)
	}
	for folder, stays := range map[string]bool{mine: false, lost: false, running: true} {
		if _, err := os.Stat(folder); (err == nil) != stays {
			t.Errorf("%s: %v", filepath.Base(folder), err)
		}
	}
}
