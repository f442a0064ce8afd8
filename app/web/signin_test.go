package web_test

import (
	"net/http"
	"strings"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/staff"
	"hoten/app/web"
)

// The page to sign in at tells the accounts of the demo, also after a mistake; that of an
// installation tells none.
func TestSignInsOfTheDemoAreTold(t *testing.T) {
	w := apptest.NewWorld(t)
	accounts := []staff.New{{Email: "sv@hoten.example", Name: "高橋 翔", NameEn: "Takahashi Sho", Role: access.Supervisor, Password: "known to everybody"}}
	for _, c := range []struct {
		set  func(*web.Options)
		told bool
	}{{func(o *web.Options) { o.SignIns = accounts }, true}, {func(o *web.Options) { o.Demo = true }, false}} {
		b := newBrowser(t, serve(t, w.Store, c.set).URL)
		b.get("/signin")
		wrong := b.post("/signin", "email", "sv@hoten.example", "password", "nonsense")
		if wrong.status == http.StatusOK {
			t.Error("signed in with a wrong password")
		}
		for lang, name := range map[string]string{"ja": "スーパーバイザー（高橋 翔）", "en": "Supervisor (Takahashi Sho)"} {
			if page := b.get("/signin?lang=" + lang).body; strings.Contains(page, name) != c.told || strings.Contains(page, "known to everybody") != c.told {
				t.Errorf("%s told %v:\n%s", lang, !c.told, page)
			}
		}
		if strings.Contains(wrong.body, "known to everybody") != c.told {
			t.Error("after a mistake the page tells something else")
		}
	}
}
