package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Client calls the API of one installation with one token. It may be used by many at once.
type Client struct {
	Base     string        // as HOTEN_BASE_URL: https://hoten.example.jp
	Token    string        // hoten_…
	HTTP     *http.Client  // nil: http.DefaultClient
	Language string        // of messages, ja or en; empty: that of the token's owner
	Patience time.Duration // how long a call goes on to be repeated; 0: a minute
}

// Error is an answer that is none: RFC 9457 problem details.
type Error struct {
	Problem
	RetryAfter time.Duration // 0: not told
}

func (e *Error) Error() string { return fmt.Sprintf("hoten: %s (%d %s)", e.Detail, e.Status, e.Code) }

// IsCode reports whether an error is a problem with the stable word.
func IsCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// later reports whether the same request may be answered otherwise after a while: hoten says
// when, and a proxy cannot say what became of it.
func (e *Error) later() bool {
	return e.RetryAfter > 0 || e.Status >= http.StatusBadGateway && e.Status <= http.StatusGatewayTimeout
}

// request is a call that may have to be made more than once.
type request struct {
	method, path string
	kind         string // of the body
	body         []byte
	key          string // repeats with it act once
}

// call sends body as JSON and reads the answer into out; nil: there is none. It is repeated
// until there is a definite answer, POST by its key and GET because it changes nothing;
// PATCH is not: its version tells the caller what became of it. Refused: *Error.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, body, out any) error {
	r := request{method: method, path: path, kind: "application/json"}
	if len(query) > 0 {
		r.path += "?" + query.Encode()
	}
	if body != nil {
		made, err := json.Marshal(body)
		if err != nil {
			return err
		}
		r.body = made
	}
	if method == http.MethodPost && !strings.HasSuffix(path, "/reveal") { // each look is one of its own
		r.key = uuid.NewString()
	}
	content, err := c.definite(ctx, r)
	if err != nil {
		return err
	}
	defer content.Close()
	if out == nil {
		return nil
	}
	return json.NewDecoder(content).Decode(out)
}

// definite makes a request until it is answered for good.
func (c *Client) definite(ctx context.Context, r request) (io.ReadCloser, error) {
	patience := c.Patience
	if patience == 0 {
		patience = time.Minute
	}
	end := time.Now().Add(patience)
	for wait := 100 * time.Millisecond; ; wait *= 2 {
		content, err := c.once(ctx, r, bytes.NewReader(r.body))
		if err == nil || r.method != http.MethodGet && r.key == "" {
			return content, err
		}
		var problem *Error
		if errors.As(err, &problem) {
			wait = max(wait, problem.RetryAfter)
			if !problem.later() {
				return nil, err
			}
		}
		if time.Now().Add(wait).After(end) {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), err)
		case <-time.After(wait):
		}
	}
}

// once makes a request.
func (c *Client) once(ctx context.Context, r request, body io.Reader) (io.ReadCloser, error) {
	q, err := http.NewRequestWithContext(ctx, r.method, strings.TrimRight(c.Base, "/")+"/api/v1"+r.path, body)
	if err != nil {
		return nil, err
	}
	q.Header.Set("Authorization", "Bearer "+c.Token)
	q.Header.Set("Content-Type", r.kind)
	if r.key != "" {
		q.Header.Set("Idempotency-Key", r.key)
	}
	if c.Language != "" {
		q.Header.Set("Accept-Language", c.Language)
	}
	do := c.HTTP
	if do == nil {
		do = http.DefaultClient
	}
	res, err := do.Do(q)
	if err != nil {
		return nil, err
	}
	if res.StatusCode < 300 {
		return res.Body, nil
	}
	defer res.Body.Close()
	return nil, refusal(res)
}

// maxProblem is how much of a refusal is read.
const maxProblem = 1 << 20

// refusal reads why a request was refused. A proxy may answer instead of hoten, and not in
// its words.
func refusal(res *http.Response) *Error {
	e := &Error{}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxProblem)).Decode(&e.Problem); err != nil || e.Code == "" {
		e.Problem = Problem{Detail: http.StatusText(res.StatusCode), Code: "not_hoten"}
	}
	e.Status = res.StatusCode
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	return e
}

// CreateImport is POST /incidents/{reference}/imports: it uploads the files, CSV or .xlsx,
// of which one may be nil. It is sent once, since the files are read as they go.
func (c *Client) CreateImport(ctx context.Context, reference string, dryRun bool, affected, movements io.Reader) (out ID, err error) {
	read, write := io.Pipe()
	form := multipart.NewWriter(write)
	go func() {
		write.CloseWithError(errors.Join(part(form, "affected", affected), part(form, "movements", movements), form.Close()))
	}()
	defer read.Close()
	r := request{method: http.MethodPost, path: at("/incidents/{reference}/imports", "reference", reference) + "?dry_run=" + strconv.FormatBool(dryRun),
		kind: form.FormDataContentType(), key: uuid.NewString()}
	content, err := c.once(ctx, r, read)
	if err != nil {
		return out, err
	}
	defer content.Close()
	err = json.NewDecoder(content).Decode(&out)
	return out, err
}

// part puts a file into a form; nil: none.
func part(form *multipart.Writer, name string, file io.Reader) error {
	if file == nil {
		return nil
	}
	w, err := form.CreateFormFile(name, name)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, file)
	return err
}

// RejectedRows is GET /imports/{id}/rejected/{file}: the rows that an import refused, as CSV
// with the reasons. Reading them is audited.
func (c *Client) RejectedRows(ctx context.Context, id int, file string) (io.ReadCloser, error) {
	return c.definite(ctx, request{method: http.MethodGet, path: at("/imports/{id}/rejected/{file}", "id", id, "file", file)})
}

// FetchPointFile is GET /points/{code}/files/{number}/content: a file for a point system.
func (c *Client) FetchPointFile(ctx context.Context, code string, number int) (io.ReadCloser, error) {
	return c.definite(ctx, request{method: http.MethodGet, path: at("/points/{code}/files/{number}/content", "code", code, "number", number)})
}

// TakePointResult is POST /points/{code}/files/{number}/results: the result of a file, as the
// point system wrote it.
func (c *Client) TakePointResult(ctx context.Context, code string, number int, result []byte) (out PointResult, err error) {
	err = c.file(ctx, at("/points/{code}/files/{number}/results", "code", code, "number", number), result, &out)
	return out, err
}

// TakeStatement is POST /points/{code}/statements/{day}: the statement of a day (2014-07-30) of a
// point system, as it wrote it.
func (c *Client) TakeStatement(ctx context.Context, code, day string, statement []byte) (out Reconciliation, err error) {
	err = c.file(ctx, at("/points/{code}/statements/{day}", "code", code, "day", day), statement, &out)
	return out, err
}

// file sends a file and reads the answer into out.
func (c *Client) file(ctx context.Context, path string, body []byte, out any) error {
	content, err := c.definite(ctx, request{method: http.MethodPost, path: path, kind: "application/octet-stream", body: body, key: uuid.NewString()})
	if err != nil {
		return err
	}
	defer content.Close()
	return json.NewDecoder(content).Decode(out)
}

// All goes through a list page by page. page asks for one, by its cursor.
func All[T any](page func(cursor string) (items []T, next string, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for cursor := ""; ; {
			items, next, err := page(cursor)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			cursor = next
		}
	}
}

// Events goes through the feed of events from after a number on, up to the newest there is:
// whoever keeps the last number (Data.Seq) asks from there next time.
func (c *Client) Events(ctx context.Context, after int64) iter.Seq2[ToldEvent, error] {
	return All(func(cursor string) ([]ToldEvent, string, error) {
		if n, err := strconv.ParseInt(cursor, 10, 64); err == nil {
			after = n
		}
		page, err := c.ListEvents(ctx, ListEventsParams{After: after, Limit: 200})
		if err != nil || page.Next == 0 {
			return page.Items, "", err
		}
		return page.Items, strconv.FormatInt(page.Next, 10), nil
	})
}

// at is a path with its parameters: name, value, …
func at(path string, parameters ...any) string {
	for i := 0; i+1 < len(parameters); i += 2 {
		path = strings.Replace(path, fmt.Sprintf("{%s}", parameters[i]), url.PathEscape(fmt.Sprint(parameters[i+1])), 1)
	}
	return path
}

// set puts a parameter into a query, unless it is zero.
func set[T comparable](query url.Values, name string, value T) {
	var zero T
	if value == zero {
		return
	}
	text := fmt.Sprint(value)
	if at, ok := any(value).(time.Time); ok {
		text = at.Format(time.RFC3339Nano)
	}
	query.Set(name, text)
}
