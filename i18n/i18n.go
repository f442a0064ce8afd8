// Package i18n holds the words of hoten in Japanese and English, and says how
// numbers, points and times are written in each.
//
// A message file holds one noun in one language: "ja.cases.toml",
// "en.cases.toml". Keys are flat and carry the noun: "cases.show.title".
// Placeholders are written {{.name}}; English gives a table with "one" and
// "other" where the number changes the sentence.
package i18n

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed *.toml
var files embed.FS

// Langs lists the languages of hoten; the first is the default.
var Langs = []string{"ja", "en"}

// catalog is one language, ready for use. go-i18n reads the files and knows
// the plural rules; sentences without a plural are cut up once at the start,
// because a page says about 500 of them.
type catalog struct {
	lang    string
	plain   map[string][]piece
	plurals map[string]bool
	words   *goi18n.Localizer
	forms   map[string][]string // every form of a message, for the tests
}

// piece is text, or the name of a placeholder.
type piece struct {
	text string
	hole bool
}

var catalogs = load()

func load() map[string]*catalog {
	all := map[string]*catalog{}
	for _, lang := range Langs {
		c, err := loadLang(lang)
		if err != nil {
			panic(err) // the files are compiled in: this is a broken build, not a state
		}
		all[lang] = c
	}
	return all
}

func loadLang(lang string) (*catalog, error) {
	tag := language.Make(lang)
	bundle := goi18n.NewBundle(tag)
	c := &catalog{lang: lang, plain: map[string][]piece{}, plurals: map[string]bool{}, forms: map[string][]string{}}
	names, err := fs.Glob(files, lang+".*.toml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		messages, err := bundle.ParseMessageBytes(tag, data, unmarshalFlat)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, m := range messages {
			if _, twice := c.forms[m.ID]; twice {
				return nil, fmt.Errorf("%s: %q stands in two files", name, m.ID)
			}
			c.add(m)
		}
	}
	c.words = goi18n.NewLocalizer(bundle, lang)
	return c, nil
}

func (c *catalog) add(m *goi18n.Message) {
	c.forms[m.ID] = []string{m.Other}
	if m.One != "" {
		c.forms[m.ID] = append(c.forms[m.ID], m.One)
		c.plurals[m.ID] = true
		return
	}
	c.plain[m.ID] = cut(m.Other)
}

// cut takes "a {{.b}} c" apart.
func cut(s string) []piece {
	var out []piece
	for {
		before, rest, found := strings.Cut(s, "{{.")
		if before != "" {
			out = append(out, piece{text: before})
		}
		if !found {
			return out
		}
		name, after, _ := strings.Cut(rest, "}}")
		out = append(out, piece{text: name, hole: true})
		s = after
	}
}

type contextKey struct{}

// With gives the context a language; an unknown one becomes the default.
func With(ctx context.Context, lang string) context.Context {
	return context.WithValue(ctx, contextKey{}, catalogOf(lang))
}

// Lang is the language of the context.
func Lang(ctx context.Context) string { return from(ctx).lang }

func from(ctx context.Context) *catalog {
	if c, ok := ctx.Value(contextKey{}).(*catalog); ok {
		return c
	}
	return catalogs[Langs[0]]
}

type todayKey struct{}

// On gives the context the time at which it is read: days of another year in Japan are
// written with their year, and without it all are.
func On(ctx context.Context, now time.Time) context.Context {
	return context.WithValue(ctx, todayKey{}, now.In(JST).Year())
}

// thisYear reports whether a time lies in the year in which the context is read.
func thisYear(ctx context.Context, t time.Time) bool {
	return ctx.Value(todayKey{}) == t.In(JST).Year()
}

func catalogOf(lang string) *catalog {
	if c, ok := catalogs[lang]; ok {
		return c
	}
	return catalogs[Langs[0]]
}

// Has reports whether the language has the key.
func Has(lang, key string) bool {
	c, ok := catalogs[lang]
	if !ok {
		return false
	}
	_, ok = c.forms[key]
	return ok
}

// Said is the text of a key that may be there or not, for values that nobody lists; empty for
// none, and for one that takes values.
func Said(ctx context.Context, key string) string {
	if !Fixed(Lang(ctx), key) {
		return ""
	}
	return T(ctx, key)
}

// Fixed reports whether the text of a key takes no values, so that it can be said anywhere.
func Fixed(lang, key string) bool {
	c, ok := catalogs[lang]
	if !ok {
		return false
	}
	text, ok := c.plain[key]
	return ok && !slices.ContainsFunc(text, func(p piece) bool { return p.hole })
}

// T says the message of a key in the language of the context. args are
// key/value pairs; integers are written with separators, what has a Name by it, and
// "count" also selects the plural. What is missing shows as ⟦key⟧, so that no test and no
// reader overlooks it.
func T(ctx context.Context, key string, args ...any) string {
	c := from(ctx)
	if c.plurals[key] {
		return c.plural(key, args)
	}
	pieces, ok := c.plain[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	return fill(c.lang, pieces, args)
}

// Text is the message of a key as it stands in the file, with its placeholders.
func Text(lang, key string) string { return catalogOf(lang).forms[key][0] }

// Placeholders names those of a text, each once, in their order.
func Placeholders(text string) (names []string) {
	for _, p := range cut(text) {
		if p.hole && !slices.Contains(names, p.text) {
			names = append(names, p.text)
		}
	}
	return names
}

// Fill puts values into the placeholders of a text, as T does with those of a message.
func Fill(lang, text string, args ...any) string { return fill(lang, cut(text), args) }

func fill(lang string, pieces []piece, args []any) string {
	if len(pieces) == 1 && !pieces[0].hole {
		return pieces[0].text
	}
	var b strings.Builder
	for _, p := range pieces {
		if p.hole {
			b.WriteString(argument(lang, p.text, args))
		} else {
			b.WriteString(p.text)
		}
	}
	return b.String()
}

func (c *catalog) plural(key string, args []any) string {
	data := map[string]string{}
	var count any
	for i := 0; i+1 < len(args); i += 2 {
		name, _ := args[i].(string)
		data[name] = placed(c.lang, name, args[i+1])
		if name == "count" {
			count = args[i+1]
		}
	}
	if count == nil {
		return "⟦" + key + "⟧"
	}
	s, err := c.words.Localize(&goi18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: count})
	if err != nil {
		return "⟦" + key + "⟧"
	}
	return s
}

func argument(lang, name string, args []any) string {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return placed(lang, name, args[i+1])
		}
	}
	return "⟦" + name + "⟧"
}

// named are the placeholders whose numbers name something and are no quantities.
var named = []string{"id", "line", "reimbursement", "row", "seq", "version"}

func placed(lang, name string, v any) string {
	switch v.(type) {
	case int, int64:
		if slices.Contains(named, name) {
			return fmt.Sprint(v)
		}
	}
	return written(lang, v)
}

func written(lang string, v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return Number(int64(v))
	case int64:
		return Number(v)
	case interface{ Name(lang string) string }:
		return v.Name(lang)
	default:
		return fmt.Sprint(v)
	}
}

// Match chooses a language for an Accept-Language header.
func Match(acceptLanguage string) string {
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(tags) == 0 {
		return Langs[0]
	}
	_, i, confidence := matcher.Match(tags...)
	if confidence == language.No {
		// Who reads neither reads English more likely than Japanese.
		return "en"
	}
	return Langs[i]
}

var matcher = language.NewMatcher([]language.Tag{language.Japanese, language.English})
