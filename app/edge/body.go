package edge

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"hoten/app/fault"
)

// MaxBody is the most that a form or a JSON body may hold, in bytes; MaxPublic
// that of forms that need no session.
const (
	MaxBody   = 1 << 20
	MaxPublic = 16 << 10
)

// drained is how much of a refused body is still read, so that a client that
// first sends and then listens hears the answer.
const drained = 8 << 20

// Body reads a request's body of at most most bytes and leaves it to be read
// once more. A longer one is TooLarge. Multipart, which Go's own form parsing
// would put on the disk, is Unsupported.
func Body(c echo.Context, most int64) ([]byte, error) {
	r := c.Request()
	if Multipart(r) {
		return nil, fault.New(fault.Unsupported, "multipart_refused")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	if err != nil {
		return nil, unread(c, err)
	}
	if int64(len(body)) > most {
		c.Response().Header().Set("Connection", "close")
		if _, err := io.CopyN(io.Discard, r.Body, drained); err != nil && !errors.Is(err, io.EOF) {
			return nil, unread(c, err)
		}
		return nil, fault.New(fault.TooLarge, "too_large", "max", most)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// unread is why a body was not read to its end: the client stalled (Timeout), or broke
// off. The connection cannot be used for another request. net/http has cancelled the
// request's context, without which no answer could be made.
func unread(c echo.Context, err error) error {
	c.SetRequest(c.Request().WithContext(context.WithoutCancel(c.Request().Context())))
	c.Response().Header().Set("Connection", "close")
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fault.New(fault.Timeout, "request_timeout")
	}
	return fault.Input("body", "body_unreadable")
}

// Multipart reports whether a request says that its body is multipart, however
// badly it says so.
func Multipart(r *http.Request) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(r.Header.Get(echo.HeaderContentType))), "multipart/")
}

// transfer is how long an upload or a download of files may take.
const transfer = 30 * time.Minute

// Transfer gives a request the time that files need; others have the server's.
func Transfer(c echo.Context) error {
	control, until := http.NewResponseController(c.Response()), time.Now().Add(transfer)
	err := errors.Join(control.SetReadDeadline(until), control.SetWriteDeadline(until))
	if errors.Is(err, http.ErrNotSupported) {
		return nil // no connection, as in a test
	}
	return err
}
