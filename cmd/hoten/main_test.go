package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hoten/app"
	"hoten/app/audit"
	"hoten/app/demo"
	"hoten/app/store"
	"hoten/i18n"
)

// hoten runs one command line.
func hoten(t *testing.T, in string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(context.Background(), args, strings.NewReader(in), &o, &e)
	return code, o.String(), e.String()
}

func TestHelpAndMistakes(t *testing.T) {
	for _, v := range variables {
		t.Setenv(v, "")
	}
	untouched := filepath.Join(t.TempDir(), "untouched")
	t.Setenv("HOTEN_DATA_DIR", untouched)
	for line, c := range map[string]struct {
		code     int
		out, err string
	}{
		"":                      {0, "Usage: hoten COMMAND", ""},
		"help":                  {0, "hoten audit verify", ""},
		"--help":                {0, "HOTEN_BASE_URL", ""},
		"-h":                    {0, "補填", ""},
		"version":               {0, "hoten dev, commit unknown, go1.", ""},
		"--version":             {0, "hoten dev, commit unknown, go1.", ""},
		"nonsense":              {2, "", `no command "nonsense".` + "\nSee hoten help"},
		"serv":                  {2, "", "Did you mean serve?"},
		"--lang ja serv":        {2, "", "serve の間違いではありませんか"},
		"staff":                 {2, "", "hoten staff add"},
		"staff remove":          {2, "", `no command "staff remove"`},
		"token craete":          {2, "", "Did you mean token create?"},
		"audit":                 {2, "", "hoten audit verify"},
		"staff --help":          {0, "Examples:\n  hoten staff add", ""},
		"help staff":            {0, "hoten staff add", ""},
		"token -h":              {0, "hoten token create", ""},
		"help import":           {0, "--dry-run", ""},
		"help nonsense":         {2, "", `no command "nonsense"`},
		"serve --adr x":         {2, "", "no flag --adr. Did you mean --addr?"},
		"serve --addr":          {2, "", "--addr needs a value"},
		"serve --allow-demo=x":  {2, "", `--allow-demo cannot be "x": must be one of true, false`},
		"serve --help":          {0, "--allow-demo", ""},
		"demo --help":           {0, "./demo-data", ""},
		"import --help":         {0, "Rejected rows go to", ""},
		"staff add --help":      {0, "--password-stdin", ""},
		"--lang ja demo -h":     {0, "デモ用の事案", ""},
		"migrate --nonsense":    {2, "", "no flag --nonsense"},
		"--lang en migrate now": {2, "", `does not take "now"`},
		"-lang=ja version now":  {2, "", "「now」は指定できません"},
		"--lang fr migrate":     {2, "", "must be one of ja, en"},
		"--lang ja":             {0, "hoten audit verify", ""},
		"--lang ja nonsense":    {2, "", `「nonsense」というコマンドはありません`},
		"--lang ja staff add --email a@b.example --name A --password-stdin --role agent": {1, "", "標準入力にパスワードがありません"},
		// Flags stand anywhere.
		"setup --lang en no.yaml --data-dir no --addr :1": {1, "", "there is no file no.yaml."},
		"--data-dir no setup no.yaml --lang ja":           {1, "", "no.yaml というファイルはありません"},
		"setup a.yaml --lang en b.yaml":                   {2, "", `does not take "b.yaml"`},
		"setup -- no.yaml":                                {1, "", "there is no file no.yaml."},
		"audit --data-dir no verify":                      {1, "", "Nothing was created."},
		"--data-dir no audit verify --lang ja":            {1, "", "no にhotenのデータはありません"},
		"audit --data-dir no":                             {2, "", "hoten audit verify"},
		"audit --data-dir no verfy":                       {2, "", "Did you mean audit verify?"},
		"staff --data-dir=no --help":                      {0, "Examples:\n  hoten staff add", ""},
		"staff --email a@b.example add --role x":          {1, "", "--role: must be one of agent"},
		"help --data-dir no staff add":                    {0, "--password-stdin", ""},
		"--data-dir":                                      {2, "", "--data-dir needs a value"},
		"migrate now":                                     {2, "", `does not take "now"`},
		"version now":                                     {2, "", `does not take "now"`},
		"migrate --addr 8080":                             {1, "", "HOTEN_ADDR"},
		"migrate --base-url nope":                         {1, "", "HOTEN_BASE_URL"},
		"migrate --smtp-url x":                            {1, "", "HOTEN_MAIL_FROM=no-reply@example.jp"},
		"migrate --smtp-url smtp://u:secret@h:x --mail-from a@b.example":       {1, "", "HOTEN_SMTP_URL is not the address of a mail server. Example: HOTEN_SMTP_URL=smtp://user:"},
		"migrate --mail-from nobody":                                           {1, "", "HOTEN_MAIL_FROM=no-reply@example.jp"},
		"migrate --database-url postgres://[x":                                 {1, "", "HOTEN_DATABASE_URL=postgres://"},
		"--lang ja migrate --trusted-proxies x":                                {1, "", "例：HOTEN_TRUSTED_PROXIES=10.0.0.0/8"},
		"staff add --email a@b.example --name A --password-stdin --role agent": {1, "", "no password on standard input"},
		"--lang ja token create --staff a@b.example --name CTI":                {1, "", untouched + " にhotenのデータはありません"},
		"import --incident X --affected x.csv":                                 {1, "", "HOTEN_DATABASE_URL"},
		"audit verify":                                                         {1, "", "Nothing was created."},
		"staff add --role admin":                                               {1, "", "--role: must be one of agent, supervisor, center_manager, administrator, auditor"},
	} {
		code, out, errs := hoten(t, "", strings.Fields(line)...)
		if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(errs, c.err) || c.out == "" && out != "" {
			t.Errorf("hoten %s: %d\n%s\n%s", line, code, out, errs)
		}
	}
	if _, err := os.Stat(os.Getenv("HOTEN_DATA_DIR")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a refused command left a data folder behind")
	}
}

// Every command of docs/api.md is there and explains itself.
func TestEveryCommandExplainsItself(t *testing.T) {
	_, all, _ := hoten(t, "", "help")
	for _, name := range []string{"serve", "demo", "migrate", "staff add", "token create", "setup", "import", "release", "audit verify", "version"} {
		if !strings.Contains(all, "\n  hoten "+name) {
			t.Errorf("help does not know %s", name)
		}
		for _, lang := range i18n.Langs {
			code, out, errs := hoten(t, "", append([]string{"--lang", lang}, append(strings.Fields(name), "--help")...)...)
			if code != 0 || errs != "" || !strings.Contains(out, "hoten "+name) || strings.Count(out, "\n  hoten "+name) < 1 || strings.Contains(out, "cli.") {
				t.Errorf("%s --help in %s: %d %s%s", name, lang, code, out, errs)
			}
		}
	}
}

// A taken port is told, with its variable, before anything is made.
func TestATakenPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, command := range []string{"serve", "demo"} {
		folder := filepath.Join(t.TempDir(), "untouched")
		code, _, errs := hoten(t, "", command, "--addr", l.Addr().String(), "--data-dir", folder)
		if code != 1 || !strings.Contains(errs, "HOTEN_ADDR "+l.Addr().String()+" is in use") {
			t.Errorf("%s: %d %s", command, code, errs)
		}
		if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s made a data folder", command)
		}
	}
}

// A secret that came by the environment is not shown to whoever looks over a shoulder.
func TestHelpKeepsPasswords(t *testing.T) {
	t.Setenv("HOTEN_SMTP_URL", "smtp://u:secret@mail.example.jp")
	if _, out, _ := hoten(t, "", "serve", "--help"); strings.Contains(out, "secret") {
		t.Error(out)
	}
}

// reachable is a data folder that the account PostgreSQL runs under can reach
// when the tests run as root, and short enough for a socket.
func reachable(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "hoten-cli-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(folder, 0o711); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, "data")
}

// Whoever starts as root where PostgreSQL's user cannot enter hears once, from any command,
// where the database was made.
func TestDatabaseOutsideOfTheDataFolder(t *testing.T) {
	if testing.Short() || os.Geteuid() != 0 {
		t.Skip("starts PostgreSQL as root")
	}
	for _, v := range variables {
		t.Setenv(v, "")
	}
	closed := filepath.Dir(reachable(t))
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(closed, "data")
	code, _, errs := hoten(t, "", "migrate", "--data-dir", data)
	made := regexp.MustCompile(`^The database was made in (/var/lib/hoten/data-[0-9a-f]{8})/postgres, .* cannot enter ` + data).FindStringSubmatch(errs)
	if code != 0 || made == nil {
		t.Fatalf("%d %s", code, errs)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(made[1]); err != nil {
			t.Error(err)
		}
		_ = os.Remove(filepath.Dir(made[1])) // stays where somebody else's database is
	})
	if code, _, errs := hoten(t, "", "migrate", "--data-dir", data); code != 0 || errs != "" {
		t.Errorf("the second time: %d %s", code, errs)
	}
}

func TestFromAnEmptyFolder(t *testing.T) {
	if testing.Short() {
		t.Skip("starts PostgreSQL")
	}
	for _, v := range variables {
		t.Setenv(v, "")
	}
	folder := reachable(t)
	t.Setenv("HOTEN_DATA_DIR", folder)
	ctx, log := context.Background(), slog.New(slog.DiscardHandler)
	// One more program on the folder, as serve would be: the commands work beside it.
	a, err := app.New(ctx, app.FromEnvironment(app.Folder), log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	expect := func(code int, out, errs, in string, args ...string) string {
		t.Helper()
		gotCode, gotOut, gotErrs := hoten(t, in, args...)
		if gotCode != code || !regexp.MustCompile(out).MatchString(gotOut) || !strings.Contains(gotErrs, errs) {
			t.Errorf("hoten %q: %d\n%s\n%s", args, gotCode, gotOut, gotErrs)
		}
		return gotOut
	}
	expect(0, `^The database is up to date\.\n$`, "", "", "migrate")
	// Nobody's desk is there at first; a file sets them up, once.
	expect(1, `^$`, "desk:", "", "staff", "add", "--email", "agent@hoten.example", "--name", "佐藤 葵", "--role", "agent", "--desk", "tech")
	example := expect(0, `^# hoten setup FILE`, "", "", "setup", "--example", "ocn-2014")
	expect(2, `^$`, "name a file", "", "setup")
	expect(1, `^$`, "no example", "", "setup", "--example", "none")
	expect(1, `^$`, "/nowhere.yaml", "", "setup", "/nowhere.yaml")
	expect(1, `^$`, "standard input:2: nonsense: There is no such key.\nNothing was changed.", "operators: []\nnonsense: 1\n", "setup", "-")
	expect(1, `^$`, "standard input:1: The file sets nothing up", "", "setup", "-")
	expect(1, `^$`, "standard input:2: This line has characters that are not UTF-8.", "ids:\n# \x91\x8b\n", "setup", "-")
	expect(1, `^$`, "standard input:2: programs.0.threshold: Write a whole number", "programs:\n  - {code: goo, threshold: 3999.9}\n", "setup", "-")
	dateless := "incidents:\n  - {reference: X-1, title_en: X, detected_on: 2014-07-28, period_from: soon}\n"
	expect(1, `^$`, "standard input:2: incidents.0.period_from: 日付として読み取れません。例：2014-07-11\n何も変更していません。\n", dateless, "setup", "-", "--lang", "ja")
	dateless = strings.Replace(dateless, ", period_from: soon", "", 1)
	missing := "standard input:2: incidents.0.period_from: %s\nstandard input:2: incidents.0.period_to: %[1]s\nstandard input:2: incidents.0.title_ja: %[1]s\n"
	expect(1, `^$`, fmt.Sprintf(missing, "入力してください。")+"何も変更していません。\n", dateless, "setup", "-", "--lang", "ja")
	t.Setenv("LANG", "ja_JP.UTF-8")
	expect(1, `^$`, fmt.Sprintf(missing, "入力してください。")+"何も変更していません。\n", dateless, "setup", "-")
	expect(1, `^$`, fmt.Sprintf(missing, "This is required.")+"Nothing was changed.\n", dateless, "setup", "--lang", "en", "-")
	expect(0, `(?s)^# hoten setup FILE：会員の.*\n# 運営会社。.*\n  - code: ntt-com `, "", "", "setup", "--example", "ocn-2014")
	expect(0, `(?s)^# An incident of another kind `, "", "", "setup", "--example", "one-program", "--lang", "en")
	t.Setenv("LC_ALL", "C.UTF-8")
	expect(1, `^$`, "This is required.\nNothing was changed.\n", dateless, "setup", "-")
	t.Setenv("LC_ALL", "")
	t.Setenv("LANG", "")
	expect(2, `^$`, "must be one of ja, en", "", "setup", "-", "--lang", "fr")
	expect(1, `^$`, "services.3: The same status of this service overlaps", example+"  - {program: pointtalk, service: transfer, state: point_password, from: 2014-07-30 16:00}\n", "setup", "-")
	expect(0, `(?s)^set operator ntt-com\n.*set desk tech\n.*set incident 2014-R096\n`, "", example, "setup", "-")
	expect(0, `Nothing was changed`, "", example, "setup", "-")
	expect(0, `^運営会社 ntt-com を設定しました。\n$`, "", "operators:\n  - {code: ntt-com, mail_address: info@ntt.example}\n", "setup", "-", "--lang", "ja")
	expect(0, `^set operator ntt-com\n$`, "", example, "setup", "-")
	expect(0, `変更はありません`, "", example, "setup", "-", "--lang", "ja")
	expect(0, `^http://127\.0\.0\.1:8080/enrol/[\w-]{43}\n$`, "", "", "staff", "add", "--email", "agent@hoten.example", "--name", "佐藤 葵", "--role", "agent", "--desk", "tech")
	expect(0, `^manager@hoten\.example was added\.\n$`, "", "correct horse battery\r\n", "staff", "add", "--email", "manager@hoten.example", "--name", "渡辺", "--role", "center_manager", "--password-stdin")
	expect(0, `^sv@hoten\.example was added\.\n$`, "", demo.Password+"\n", "staff", "add", "--email", "sv@hoten.example", "--name", "高橋", "--role", "supervisor", "--password-stdin")
	expect(1, `^$`, "(sv@hoten.example): choose another data folder", "", "serve", "--addr", "127.0.0.1:0")
	expect(1, `^$`, "--allow-demo", "", "serve", "--addr", "127.0.0.1:0")
	expect(1, `^$`, "email:", "", "staff", "add", "--email", "agent@hoten.example", "--name", "もう一人", "--role", "agent")
	expect(1, `^$`, "--role: must be one of agent", "", "staff", "add", "--email", "x@hoten.example", "--name", "x", "--role", "root")
	expect(1, `^$`, "language:", "", "staff", "add", "--email", "x@hoten.example", "--name", "x", "--role", "agent", "--language", "fr")
	expect(1, `^$`, "password:", "short\n", "staff", "add", "--email", "x@hoten.example", "--name", "x", "--role", "agent", "--password-stdin")
	expect(0, `^hoten_[\w-]{43}\n$`, "", "", "token", "create", "--staff", "manager@hoten.example", "--name", "CTI")
	expect(1, `^$`, "who@hoten.example", "", "token", "create", "--staff", "who@hoten.example", "--name", "CTI")
	expect(1, `^$`, "name:", "", "token", "create", "--staff", "manager@hoten.example", "--name", "")

	expect(1, `^$`, `no incident with the reference "none". Known: 2014-R096`, "", "import", "--incident", "none", "--affected", "/nowhere.csv")
	file := filepath.Join(t.TempDir(), "affected.csv")
	if err := os.WriteFile(file, []byte("login_id,name\na@ocn.example,山田\n,=1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	expect(2, `^$`, "missing: --affected or --movements.", "", "import", "--incident", "2014-R096")
	expect(2, `^$`, "指定してください：--incident、--affectedまたは--movements", "", "import", "--lang", "ja")
	expect(2, `^$`, "missing: --email, --name, --role.", "", "staff", "add")
	expect(1, `^$`, "there is no file /nowhere.csv.", "", "import", "--incident", "2014-R096", "--affected", "/nowhere.csv")
	expect(0, `まだ何も取り込んでいません。`, "", "", "import", "--incident", "2014-R096", "--affected", file, "--dry-run", "--lang", "ja")
	expect(0, `^This was a check\. Nothing has been imported\.\nRows: 2\nAccepted: 1\nUnchanged: 0\nRejected: 1\n$`, "", "", "import", "--incident", "2014-R096", "--affected", file, "--dry-run")
	expect(0, `^The import is done\.\nRows: 2\nAccepted: 1\nUnchanged: 0\nRejected: 1\n$`, "rejected rows: "+file+".rejected.csv", "", "import", "--incident", "2014-R096", "--affected", file)
	expect(0, `Accepted: 0\nUnchanged: 1\n`, "", "", "import", "--incident", "2014-R096", "--affected", file)
	if b, err := os.ReadFile(file + ".rejected.csv"); err != nil || !bytes.Contains(b, []byte("3,login_id,login_id_missing,")) || !bytes.Contains(b, []byte("'=1")) {
		t.Errorf("%s %v", b, err)
	}
	if info, err := os.Stat(file + ".rejected.csv"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("refused rows are for the owner's eyes: %v %v", info.Mode(), err)
	}
	mended := filepath.Join(t.TempDir(), "mended.csv")
	for path, text := range map[string]string{mended: "login_id,name\na@ocn.example,山田\n", file: "login_id,name\na@ocn.example,山田\n", mended + ".rejected.csv": "login_id,note\na@ocn.example,mine\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for path, stays := range map[string]bool{file: false, mended: true} { // what hoten did not write stays
		expect(0, `Rejected: 0\n$`, "", "", "import", "--incident", "2014-R096", "--affected", path)
		if _, err := os.Stat(path + ".rejected.csv"); (err == nil) != stays {
			t.Errorf("%s: refused rows of an earlier import beside a clean one: %v", path, err)
		}
	}
	movements := filepath.Join(t.TempDir(), "movements.csv")
	for path, text := range map[string]string{file: "login_id,name\na@ocn.example,山田\n", movements: "movement_id,login_id,occurred_at,kind,from_program,to_program,partner,points,points_received,refers_to,fraud\nX1,a@ocn.example,2014-07-20 10:00,theft,pointtalk,goo,,100,50,,suspected\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	expect(0, `Rejected: 1\n$`, "rejected rows: "+movements+".rejected.csv", "", "import", "--incident", "2014-R096", "--affected", file, "--movements", movements)
	if _, err := os.Stat(file + ".rejected.csv"); err == nil {
		t.Error("refused rows of the other file beside one of which none was refused")
	}
	unused := filepath.Join(t.TempDir(), "unused.csv")
	if err := os.WriteFile(unused, []byte("login_id,備考,balance_pointtalk,social\nunused@ocn.example,x,1,y\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	expect(0, `Accepted: 1\n`, "Columns not used: 備考, social\n", "", "import", "--incident", "2014-R096", "--affected", unused)
	expect(0, `変更なし：1\n`, "使わなかった列：備考、social\n", "", "import", "--incident", "2014-R096", "--affected", unused, "--lang", "ja")
	refused := filepath.Join(t.TempDir(), "refused.csv")
	if err := os.WriteFile(refused, []byte("login_id,name\n,山田\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	expect(1, `^Nothing was imported: .*\nRows: 1\nAccepted: 0\nUnchanged: 0\nRejected: 1\n$`, "rejected rows: ", "", "import", "--incident", "2014-R096", "--affected", refused)
	expect(1, `エラー行：1\n$`, "", "", "import", "--incident", "2014-R096", "--affected", refused, "--dry-run", "--lang", "ja")
	broken := filepath.Join(t.TempDir(), "broken.csv")
	if err := os.WriteFile(broken, []byte("x\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	expect(1, `^The import stopped\. Nothing was imported\.\n`, "", "", "import", "--incident", "2014-R096", "--affected", broken)

	// What the READMEs say is what works.
	expect(0, `set incident FERRY-2026-01`, "", expect(0, `^# An incident`, "", "", "setup", "--example", "one-program"), "setup", "-")
	for _, readme := range []string{"../../README.md", "../../README.ja.md"} {
		affected, movements := readmeFiles(t, readme)
		expect(0, `Rows: 4\nAccepted: \d\nUnchanged: \d\nRejected: 0\n$`, "", "", "import", "--incident", "FERRY-2026-01", "--affected", affected, "--movements", movements)
	}

	expect(0, `^whole: 0 entries sealed, \d+ not sealed yet\n$`, "", "", "audit", "verify")
	if _, err := audit.SealAll(ctx, a.Store, a.AuditHead()); err != nil {
		t.Fatal(err)
	}
	expect(0, `^whole: \d+ entries sealed, 0 not sealed yet\n$`, "", "", "audit", "verify")
	tamper(t, a.Store)
	expect(1, `^異常があります：seal 3`, "", "", "audit", "verify", "--lang", "ja")
	expect(1, `^broken: seal 3: entry [0-9a-f-]{36} was changed\n$`, "", "", "audit", "verify")

	// What a newer program has migrated is left alone by every command.
	ready := filepath.Join(t.TempDir(), "ready.yaml")
	if err := os.WriteFile(ready, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	asOwner(t, a.Store, "insert into goose_db_version (version_id, is_applied) values (900, true)")
	for _, line := range []string{"migrate", "serve --addr 127.0.0.1:0", "demo --addr 127.0.0.1:0", "setup " + ready, "staff add --email late@hoten.example --name x --role agent",
		"token create --staff manager@hoten.example --name CTI", "import --incident 2014-R096 --affected " + mended, "release --reason x", "audit verify"} {
		expect(1, `^$`, "its schema has version 900, and this hoten knows versions up to ", "", strings.Fields(line)...)
	}
	expect(1, `^$`, "データベースの版：900、", "", "migrate", "--lang", "ja")
}

// readmeFiles are the files that a README has its reader make.
func readmeFiles(t *testing.T, readme string) (affected, movements string) {
	t.Helper()
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, m := range regexp.MustCompile(`(?s)cat > (\w+\.csv) <<'END'\n(.*?)END\n`).FindAllSubmatch(text, -1) {
		if err := os.WriteFile(filepath.Join(folder, string(m[1])), m[2], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(folder, "affected.csv"), filepath.Join(folder, "movements.csv")
}

// tamper edits the third sealed entry.
func tamper(t *testing.T, s *store.Store) {
	t.Helper()
	asOwner(t, s, "alter table audit_entries disable trigger user", "update audit_entries set action = 'x' where id = (select entry_id from audit_seals where seq = 3)",
		"alter table audit_entries enable trigger user")
}

// asOwner runs statements as the owner of the database.
func asOwner(t *testing.T, s *store.Store, statements ...string) {
	t.Helper()
	owner, err := sql.Open("pgx", s.Pool.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	for _, q := range statements {
		if _, err := owner.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
}
