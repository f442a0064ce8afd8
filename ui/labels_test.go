package ui

import (
	"context"
	"testing"

	"hoten/app/fault"
	"hoten/i18n"
)

// The summary names the field of each problem, where the field has a label.
func TestSummaryNamesTheField(t *testing.T) {
	for _, c := range []struct{ lang, form, field, code, want string }{
		{"ja", "", "reason", "required", "理由：入力してください。"},
		{"en", "", "reason", "required", "Reason: this is required."},
		{"en", "finding", "reason", "required", "Reason: this is required."},
		{"en", "note", "text", "required", "Note: this is required."},
		{"ja", "note", "text", "required", "対応メモ：入力してください。"},
		{"ja", "handover", "note", "required", "引き継ぎ事項：入力してください。"},
		{"ja", "", "password", "required", "新しいパスワード：入力してください。"},
		{"en", "", "version", "required", "This is required."},
		{"ja", "answer", "name", "required", "氏名（登録どおり、またはカナ）：入力してください。"},
	} {
		ctx := i18n.With(context.Background(), c.lang)
		problem := ProblemsOf(ctx, c.form, &fault.Fault{Fields: []fault.Field{{Name: c.field, Code: c.code}}})[0]
		if got := (Frame{}).summed(ctx, problem); got != c.want {
			t.Errorf("%s %s-%s: %q, want %q", c.lang, c.form, c.field, got, c.want)
		}
		if problem.Text == c.want && c.field != "version" {
			t.Errorf("%s: the field itself repeats its label", c.field)
		}
	}
}
