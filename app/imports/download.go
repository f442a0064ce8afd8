package imports

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Columns are the columns of the files that the program does not know.
func (i Import) Columns() []string {
	out := []string{}
	if err := json.Unmarshal([]byte(i.IgnoredColumns), &out); err != nil {
		return nil
	}
	return out
}

// WriteRejected writes the refused rows of a file as CSV for Excel: line, column,
// reason and its sentence, then the row as it stood. It is a view of personal
// data, and audited. explain says a reason in the reader's language.
func WriteRejected(ctx context.Context, s *store.Store, by access.Actor, id int64, file string, to io.Writer, explain func(reason string) string) error {
	i, err := verbs.Do(ctx, s, by, ToReadRejected, verbs.About("import", id), "", func(tx *store.Tx) (*Import, error) {
		i, err := ByID(tx.DB, id)
		if err != nil {
			return nil, err
		}
		return i, audit.Record(tx, audit.Change{After: map[string]string{"file": file}})
	})
	if err != nil {
		return err
	}
	// Excel takes a file for UTF-8 only with the mark.
	if _, err := io.WriteString(to, "\ufeff"); err != nil {
		return err
	}
	w := csv.NewWriter(to)
	w.UseCRLF = true
	if err := w.Write([]string{"line", "column", "reason", "message"}); err != nil {
		return err
	}
	for after := int64(0); ; {
		rows, err := Rejections(store.Read(ctx, s), i.ID, after, rejectBatch)
		if err != nil || len(rows) == 0 {
			w.Flush()
			return firstError(err, w.Error())
		}
		for _, r := range rows {
			after = r.ID
			if r.File != file {
				continue
			}
			fields, err := r.Fields(s)
			if err != nil {
				return err
			}
			record := []string{strconv.FormatInt(r.Line, 10), r.ColumnName, r.Reason, explain(r.Reason)}
			for _, f := range fields {
				record = append(record, Disarm(f))
			}
			if err := w.Write(record); err != nil {
				return err
			}
		}
	}
}

// Disarm keeps a spreadsheet from running a cell as a formula (docs/domain.md section
// 7); a Japanese Excel takes the full-width signs for the others.
func Disarm(s string) string {
	if first, _ := utf8.DecodeRuneInString(s); s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + s
	}
	return s
}
