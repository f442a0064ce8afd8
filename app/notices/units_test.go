package notices

import (
	"regexp"
	"strings"
	"testing"
)

// rail is an operator whose programs count in miles and in coins.
func rail(lang string) Env {
	e := env(lang)
	e.ID, e.PointPassword, e.Services, e.Transfer, e.GoesOn, e.Desks = "Rail Club number", "", nil, "", "", []DeskLine{{"Rail Club", "0120-000-100", "10:00", ""}}
	if e.Units = []string{"マイル", "コイン"}; lang == "en" {
		e.Units = []string{"miles", "coins"}
	}
	return e
}

func miles(p Points) Points {
	p.NameJa, p.NameEn, p.UnitJa, p.UnitEn, p.UnitEnOne = "レールマイル", "Rail Miles", "マイル", "miles", "mile"
	return p
}

func coins(p Points) Points {
	p.NameJa, p.NameEn, p.UnitJa, p.UnitEn, p.UnitEnOne = "ステーションコイン", "Station Coins", "コイン", "coins", "coin"
	return p
}

func rendered(t *testing.T, kind, lang string, f Facts) string {
	t.Helper()
	f.TitleJa, f.TitleEn = "不正利用", "Misuse"
	m, err := Render(kind, lang, f, secrets[kind], rail(lang))
	if err != nil {
		t.Fatal(err)
	}
	text := m.Subject + "\n" + m.Text
	if lang == "en" {
		return strings.Join(strings.Fields(text), " ")
	}
	return strings.NewReplacer("\n　", "", "\n", "").Replace(text)
}

// A mail calls points what the programs call them that it is about, and those of the
// incident where it is about no program; no mail has a word of its own for them.
func TestMailsCallPointsAsTheirProgramsDo(t *testing.T) {
	own := regexp.MustCompile(`(?i)points?\b|ポイント`)
	sets := map[string][]Points{
		"none": nil, "coins": {coins(Points{Restored: -209, Reimbursed: 203, Balance: 1961})},
		"both": {miles(Points{Restored: 500, Balance: 900}), coins(Points{Restored: -209, Reimbursed: 203, Absorbed: 6, Moved: -3, Balance: 1961})},
	}
	says := map[string]map[string][]string{
		"coins": {"ja": {"コインの復元・補填", "コインは、パスワードを再設定し", "不正な移行で加算された分の取消：−209コイン"},
			"en": {"your coins", "You can use your coins once", "Coins added by the fraudulent transfer, taken back: −209 coins"}},
		"both": {"ja": {"マイルおよびコインの復元・補填", "マイルおよびコインは、パスワードを再設定し", "そのほかのコインの動き：−3コイン"},
			"en": {"reimbursement completed", "You can use your miles and coins once", "Coins added by"}},
	}
	each(t, func(t *testing.T, kind, lang string) {
		for name, points := range sets {
			f := facts("Maria Silva")
			f.Points = points
			for _, f.Resumed = range []bool{true, false} {
				for _, f.PointsOpen = range []bool{true, false} {
					if said := own.FindString(rendered(t, kind, lang, f)); said != "" {
						t.Errorf("%s says %q:\n%s", name, said, rendered(t, kind, lang, f))
					}
				}
			}
			if kind != ReimbursementCompleted {
				continue
			}
			for _, want := range says[name][lang] {
				if text := rendered(t, kind, lang, f); !strings.Contains(text, want) {
					t.Errorf("%s does not say %q:\n%s", name, want, text)
				}
			}
		}
	})
	for lang, want := range map[string]string{"ja": "不正に移行されたマイルまたはコインは", "en": "transferred miles or coins"} {
		if text := rendered(t, RestrictionNotice, lang, facts("Maria Silva")); !strings.Contains(text, want) {
			t.Errorf("does not say %q:\n%s", want, text)
		}
	}
}

// A case that is closed before anything was put back does not say what was done so far.
func TestClosedBeforeAnythingWasPutBack(t *testing.T) {
	f := facts("Maria Silva")
	f.Points, f.PointsOpen = nil, true
	for lang, c := range map[string]struct{ says, never []string }{
		"ja": {[]string{"マイルおよびコインの復元・補填は、まだ完了しておりません。", "マイルおよびコインの復元・補填について、お客さまのお手続きは必要ございません。完了しましたら、あらためてメールでお知らせいたします。"}, []string{"これまで", "現在までの", "残りの", "すべては", "当社の対応"}},
		"en": {[]string{"Your miles and coins have not been restored yet.", "You need to do nothing about your miles and coins: we will email you when it is done."}, []string{"so far", "have done", "remaining", "not all"}},
	} {
		text := rendered(t, CaseClosed, lang, f)
		for _, want := range c.says {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not said:\n%s", want, text)
			}
		}
		for _, never := range c.never {
			if strings.Contains(text, never) {
				t.Errorf("%q is said:\n%s", never, text)
			}
		}
	}
}

// The balance of a correction follows from the one that was told before: a canceled
// exchange had returned what the correction takes back.
func TestCorrectionsTellWhatWasReturned(t *testing.T) {
	whole := int64(-209)
	f := facts("Maria Silva")
	f.Points = []Points{coins(Points{Reimbursed: -203, Returned: 203, Whole: &whole, Balance: 1961})}
	f.Before = PutBack{Restored: true, Reimbursed: true}
	for lang, want := range map[string]string{
		"ja": "不正に交換された分の補填の差額：−203コイン当社で反映した分の合計（訂正後）：−209コイン交換の取消により戻った分：+203コイン反映後の残高：1,961コイン",
		"en": "Total that we have posted (corrected): −209 coins Returned by the canceled exchange: +203 coins Balance afterwards: 1,961 coins",
	} {
		if text := rendered(t, ReimbursementCorrected, lang, f); !strings.Contains(text, want) {
			t.Errorf("not there: %s\n%s", want, text)
		}
	}
}
