package web

import (
	"context"
	"testing"

	"hoten/i18n"
)

func TestDamagedValuesAreSaidToBe(t *testing.T) {
	for in, want := range map[string]string{
		"<td>〓</td>": "<td>〓 破損</td>", "<dd>\n 〓 <span>": "<dd>\n 〓 破損 <span>", "メール 〓<br>": "メール 〓 破損<br>", "（〓）": "（〓 破損）",
		"<p>名簿の〓の字</p>": "<p>名簿の〓の字</p>", "<td>〓田 太郎</td>": "<td>〓田 太郎</td>", `<input value="〓">`: `<input value="〓">`, "<td>山○ 太○</td>": "<td>山○ 太○</td>",
	} {
		if got := string(sayDamaged(i18n.With(context.Background(), "ja"), []byte(in))); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if got := string(sayDamaged(i18n.With(context.Background(), "en"), []byte("<td>〓</td>"))); got != "<td>〓 damaged</td>" {
		t.Error(got)
	}
}
