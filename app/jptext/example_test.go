package jptext_test

import (
	"errors"
	"fmt"

	"hoten/app/jptext"
)

// Names are found whatever their width, kana, spaces and variant characters.
func ExampleSearchKey() {
	fmt.Println(jptext.SearchKey("髙橋 太郎") == jptext.SearchKey("高橋太郎"))
	fmt.Println(jptext.SearchKey("たかはし") == jptext.SearchKey("ﾀｶﾊｼ"))
	// Output:
	// true
	// true
}

// A name that differs by variant characters only is not the same until somebody
// confirms it.
func ExampleCompareNames() {
	fmt.Println(jptext.CompareNames("高橋 太郎", "高橋太郎様") == jptext.NameSame)
	fmt.Println(jptext.CompareNames("髙橋 太郎", "高橋太郎") == jptext.NameVariant)
	fmt.Println(jptext.CompareNames("高橋 太郎", "高橋次郎") == jptext.NameDiffers)
	// Output:
	// true
	// true
	// true
}

func ExamplePhoneKey() {
	for _, s := range []string{"090-0000-8551", "０９０（００００）８５５１", "+81 90-0000-8551", "9000008551"} {
		fmt.Println(jptext.FormatPhone(jptext.PhoneKey(s)))
	}
	// Output:
	// 090-0000-8551
	// 090-0000-8551
	// 090-0000-8551
	// 090-0000-8551
}

func ExampleParseDate() {
	for _, s := range []string{"2014/7/11", "20140711", "平成26年7月11日", "S45.3.2"} {
		d, err := jptext.ParseDate(s)
		fmt.Println(d, err)
	}
	_, err := jptext.ParseDate("26.7.11") // 2026, or Heisei 26
	fmt.Println(errors.Is(err, jptext.ErrAmbiguous))
	// Output:
	// 2014-07-11 <nil>
	// 2014-07-11 <nil>
	// 2014-07-11 <nil>
	// 1970-03-02 <nil>
	// true
}

func ExampleParsePoints() {
	for _, s := range []string{"1,265", "１，２６５", "▲1,000"} {
		n, err := jptext.ParsePoints(s)
		fmt.Println(n, err)
	}
	// Output:
	// 1265 <nil>
	// 1265 <nil>
	// -1000 <nil>
}

func ExampleSameAddress() {
	registered := "東京都千代田区内幸町1-1-6 NTT日比谷ビル 5階"
	fmt.Println(jptext.SameAddress(registered, "千代田区内幸町一丁目1番6号"))
	fmt.Println(jptext.SameAddress(registered, "千代田区内幸町一丁目1番7号"))
	// Output:
	// true
	// false
}
