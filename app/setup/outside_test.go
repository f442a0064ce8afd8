package setup_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/points"
	"hoten/app/setup"
	"hoten/app/store"
)

// A point system is set up by a file: its secret stands in a file of its own, what the file does
// not name stays, and what cannot be meant is named by its line.
func TestPointSystems(t *testing.T) {
	w := apptest.NewWorld(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("a-secret-of-enough-length\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`point_systems:
  - code: outside
    name: ポイント基盤
    kind: http
    programs: [goo]
    settings:
      - {name: url, value: "https://points.example"}
      - {name: secret, file: %q}
`, secret)
	done, err := apply(w.Store, w.Administrator, text)
	if err != nil || len(done) != 1 || done[0] != (setup.Done{Kind: "points", Name: "outside", Changed: true}) {
		t.Fatalf("%+v %v", done, err)
	}
	if _, err := apply(w.Store, w.Manager, text); !fault.Is(err, "forbidden") {
		t.Errorf("a manager: %v", err)
	}
	if done, err := apply(w.Store, w.Administrator, text); err != nil || done[0].Changed {
		t.Errorf("the same again: %+v %v", done, err)
	}
	if done, err := apply(w.Store, w.Administrator, "point_systems:\n  - {code: outside, alarm_minutes: 30}\n"); err != nil || !done[0].Changed {
		t.Errorf("%+v %v", done, err)
	}
	stands, err := points.Standing(store.Read(w.Ctx, w.Store), "outside")
	if err != nil || stands.Name != "ポイント基盤" || stands.AlarmMinutes != 30 || fmt.Sprint(stands.Programs) != "[goo]" || stands.Settings["url"] != "https://points.example" {
		t.Errorf("%+v %v", stands, err)
	}
	y, err := points.ByCode(store.Read(w.Ctx, w.Store), "outside")
	if err != nil {
		t.Fatal(err)
	}
	if has, err := y.Has(w.Store.Vault); err != nil || !has["secret"] {
		t.Errorf("the secret: %v %v", has, err)
	}
	byFile := "point_systems:\n  - {code: files, name: ファイル, kind: batch, programs: [pointtalk], settings: [{name: hours, value: \"02:00\"}]}\n"
	if done, err := apply(w.Store, w.Administrator, byFile); err != nil || !done[0].Changed {
		t.Errorf("%+v %v", done, err)
	}
	if stands, err := points.Standing(store.Read(w.Ctx, w.Store), "files"); err != nil || stands.AlarmMinutes != 360 || stands.Settings["encoding"] != "cp932" {
		t.Errorf("%+v %v", stands, err)
	}
	for _, wrong := range []struct{ text, problem string }{
		{"point_systems:\n  - {code: outside, programs: [none]}\n", "2 point_systems.0.programs program_unknown"},
		{"point_systems:\n  - code: files\n    settings:\n      - {name: hours, value: \"2時\"}\n", "4 point_systems.0.settings.0 batch_hours"},
		{"point_systems:\n  - {code: outside, alarm_minutes: -1}\n", "2 point_systems.0.alarm_minutes limit_range"},
		{"point_systems:\n  - code: outside\n    settings:\n      - {name: url, value: \"http://points.example\"}\n", "4 point_systems.0.settings.0 rest_plain"},
		{"point_systems:\n  - code: outside\n    settings:\n      - {name: secret, file: /nowhere}\n", "4 point_systems.0.settings.0.file setup_file_unreadable"},
	} {
		if _, err := apply(w.Store, w.Administrator, wrong.text); fmt.Sprint(problems(err)) != "["+wrong.problem+"]" {
			t.Errorf("%s: %v, want %s", wrong.text, problems(err), wrong.problem)
		}
	}
}
