package imports

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"hoten/app/imports/csvin"
	"hoten/app/store"
)

// Notice is something that whoever imported a file should know, and that refused
// nothing: leading_zeros_lost, other_sheets_ignored, ids_known,
// ids_restricted, member_data_differs, balances_differ.
type Notice struct {
	File   string `json:"file"`
	Column string `json:"column,omitempty"`
	Code   string `json:"code"` // i18n key "imports.notice.CODE"
	Count  int64  `json:"count"`
}

// Told are the notices of an import.
func (i Import) Told() []Notice {
	out := []Notice{}
	if err := json.Unmarshal([]byte(i.Notices), &out); err != nil {
		return nil
	}
	return out
}

// Headers are the headers of the files of an import, by file; those that were not read are
// absent. Behind the name of a file (named) they have the English names of its columns.
type Headers map[string][]string

const named = " columns"

// ReadHeaders opens the headers of the files.
func (i Import) ReadHeaders(s *store.Store) (all Headers, err error) {
	if len(i.Headers) == 0 {
		return nil, nil
	}
	plain, err := s.Vault.Unseal("imports", "headers", i.ID, i.Headers)
	if err != nil {
		return nil, err
	}
	return all, json.Unmarshal([]byte(plain), &all)
}

// Called is what a file calls a column: the English name where it has none.
func (h Headers) Called(file, column string) string {
	if at := slices.Index(h[file+named], column); at >= 0 && column != "" {
		return h[file][at]
	}
	return column
}

// describe puts what was found out about the files into the import.
func (r *run) describe() error {
	columns, err1 := json.Marshal(append([]string{}, r.columns...))
	notices, err2 := json.Marshal(append([]Notice{}, r.told...))
	headers, err3 := json.Marshal(r.headers)
	r.IgnoredColumns, r.Notices = string(columns), string(notices)
	if len(r.headers) > 0 {
		r.Headers = r.s.Vault.Seal("imports", "headers", r.ID, string(headers))
	}
	return firstError(err1, err2, err3)
}

// tell notes what a reader noticed about a file.
func (r *run) tell(file string, notices ...csvin.Notice) {
	for _, n := range notices {
		r.told = append(r.told, Notice{file, n.Column, n.Code, n.Count})
	}
}

// note counts rows read, and tells about it twice a second.
func (r *run) note(ctx context.Context, rows int) {
	if r.read += int64(rows); time.Since(r.noted) < 500*time.Millisecond {
		return
	}
	r.noted = time.Now()
	if r.progress != nil {
		r.progress(r.read)
	}
	err := store.Keep(ctx, r.s, func(tx *store.Tx) error {
		_, err := store.Exec(tx, "update imports set processed = $2 where id = $1", r.ID, r.read)
		return err
	})
	if err != nil {
		r.s.Log.WarnContext(ctx, "progress of an import was not noted", "import", r.ID, "error", err)
	}
}
