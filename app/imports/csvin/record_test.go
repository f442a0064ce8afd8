package csvin

import (
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/japanese"
	"pgregory.net/rapid"
)

// What encoding/csv writes, read in pieces of any size, comes back.
func TestRecordsComeBack(t *testing.T) {
	cell := rapid.OneOf(rapid.StringMatching(`[a-z0-9 山田ｱー,"]{0,8}`), rapid.SampledFrom([]string{"", "\n", "a\nb", "\"", "\"\"", ",", " x "}))
	rapid.Check(t, func(t *rapid.T) {
		var file bytes.Buffer
		w := csv.NewWriter(&file)
		w.UseCRLF = rapid.Bool().Draw(t, "crlf")
		want := [][]string{}
		w.Write([]string{"login_id", "name", "備考"})
		for range rapid.IntRange(0, 9).Draw(t, "rows") {
			record := []string{"m" + rapid.StringMatching(`[0-9]{1,5}`).Draw(t, "id"), cell.Draw(t, "name"), cell.Draw(t, "more")}
			want = append(want, record)
			w.Write(record)
		}
		w.Flush()
		encoding, encoded := UTF8, file.Bytes()
		if rapid.Bool().Draw(t, "cp932") {
			encoding = CP932
			encoded, _ = japanese.ShiftJIS.NewEncoder().Bytes(encoded)
		}
		r, err := NewReader(&pieces{encoded, rapid.IntRange(1, 40).Draw(t, "size")}, AffectedFile, words)
		if err != nil {
			t.Fatal(err)
		}
		for i, record := range want {
			row, err := r.Next()
			if w.UseCRLF {
				record = crlf(record)
			}
			if err != nil || len(row.Problems) > 0 || !slices.Equal(row.Raw, record) {
				t.Fatalf("row %d: %q %v %v, want %q", i, row.Raw, row.Problems, err, record)
			}
		}
		if row, err := r.Next(); err != io.EOF {
			t.Fatalf("one more row: %+v %v", row, err)
		}
		if got := encodingOf(r); got != encoding && got != ASCII {
			t.Fatalf("read as %s", got)
		}
	})
}

// crlf is what the writer of encoding/csv makes of line ends within cells.
func crlf(record []string) []string {
	out := slices.Clone(record)
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], "\n", "\r\n")
	}
	return out
}

type pieces struct {
	rest []byte
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), p.size)], p.rest)
	p.rest = p.rest[n:]
	return n, nil
}
