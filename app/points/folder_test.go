package points_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hoten/app/fault"
	"hoten/app/outside"
	"hoten/app/points"
	"hoten/app/store"
)

// box is the folder of the system outside.
type box struct {
	t    *testing.T
	base string
}

func (b box) at(name string) string { return filepath.Join(b.base, "outside", name) }

func (b box) names(folder string) (out []string) {
	b.t.Helper()
	found, err := os.ReadDir(b.at(folder))
	must(b.t, err)
	for _, e := range found {
		out = append(out, e.Name())
	}
	return out
}

func (b box) put(name string, content []byte) {
	b.t.Helper()
	must(b.t, os.WriteFile(b.at("in/"+name), content, 0o600))
}

// A job of the operator finds files in a folder and puts results there; what is refused stands
// aside with its reason, and everything can be interrupted.
func TestFilesInAFolder(t *testing.T) {
	w, y, of := batch(t, 2, "folder", "yes")
	b := box{t, filepath.Join(t.TempDir(), "points")}
	carry := func() {
		t.Helper()
		must(t, points.Carry(w.Ctx, w.Store, b.base, func(why *fault.Fault) string { return why.Fields[0].Code }))
	}
	toHour(t, w)
	carry()
	if names := b.names("out"); !slices.Equal(names, []string{"outside-000001.csv"}) || filed(t, w, 1).State() != points.FileSent {
		t.Fatalf("%v", names)
	}
	file, err := os.ReadFile(b.at("out/outside-000001.csv"))
	must(t, err)
	if !bytes.Equal(file, fetch(t, w, 1)) {
		t.Error("the folder has another file")
	}
	// A program that ended before it noted that it wrote.
	must(t, os.Remove(b.at("out/outside-000001.csv")))
	_, err = w.Pool.Exec(w.Ctx, "update point_files set written_at = null")
	must(t, err)
	must(t, os.WriteFile(b.at("out/outside-000001.csv.tmp"), []byte("half"), 0o600))
	carry()
	carry()
	if again, err := os.ReadFile(b.at("out/outside-000001.csv")); err != nil || !bytes.Equal(again, file) || len(b.names("out")) != 1 {
		t.Errorf("written again: %v, %v", b.names("out"), err)
	}
	right, err := y.Work(file)
	must(t, err)
	b.put("a.csv", right[:len(right)-9])
	b.put("b.csv.part", right)
	b.put(".hidden", right)
	must(t, os.Mkdir(b.at("in/folder"), 0o700))
	must(t, os.Symlink("/etc/passwd", b.at("in/link.csv")))
	carry()
	refused := b.names("refused")
	if len(refused) != 2 || !strings.HasSuffix(refused[0], "-a.csv") || filed(t, w, 1).Answers != 0 {
		t.Fatalf("%v", refused)
	}
	if w.Number("select count(*) from point_results where state = 'refused' and file_id is not null and answer = 1") != 1 {
		t.Error("what was refused is not in the history of its file")
	}
	if why, err := os.ReadFile(b.at("refused/" + refused[1])); err != nil || !strings.HasPrefix(string(why), "result_") || strings.Contains(string(why), "@") {
		t.Errorf("%s %v", why, err)
	}
	if left := b.names("in"); !slices.Equal(left, []string{".hidden", "b.csv.part", "folder", "link.csv"}) {
		t.Errorf("%v", left)
	}
	// One that was taken in, by a program that ended before it moved it.
	_, err = bring(w, 1, right)
	must(t, err)
	must(t, os.Rename(b.at("in/b.csv.part"), b.at("in/b.csv")))
	carry()
	w.SendLegs(t)
	if done := b.names("done"); len(done) != 1 || !strings.HasSuffix(done[0], "-b.csv") || !leg(t, w, of[1]).Done() || w.Number("select count(*) from point_results where state = 'again' and received_by is null and source = 'folder'") != 1 {
		t.Errorf("%v", done)
	}
}

// A folder that cannot be used is told at the system, and hands over what there is once it can.
func TestAFolderThatIsNone(t *testing.T) {
	w, _, of := batch(t, 1, "folder", "yes")
	toHour(t, w)
	b := box{t, filepath.Join(t.TempDir(), "points")}
	must(t, os.WriteFile(b.base, []byte("a file"), 0o600))
	explain := func(*fault.Fault) string { return "" }
	fails := func() (int, string) {
		c, err := points.ByCode(store.Read(w.Ctx, w.Store), "outside")
		must(t, err)
		return c.Fails, c.Said
	}
	must(t, points.Carry(w.Ctx, w.Store, b.base, explain))
	if n, said := fails(); n != 1 || !strings.HasPrefix(said, "folder: ") {
		t.Errorf("%d %s", n, said)
	}
	must(t, os.Remove(b.base))
	must(t, points.Carry(w.Ctx, w.Store, b.base, explain))
	if n, _ := fails(); n != 0 || len(b.names("out")) != 1 || leg(t, w, of[0]).State != outside.Uncertain {
		t.Errorf("%d fails", n)
	}
}
