package jptext

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestParseSpokenDate(t *testing.T) {
	for _, said := range []string{
		"S450302", "s450302", "Ｓ４５０３０２", "S45.3.2", "S.45.3.2", "S45/3/2", "S45-3-2", "S45 3 2", "s45年3月2日", "昭45.3.2", "昭和450302",
		"1970年3月2日生まれ", "1970年3月2日生まれです", "1970年3月2日です", "昭和45年3月2日", "昭和４５年３月２日", "昭和45年3月2日生", "昭和45年の3月2日", "昭和 45年 3月 2日",
		"昭和四十五年三月二日", "昭和四五年三月二日", "一九七〇年三月二日", "千九百七十年三月二日", "昭和四十五年三月二日生まれ", "㍼45年3月2日",
		"19700302", "1970/3/2", "1970/03/02", "1970-3-2", "1970.3.2", "1970 3 2", "1970 03 02", "１９７０　３　２", "1970年3月2", "1970年03月02日", "西暦1970年3月2日",
		"生年月日は1970年3月2日", "1970年(昭和45年)3月2日", "1970年3月2日(月)", "1970年3月2日月曜日", "1970年3月2日。", "1970、3、2", "1970-03-02生まれ",
		"March 2 1970", "March 2, 1970", "March 2nd, 1970", "Mar. 2, 1970", "Mar 2 1970", "2 Mar 1970", "2 March 1970", "2nd of March 1970", "2-Mar-1970", "the 2nd of March, 1970",
		"1970 March 2", "MARCH 2 1970", "Monday, March 2, 1970", "born on March 2, 1970", "Showa 45.3.2", "showa 45 3 2",
	} {
		if d, err := ParseSpokenDate(said); err != nil || d != (Date{1970, 3, 2}) {
			t.Errorf("%s: %s %v", said, d, err)
		}
	}
	for _, said := range []string{
		"45年3月2日", "450302", "450302?", "45.3.2", "'70.3.2", "70年3月2日", "不明", "", "?", "覚えていない", "3月2日", "1970", "1970年", "1970年3月", "昭和45年3月", "S4503", "S45302",
		"25629", "7032", "1970年13月2日", "1970年2月30日", "昭和70年3月2日", "平成0年3月2日", "3/2/1970", "2.3.1970", "March 1970", "March 2", "Marchember", "1970年3月2日か3日", "1970/3/2 1970/3/3",
		"1970年3月2日か1971年3月2日", "山田太郎", "090-0000-0001", "昭和", "S", "2970年3月2日", "1700-01-01", "45歳",
	} {
		if d, err := ParseSpokenDate(said); err == nil {
			t.Errorf("%s: %s", said, d)
		}
	}
	for said, want := range map[string]Date{
		"平成元年1月8日": {1989, 1, 8}, "H010108": {1989, 1, 8}, "大正十五年十二月二十四日": {1926, 12, 24}, "令和2年2月29日": {2020, 2, 29}, "昭和二十年十月十日": {1945, 10, 10},
		"13/3/1970": {1970, 3, 13}, "3/13/1970": {1970, 3, 13}, "Sept 5, 1988": {1988, 9, 5}, "5 september 1988": {1988, 9, 5}, "H1.1.8": {1989, 1, 8}, "T150101": {1926, 1, 1},
		"May 31 1999": {1999, 5, 31}, "昭和三十年二月十一日": {1955, 2, 11}, "Heisei 2.5.6": {1990, 5, 6}, "昭和元年12月25日": {1926, 12, 25},
	} {
		if d, err := ParseSpokenDate(said); err != nil || d != want {
			t.Errorf("%s: %s %v", said, d, err)
		}
	}
}

// What files hold is read the same when it is said.
func TestSpokenDatesAreDates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Date{1890, 1, 1}.AddDays(rapid.IntRange(0, 50000).Draw(t, "days"))
		for _, form := range []string{"%d-%d-%d", "%04d/%02d/%02d", "%d.%d.%d", "%d年%d月%d日", "%04d%02d%02d", "%d %d %d"} {
			if got, err := ParseSpokenDate(fmt.Sprintf(form, d.Year, d.Month, d.Day)); got != d || err != nil {
				t.Fatalf("%s as %s: %s %v", d, form, got, err)
			}
		}
		if got, err := ParseSpokenDate(kanji4(d.Year) + "年" + kanji(int(d.Month)) + "月" + kanji(d.Day) + "日"); got != d || err != nil {
			t.Fatalf("%s: %s %v", d, got, err)
		}
	})
}

func kanji4(n int) string {
	s := ""
	for _, r := range fmt.Sprint(n) {
		s += string([]rune(kanjiDigits)[r-'0'])
	}
	return s
}
