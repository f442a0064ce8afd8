package imports

import (
	"context"
	"io"
	"os"

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
	n    int32
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
		if c.rest, err = c.s.Vault.Unseal("import_chunks", c.file, chunkRow(c.id, c.n), rows[0].Content); err != nil {
			return 0, err
		}
		c.n++
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *chunks) Close() error { return nil }
