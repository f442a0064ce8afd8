package points

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/installation"
	"hoten/app/outside"
	"hoten/app/store"
)

// The folders of a batch system, below one of its own that is named by its code: files are
// written to out by a rename; results that are in in are moved to done or refused once they are
// taken in or refused.
const (
	outFolder, inFolder       = "out", "in"
	doneFolder, refusedFolder = "done", "refused"
)

// Explain puts into words, for whoever looks into the folder, why a result was refused.
type Explain func(why *fault.Fault) string

// Carry hands over files, and takes in results, in folders below base, for the batch systems that
// are set up so. A copy of the database that was not released touches none.
func Carry(ctx context.Context, s *store.Store, base string, explain Explain) error {
	here, err := installation.Look(ctx, s)
	if err != nil || here.Held {
		return err
	}
	all, err := store.Select[Connection](store.Read(ctx, s), "select * from point_systems where by_file and coalesce(rests_until <= $1, true) order by id", s.Clock())
	var failed []error
	for _, c := range all {
		b, err := c.Batch(s.Vault)
		if err != nil || !b.Terms().Folder {
			failed = append(failed, err)
			continue
		}
		_, err = store.Exclusive(ctx, s, "folder of point system "+c.Code, func() error { return c.carry(ctx, s, b, base, explain) })
		failed = append(failed, err)
	}
	return errors.Join(append(failed, err)...)
}

// carry hands over and takes in what there is in the folder of the system. What the folder does
// not let us do is told as a failure of the system.
func (c Connection) carry(ctx context.Context, s *store.Store, b Batch, base string, explain Explain) error {
	root, err := openFolder(base, c.Code)
	if err == nil {
		defer root.Close()
		if err = c.writeOut(ctx, s, b, root); err == nil {
			err = c.readIn(ctx, s, root, explain)
		}
	}
	var trouble *fs.PathError
	var link *os.LinkError
	if errors.As(err, &trouble) || errors.As(err, &link) {
		return store.Keep(ctx, s, func(tx *store.Tx) error {
			systems.Failed(tx, c.ID, outside.Said(folderSaid+err.Error()))
			return nil
		})
	}
	if err == nil && strings.HasPrefix(c.Said, folderSaid) {
		err = store.Keep(ctx, s, func(tx *store.Tx) error { systems.Answered(tx, c.ID); return nil })
	}
	return err
}

// folderSaid begins what is told of a failure of the folder.
const folderSaid = "folder: "

// openFolder opens the folder of a system, and makes what is missing of it. Nothing outside of it
// is reached through what is opened, whatever links somebody put there.
func openFolder(base, code string) (*os.Root, error) {
	if err := os.MkdirAll(filepath.Join(base, code), 0o770); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(filepath.Join(base, code))
	if err != nil {
		return nil, err
	}
	for _, name := range []string{outFolder, inFolder, doneFolder, refusedFolder} {
		if err := root.MkdirAll(name, 0o770); err != nil {
			root.Close()
			return nil, err
		}
	}
	return root, nil
}

// writeOut writes the files that were not written yet. A program that ends before it notes so
// leaves the same file to be written again.
func (c Connection) writeOut(ctx context.Context, s *store.Store, b Batch, root *os.Root) error {
	files, err := store.Select[File](store.Read(ctx, s), "select * from point_files f where system_id = $1 and written_at is null and exists (select from point_rows r where r.file_id = f.id and r.outcome is null) order by number", c.ID)
	if err != nil {
		return err
	}
	for _, f := range files {
		content, err := f.whole(s.Vault)
		if err != nil {
			return err
		}
		name := outFolder + "/" + f.Name(c.Code, b.Terms().Extension)
		if err := writeWhole(root, name, content); err != nil {
			return err
		}
		if err := store.Keep(ctx, s, func(tx *store.Tx) error {
			tx.Queue("update point_files set written_at = $2 where id = $1 and written_at is null", f.ID, tx.Now)
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// writeWhole writes a file so that it is there whole or not at all.
func writeWhole(root *os.Root, name string, content []byte) error {
	f, err := root.OpenFile(name+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o660)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return root.Rename(name+".tmp", name)
}

// unfinished are the ends of the names of files that somebody is still writing.
var unfinished = []string{".tmp", ".part", ".filepart"}

// readIn takes in the results of the folder, in the order of their names.
func (c Connection) readIn(ctx context.Context, s *store.Store, root *os.Root, explain Explain) (failed error) {
	found, err := fs.ReadDir(root.FS(), inFolder)
	if err != nil {
		return err
	}
	for _, e := range found {
		if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") || slices.ContainsFunc(unfinished, func(end string) bool { return strings.HasSuffix(e.Name(), end) }) {
			continue
		}
		if err := c.readOne(ctx, s, root, e.Name(), explain); err != nil {
			failed = errors.Join(failed, err) // those behind it are read all the same
		}
	}
	return failed
}

// longestFileName bounds what is kept of the name of a result, in bytes: with what stands before and
// behind it, it fits every file system.
const longestFileName = 200

// shortened is the end of the name of a result, where it is long.
func shortened(name string) string {
	if len(name) <= longestFileName {
		return name
	}
	return strings.ToValidUTF8(name[len(name)-longestFileName:], "")
}

// readOne takes in a result, and moves it. A program that ends in between finds it again, as one
// that was taken in before.
func (c Connection) readOne(ctx context.Context, s *store.Store, root *os.Root, name string, explain Explain) error {
	f, err := root.Open(inFolder + "/" + name)
	if err != nil {
		return err
	}
	content, err := io.ReadAll(io.LimitReader(f, MaxResult+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	told, err := TakeIn(ctx, s, access.System("points"), c.Code, Incoming{Source: FromFolder, Content: content})
	if told == nil {
		return err
	}
	kept := shortened(name)
	to := fmt.Sprintf("%s/%d-%s", doneFolder, told.ID, kept)
	if why, is := fault.As(err); is {
		to = fmt.Sprintf("%s/%d-%s", refusedFolder, told.ID, kept)
		if err := writeWhole(root, to+".reason.txt", []byte(explain(why)+"\n")); err != nil {
			return err
		}
	}
	return root.Rename(inFolder+"/"+name, to)
}
