package web_test

import (
	"html"
	"strings"
	"testing"

	"hoten/ui"
)

// What is refused without its form says which field by the label that it has on the page, how
// much a form may hold and what to do.
func TestRefusalsNameFieldsAndBounds(t *testing.T) {
	s := threeOwed(t)
	supervisor := s.as(s.Supervisor)
	chosen := row(s.Case("w000@ocn.example"))
	says(t, "a forged status", supervisor.post("/cases/status", "number", chosen, "status", "forged").body, []string{"状態："}, []string{"<code>status</code>"})
	says(t, "a forged assignee", supervisor.post("/cases/assign", "number", chosen, "assignee", "x").body, []string{"担当："}, []string{"<code>assignee</code>"})

	many := supervisor.post("/cases/status", append([]string{"status", "on_hold"}, strings.Split(strings.Repeat("number,"+chosen+",", 5000)+"status,on_hold", ",")...)...)
	if many.status != 413 {
		t.Errorf("%d", many.status)
	}
	says(t, "too many values", many.body, []string{"5,000個まで", "何回かに分けて"}, []string{"使えない文字"})
	large := supervisor.post("/questions/search", "q", strings.Repeat("長", 1<<19))
	says(t, "too large", large.body, []string{"1,024 KBまで"}, nil)

	long := strings.Repeat("長い質問", ui.LongestSearch)
	for _, path := range []string{"/questions/search", "/questions/suggestions"} {
		says(t, path, supervisor.post(path, "q", long).body, []string{"検索できるのは200文字まで"}, []string{"見つかりません"})
	}
	hidden := s.as(s.Manager).post("/bulletins", "subject_ja", "お知\u200bらせ", "text_ja", "本文", "from_on", "2014-08-01", "reason", "試行")
	says(t, "a character", html.UnescapeString(hidden.body), []string{"U+200B（ゼロ幅スペース）"}, nil)
}
