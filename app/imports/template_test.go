package imports_test

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/imports"
	"hoten/app/imports/csvin"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/i18n"
)

var update = flag.Bool("update", false, "write docs/import-files.md anew")

// A template is taken as it is, and its example is passed over; without the mark before it
// the example is a row as good as any.
func TestTemplates(t *testing.T) {
	w := apptest.NewWorld(t)
	programs, err := incidents.Programs(store.Read(w.Ctx, w.Store))
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range i18n.Langs {
		paths := map[string]string{}
		for _, marked := range []bool{true, false} {
			for _, file := range []string{imports.AffectedFile, imports.MovementsFile} {
				var b bytes.Buffer
				if err := imports.Template(file, lang, imports.Sample{Programs: programs}, &b); err != nil {
					t.Fatal(err)
				}
				if text := b.String(); !strings.HasPrefix(text, "\ufeff") || strings.Count(text, "\r\n") != 2 || strings.Count(text, "\n") != 2 {
					t.Errorf("not for Excel: %q", text)
				}
				text := b.String()
				if !marked {
					text = strings.NewReplacer("記入例：", "", "example: ", "").Replace(text)
				}
				paths[file] = filepath.Join(t.TempDir(), file+".csv")
				if err := os.WriteFile(paths[file], []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			i, err := imports.FromFiles(w.Ctx, w.Store, w.Manager, apptest.Reference, paths[imports.AffectedFile], paths[imports.MovementsFile], true, nil)
			if err != nil || i.State != imports.Done || i.Rejected != 0 || len(i.Columns()) != 0 || marked && i.Total != 0 || !marked && i.Accepted != 2 {
				t.Errorf("%s, marked: %v: %+v %v", lang, marked, i, err)
			}
		}
	}
}

// The example is an ID of the installation's own form, where that is known.
func TestTemplateWithAnID(t *testing.T) {
	for _, file := range []string{imports.AffectedFile, imports.MovementsFile} {
		var b bytes.Buffer
		if err := imports.Template(file, "en", imports.Sample{Login: "FC-000001", Day: jptext.Date{Year: 2026, Month: 3, Day: 2}}, &b); err != nil || !strings.Contains(b.String(), "FC-000001") ||
			file == imports.MovementsFile && !strings.Contains(b.String(), "2026-03-02 ") {
			t.Errorf("%s: %s %v", file, b.String(), err)
		}
	}
}

// The columns of docs are made of the list.
func TestFilesAreDocumented(t *testing.T) {
	var b strings.Builder
	ctx := i18n.With(t.Context(), "en")
	b.WriteString("# The import files\n\nThe columns of the files, as `app/imports` knows them. Made of the list by `make generate`; [api.md](api.md) says what is done with them.\n\n" +
		"CSV (UTF-8, Shift JIS or UTF-16) or the first sheet of an .xlsx file. Columns come in any order, under the English or the Japanese header; others are not used. " +
		"Imports › Import files in the console offers a template of each to download, with the balances of the programs that are set up. Its example row, which begins with `example:` or `記入例：`, is passed over.\n")
	for _, file := range []string{imports.AffectedFile, imports.MovementsFile} {
		fmt.Fprintf(&b, "\n## %s (`%s`)\n\n", i18n.T(ctx, "imports."+file), file)
		describe(ctx, &b, imports.Columns(file, []incidents.Program{{Code: "PROGRAM", NameJa: "プログラム名"}}))
	}
	b.WriteString("\n## Statements of point systems\n\nUploaded under Reconciliations ([connect/reconciliation.md](connect/reconciliation.md)); taken as a whole or not at all.\n\n")
	describe(ctx, &b, csvin.Columns(csvin.StatementFile))
	apptest.Golden(t, "../../../docs/import-files.md", b.String(), *update)
}

func describe(ctx context.Context, b *strings.Builder, columns []csvin.Column) {
	b.WriteString("| header | 見出し | | holds | example |\n|---|---|---|---|---|\n")
	for _, c := range columns {
		required, example := "", c.Example("en")
		if c.Required {
			required = "required"
		}
		if ja := c.Example("ja"); ja != example {
			example = fmt.Sprintf("%s (%s)", example, ja)
		}
		fmt.Fprintf(b, "| `%s` | `%s` | %s | %s | %s |\n", c.English, c.Japanese, required, i18n.T(ctx, "imports.format."+c.Format()), cmp.Or(example, "–"))
	}
}
