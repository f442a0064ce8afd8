package imports

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/imports/csvin"
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

// WriteRejected writes the refused rows of a file as CSV for Excel: each row as it
// stood, below its header, and behind it the line, columns, reasons and their
// sentences. Corrected it can be imported again as it is. It is a view of personal
// data, and audited. explain names the column of a reason, which the file calls so, and says
// the reason in the reader's language.
func WriteRejected(ctx context.Context, s *store.Store, by access.Actor, id int64, file string, to io.Writer, explain func(r Rejection, called string) (column, sentence string)) error {
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
	headers, err := i.ReadHeaders(s)
	if err != nil {
		return err
	}
	header := headers[file]
	w := &sheetWriter{Writer: bufio.NewWriter(to), width: len(header)}
	// Excel takes a file for UTF-8 only with the mark.
	w.WriteString("\ufeff")
	w.row(header, csvin.OutcomeColumns)
	err = eachRefusedRow(ctx, s, i.ID, file, func(of []Rejection) error {
		fields, err := of[0].Fields(s)
		if err == nil {
			w.row(fields, outcome(of, headers, explain))
		}
		return err
	})
	return firstError(err, w.Flush())
}

// outcome is what stands behind a row that was refused for these reasons.
func outcome(of []Rejection, headers Headers, explain func(r Rejection, called string) (column, sentence string)) []string {
	var columns, reasons, sentences []string
	for _, r := range of {
		column, sentence := explain(r, headers.Called(r.File, r.ColumnName))
		columns, reasons, sentences = append(columns, column), append(reasons, r.Reason), append(sentences, sentence)
	}
	return []string{strconv.FormatInt(of[0].Line, 10), strings.Join(columns, " "), strings.Join(reasons, " "), strings.Join(sentences, " / ")}
}

// eachRefusedRow yields the refused rows of a file in its order, each with all its
// reasons.
func eachRefusedRow(ctx context.Context, s *store.Store, id int64, file string, yield func([]Rejection) error) error {
	var row []Rejection
	for after := int64(0); ; {
		batch, err := Rejections(store.Read(ctx, s), id, after, rejectBatch)
		if err != nil {
			return err
		}
		for _, r := range batch {
			after = r.ID
			if r.File != file {
				continue
			}
			if len(row) > 0 && row[0].Line != r.Line {
				if err := yield(row); err != nil {
					return err
				}
				row = nil
			}
			row = append(row, r)
		}
		if len(batch) == 0 {
			break
		}
	}
	if len(row) == 0 {
		return nil
	}
	return yield(row)
}

// sheetWriter writes CSV for Excel, values as they are: encoding/csv would change
// the line ends within them.
type sheetWriter struct {
	*bufio.Writer
	width int // of the header
}

// row writes fields, filled up to the header's width, what is told about them, and
// last the fields that the header has no column for.
func (w *sheetWriter) row(fields, told []string) {
	cells := make([]string, max(w.width, len(fields)))
	copy(cells, fields)
	for i, cell := range slices.Concat(cells[:w.width], told, cells[w.width:]) {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteString(quoted(csvin.Disarm(cell)))
	}
	w.WriteString("\r\n")
}

func quoted(cell string) string {
	if strings.ContainsAny(cell, "\",;\t\r\n") || strings.TrimSpace(cell) != cell {
		return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
	}
	return cell
}
