package api

import (
	"crypto/sha256"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"

	"hoten/app/fault"
	"hoten/app/imports"
	"hoten/i18n"
)

func createImport(a *API, r *request) error {
	dryRun := false
	if r.QueryParams().Has("dry_run") {
		var err error
		if dryRun, err = strconv.ParseBool(r.QueryParam("dry_run")); err != nil {
			return fault.Input("dry_run", "type_wrong")
		}
	}
	imports.Paced(r.Response().Writer, r.Request())
	parts, err := r.Request().MultipartReader()
	if err != nil {
		return fault.Input("affected", "multipart_expected")
	}
	r.upload = fingerprint{sha256.New()}
	i, err := imports.Start(r.Request().Context(), a.s, r.by, r.Param("reference"), dryRun, r.upload.of(Uploads(parts)))
	if fault.Is(err, "uploads_busy") {
		r.Response().Header().Set("Retry-After", imports.RetryAfter)
	}
	if err != nil {
		imports.Refused(r.Response().Writer)
		return err
	}
	return r.JSON(http.StatusAccepted, map[string]any{"id": i.ID})
}

// Uploads yields the files of a multipart body, streamed.
func Uploads(parts *multipart.Reader) func() (*imports.Upload, error) {
	return func() (*imports.Upload, error) {
		for {
			part, err := parts.NextPart()
			// Bare only behind the last boundary; a body that was cut off wraps it.
			if err == io.EOF {
				return nil, nil
			}
			if err != nil {
				return nil, imports.BrokenOff(imports.AffectedFile, err)
			}
			if part.FormName() == imports.AffectedFile || part.FormName() == imports.MovementsFile {
				return &imports.Upload{File: part.FormName(), Content: part}, nil
			}
		}
	}
}

type importJSON struct {
	ID       int64           `json:"id"`
	State    string          `json:"state"`
	DryRun   bool            `json:"dry_run"`
	Total    int64           `json:"total"`
	Handled  int64           `json:"processed"`
	Accepted int64           `json:"accepted"`
	Ignored  int64           `json:"ignored"`
	Refused  int64           `json:"rejected_count"`
	Rejected []rejectionJSON `json:"rejected"`
	Columns  []string        `json:"ignored_columns"`
	Notices  []noticeJSON    `json:"notices"`
	Error    string          `json:"error,omitempty"`
	Message  string          `json:"message,omitempty"`
}

// noticeJSON is something about a file that refused nothing.
type noticeJSON struct {
	imports.Notice
	Message string `json:"message"`
}

type rejectionJSON struct {
	File    string `json:"file"`
	Line    int64  `json:"line"`
	Column  string `json:"column"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// maxRejections is how many refused rows the answer lists; all are in the download.
const maxRejections = 1000

func showImport(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	i, err := imports.ByID(r.db, id)
	if err != nil {
		return err
	}
	rejected, err := imports.Rejections(r.db, id, 0, maxRejections)
	if err != nil {
		return err
	}
	out := importJSON{ID: i.ID, State: i.State, DryRun: i.DryRun, Total: i.Total, Handled: i.Processed, Accepted: i.Accepted, Ignored: i.Ignored,
		Refused: i.Rejected, Rejected: []rejectionJSON{}, Columns: i.Columns(), Notices: []noticeJSON{}, Error: i.Error}
	ctx := r.Request().Context()
	for _, one := range rejected {
		out.Rejected = append(out.Rejected, rejectionJSON{one.File, one.Line, one.ColumnName, one.Reason,
			one.Sentence(ctx)})
	}
	for _, n := range i.Told() {
		out.Notices = append(out.Notices, noticeJSON{n, i18n.T(ctx, "imports.notice."+n.Code, "column", n.Column, "count", n.Count)})
	}
	if i.Error != "" {
		out.Message = i18n.T(ctx, "imports.error."+i.Error)
	}
	return r.JSON(http.StatusOK, out)
}

func rejectedRows(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	if file := r.Param("file"); file != imports.AffectedFile && file != imports.MovementsFile {
		return fault.Missing()
	}
	if _, err := imports.ByID(r.db, id); err != nil {
		return err
	}
	r.Response().Header().Set("Content-Type", "text/csv; charset=utf-8")
	r.Response().Header().Set("Content-Disposition", `attachment; filename="`+r.Param("file")+`.rejected.csv"`)
	return imports.WriteRejected(r.Request().Context(), a.s, r.by, id, r.Param("file"), r.Response(), func(one imports.Rejection, _ string) (string, string) {
		return one.ColumnName, one.Sentence(r.Request().Context())
	})
}
