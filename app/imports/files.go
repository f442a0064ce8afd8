package imports

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/store"
)

// opener opens a file for reading from its start.
type opener func() (io.ReadCloser, error)

// source is the files of one import; a nil one is absent.
type source struct{ affected, movements opener }

// fromDisk is files beside the command line.
func fromDisk(affected, movements string) source {
	open := func(path string) opener {
		if path == "" {
			return nil
		}
		return func() (io.ReadCloser, error) { return os.Open(path) }
	}
	return source{open(affected), open(movements)}
}

// MaxUpload is the most that one uploaded file may hold, in bytes; tests lower it.
var MaxUpload = 1 << 30

// chunkSize is how much of an upload is sealed into one row.
const chunkSize = 256 << 10

// Upload is a file on its way in.
type Upload struct {
	File    string
	Content io.Reader
}

// Start takes uploads into the database, sealed, and queues the import: a worker
// of any program on this database may read them. The caller yields the uploads
// one by one, nil at the end.
func Start(ctx context.Context, s *store.Store, by access.Actor, reference string, dryRun bool, next func() (*Upload, error)) (*Import, error) {
	return begin(ctx, s, by, reference, dryRun, func(tx *store.Tx, i *Import) error {
		seen := map[string]bool{}
		for {
			u, err := next()
			if err != nil {
				return err
			}
			if u == nil {
				break
			}
			if u.File != AffectedFile && u.File != MovementsFile || seen[u.File] {
				return fault.Input(u.File, "file_unknown")
			}
			seen[u.File] = true
			if err := keep(tx, i, u); err != nil {
				return err
			}
		}
		if err := needFile(seen[AffectedFile], seen[MovementsFile]); err != nil {
			return err
		}
		if err := store.Save(tx, i, "total"); err != nil {
			return err
		}
		return tx.Enqueue(RunArgs{ImportID: i.ID})
	})
}

// keep seals an upload in chunks and counts its lines, for the progress.
func keep(tx *store.Tx, i *Import, u *Upload) error {
	buf := make([]byte, chunkSize)
	size, lines := 0, int64(0)
	for n := 0; ; n++ {
		got, err := io.ReadFull(u.Content, buf)
		if size += got; size > MaxUpload {
			return fault.New(fault.TooLarge, "too_large", "max", MaxUpload)
		}
		if got > 0 {
			lines += int64(bytes.Count(buf[:got], []byte("\n")))
			sealed := tx.Vault().Seal("import_chunks", u.File, i.ID<<20|int64(n), string(buf[:got]))
			if _, err := store.Exec(tx, "insert into import_chunks (import_id, file, n, content) values ($1, $2, $3, $4)", i.ID, u.File, n, sealed); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	if size == 0 {
		return fault.Input(u.File, "file_empty")
	}
	i.Total += max(0, lines-1)
	return nil
}

// uploaded is the files of an import as they wait in the database.
func uploaded(ctx context.Context, s *store.Store, i *Import) (source, error) {
	type present struct{ File string }
	rows, err := store.Select[present](store.Read(ctx, s), "select distinct file from import_chunks where import_id = $1", i.ID)
	var src source
	for _, r := range rows {
		open := func() (io.ReadCloser, error) { return &chunks{ctx: ctx, s: s, id: i.ID, file: r.File}, nil }
		if r.File == AffectedFile {
			src.affected = open
		} else {
			src.movements = open
		}
	}
	return src, err
}

// chunks reads an upload, one chunk in memory at a time.
type chunks struct {
	ctx  context.Context
	s    *store.Store
	id   int64
	file string
	n    int
	rest string
}

func (c *chunks) Read(b []byte) (int, error) {
	if c.rest == "" {
		type chunk struct{ Content []byte }
		rows, err := store.Select[chunk](store.Read(c.ctx, c.s), "select content from import_chunks where import_id = $1 and file = $2 and n = $3", c.id, c.file, c.n)
		if err != nil {
			return 0, err
		}
		if len(rows) == 0 {
			return 0, io.EOF
		}
		if c.rest, err = c.s.Vault.Unseal("import_chunks", c.file, c.id<<20|int64(c.n), rows[0].Content); err != nil {
			return 0, err
		}
		c.n++
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *chunks) Close() error { return nil }
