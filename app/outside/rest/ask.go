package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"

	"hoten/app/outside"
)

// longest is how much of an answer is read, in bytes.
const longest = 1 << 20

var errTooLong = errors.New("the answer is longer than 1 MB")

// Request is one request to a server.
type Request struct {
	Method string
	Path   string // below the URL of the server, each part escaped
	Query  url.Values
	Header http.Header
	Body   []byte
	Hidden []string // secrets of this request, which nothing is told with
}

// Part is a part of a path, which stays one whatever the text is.
func Part(text string) string {
	if text == "." || text == ".." {
		return strings.ReplaceAll(text, ".", "%2E")
	}
	return url.PathEscape(text)
}

// Answer is what a server answered, whole.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	hidden []string
}

// Ask sends a request and reads the answer. *outside.Unready: nothing of it went out. Any
// other error: nobody knows what became of it.
func (s *Server) Ask(ctx context.Context, r Request) (*Answer, error) {
	hidden := append(r.Hidden[:len(r.Hidden):len(r.Hidden)], s.secrets...)
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	answer, err := s.exchange(httptrace.WithClientTrace(ctx, trace), r)
	if err == nil {
		answer.hidden = hidden
		return answer, nil
	}
	// The URL, which the library puts before its errors, may hold the login.
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if !connected.Load() {
		return nil, &outside.Unready{Said: Said(err.Error(), hidden...)}
	}
	return nil, errors.New(Said(err.Error(), hidden...))
}

func (s *Server) exchange(ctx context.Context, r Request) (*Answer, error) {
	to := *s.base
	if r.Path != "" {
		to = *s.base.JoinPath(r.Path)
	}
	to.RawQuery = r.Query.Encode()
	request, err := http.NewRequestWithContext(ctx, r.Method, to.String(), bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	for name, values := range r.Header {
		request.Header[name] = values
	}
	request.Header.Set("User-Agent", "hoten")
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, longest+1))
	if err == nil && len(body) > longest {
		err = errTooLong
	}
	return &Answer{Status: response.StatusCode, Header: response.Header, Body: body}, err
}

// JSON reads the answer into v. What it holds is not told in the error.
func (a *Answer) JSON(v any) error {
	if json.Unmarshal(a.Body, v) != nil {
		return errors.New(a.Said("the answer is not the JSON that was expected"))
	}
	return nil
}

// Said is what the status of the answer is, with details, as people may read it.
func (a *Answer) Said(details ...string) string {
	parts := []string{strings.TrimSpace(fmt.Sprint(a.Status, " ", http.StatusText(a.Status)))}
	for _, d := range details {
		if d != "" {
			parts = append(parts, d)
		}
	}
	return Said(strings.Join(parts, ": "), a.hidden...)
}
