package api

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io"

	"hoten/app/imports"
)

// fingerprint hashes the files of an upload as they are read: which they are, and what
// they hold. The boundary of the body differs each time.
type fingerprint struct{ hash.Hash }

// of hashes the uploads that next yields, while their contents are read.
func (f fingerprint) of(next func() (*imports.Upload, error)) func() (*imports.Upload, error) {
	return func() (*imports.Upload, error) {
		u, err := next()
		if u == nil || err != nil {
			return u, err
		}
		content := sha256.New()
		return &imports.Upload{File: u.File, Content: &hashed{io.TeeReader(u.Content, content), func() {
			fmt.Fprintf(f, "%s %x\n", u.File, content.Sum(nil))
		}}}, nil
	}
}

// hashed calls done at the end of what it reads.
type hashed struct {
	io.Reader
	done func()
}

func (h *hashed) Read(b []byte) (int, error) {
	n, err := h.Reader.Read(b)
	if err == io.EOF && h.done != nil {
		h.done()
		h.done = nil
	}
	return n, err
}

// fingerprintOf reads an upload to its end, as slowly as imports.Start would allow.
func (r *request) fingerprintOf() ([]byte, error) {
	imports.Paced(r.Response().Writer, r.Request())
	parts, err := r.Request().MultipartReader()
	if err != nil {
		return nil, imports.BrokenOff(imports.AffectedFile, err)
	}
	f := fingerprint{sha256.New()}
	next := f.of(Uploads(parts))
	for {
		u, err := next()
		if err != nil {
			return nil, err
		}
		if u == nil {
			return f.Sum(nil), nil
		}
		if _, err := io.Copy(io.Discard, u.Content); err != nil {
			return nil, imports.BrokenOff(u.File, err)
		}
	}
}
