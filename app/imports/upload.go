package imports

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/policies"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Upload is a file on its way in.
type Upload struct {
	File    string
	Content io.Reader
}

// slots bounds how many uploads one program takes at once: each may fill a disk.
var slots = make(chan struct{}, 4)

// RetryAfter is when to come again, in seconds, after "uploads_busy".
const RetryAfter = "10"

// Start takes uploads in, sealed, and queues the import: a worker of any program on
// this database may read them. The caller yields the uploads one by one, nil at the
// end. They go through a temporary file first, so that a slow or stalled one holds
// nothing of the database. Too many at once: RateLimited "uploads_busy".
func Start(ctx context.Context, s *store.Store, by access.Actor, reference string, dryRun bool, next func() (*Upload, error)) (*Import, error) {
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	default:
		return nil, fault.New(fault.RateLimited, "uploads_busy")
	}
	sp, err := newSpool(ctx, s, by, reference)
	if err != nil {
		return nil, ToStart.Refused(ctx, s, by, verbs.About("incident", reference), err)
	}
	defer sp.Close()
	if err := sp.takeAll(next); err != nil {
		return nil, err
	}
	return begin(ctx, s, by, &Import{ID: sp.id, Total: sp.lines, DryRun: dryRun}, reference, func(tx *store.Tx) error {
		if _, err := tx.Copy("import_chunks", []string{"import_id", "file", "n", "content"}, sp); err != nil {
			return err
		}
		return tx.Enqueue(RunArgs{ImportID: sp.id})
	})
}

// chunkSize is how much of an upload is sealed into one row, in bytes.
const chunkSize = 256 << 10

// spool keeps uploads, sealed in chunks, in a temporary file without a name: it is
// gone when it is closed, and with its program. It is a pgx.CopyFromSource.
type spool struct {
	*os.File
	s     *store.Store
	id    int64 // of the import
	max   int64 // bytes a file
	lines int64
	seen  map[string]bool
	parts []part
	at    int
	value []any
	err   error
}

// part is one sealed chunk, in the order of the file.
type part struct {
	file   string
	n      int32
	length uint32
}

// newSpool refuses whoever may not import, before anything is read.
func newSpool(ctx context.Context, s *store.Store, by access.Actor, reference string) (*spool, error) {
	if err := by.Require(access.ManageIncidents); err != nil {
		return nil, err
	}
	db := store.Read(ctx, s)
	if _, err := incidents.ByReference(db, reference); err != nil {
		return nil, err
	}
	p, err := policies.Current(db)
	if err != nil {
		return nil, err
	}
	ids, err := store.TakeIDs(db, "imports", 1)
	if err != nil {
		return nil, err
	}
	f, err := os.CreateTemp("", "hoten-upload-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &spool{File: f, s: s, id: ids[0], max: int64(p.UploadMegabytes) << 20, seen: map[string]bool{}}, nil
}

func (sp *spool) takeAll(next func() (*Upload, error)) error {
	for {
		u, err := next()
		if err != nil {
			return err
		}
		if u == nil {
			break
		}
		if u.File != AffectedFile && u.File != MovementsFile || sp.seen[u.File] {
			return fault.Input(u.File, "file_unknown")
		}
		sp.seen[u.File] = true
		if err := sp.take(u); err != nil {
			return err
		}
	}
	if err := needFile(sp.seen[AffectedFile], sp.seen[MovementsFile]); err != nil {
		return err
	}
	_, err := sp.Seek(0, io.SeekStart)
	return err
}

// take seals an upload in chunks and counts its lines, for the progress.
func (sp *spool) take(u *Upload) error {
	buf := make([]byte, chunkSize)
	size, lines := int64(0), int64(0)
	for n := int32(0); ; n++ {
		got, err := fill(u.Content, buf)
		if err != nil {
			return BrokenOff(u.File, err)
		}
		if size += int64(got); size > sp.max {
			return fault.New(fault.TooLarge, "too_large", "max", sp.max)
		}
		if got == 0 {
			break
		}
		lines += int64(bytes.Count(buf[:got], []byte("\n")))
		sealed := sp.s.Vault.Seal("import_chunks", u.File, chunkRow(sp.id, n), string(buf[:got]))
		if _, err := sp.Write(sealed); err != nil {
			return err
		}
		sp.parts = append(sp.parts, part{u.File, n, uint32(len(sealed))})
	}
	if size == 0 {
		return fault.Input(u.File, "file_empty")
	}
	sp.lines += max(0, lines-1)
	return nil
}

// chunkRow is what a chunk is sealed for.
func chunkRow(importID int64, n int32) int64 { return importID<<20 | int64(n) }

// fill reads until buf is full or the end; only what comes before that is an error.
func fill(r io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var got int
		got, err = r.Read(buf[n:])
		n += got
	}
	if err == io.EOF {
		err = nil
	}
	return n, err
}

// Next moves on to the next chunk for COPY.
func (sp *spool) Next() bool {
	if sp.at == len(sp.parts) || sp.err != nil {
		return false
	}
	p := sp.parts[sp.at]
	sealed := make([]byte, p.length)
	_, sp.err = io.ReadFull(sp.File, sealed)
	sp.value = []any{sp.id, p.file, p.n, sealed}
	sp.at++
	return sp.err == nil
}

// Values is the chunk for COPY.
func (sp *spool) Values() ([]any, error) { return sp.value, nil }

// Err is what reading the temporary file failed with.
func (sp *spool) Err() error { return sp.err }

// BrokenOff names why an upload could not be read to its end: it stalled (see Paced),
// or it is no complete multipart body.
func BrokenOff(file string, err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fault.Input(file, "upload_too_slow")
	}
	return fault.Input(file, "multipart_expected")
}
