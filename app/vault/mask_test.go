package vault

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMasks(t *testing.T) {
	for _, c := range []struct {
		mask     func(string) string
		in, want string
	}{
		{MaskName, "山田 太郎", "山○ 太○"},
		{MaskName, "山田　太郎", "山○　太○"},
		{MaskName, "山田太郎", "山○○○"},
		{MaskName, "林 太郎", "林 太○"},
		{MaskName, "林 薫", "林 ○"},
		{MaskName, "林", "○"},
		{MaskName, "", ""},
		{MaskName, "  ", ""},
		{MaskName, "ジョン・スミス", "ジ○○・ス○○"},
		{MaskName, "John Smith", "J○○○ S○○○"},
		{MaskName, "𠮷田 太郎", "𠮷○ 太○"},
		{MaskName, "葛\U000e0100城 一", "葛\U000e0100○ ○"},
		{MaskName, "ﾀﾞﾝ", "ﾀﾞ○"},
		{MaskName, "👨‍👩‍👧", "○"},
		{MaskPhone, "09000008551", "090-****-8551"},
		{MaskPhone, "０３－００００－８５５１", "03-****-8551"},
		{MaskPhone, "0120-047-860", "0120-***-860"},
		{MaskPhone, "0466123456", "046*-**-3456"},
		{MaskPhone, "0126712345", "012**-*-2345"},
		{MaskPhone, "+1 415 555 0100", "+14****00"},
		{MaskPhone, "8551", "****"},
		{MaskPhone, "なし", "****"},
		{MaskPhone, "", ""},
		{MaskName, "山田 太郎 様", "山○ 太○"},
		{MaskName, "林 蘭 さま", "林 ○"},
		{MaskEmail, "contact1@mail.example", "c•••1@mail.example"},
		{MaskEmail, "abc@mail.example", "a•••@mail.example"},
		{MaskEmail, "ab@mail.example", "•••@mail.example"},
		{MaskEmail, "foo..bar@docomo.example", "f•••r@docomo.example"},
		{MaskEmail, "not an address", "•••"},
		{MaskEmail, "", ""},
		{MaskLogin, "m000001@ocn.example", "m00****@ocn.example"},
		{MaskLogin, "abcd@ocn.example", "ab****@ocn.example"},
		{MaskLogin, "FC-000001", "FC-****01"},
		{MaskLogin, "fc-000102", "fc-****02"},
		{MaskLogin, "ＦＣ－０００００１", "ＦＣ－****０１"},
		{MaskLogin, "09012345678", "090****78"},
		{MaskLogin, "member-12345", "mem****45"},
		{MaskLogin, "FC-0001", "****01"},
		{MaskLogin, "00012345", "****45"},
		{MaskLogin, "A-123456", "****56"},
		{MaskLogin, "abc-12345", "****45"},
		{MaskLogin, "123456", "****56"},
		{MaskLogin, "12345", "****5"},
		{MaskLogin, "1234", "****"},
		{MaskLogin, "abc", "****"},
		{MaskLogin, "a", "****"},
		{MaskLogin, "", ""},
		{MaskAddress, "大阪府大阪市北区梅田1-1", "大阪府大阪市○○○"},
		{MaskAddress, "東京都千代田区大手町2-3-1", "東京都千代田区○○○"},
		{MaskAddress, "三重県四日市市諏訪町1-5", "三重県四日市市○○○"},
		{MaskAddress, "福島県郡山市朝日1-23-7", "福島県郡山市○○○"},
		{MaskAddress, "群馬県邑楽郡大泉町日の出55-1", "群馬県邑楽郡大泉町○○○"},
		{MaskAddress, "愛知県蒲郡市旭町17-1", "愛知県蒲郡市○○○"},
		{MaskAddress, "市川市八幡1-1-1", "市川市○○○"},
		{MaskAddress, "北海道1-1", "北海道○○○"},
		{MaskAddress, "1 Main Street", "○○○"},
		{MaskAddress, "", ""},
		{MaskBirthDate, "1958-03-07", "195*-**-**"},
		{MaskBirthDate, "昭和33年3月7日", "195*-**-**"},
		{MaskBirthDate, "?", "****-**-**"},
		{MaskBirthDate, "", ""},
		{MaskCustomerNumber, "N916201972", "********72"},
		{MaskCustomerNumber, "12345", "********"},
		{MaskCustomerNumber, "", ""},
	} {
		if got := c.mask(c.in); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
}

// A mask never contains the whole of what it masks. Values that hold the
// masks' own characters are left out: "A*" is in "A****" and nothing is said.
func TestMasksHide(t *testing.T) {
	masks := []func(string) string{MaskName, MaskPhone, MaskEmail, MaskLogin, MaskAddress, MaskBirthDate, MaskCustomerNumber}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9]{1,11}`), rapid.StringMatching(`[a-z]{1,6}@[a-z]{1,5}\.example`),
			rapid.StringMatching(`[山田林 　・]{1,6}`)).Draw(t, "s")
		if strings.Trim(s, " \u3000\u00a0\t・･·=＝•-@") == "" || strings.ContainsAny(s, "*○") {
			return
		}
		for i, mask := range masks {
			if got := mask(s); strings.Contains(got, s) {
				t.Fatalf("mask %d of %q is %q", i, s, got)
			}
		}
	})
}
