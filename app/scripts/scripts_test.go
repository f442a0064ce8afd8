package scripts_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/scripts"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

func parts() (out []string) {
	for _, s := range scripts.Steps {
		out = append(out, s.Parts...)
	}
	return out
}

// Every sentence that is shipped is a part, once.
func TestPartsAreThoseThatAreShipped(t *testing.T) {
	words, err := os.ReadFile("../../i18n/ja.calls.toml")
	if err != nil {
		t.Fatal(err)
	}
	var shipped []string
	for _, m := range regexp.MustCompile(`(?m)^"calls\.script\.([a-z_.]+)"`).FindAllStringSubmatch(string(words), -1) {
		if !slices.Contains([]string{"title", "restored", "reimbursed", "unit", "in.ja", "in.en"}, m[1]) {
			shipped = append(shipped, m[1])
		}
	}
	listed := parts()
	slices.Sort(shipped)
	slices.Sort(listed)
	if !slices.Equal(shipped, listed) {
		t.Errorf("%v\nare shipped, and the script has\n%v", shipped, listed)
	}
}

func inForce(w *apptest.World) scripts.InForce {
	w.T.Helper()
	var reads store.Reads
	found := scripts.AskInForce(&reads)
	if err := reads.Run(store.Read(w.Ctx, w.Store)); err != nil {
		w.T.Fatal(err)
	}
	return found()
}

func TestChange(t *testing.T) {
	w := apptest.NewWorld(t)
	change := func(by access.Actor, seen int64, text scripts.Text, reason string) error {
		_, err := scripts.Change(w.Ctx, w.Store, by, "greeting", seen, text, reason)
		return err
	}
	shipped := scripts.Shipped("greeting")
	ours := scripts.Text{Ja: "{{.desk}}、{{.agent}}が承ります。", En: "{{.desk}}, {{.agent}} speaking."}
	if err := change(w.Manager, 0, ours, "短く"); err != nil {
		t.Fatal(err)
	}
	if f := inForce(w); f.Of("greeting") != ours || f.Of("farewell") != scripts.Shipped("farewell") {
		t.Errorf("%+v", f)
	}
	if err := change(w.Administrator, 0, shipped, "戻す"); !fault.Is(err, "conflict") {
		t.Errorf("over a version that was not looked at: %v", err)
	}
	if changed, err := scripts.Change(w.Ctx, w.Store, w.Manager, "greeting", 1, ours, "同じ"); err != nil || changed {
		t.Errorf("the same again: %v, %v", changed, err)
	}
	if err := change(w.Administrator, 1, shipped, "戻す"); err != nil {
		t.Fatal(err)
	}
	if f := inForce(w); f.Of("greeting") != shipped {
		t.Errorf("%+v", f)
	}
	list, err := scripts.History(store.Read(w.Ctx, w.Store), "greeting")
	if err != nil || len(list) != 2 || list[0].TextJa != nil || list[0].Setter.String() != w.Administrator.Name || list[1].Text() != ours || list[1].Reason != "短く" || !list[1].SetAt.Equal(apptest.Start) {
		t.Errorf("%+v, %v", list, err)
	}
	if n := w.Number("select count(*) from audit_entries where action = 'script.changed' and subject = 'script:greeting'"); n != 2 {
		t.Errorf("%d changes in the trail", n)
	}
	for _, by := range []access.Actor{w.Agent, w.Supervisor, w.Auditor} {
		if err := change(by, 2, ours, "短く"); !fault.Is(err, "forbidden") {
			t.Errorf("%s: %v", by.Role, err)
		}
	}
}

func TestWhatCannotBeSaidIsRefused(t *testing.T) {
	w := apptest.NewWorld(t)
	fine := scripts.Text{Ja: "有効期限は{{.minutes}}分です。", En: "It is valid for {{.minutes}} minutes."}
	for name, c := range map[string]struct {
		text        scripts.Text
		field, code string
	}{
		"one language":        {scripts.Text{Ja: fine.Ja, En: " \n"}, "text_en", "required"},
		"unknown placeholder": {scripts.Text{Ja: fine.Ja + "{{.desk}}", En: fine.En}, "text_ja", "placeholder_unknown"},
		"missing placeholder": {scripts.Text{Ja: fine.Ja, En: "It is valid for 30 minutes."}, "text_en", "placeholder_missing"},
		"a template":          {scripts.Text{Ja: fine.Ja + "{{if .minutes}}", En: fine.En}, "text_ja", "placeholder_form"},
		"a call":              {scripts.Text{Ja: fine.Ja, En: fine.En + "{{.minutes | printf}}"}, "text_en", "placeholder_form"},
		"half of one":         {scripts.Text{Ja: fine.Ja + "}}", En: fine.En}, "text_ja", "placeholder_form"},
		"too long":            {scripts.Text{Ja: fine.Ja + strings.Repeat("長", 600), En: fine.En}, "text_ja", "too_long"},
		"a secret":            {scripts.Text{Ja: fine.Ja + "暗証番号4821", En: fine.En}, "text_ja", "secret_password"},
	} {
		_, err := scripts.Change(w.Ctx, w.Store, w.Manager, "reset", 0, c.text, "見直し")
		f, ok := fault.As(err)
		if !ok || len(f.Fields) != 1 || f.Fields[0].Name != c.field || f.Fields[0].Code != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := scripts.Change(w.Ctx, w.Store, w.Manager, "reset", 0, fine, " "); !fault.Of(err, fault.Invalid) {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := scripts.Change(w.Ctx, w.Store, w.Manager, "title", 0, fine, "見直し"); !fault.Of(err, fault.NotFound) {
		t.Errorf("what is no part: %v", err)
	}
}

// What is shipped may be set again, whatever the rules for what people type.
func TestShippedTextsMayBeSet(t *testing.T) {
	w := apptest.NewWorld(t)
	for _, part := range parts() {
		text := scripts.Shipped(part)
		text.Ja += "。"
		if _, err := scripts.Change(w.Ctx, w.Store, w.Manager, part, 0, text, "句点"); err != nil {
			t.Errorf("%s: %v", part, err)
		}
		if _, err := scripts.Change(w.Ctx, w.Store, w.Manager, part, 1, scripts.Shipped(part), "戻す"); err != nil {
			t.Errorf("%s: %v", part, err)
		}
	}
}

// A text that the placeholders of a later release do not fit gives way to the shipped one.
func TestTextsOfAnotherReleaseGiveWay(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Number(`with i as (insert into scripts (part, version, text_ja, text_en, reason, set_at) values ('farewell', 1, '{{.desk}}', '{{.desk}}', '', now()), ('gone', 1, 'x', 'x', '', now()) returning 1)
		select count(*) from i`)
	if f := inForce(w); f.Of("farewell") != scripts.Shipped("farewell") || len(f) != 1 {
		t.Errorf("%+v", f)
	}
}

// Of two who change a part at once one is told.
func TestOnlyOneChangesWhatBothLookedAt(t *testing.T) {
	w := apptest.NewWorld(t)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() {
			text := scripts.Text{Ja: strings.Repeat("。", i+1), En: "."}
			_, errs[i] = scripts.Change(w.Ctx, w.Store, w.Manager, "farewell", 0, text, "同時")
		})
	}
	wg.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
		} else if !fault.Is(err, "conflict") {
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("%d were set", made)
	}
}
