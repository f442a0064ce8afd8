package crash

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"hoten/app/apptest"
)

// Programs that start at once on an empty database and an empty data folder make one
// set of keys, one schema and one role of the program, and all of them work.
func TestManyFirstStarts(t *testing.T) {
	t.Parallel()
	env := append(os.Environ(), "HOTEN_DATA_DIR="+t.TempDir()+"/data", "HOTEN_DATABASE_URL="+apptest.EmptyDatabase(t), "HOTEN_SMTP_URL=", "HOTEN_BASE_URL=http://localhost")
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			c := exec.Command(binary, "staff", "add", "--email", fmt.Sprintf("first%d@hoten.example", n), "--name", "最初", "--role", "administrator")
			c.Env = env
			if out, err := c.CombinedOutput(); err != nil {
				t.Errorf("program %d: %v\n%s", n, err, out)
			}
		})
	}
	all.Wait()
}
