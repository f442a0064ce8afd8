package notices

import (
	"html/template"
	"strings"
)

// page is one column of 600 px with system fonts and nothing loaded from
// anywhere. Styles are inline, since many mail programs drop <style>; the style
// element is for those that keep it, and darkens the page.
var page = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<title>{{.Title}}</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
.b { background: #16181c !important; }
.c { background: #1f2227 !important; color: #e8eaed !important; border-color: #3a3f47 !important; }
.h { color: #fff !important; border-color: #6f9ee8 !important; }
.k { background: #2a2e35 !important; color: #fff !important; border-color: #4a505a !important; }
.l { color: #c3c8d0 !important; border-color: #3a3f47 !important; }
.a { color: #8ab4f8 !important; }
}
</style>
</head>
<body class="b" style="margin:0;padding:0;background:#f2f4f7;-webkit-text-size-adjust:100%;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="b" align="center" style="padding:16px 8px;background:#f2f4f7;">
<table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:600px;"><tr><td class="c" align="left" style="padding:28px 24px;background:#fff;color:#1a1c1f;border:1px solid #d5dae1;border-radius:4px;font-family:{{.Fonts}};font-size:16px;line-height:1.75;line-break:strict;overflow-wrap:anywhere;">
{{range .Groups}}{{if eq .Tag "p"}}<p style="margin:0 0 16px;">{{template "lines" .Lines}}</p>
{{else if eq .Tag "h2"}}<h2 class="h" style="margin:28px 0 12px;padding:2px 0 2px 12px;border-left:4px solid #1d4f9e;color:#0f2f63;font-size:18px;line-height:1.5;">{{template "lines" .Lines}}</h2>
{{else if eq .Tag "h3"}}<h3 class="h" style="margin:20px 0 4px;color:#0f2f63;font-size:16px;line-height:1.5;">{{template "lines" .Lines}}</h3>
{{else if eq .Tag "ul"}}<ul style="margin:0 0 16px;padding:0 0 0 22px;">{{range .Items}}<li style="margin:0 0 8px;">{{template "lines" .}}</li>{{end}}</ul>
{{else if eq .Tag "ol"}}<ol style="margin:0 0 16px;padding:0 0 0 26px;">{{range .Items}}<li style="margin:0 0 8px;">{{template "lines" .}}</li>{{end}}</ol>
{{else if eq .Tag "table"}}<table width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px;border-collapse:collapse;">{{range .Rows}}<tr><th class="l" scope="row" align="left" style="padding:6px 12px 6px 0;border-bottom:1px solid #d5dae1;color:#4a5260;font-weight:normal;vertical-align:top;">{{.Label}}</th><td class="l" align="right" style="padding:6px 0;border-bottom:1px solid #d5dae1;vertical-align:top;white-space:nowrap;font-variant-numeric:tabular-nums;"><span class="c" style="color:#1a1c1f;">{{.Value}}</span></td></tr>{{end}}</table>
{{else if eq .Tag "a"}}<p class="k" style="margin:0 0 16px;padding:14px 16px;background:#eef3fb;border:1px solid #c5d5ee;border-radius:4px;word-break:break-all;">{{range .Lines}}{{if $.Linked}}<a class="a" href="{{.}}" style="color:#1d4f9e;font-weight:bold;">{{.}}</a>{{else}}{{.}}{{end}}{{end}}</p>
{{else if eq .Tag "code"}}<p class="k" style="margin:0 0 16px;padding:14px 16px;background:#eef3fb;border:1px solid #c5d5ee;border-radius:4px;text-align:center;font-size:32px;line-height:1.3;font-weight:bold;letter-spacing:0.2em;font-variant-numeric:tabular-nums;">{{template "lines" .Lines}}</p>
{{else if eq .Tag "small"}}<p class="l" style="margin:0 0 16px;color:#4a5260;font-size:14px;">{{template "lines" .Lines}}</p>
{{else}}<hr class="c" style="margin:24px 0 16px;border:0;border-top:1px solid #d5dae1;">
{{end}}{{end}}</td></tr></table>
</td></tr></table>
</body>
</html>
{{define "lines"}}{{range $i, $l := .}}{{if $i}}<br>{{end}}{{$l}}{{end}}{{end}}`))

// fonts of the systems, with the language's own glyphs first.
var fonts = map[string]template.CSS{
	"ja": `'Hiragino Sans','Noto Sans JP','Yu Gothic UI',Meiryo,'Noto Sans CJK JP',sans-serif`,
	"en": `-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'Hiragino Sans','Noto Sans CJK JP',sans-serif`,
}

// group is what stands in one element of the page.
type group struct {
	Tag   string
	Lines []string
	Items [][]string
	Rows  []labelled
}

type labelled struct{ Label, Value string }

var tags = map[sort]string{paragraph: "p", heading: "h2", subheading: "h3", item: "ul", step: "ol", row: "table", address: "a", code: "code", note: "small", rule: "hr"}

// groups puts neighbours of a sort into one list or table.
func (d document) groups(lang string) []group {
	var out []group
	for i, b := range d.blocks {
		tag := tags[b.sort]
		joins := b.sort == item || b.sort == step || b.sort == row
		if !joins || i == 0 || d.gaps[i] || out[len(out)-1].Tag != tag {
			out = append(out, group{Tag: tag})
		}
		g := &out[len(out)-1]
		switch {
		case b.sort == row:
			g.Rows = append(g.Rows, labelled{b.label, b.lines[0]})
		case joins:
			g.Items = append(g.Items, b.lines)
		case b.sort == note && lang == "ja":
			g.Lines = []string{"※" + b.lines[0]}
		default:
			g.Lines = b.lines
		}
	}
	return out
}

func (d document) html(lang, title string) (string, error) {
	var b strings.Builder
	err := page.Execute(&b, struct {
		Lang, Title string
		Fonts       template.CSS
		Groups      []group
		Linked      bool
	}{lang, title, fonts[lang], d.groups(lang), d.linked()})
	return b.String(), err
}

// linked is false in copies whose link is hidden.
func (d document) linked() bool {
	for _, b := range d.blocks {
		if b.sort == address {
			return b.lines[0] != Hidden
		}
	}
	return false
}
