package web

import (
	"slices"
	"strconv"
	"strings"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/scripts"
	"hoten/i18n"
	"hoten/ui"
)

// showScripts is what agents say, part by part.
func showScripts(p *page) error {
	p.section("scripts")
	latest, err := scripts.Latest(p.db)
	if err != nil {
		return err
	}
	shown := ui.ScriptsIndex{MayEdit: p.by.May(scripts.ToChange.Needs), MayRead: p.by.May(access.ReadSettings)}
	for _, step := range scripts.Steps {
		of := ui.ScriptStep{Name: step.Name}
		for _, part := range step.Parts {
			row, text := ui.ScriptPart{Part: part}, scripts.Shipped(part)
			if i := slices.IndexFunc(latest, func(v scripts.Named) bool { return v.Part == part }); i >= 0 {
				text, row.SetBy, row.SetAt = latest[i].Text(), latest[i].Setter.In(i18n.Lang(p.ctx)), latest[i].SetAt
			}
			row.Said, row.Own = p.worded(part, text), text != scripts.Shipped(part)
			of.Parts = append(of.Parts, row)
		}
		shown.Steps = append(shown.Steps, of)
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// worded is a text in both languages with words for its placeholders.
func (p *page) worded(part string, text scripts.Text) []ui.Said {
	return filled(text, func(lang string) (values []any) {
		for name, says := range p.placeholders(part, lang) {
			values = append(values, name, i18n.T(i18n.With(p.ctx, lang), "scripts.value", "says", says.Says))
		}
		return values
	})
}

// filled is a text in both languages with its values put in.
func filled(text scripts.Text, values func(lang string) []any) (out []ui.Said) {
	for _, lang := range i18n.Langs {
		out = append(out, ui.Said{Language: lang, Lines: strings.Split(i18n.Fill(lang, text.In(lang), values(lang)...), "\n")})
	}
	return out
}

// placeholders are those of a part by name, in words and with a value to try it with.
func (p *page) placeholders(part, lang string) map[string]ui.Placeholder {
	said, out := i18n.With(p.ctx, lang), map[string]ui.Placeholder{}
	for _, name := range scripts.Placeholders(part) {
		out[name] = ui.Placeholder{Name: "{{." + name + "}}", Says: i18n.T(said, "scripts.placeholder."+name), Sample: i18n.T(said, "scripts.sample."+name)}
	}
	return out
}

// showScript is the form of a part, with the texts in force or those of the version that the
// address names.
func showScript(p *page) error {
	p.section("scripts")
	part := p.Param("part")
	history, err := scripts.History(p.db, part)
	if err != nil {
		return err
	}
	versions := append(history, scripts.Named{Version: scripts.Version{Part: part}})
	now := fieldsOfScript(versions[0].Text())
	shown := ui.ScriptsEdit{MayEdit: p.by.May(scripts.ToChange.Needs), Part: part, Version: versions[0].Version.Version, Seen: now, Values: now}
	for _, v := range versions {
		shown.Versions = append(shown.Versions, ui.TextVersion{Version: v.Version.Version, Said: p.worded(part, v.Text()), Shipped: v.Text() == scripts.Shipped(part),
			SetBy: v.Setter.In(i18n.Lang(p.ctx)), SetAt: v.SetAt, Reason: v.Reason})
	}
	if asked := p.QueryParam("version"); asked != "" {
		i := slices.IndexFunc(versions, func(v scripts.Named) bool { return strconv.FormatInt(v.Version.Version, 10) == asked })
		if i < 0 {
			return fault.Input("version", "filter_unknown")
		}
		shown.Taken, shown.From, shown.Values = true, versions[i].Version.Version, fieldsOfScript(versions[i].Text())
	}
	for _, name := range scripts.Placeholders(part) {
		shown.Placeholders = append(shown.Placeholders, p.placeholders(part, i18n.Lang(p.ctx))[name])
	}
	p.bothOfSetup(shown.Version, shown.Seen, p.inBoth("text", i18n.T(p.ctx, "scripts.text")))
	p.tryScript(&shown)
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// tryScript says what stands in the fields with values for the placeholders.
func (p *page) tryScript(shown *ui.ScriptsEdit) {
	text := scripts.Text{Ja: shown.Values["text_ja"], En: shown.Values["text_en"]}
	if p.frame.Typed != nil {
		text = p.typedScript()
	}
	shown.Samples = map[string]map[string]string{}
	shown.Preview = filled(text, func(lang string) (values []any) {
		shown.Samples[lang] = map[string]string{}
		for name, of := range p.placeholders(shown.Part, lang) {
			values, shown.Samples[lang][name] = append(values, name, of.Sample), of.Sample
		}
		return values
	})
}

func fieldsOfScript(text scripts.Text) map[string]string {
	return map[string]string{"text_ja": text.Ja, "text_en": text.En}
}

// typedScript is the text of the form, without blank lines and spaces around its lines.
func (p *page) typedScript() scripts.Text {
	return scripts.Text{Ja: spokenLines(p.lines("text_ja")), En: spokenLines(p.lines("text_en"))}
}

func spokenLines(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func changeScript(p *page) error {
	part := p.Param("part")
	changed, err := scripts.Change(p.ctx, p.w.s, p.by, part, p.seenVersion(), p.typedScript(), p.FormValue("reason"))
	switch {
	case err != nil:
		return p.again(err, "", showScript)
	case changed:
		return p.to("/scripts#part-"+part, "script_changed")
	}
	return p.to("/scripts#part-"+part, "script_unchanged")
}
