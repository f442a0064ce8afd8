package ui

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"hoten/i18n"
)

// servicesMatter are the parts with which a member hears what of the services they
// cannot use as ever.
var servicesMatter = map[string]bool{"points": true, "put_back": true, "reset_sent": true}

// lines are the sentences of the script in a language, whoever reads the page.
func (s Script) lines(lang string) (lines []string) {
	ctx := i18n.With(context.Background(), lang)
	said := s.Names[lang]
	for _, part := range s.Parts {
		words := i18n.Fill(lang, s.Texts.Of(part).In(lang), "desk", said.Desk, "agent", said.Agent, "unit", cmp.Or(said.Unit, t(ctx, "calls.script.unit")), "how", s.how(ctx),
			"minutes", s.Minutes, "day", i18n.DaySpoken(ctx, s.PutBackAt))
		lines = append(lines, strings.Split(words, "\n")...)
		if part == "restricted" && said.GoesOn != "" {
			lines = append(lines, said.GoesOn)
		}
	}
	if slices.ContainsFunc(s.Parts, func(part string) bool { return servicesMatter[part] }) {
		lines = append(lines, s.Services[lang]...)
	}
	for _, said := range s.Beside {
		if said.Language == lang {
			lines = append(lines, said.Lines...)
		}
	}
	return lines
}

// how is the word for putting back, as the mails have it.
func (s Script) how(ctx context.Context) string {
	var words []string
	if s.Restored {
		words = append(words, t(ctx, "calls.script.restored"))
	}
	if s.Reimbursed {
		words = append(words, t(ctx, "calls.script.reimbursed"))
	}
	return i18n.Both(i18n.Lang(ctx), words)
}
