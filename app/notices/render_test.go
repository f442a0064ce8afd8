package notices

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"hoten/app/jptext"
)

var update = flag.Bool("update", false, "write the golden files anew")

var languages = []string{"ja", "en"}

func env(lang string) Env {
	if lang == "en" {
		return Env{Company: "NTT Communications", Site: "hoten.example", TopPage: "the official OCN top page", ID: "OCN ID", PointPassword: "point password", OneTimePassword: true, Mailbox: true,
			Transfers: true, Units: []string{"points"}, GoesOn: "Your internet connection works as before while the OCN ID is restricted. The OCN Authentication ID used for the connection is not the same as your OCN ID.",
			Desks: []DeskLine{
				{"OCN Technical Support Center", "0120-047-860", "10:00–21:00", "Daily 10:00–19:00 (except 29 December–3 January)"}, {"Point Renewal Reception Center", "0120-170-033", "closed (next open Monday 4 August, 10:00–21:00)", "Mon–Fri 10:00–19:00 (except public holidays and 29 December–3 January)"}},
			Services: []string{"goo Point: exchanges are suspended. They are planned to resume on 31 July at 15:00.", "PointTalk: transfers need the point password."},
			Transfer: "point_password"}
	}
	return Env{Company: "NTTコミュニケーションズ", Site: "hoten.example", TopPage: "OCNの公式トップページ", ID: "OCN ID", PointPassword: "ポイントパスワード", OneTimePassword: true, Mailbox: true,
		Transfers: true, Units: []string{"ポイント"}, GoesOn: "OCN IDの利用制限中も、インターネット接続はこれまでどおりご利用いただけます。接続に使う「OCN認証ID」は、OCN IDとは別のものです。",
		Desks: []DeskLine{
			{"OCNテクニカルサポートセンタ", "0120-047-860", "10:00〜21:00", "毎日 10:00〜19:00（12月29日〜1月3日を除く）"}, {"ポイントリニューアル受付センタ", "0120-170-033", "休業（次の受付：8月4日（月）10:00〜21:00）", "月〜金 10:00〜19:00（祝日および12月29日〜1月3日を除く）"}},
		Services: []string{"gooポイントの交換は、現在ご利用いただけません。7月31日 15:00に再開の予定です。", "ポイントークの移行には、ポイントパスワードが必要です。"},
		Transfer: "point_password"}
}

func facts(name string) Facts {
	day := func(d int) time.Time { return time.Date(2014, 7, d, 0, 0, 0, 0, time.UTC) }
	whole := int64(8500)
	return Facts{Name: name, MaskedLogin: "m00****@ocn.example", CaseNumber: "H0000012-3",
		TitleJa: "なりすましによるポイント不正利用", TitleEn: "Points misused through stolen OCN IDs",
		PeriodFrom: day(11), PeriodTo: day(28), DetectedOn: day(28), At: time.Date(2014, 7, 31, 10, 30, 0, 0, jptext.JST), Minutes: 10, Loss: true, PointPassword: true,
		Points: []Points{{NameJa: "ポイントーク", NameEn: "PointTalk", Restored: 5000, Adjusted: 120, Balance: 12345, Whole: &whole},
			{NameJa: "gooポイント", NameEn: "goo Point", Restored: -4000, Undue: true, Reimbursed: 3500, Cancelled: 200, Absorbed: 800, Moved: -40, Balance: 1265}}}
}

// nasty tries to write headings, lines, links, markup and template syntax.
const nasty = "山田\r\n■偽の見出し\n\nhttps 太郎 <script>alert(1)</script>{{.Secret}}\u202e&amp;\"'\t"

var secrets = map[string]string{VerificationCode: "048159", ResetLink: "https://hoten.example/reset/3q2-7wAAfhJ0pBvJXbV8c0bTkR2mZ5yQdLxW1uN4oEs"}

func each(t *testing.T, do func(t *testing.T, kind, lang string)) {
	for _, kind := range Kinds {
		for _, lang := range languages {
			t.Run(kind+"."+lang, func(t *testing.T) { do(t, kind, lang) })
		}
	}
}

func render(t *testing.T, kind, lang string, f Facts, secret string) Message {
	t.Helper()
	m, err := Render(kind, lang, f, secret, env(lang))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A name that ends with a full stop ends its sentence.
func TestSentencesEndOnce(t *testing.T) {
	e := env("en")
	e.Company, e.ID, e.TopPage, e.Units = "Seto Ferry Co., Ltd.", "Member No.", "the page of Seto Ferry Co., Ltd.", []string{"pts."}
	for _, kind := range Kinds {
		m, err := Render(kind, "en", facts("Sato Taro Jr."), secrets[kind], e)
		if err != nil {
			t.Fatal(err)
		}
		for part, text := range map[string]string{"subject": m.Subject, "text": m.Text, "HTML": m.HTML} {
			if at := strings.Index(text, ".."); at >= 0 {
				t.Errorf("%s, %s: %q", kind, part, text[max(0, at-40):at+2])
			}
		}
		if !strings.Contains(strings.Join(strings.Fields(m.Text), " "), "Thank you for using the services of Seto Ferry Co., Ltd. ") {
			t.Errorf("%s: %s", kind, m.Text)
		}
		if kind == ResetLink {
			golden(t, "reset_link_full_stops.en.txt.golden", "Subject: "+m.Subject+"\n\n"+m.Text)
		}
	}
}

func TestRenderGolden(t *testing.T) {
	each(t, func(t *testing.T, kind, lang string) {
		m := render(t, kind, lang, facts(nasty), secrets[kind])
		golden(t, kind+"."+lang+".txt.golden", "Subject: "+m.Subject+"\n\n"+m.Text)
		golden(t, kind+"."+lang+".html.golden", m.HTML)
	})
	without := facts(nasty)
	without.Loss = false
	for _, lang := range languages {
		m := render(t, RestrictionNotice, lang, without, "")
		golden(t, "restriction_notice_without_loss."+lang+".txt.golden", "Subject: "+m.Subject+"\n\n"+m.Text)
		adjusted := facts(nasty)
		adjusted.Points = []Points{{NameJa: "gooポイント", NameEn: "goo Point", UnitJa: "gooポイント", UnitEn: "goo points", Adjusted: 100, Balance: 257}}
		m = render(t, ReimbursementCompleted, lang, adjusted, "")
		golden(t, "reimbursement_completed_adjustment."+lang+".txt.golden", "Subject: "+m.Subject+"\n\n"+m.Text)
		m = render(t, ContactUndone, lang, facts(nasty).ToFormer(), "")
		golden(t, "contact_undone_former."+lang+".txt.golden", "Subject: "+m.Subject+"\n\n"+m.Text)
		waits := facts(nasty)
		waits.Contact, waits.ContactOpen = "phone", true
		m = render(t, CaseClosed, lang, waits, "")
		golden(t, "case_closed_over_a_change."+lang+".txt.golden", "Subject: "+m.Subject+"\n\n"+m.Text)
	}
}

// An address that was taken back may be an impostor's: what is told there holds nothing
// about the member, the case or the incident.
func TestFormerAddressesLearnNothing(t *testing.T) {
	f := facts("山田 太郎")
	f.Contact = "email"
	for _, lang := range languages {
		m := render(t, ContactUndone, lang, f.ToFormer(), "")
		for _, told := range []string{"山田", f.MaskedLogin, f.CaseNumber, "案件番号", "case number", "Case number", "OCN ID", f.TitleJa, f.TitleEn, "10:30", "2014"} {
			if strings.Contains(m.Text, told) || strings.Contains(m.HTML, told) {
				t.Errorf("%s: tells %q:\n%s", lang, told, m.Text)
			}
		}
		if !strings.Contains(m.Text, "0120-047-860") {
			t.Errorf("%s: tells no number to call", lang)
		}
	}
}

// A password for points that was made void with the points put back is told of, with how to
// register a new one: not while transfers are suspended, nor before the ID is in use again.
func TestPointPasswordsAreToldOf(t *testing.T) {
	said := map[string]map[string]string{
		"ja": {"suspended": "移行の再開後にお願いいたします", "point_password": "ポイントパスワードを登録してください", "": "新しいものを登録してください"},
		"en": {"suspended": "once they are available again", "point_password": "and register one.", "": "and register a new one"},
	}
	later := map[string]string{"ja": "ご利用の再開後に、", "en": "nce your OCN ID is in use again"}
	void := map[string]string{"ja": "ポイントパスワードを無効にいたしました", "en": "voided your point password"}
	for _, kind := range []string{ReimbursementCompleted, ReimbursementCorrected} {
		for lang, by := range said {
			for transfer, want := range by {
				for _, resumed := range []bool{true, false} {
					f, e := facts("山田 太郎"), env(lang)
					f.Resumed, e.Transfer = resumed, transfer
					text := func() string {
						m, err := Render(kind, lang, f, "", e)
						if err != nil {
							t.Fatal(err)
						}
						between := map[string]string{"ja": "", "en": " "}[lang]
						return strings.Join(strings.Fields(m.Text), between)
					}
					if got := text(); !strings.Contains(got, void[lang]) || !strings.Contains(got, want) || strings.Contains(got, later[lang]) != (!resumed && transfer != "suspended") {
						t.Errorf("%s.%s, transfers %q, resumed %v:\n%s", kind, lang, transfer, resumed, got)
					}
					f.PointPassword = false
					if got := text(); strings.Contains(got, void[lang]) {
						t.Errorf("%s.%s tells of a password that was left alone:\n%s", kind, lang, got)
					}
					f.PointPassword, e.PointPassword = true, ""
					if got := text(); strings.Contains(got, "無効") || strings.Contains(got, "void") {
						t.Errorf("%s.%s tells of a password that there is none of:\n%s", kind, lang, got)
					}
				}
			}
		}
	}
}

// One part is its own total; what a correction makes of the whole is said.
func TestTotals(t *testing.T) {
	whole := int64(2000)
	for _, kind := range []string{ReimbursementCompleted, ReimbursementCorrected, CaseClosed} {
		for lang, c := range map[string]struct{ total, whole string }{"ja": {"合計：", "当社で反映した分の合計（訂正後）：+2,000ポイント"}, "en": {"Total", "posted (corrected): +2,000 points"}} {
			f := facts("山田 太郎")
			f.Points = []Points{{NameJa: "goo", NameEn: "goo", Reimbursed: 500, Balance: 900}}
			if m := render(t, kind, lang, f, ""); strings.Contains(m.Text, c.total) {
				t.Errorf("%s.%s says one part twice:\n%s", kind, lang, m.Text)
			}
			f.Points[0].Restored = -300
			f.Points[0].Whole = &whole
			m := render(t, kind, lang, f, "")
			if !strings.Contains(m.Text, c.total) || strings.Contains(m.Text, c.whole) != (kind == ReimbursementCorrected) {
				t.Errorf("%s.%s does not say the totals:\n%s", kind, lang, m.Text)
			}
		}
	}
}

// Hours are written with one dash in each language.
func TestDashes(t *testing.T) {
	each(t, func(t *testing.T, kind, lang string) {
		m := render(t, kind, lang, facts("山田 太郎"), secrets[kind])
		if wrong := map[string]string{"ja": "–", "en": "〜"}[lang]; strings.Contains(m.Text, wrong) {
			t.Errorf("%s in %s:\n%s", wrong, lang, m.Text)
		}
	})
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != got {
		t.Errorf("%s differs (%v); look at it and run go test -update\n%s", name, err, got)
	}
}

// bodyOf reads an HTML part: its words without white space, its links, and the
// elements it uses.
func bodyOf(t *testing.T, source string) (words string, links []string, elements map[string]int) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	elements = map[string]int{}
	var walk func(n *html.Node, inBody bool)
	walk = func(n *html.Node, inBody bool) {
		if n.Type == html.ElementNode {
			elements[n.Data]++
			for _, a := range n.Attr {
				if a.Key == "href" || a.Key == "src" {
					links = append(links, a.Val)
				}
			}
			inBody = inBody || n.Data == "body"
		}
		if n.Type == html.TextNode && inBody {
			words += n.Data
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, inBody)
		}
	}
	walk(root, false)
	return bare(words), links, elements
}

var marksOfText = regexp.MustCompile(`(?m)^(■|◆|・|- |[0-9]\. |-{70}$)`)

func bare(s string) string { return strings.Join(strings.Fields(s), "") }

func TestBothPartsSayTheSame(t *testing.T) {
	each(t, func(t *testing.T, kind, lang string) {
		m := render(t, kind, lang, facts(nasty), secrets[kind])
		words, _, _ := bodyOf(t, m.HTML)
		if text := bare(marksOfText.ReplaceAllString(m.Text, "")); text != words {
			t.Errorf("text: %s\nHTML: %s", text, words)
		}
	})
}

func TestSubjects(t *testing.T) {
	needed := map[string]bool{RestrictionNotice: true, ResetLink: true, AllHolders: true}
	each(t, func(t *testing.T, kind, lang string) {
		s := render(t, kind, lang, facts("山田 太郎"), secrets[kind]).Subject
		if s == "" || s != SubjectOf(kind, lang, env(lang)) || columnsOf(s, true) > 60 || strings.ContainsAny(s, "0123456789０１２３４５６７８９{}") {
			t.Errorf("%q (%d columns)", s, columnsOf(s, true))
		}
		if urgent := strings.Contains(s, "重要") || strings.Contains(s, "Important"); urgent != needed[kind] {
			t.Errorf("%q: urgent %v", s, urgent)
		}
	})
}

func TestWords(t *testing.T) {
	never := []string{"お客様", "ユーザー", "流出", "漏えい", "漏洩", "補塡", "ロールバック", "利用停止", "凍結", "ロック", "初期化", "発行いたしました", "返金", "賠償", "アンケート",
		"時下", "の候", "至急", "直ちに", "失効し", "できかね", "することができます", "rollback", "leak", "survey", "immediately", "<no value>", "bit.ly"}
	each(t, func(t *testing.T, kind, lang string) {
		for _, resumed := range []bool{true, false} {
			f := facts("山田 太郎")
			f.Resumed = resumed
			m := render(t, kind, lang, f, secrets[kind])
			for _, w := range never {
				if strings.Contains(bare(m.Text+m.Subject), w) {
					t.Errorf("says %s", w)
				}
			}
			if kind == VerificationCode && (strings.Contains(bare(m.Text), "ワンタイム") || strings.Contains(m.Text, "one-time")) {
				t.Error("the code is no one-time password")
			}
			if kind == AllHolders && (strings.Contains(m.Text, f.CaseNumber) || strings.Contains(m.Text, f.MaskedLogin)) {
				t.Error("tells a state of the member's own")
			}
		}
	})
}

func TestPointsAddUp(t *testing.T) {
	m := render(t, ReimbursementCompleted, "ja", facts("山田 太郎"), "")
	for _, want := range []string{"移行前の状態に復元：+5,000ポイント\n調整：+120ポイント\n合計：+5,120ポイント\n反映後の残高：12,345ポイント",
		"不正な移行で加算された分の取消：−4,000ポイント\n不正に交換された分の補填：+3,500ポイント\n交換の取消によりすでに戻った分（補填に含みません）：200ポイント\n残高の不足分（当社負担）：+800ポイント\n合計：+300ポイント\nそのほかのポイントの動き：−40ポイント\n反映後の残高：1,265ポイント"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("not there: %s\n%s", want, m.Text)
		}
	}
	back := facts("山田 太郎")
	back.Points = []Points{{NameJa: "gooポイント", NameEn: "goo Point", Reimbursed: 500, Absorbed: -300, Balance: 200}}
	for lang, want := range map[string]string{"ja": "先に当社が負担した不足分の差し引き：−300ポイント", "en": "Deduction of a shortfall we had borne before: −300 points"} {
		if m := render(t, ReimbursementCompleted, lang, back, ""); !strings.Contains(m.Text, want) || strings.Contains(m.Text, "当社が負担いたしました") || strings.Contains(m.Text, "no cost to you") {
			t.Errorf("what was borne before is said as borne now:\n%s", m.Text)
		}
	}
	if (Points{}).points("en", 1) != "1 point" || (Points{}).signed("en", -1234567) != "−1,234,567 points" || (Points{}).points("ja", -1234) != "−1,234ポイント" {
		t.Error("numbers")
	}
}

// A case that was closed while something is owed is not told as finished.
// takenForAReason is the reason, and then the figures.
var takenForAReason = regexp.MustCompile(`(対象ではなくなったポイントを、残高から差し引きました。|今回の訂正により、次のポイントを残高から差し引きました。|no longer due.*from.?your.?balance\.|takes the.?following.?points from your.?balance\.).*−7`)

// Every mail can be written whatever happened to the points: what is put back, taken back,
// borne or moved, in each program.
func TestEveryMailCanBeWritten(t *testing.T) {
	of := []int64{-7, 0, 7}
	for _, restored := range of {
		for _, reimbursed := range of {
			for _, absorbed := range of {
				for _, adjusted := range of {
					for _, moved := range []int64{-7, 0} {
						f := facts("山田 太郎")
						f.Resumed, f.PointsOpen, f.Contact = restored > 0, reimbursed > 0, map[bool]string{true: "phone", false: "email"}[absorbed > 0]
						f.Points = []Points{{NameJa: "goo", NameEn: "goo", Restored: restored, Reimbursed: reimbursed, Absorbed: absorbed, Adjusted: adjusted, Moved: moved, Unknown: moved == 0}}
						for _, kind := range Kinds {
							for _, lang := range []string{"ja", "en"} {
								m := render(t, kind, lang, f, secrets[kind])
								if kind == ReimbursementCorrected && f.Points[0].Total() < 0 && !takenForAReason.MatchString(strings.ReplaceAll(m.Text, "\n", "")) {
									t.Fatalf("points were taken, and the mail does not say why before it says how many:\n%s", m.Text)
								}
							}
						}
					}
				}
			}
		}
	}
}

// A case that is closed while something is owed does not say that all is done; one that
// needs a correction, which may take points back, does not promise more of them.
func TestClosedWhileOwed(t *testing.T) {
	type words struct{ says, never []string }
	owed := map[string]words{
		"ja": {[]string{"まだすべては完了しておりません", "反映した際にメール"}, []string{"すべて完了いたしました", "手続きが完了", "対応完了", "訂正"}},
		"en": {[]string{"have not all been put back yet", "do nothing about the remaining"}, []string{"finished", "Closed on", "correction"}},
	}
	corrected := map[string]words{
		"ja": {[]string{"訂正が必要なことが分かり", "内容が確定しましたら"}, []string{"すべて完了いたしました", "手続きが完了", "対応完了", "残りの", "まだすべては"}},
		"en": {[]string{"needs a correction", "do nothing about the correction"}, []string{"finished", "Closed on", "remaining", "not all been"}},
	}
	for i := range 4 {
		resumed, correction := i&1 > 0, i&2 > 0
		f := facts("山田 太郎")
		f.PointsOpen, f.Correction, f.Resumed = true, correction, resumed
		for lang, c := range map[bool]map[string]words{false: owed, true: corrected}[correction] {
			text := strings.Join(strings.Fields(render(t, CaseClosed, lang, f, "").Text), map[string]string{"ja": "", "en": " "}[lang])
			for _, want := range c.says {
				if !strings.Contains(text, want) {
					t.Errorf("%s, resumed %v: %q is not said:\n%s", lang, resumed, want, text)
				}
			}
			for _, never := range c.never {
				if strings.Contains(text, never) {
					t.Errorf("%s, resumed %v: %q is said", lang, resumed, never)
				}
			}
		}
	}
}

// A case that is closed over a change of a contact does not say that all is done either.
func TestClosedOverAChangeOfAContact(t *testing.T) {
	for lang, c := range map[string]struct{ mail, phone, never []string }{
		"ja": {[]string{"対応状況のお知らせ", "ご登録の連絡先メールアドレスの変更は、ご提出いただいた書類を確認中のため、まだ完了しておりません。"}, []string{"ご登録の電話番号の変更は"}, []string{"すべて完了いたしました", "手続きが完了", "対応完了"}},
		"en": {[]string{"An update on your case", "The change of your registered contact email address is not complete yet: we are still checking the documents we received."}, []string{"registered phone number is not"}, []string{"finished", "Closed on", "has been closed"}},
	} {
		f := facts("山田 太郎")
		for _, f.Resumed = range []bool{true, false} {
			for _, f.ContactOpen = range []bool{true, false} {
				for kind, says := range map[string][]string{"email": c.mail, "phone": c.phone} {
					f.Contact = kind
					m := render(t, CaseClosed, lang, f, "")
					text := strings.Join(strings.Fields(m.Subject+"\n"+m.Text), map[string]string{"ja": "", "en": " "}[lang])
					for _, want := range says {
						if strings.Contains(text, want) != f.ContactOpen {
							t.Errorf("%s, %s, resumed %v, waits %v: %q:\n%s", lang, kind, f.Resumed, f.ContactOpen, want, text)
						}
					}
					for _, never := range c.never {
						if f.ContactOpen && strings.Contains(text, never) {
							t.Errorf("%s, resumed %v: %q is said", lang, f.Resumed, never)
						}
					}
				}
			}
		}
	}
}
