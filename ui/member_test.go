package ui

import (
	"regexp"
	"testing"
)

// Members' pages work in the browsers of 2016: their files hold nothing that those do not know.
func TestMembersPagesNeedNoNewBrowser(t *testing.T) {
	for file, younger := range map[string]*regexp.Regexp{
		"member.css":   regexp.MustCompile(`\bvar\(|--\w|\bgrid\b|\bgap:|:(is|where|has|focus-visible)\b|:not\([^)]*,|light-dark|(min|max|clamp)\(\d|\binset\b|(margin|padding)-(block|inline)`),
		"passwords.js": regexp.MustCompile("=>|\\b(let|const|class|async|await|import|export)\\b[^.;]*[={(]|`|\\?\\.|\\?\\?|\\.\\.\\.|\\.(closest|remove|append|includes|startsWith)\\(|\\bfetch\\("),
	} {
		if found := younger.FindIndex(assets.files[file]); found != nil {
			t.Errorf("%s: …%s…", file, assets.files[file][max(0, found[0]-40):found[1]])
		}
	}
}
