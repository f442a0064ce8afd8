package notices

import (
	"strings"
	"testing"
)

func TestNothingLoadsAndOnlyTheResetLinkLinks(t *testing.T) {
	each(t, func(t *testing.T, kind, lang string) {
		m := render(t, kind, lang, facts(nasty), secrets[kind])
		_, links, elements := bodyOf(t, m.HTML)
		for _, bad := range []string{"img", "script", "link", "iframe", "form", "input"} {
			if elements[bad] > 0 {
				t.Errorf("the HTML has a %s", bad)
			}
		}
		want := ""
		if kind == ResetLink {
			want = secrets[kind]
			if !strings.Contains(m.Text, "\n\n"+want+"\n\n") {
				t.Error("the link does not stand alone on its line")
			}
		}
		if strings.Join(links, " ") != want {
			t.Errorf("links %v", links)
		}
		if n := strings.Count(m.Text, "://"); kind != ResetLink && n > 0 || kind == ResetLink && n != 1 {
			t.Errorf("%d addresses in the text", n)
		}
	})
}

// A list may hold names with 様 already: the greeting says it once.
func TestGreetingSaysSamaOnce(t *testing.T) {
	for name, want := range map[string]string{"山田 太郎": "山田 太郎 様", "山田 太郎 様": "山田 太郎 様", "山田　太郎様": "山田　太郎 様", "山田太郎さま": "山田太郎 様", "山田 太郎 殿": "山田 太郎 様",
		"ヤマダ タロウ サマ": "ヤマダ タロウ 様", "イ ジョンサン": "イ ジョンサン 様"} {
		m := render(t, RestrictionNotice, "ja", facts(name), "")
		if got, _, _ := strings.Cut(m.Text, "\n"); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		if m := render(t, RestrictionNotice, "en", facts(name), ""); strings.Contains(m.Text, "様") || strings.Contains(m.Text, "さま") {
			t.Errorf("%s in English: %s", name, m.Text)
		}
	}
}

func TestValuesAddNoStructure(t *testing.T) {
	each(t, func(t *testing.T, kind, lang string) {
		calm, wild := facts("山田 太郎"), facts("■偽の見出し\n・一覧\n1. 手順\n※\n----")
		wild.MaskedLogin, wild.CaseNumber, wild.TitleJa, wild.TitleEn = "\n■偽\n", "・\n※\t\n", "\n----\n◆", "- \n■ fake"
		_, _, a := bodyOf(t, render(t, kind, lang, calm, secrets[kind]).HTML)
		_, _, b := bodyOf(t, render(t, kind, lang, wild, secrets[kind]).HTML)
		for _, e := range []string{"h2", "h3", "li", "tr", "hr", "p", "br"} {
			if a[e] != b[e] {
				t.Errorf("%d %s became %d", a[e], e, b[e])
			}
		}
	})
}

func TestALinkForANameIsNotSaid(t *testing.T) {
	for _, name := range []string{"https://evil.example/", "WWW.evil.example", "evil@evil.example", "evil.example", "山田 ｅｖｉｌ．ｃｏｍ", "evil/path", ""} {
		m := render(t, CaseClosed, "ja", facts(name), "")
		if first, _, _ := strings.Cut(m.Text, "\n"); first != "お客さま" {
			t.Errorf("%q: %s", name, first)
		}
	}
	for _, name := range []string{"J. Smith", "John Smith Jr.", "山田・ジョン 太郎"} {
		if m := render(t, CaseClosed, "ja", facts(name), ""); !strings.HasPrefix(m.Text, name) {
			t.Errorf("%q: %s", name, m.Text[:60])
		}
	}
}

func TestHiddenCopiesHoldNoSecret(t *testing.T) {
	for kind, secret := range secrets {
		for _, lang := range languages {
			m := render(t, kind, lang, facts("山田 太郎"), Hidden)
			if strings.Contains(m.Text+m.HTML+m.Subject, secret) || !strings.Contains(m.Text, Hidden) || !strings.Contains(m.HTML, Hidden) {
				t.Errorf("%s: %s", kind, m.Text)
			}
			if _, links, _ := bodyOf(t, m.HTML); len(links) > 0 {
				t.Errorf("%s links to %v", kind, links)
			}
		}
	}
}

func TestSecretsThatAreNone(t *testing.T) {
	for _, c := range [][2]string{{VerificationCode, ""}, {VerificationCode, "12\n34"}, {ResetLink, ""}, {ResetLink, "javascript:alert(1)"},
		{ResetLink, "https://x.example/ y"}, {ResetLink, "/reset/1"}} {
		if _, err := Render(c[0], "ja", facts("山田 太郎"), c[1], env("ja")); err == nil {
			t.Errorf("%s was rendered with %q", c[0], c[1])
		}
	}
	if _, err := Render("unknown", "ja", Facts{}, "", Env{}); err == nil {
		t.Error("an unknown kind was rendered")
	}
}

// The mails about points say what was done for this member, whatever programs the incident
// has: an exchange alone was reimbursed, a transfer alone restored, an adjustment alone neither.
func TestMailsSayHowPointsWerePutBack(t *testing.T) {
	restored, reimbursed, none := Points{NameJa: "甲", NameEn: "A", Restored: 100}, Points{NameJa: "甲", NameEn: "A", Reimbursed: 100}, Points{NameJa: "甲", NameEn: "A", Absorbed: -100}
	for _, kind := range []string{ReimbursementCompleted, ReimbursementCorrected, CaseClosed} {
		for i, test := range []struct {
			points []Points
			before PutBack
			rolled bool
			paid   bool
		}{
			{[]Points{restored}, PutBack{}, true, false},
			{[]Points{reimbursed}, PutBack{}, false, true},
			{[]Points{restored, reimbursed}, PutBack{}, true, true},
			{[]Points{reimbursed}, PutBack{Restored: true}, true, true},
			{[]Points{restored}, PutBack{Restored: true}, true, false},
			{[]Points{{NameJa: "甲", NameEn: "A", Adjusted: 5}}, PutBack{}, false, true},
			{[]Points{none}, PutBack{Restored: true}, true, false},
		} {
			f := facts("山田 太郎")
			f.Points, f.Before = test.points, test.before
			for lang, words := range map[string][2]string{"ja": {"復元", "補填"}, "en": {"restor", "reimburs"}} {
				m := render(t, kind, lang, f, "")
				paid := test.paid && (kind != ReimbursementCompleted || test.points[0].Adjusted == 0) // an adjustment alone is called one
				rolled := test.rolled
				if f := test.points[0]; kind == CaseClosed && f.Restored == 0 && f.Reimbursed == 0 {
					rolled, paid = false, false // so it is where the case is closed, and one that nets to neither
				}
				text := strings.ToLower(strings.ReplaceAll(m.Subject+m.Text, "■補填内容", ""))
				if strings.Contains(text, words[0]) != rolled || strings.Contains(text, words[1]) != paid {
					t.Errorf("%s.%s %d: restored %v, reimbursed %v", kind, lang, i, strings.Contains(text, words[0]), strings.Contains(text, words[1]))
				}
			}
		}
	}
}
