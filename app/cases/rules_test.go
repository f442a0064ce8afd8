package cases_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/policies"
	"hoten/app/secrets"
)

// docs/domain.md section 4: what makes which level.
func TestLevels(t *testing.T) {
	always := policies.Default().Verification
	always.AlwaysCode = true
	for _, c := range []struct {
		right         string
		member, other int // level of the member, and of somebody who may not reach 2
		withCode      int // of the member where policy always asks for a code
	}{
		{"", 0, 0, 0},
		{"name", 0, 0, 0},
		{"name birth_date", 0, 0, 0},
		{"birth_date address phone customer_number", 0, 0, 0}, // never without the name
		{"code callback", 0, 0, 0},
		{"name code", 0, 0, 0},
		{"name birth_date code", 0, 0, 0},
		{"name birth_date address", 1, 1, 1},
		{"name phone customer_number", 1, 1, 1},
		{"name birth_date address phone", 1, 1, 1}, // the thief could read all of it
		{"name birth_date address customer_number", 2, 1, 1},
		{"name birth_date address phone customer_number", 2, 1, 1},
		{"name birth_date address code", 2, 1, 2},
		{"name birth_date address callback", 2, 1, 2},
		{"name name name birth_date", 0, 0, 0}, // the same item again is no other item
	} {
		right := strings.Fields(c.right)
		if got := cases.LevelOf(policies.Default().Verification, right, true); got != c.member {
			t.Errorf("%s: the member reaches %d, want %d", c.right, got, c.member)
		}
		if got := cases.LevelOf(policies.Default().Verification, right, false); got != c.other {
			t.Errorf("%s: another reaches %d, want %d", c.right, got, c.other)
		}
		if got := cases.LevelOf(always, right, true); got != c.withCode {
			t.Errorf("%s: with a code always, the member reaches %d, want %d", c.right, got, c.withCode)
		}
	}
}

// One more right answer never lowers the level, and who may not reach 2 never does.
func TestLevelGrowsWithRightAnswers(t *testing.T) {
	all := append([]string{"code", "callback"}, cases.Items...)
	rapid.Check(t, func(t *rapid.T) {
		right := rapid.SliceOf(rapid.SampledFrom(all)).Draw(t, "right")
		more := append([]string{rapid.SampledFrom(all).Draw(t, "one more")}, right...)
		v := policies.Default().Verification
		for _, may := range []bool{true, false} {
			less, level := cases.LevelOf(v, right, may), cases.LevelOf(v, more, may)
			if level < less || !may && level > 1 {
				t.Fatalf("%v: %d, %v: %d", right, less, more, level)
			}
		}
	})
}

// Never stored: a password, a one-time code, a card number, My Number, a bank account.
func TestNotesWithSecretsAreRefused(t *testing.T) {
	for text, code := range map[string]string{
		"カード 4111 1111 1111 1111 を聞いた": "secret_card",
		"４１１１－１１１１－１１１１－１１１１":          "secret_card",
		"378282246310005 (AMEX)":       "secret_card",
		"5555-5555-5555-4444":          "secret_card",
		"マイナンバーは 123456789018":         "secret_my_number",
		"１２３４ ５６７８ ９０１８":               "secret_my_number",
		"三菱 普通口座 1234567 に振込希望":        "secret_bank_account",
		"普通預金：１２３４５６７":                 "secret_bank_account",
		"account number 7654321":       "secret_bank_account",
		"パスワードは hunter22 とのこと":         "secret_password",
		"password: Tr0ub4dor&3":        "secret_password",
		"PW = abcd1234":                "secret_password",
		"ＰＡＳＳＷＯＲＤ：ｓｅｃｒｅｔ１":             "secret_password",
		"暗証番号は「1234」":                  "secret_password",
		"確認コード 123456 を読み上げた":          "secret_one_time",
		"ワンタイムパスワードは 654321":           "secret_one_time",
		"OTP: 12345678":                "secret_one_time",
	} {
		f, ok := fault.As(secrets.Refuse("text", text))
		if !ok || len(f.Fields) != 1 || f.Fields[0].Name != "text" || f.Fields[0].Code != code {
			t.Errorf("%q: %v, want %s", text, f, code)
			continue
		}
		if strings.Contains(f.Error(), text) {
			t.Errorf("the refusal repeats the secret: %s", f.Error())
		}
	}
	for _, text := range []string{
		"折り返し 090-1234-5678 へ 18:00 以降",
		"03-1234-5678 と 0120-047-860 の両方",
		"パスワードを忘れたとのこと。再設定を案内",
		"パスワードは覚えていないとのこと",
		"確認コードが届かないとのこと",
		"ワンタイムパスワードを有効にしたい",
		"MV2014-000001 は本人の移行",
		"お客さま番号 N916201972 を確認",
		"2014-07-22 03:49:35 の交換 1,000ポイント",
		"H0000421-9 と同じ番号から",
		"5,000ポイントが 1,000ポイントに",
		"口座の変更はなし",
		"password reset link sent",
		"123456789012", // twelve digits that are no My Number
		"〒100-8019 東京都千代田区大手町2-3-1",
		"",
	} {
		if err := secrets.Refuse("text", text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := secrets.Refuse("text", strings.Repeat("あ", 4000)); err != nil {
		t.Error(err)
	}
	if err := secrets.Refuse("text", strings.Repeat("あ", 4001)); err == nil {
		t.Error("4,001 characters pass")
	}
}
