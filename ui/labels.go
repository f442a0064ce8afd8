package ui

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// labelsKey is where a page that is drawn keeps the labels of its fields.
type labelsKey struct{}

// named is a label, kept as that of the field for the summary above the page.
func named(ctx context.Context, id, label string) string {
	if labels, is := ctx.Value(labelsKey{}).(map[string]string); is {
		labels[id] = label
	}
	return label
}

// summarised draws its children below what is said of them. Where a form came back refused
// they are drawn first, so that the summary calls every field as its label does.
func summarised(f Frame, above templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		content := templ.GetChildren(ctx)
		ctx = templ.ClearChildren(ctx)
		if len(f.Problems) == 0 {
			if err := above.Render(ctx, w); err != nil {
				return err
			}
			return content.Render(ctx, w)
		}
		ctx = context.WithValue(ctx, labelsKey{}, map[string]string{})
		var drawn bytes.Buffer
		if err := content.Render(ctx, &drawn); err != nil {
			return err
		}
		if err := above.Render(ctx, w); err != nil {
			return err
		}
		_, err := drawn.WriteTo(w)
		return err
	})
}

// summed is a problem as the summary says it: after the label of its field, and its row where
// it stands in one. What a case still owes is about no field.
func (f Frame) summed(ctx context.Context, p Problem) string {
	labels, _ := ctx.Value(labelsKey{}).(map[string]string)
	label := labels[p.ID()]
	if label == "" { // of a form that is gone, and where there is one incident to choose
		label = map[string]string{"reason": t(ctx, "form.reason"), "incident": t(ctx, "incidents.one")}[p.Field]
	}
	if label == "" || f.StillOwed != "" {
		return p.Text
	}
	rule, rest, _ := strings.Cut(p.Field, ".")
	number, _, inRow := strings.Cut(rest, ".")
	if row, err := strconv.Atoi(number); inRow && err == nil {
		label = t(ctx, "desks.in_row", "rule", t(ctx, "desks.rule."+rule), "row", row+1, "label", label)
	}
	text := p.Text
	if first, rest, _ := strings.Cut(text, " "); len(first) > 1 && first[1:] == strings.ToLower(first[1:]) && rest != "" {
		text = strings.ToLower(first) + " " + rest // goes on in the sentence
	}
	return t(ctx, "form.problem", "label", label, "problem", text)
}
