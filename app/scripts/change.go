package scripts

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/verbs"
	"hoten/i18n"
)

// ToChange is the verb of Change.
var ToChange = verbs.Declare(verbs.Verb{Name: "script.changed", Needs: access.EditScripts, Subject: "script", Reason: true})

// Change puts a text in force for a part of the script, made by somebody who looked at the
// version seen; the shipped text puts what is shipped in force again, also as later releases
// have it. It tells whether that changed anything. A part that the script does not have:
// NotFound; another version since, or just now: Conflict.
func Change(ctx context.Context, s *store.Store, by access.Actor, part string, seen int64, text Text, reason string) (bool, error) {
	return verbs.Do(ctx, s, by, ToChange, verbs.About("script", part), reason, func(tx *store.Tx) (bool, error) {
		if !Known(part) {
			return false, fault.Missing()
		}
		if err := text.check(part); err != nil {
			return false, err
		}
		mine, err := store.Idle(tx, "change scripts")
		if err != nil {
			return false, err
		}
		before, err := store.Select[Version](tx.DB, "select * from scripts where part = $1 order by version desc limit 1", part)
		if err != nil {
			return false, err
		}
		was := Version{Part: part}
		if len(before) > 0 {
			was = before[0]
		}
		if !mine || was.Version != seen {
			return false, fault.New(fault.Conflict, "conflict", "version", was.Version)
		}
		if text == was.Text() {
			return false, nil
		}
		made := Version{Part: part, Version: seen + 1, Reason: strings.TrimSpace(reason), SetAt: tx.Now}
		if text != Shipped(part) {
			made.TextJa, made.TextEn = &text.Ja, &text.En
		}
		if tx.By.ID != 0 {
			made.SetBy = &tx.By.ID
		}
		if err := store.Insert(tx, &made); err != nil {
			return false, err
		}
		return true, audit.Record(tx, audit.Change{Before: was.Text(), After: text})
	})
}

// longest is how many characters a part may have in one language.
const longest = 600

// check refuses a text that is not whole in both languages, does not fit its part, is too
// long to be said or holds a secret.
func (t Text) check(part string) error {
	var p fault.Problems
	for _, lang := range i18n.Langs {
		field, text := "text_"+lang, t.In(lang)
		if jptext.Blank(text) {
			p.Add(field, "required")
		} else if why, name := misfit(part, text); why != "" {
			p.Add(field, why, "name", "{{."+name+"}}")
		} else {
			secrets.Text(&p, field, text, longest)
		}
	}
	return p.Err()
}

var placeholder = regexp.MustCompile(`\{\{\.([a-z]+)\}\}`)

// misfit is why a text cannot stand for a part, and about which placeholder: it has exactly
// those of the part, and braces for nothing else.
func misfit(part, text string) (why, name string) {
	has, wants := map[string]bool{}, Placeholders(part)
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if has[m[1]] = true; !slices.Contains(wants, m[1]) {
			return "placeholder_unknown", m[1]
		}
	}
	for _, name := range wants {
		if !has[name] {
			return "placeholder_missing", name
		}
	}
	if rest := placeholder.ReplaceAllString(text, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
		return "placeholder_form", ""
	}
	return "", ""
}
