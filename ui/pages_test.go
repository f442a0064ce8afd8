package ui

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"hoten/i18n"
)

type page interface{ Page() templ.Component }

// broken is what no reader may see: a missing word, a value formatted wrongly,
// a Go value printed as such.
var broken = regexp.MustCompile(`⟦|%!|<nil>|map\[|0001-01-01|1/1 09:`)

// TestPages renders every page with sample data in both languages. With
// HOTEN_UI_OUT set it leaves the HTML there, for the screenshots and for the
// checks of markup and accessibility.
func TestPages(t *testing.T) {
	out := os.Getenv("HOTEN_UI_OUT")
	for _, lang := range i18n.Langs {
		ctx := i18n.With(context.Background(), lang)
		for name, p := range samples(lang) {
			t.Run(name+"."+lang, func(t *testing.T) {
				var b bytes.Buffer
				if err := p.Page().Render(ctx, &b); err != nil {
					t.Fatal(err)
				}
				html := b.String()
				for _, bad := range broken.FindAllStringIndex(html, 5) {
					t.Errorf("…%s…", html[max(0, bad[0]-60):min(len(html), bad[1]+60)])
				}
				if n := strings.Count(html, "<h1"); n != 1 {
					t.Errorf("%d h1", n)
				}
				checkForms(t, html)
				if out != "" {
					if err := os.WriteFile(filepath.Join(out, name+"."+lang+".html"), b.Bytes(), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
}

// Every page has a sample, so that none escapes what is asked of pages.
func TestEveryPageHasASample(t *testing.T) {
	shown := map[string]bool{}
	for _, p := range samples("ja") {
		shown[reflect.TypeOf(p).Name()] = true
	}
	files, err := filepath.Glob("*.templ")
	if err != nil {
		t.Fatal(err)
	}
	pages := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pageOf.FindAllSubmatch(source, -1) {
			if pages++; !shown[string(m[1])] {
				t.Errorf("%s: no sample of %s", file, m[1])
			}
		}
	}
	if pages < 25 {
		t.Errorf("only %d pages found", pages)
	}
}

var pageOf = regexp.MustCompile(`(?m)^templ \(\w+ (\w+)\) Page\(\)`)

var postForm = regexp.MustCompile(`(?s)<form[^>]*method="post".*?</form>`)

func checkForms(t *testing.T, html string) {
	t.Helper()
	for _, form := range postForm.FindAllString(html, -1) {
		if !strings.Contains(form, `name="csrf" value="csrf-token"`) {
			t.Errorf("a form without its CSRF token: %.120s", form)
		}
	}
}

// Whoever may approve a proposal can record a letter that is due as well, at the step that is open:
// the queue of letters leads them to the same page.
func TestALetterBesideAnApproval(t *testing.T) {
	ctx := i18n.With(t.Context(), "en")
	for name, c := range map[string]struct {
		letter  []string
		mayWork bool
		want    bool
	}{"due": {[]string{"restriction"}, true, true}, "none due": {nil, true, false}, "who does not work cases": {[]string{"restriction"}, false, false}} {
		p := sampleCase("en")
		p.Call, p.Next, p.Letter, p.MayWork = nil, "approve", c.letter, c.mayWork
		p.Steps = []Step{{Name: "notice", State: "now"}, {Name: "verification", State: "later"}, {Name: "reimbursement", State: "later"}}
		var b strings.Builder
		if err := p.chain().Render(ctx, &b); err != nil {
			t.Fatal(err)
		}
		notice, rest, _ := strings.Cut(b.String(), "</li>")
		form := `action="/cases/` + p.Number + `/letters"`
		if got := strings.Contains(notice, form); got != c.want || strings.Contains(rest, form) {
			t.Errorf("%s: offered %v\n%s", name, got, b.String())
		}
	}
}

// The page of a case has one filled button, which is the next thing to do: in a call, and
// where one is to be started, it is the panel's.
func TestACaseHasOneFilledButton(t *testing.T) {
	ctx := i18n.With(t.Context(), "ja")
	for name, c := range map[string]struct {
		in           bool
		next         string
		chain, panel int
	}{"in a call": {true, "complete", 0, 1}, "notices in a call": {true, "notify", 0, 1}, "a call is next": {false, "call", 0, 1}, "another step is next": {false, "complete", 1, 0},
		"nothing is next": {false, "", 0, 1}} {
		p := sampleCase("ja")
		p.Next, p.Steps[2].State = c.next, "now"
		if p.Call.Next = "end"; !c.in {
			p.Call = nil
		}
		filled := func(part templ.Component) int {
			var b strings.Builder
			if err := part.Render(ctx, &b); err != nil {
				t.Fatal(err)
			}
			return strings.Count(b.String(), `button primary"`) + strings.Count(b.String(), " data-next")
		}
		if chain, panel := filled(p.chain()), filled(p.callPanel()); chain != c.chain || panel != c.panel {
			t.Errorf("%s: %d in the chain, %d in the panel", name, chain, panel)
		}
	}
}

// Where no program is there yet nothing is said to be available.
func TestNoProgramHasNoServices(t *testing.T) {
	var b strings.Builder
	if err := (ServicesIndex{Services: []string{"registration"}}).Page().Render(i18n.With(t.Context(), "ja"), &b); err != nil {
		t.Fatal(err)
	}
	if body := b.String(); !strings.Contains(body, "プログラム") || strings.Contains(body, "ご利用いただけます") || strings.Contains(body, "<table") {
		t.Error(body)
	}
}

// An incident that is about no program leads to choosing them, or, where there is none to
// choose, to adding one.
func TestAnIncidentLeadsToItsPrograms(t *testing.T) {
	ctx := i18n.With(context.Background(), "ja")
	for want, p := range map[string]page{
		`href="/incidents/R/edit"`: IncidentsShow{Reference: "R", MayEdit: true},
		`href="/programs/new"`:     IncidentsShow{Reference: "R", MayEdit: true, NoneToAdd: true},
		`<a href="/programs/new"`:  SetupIndex{Steps: []SetupStep{{Name: "incident"}}, Bare: []SetupRow{{URL: "/incidents/R/edit", Name: "R"}}, MayManage: true},
	} {
		var b bytes.Buffer
		if err := p.Page().Render(ctx, &b); err != nil {
			t.Fatal(err)
		}
		if _, points, _ := strings.Cut(b.String(), "プログラムがまだ登録されていません"); !strings.Contains(points, want) {
			t.Errorf("no %s", want)
		}
	}
}
