package ui

import (
	"bytes"
	"context"
	"html"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"hoten/i18n"
)

var (
	labelFor = regexp.MustCompile(`(?s)<label [^>]*?for="([^"]+)"[^>]*>\s*(.*?)\s*(?:<span class="required">[^<]*</span>\s*)?</label>`)
	legendOf = regexp.MustCompile(`(?s)<fieldset class="field[^"]*" id="([^"]+)"[^>]*>\s*<legend>\s*(.*?)\s*(?:<span class="required">[^<]*</span>\s*)?</legend>`)
	summedAs = regexp.MustCompile(`<li><a href="#([^"]+)">([^<]*)</a></li>`)
)

// The summary of a refused form calls every field of every form of every page as its label
// does, and says its row where it stands in one.
func TestSummaryNamesTheFields(t *testing.T) {
	fields := 0
	for _, lang := range i18n.Langs {
		ctx := i18n.With(context.Background(), lang)
		for name, p := range samples(lang) {
			drawn := func(p page) string {
				var b bytes.Buffer
				if err := p.Page().Render(ctx, &b); err != nil {
					t.Fatal(err)
				}
				return b.String()
			}
			labels, problems := map[string]string{}, []Problem{}
			for _, form := range postForm.FindAllString(drawn(p), -1) {
				for _, m := range append(labelFor.FindAllStringSubmatch(form, -1), legendOf.FindAllStringSubmatch(form, -1)...) {
					labels[m[1]] = html.UnescapeString(m[2])
					problems = append(problems, Problem{Field: m[1], Text: "X"})
				}
			}
			if len(problems) == 0 {
				continue
			}
			refused := reflect.New(reflect.TypeOf(p)).Elem()
			refused.Set(reflect.ValueOf(p))
			refused.FieldByName("Frame").FieldByName("Problems").Set(reflect.ValueOf(problems))
			said := map[string]string{}
			for _, m := range summedAs.FindAllStringSubmatch(drawn(refused.Interface().(page)), -1) {
				said[m[1]] = html.UnescapeString(m[2])
			}
			for id, label := range labels {
				fields++
				want := i18n.T(ctx, "form.problem", "label", label, "problem", "X")
				if !strings.HasSuffix(said[id], want) {
					t.Errorf("%s.%s: of %s the summary says %q, want %q", name, lang, id, said[id], want)
				}
			}
		}
	}
	if fields < 300 {
		t.Errorf("only %d fields found", fields)
	}
	p := sampleDeskRefused("en")
	var b bytes.Buffer
	if err := p.Page().Render(i18n.With(context.Background(), "en"), &b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{">Weekly hours, row 3, Opens: write a time as 10:00.<", ">Reason: fill this in.<"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("not said: %s", want)
		}
	}
}
