package jptext

import (
	"testing"

	"pgregory.net/rapid"
)

func TestAddressKey(t *testing.T) {
	for in, want := range map[string]string{
		"大阪府大阪市北区梅田1-1":                "大阪府大阪市北区梅田1-1",
		"大阪府大阪市北区梅田１－１ グランフロント大阪１２F":   "大阪府大阪市北区梅田1-1",
		"東京都千代田区内幸町一丁目1番6号 NTT日比谷ビル5F": "東京都千代田区内幸町1-1-6",
		"東京都千代田区内幸町1丁目 1番 6号":          "東京都千代田区内幸町1-1-6",
		"〒100-8019 東京都千代田区内幸町1ー1ー6":    "東京都千代田区内幸町1-1-6",
		"1008019東京都千代田区内幸町1−1−6":       "東京都千代田区内幸町1-1-6",
		"東京都千代田区内幸町１の１の６":              "東京都千代田区内幸町1-1-6",
		"東京都千代田区内幸町一-一-六":              "東京都千代田区内幸町1-1-6",
		"東京都千代田区内幸町一ノ一ノ六":              "東京都千代田区内幸町1-1-6",
		"東京都千代田区内幸町1-1-6-503":          "東京都千代田区内幸町1-1-6",
		"東京都千代田区四番町5番地6":               "東京都千代田区四番町5-6",
		"愛知県名古屋市中区三の丸3-1-2":            "愛知県名古屋市中区三丸3-1-2",
		"愛知県名古屋市中区三之丸三丁目1番2号":          "愛知県名古屋市中区三丸3-1-2",
		"北海道札幌市中央区北1条西2丁目":             "北海道札幌市中央区北1西2",
		"北海道札幌市中央区北一条西二丁目":             "北海道札幌市中央区北1西2",
		"北海道札幌市中央区北１条西２－":              "北海道札幌市中央区北1西2",
		"北海道札幌市中央区北1条西十二丁目":            "北海道札幌市中央区北1西12",
		"沖縄県那覇市泉崎1-2-2沖縄県庁":            "沖縄県那覇市泉崎1-2-2",
		"東京都千代田区霞が関１－１":                "東京都千代田区霞ケ関1-1",
		"東京都千代田区霞ヶ関1-1":                "東京都千代田区霞ケ関1-1",
		"千葉県印西市大字中野123番地の4":            "千葉県印西市中野123-4",
		"千葉県印西市中野百二十三番地4":              "千葉県印西市中野123-4",
		"岩手県九戸郡軽米町第3地割12-1":            "岩手県九戸郡軽米町第3地割12-1",
		"福岡県福岡市博多区博多駅前3-4-5 203号室":     "福岡県福岡市博多区博多駅前3-4-5",
		"福岡県福岡市博多区博多駅前3-4-203号室":       "福岡県福岡市博多区博多駅前3-4",
		"福岡県福岡市博多区博多駅前3丁目4番5号(メゾン博多)":  "福岡県福岡市博多区博多駅前3-4-5",
		"愛媛県松山市一番町4丁目4-2":              "愛媛県松山市一番町4-4-2",
		"大阪府大阪市浪速区一丁目甲12番地":            "大阪府大阪市浪速区1甲12",
		"北海道上川郡東2号南3番地":                "北海道上川郡東2南3",
		"千葉県浦安市舞浜1コーポ201":              "千葉県浦安市舞浜1",
		"神奈川県横浜市港北区ニュータウン２−３":          "神奈川県横浜市港北区ニユータウン2-3",
		"東京都中央区八丁堀2-1":                 "東京都中央区八丁堀2-1",
		"東京都中央区日本橋二〇三番地":               "東京都中央区日本橋203",
		"":   "",
		"  ": "",
	} {
		if got := AddressKey(in); got != want {
			t.Errorf("%s:\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestSameAddress(t *testing.T) {
	for _, c := range []struct {
		registered, spoken string
		want               bool
	}{
		{"大阪府大阪市北区梅田1-1", "大阪市北区梅田一丁目1番", true},
		{"大阪市北区梅田1-1", "大阪府大阪市北区梅田1-1 グランド301", true},
		{"東京都府中市宮町1-1", "広島県府中市宮町1-1", false},
		{"大阪府大阪市北区梅田1-1", "大阪府大阪市北区梅田1-2", false},
		{"大阪府大阪市北区梅田1-1", "大阪府大阪市北区梅田1", false},
		{"大阪府大阪市北区梅田1-1", "大阪府大阪市北区梅田", false},
		{"大阪府大阪市北区梅田1-11", "大阪府大阪市北区梅田11-1", false},
		{"北海道札幌市中央区北1条西2丁目", "札幌市中央区北1条西2", true},
		{"北海道札幌市中央区北1条西2丁目", "札幌市中央区北12条西2", false},
		{"", "", false},
		{"東京都", "", false},
		{"東京都", "東京都", true},
		{"大阪府", "", false},
	} {
		if got := SameAddress(c.registered, c.spoken); got != c.want {
			t.Errorf("%s / %s: %v (%s / %s)", c.registered, c.spoken, got, AddressKey(c.registered), AddressKey(c.spoken))
		}
	}
}

func TestPrefecturesAreComplete(t *testing.T) {
	if len(prefectures) != 47 {
		t.Fatalf("%d prefectures", len(prefectures))
	}
}

// Two house numbers of one place never share a key, and every way to write one
// has the same.
func TestHouseNumbersStayApart(t *testing.T) {
	write := func(t *rapid.T, label string, a, b, c int) string {
		d := func(n int) string { return map[bool]string{true: kanji(n), false: wide(n)}[n%2 == 0] }
		return rapid.SampledFrom([]string{
			d(a) + "丁目" + d(b) + "番" + d(c) + "号", wide(a) + "-" + wide(b) + "-" + wide(c), wide(a) + "の" + wide(b) + "の" + wide(c),
			wide(a) + "丁目" + wide(b) + "-" + wide(c), d(a) + "丁目 " + d(b) + "番地の" + wide(c) + " コーポ7 305号室", wide(a) + "ー" + wide(b) + "ー" + wide(c) + "ビル2階",
		}).Draw(t, label)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SliceOfN(rapid.IntRange(1, 120), 6, 6).Draw(t, "n")
		x, y := "山形県山形市旅篭町"+write(t, "x", n[0], n[1], n[2]), "山形県山形市旅篭町"+write(t, "y", n[3], n[4], n[5])
		same := n[0] == n[3] && n[1] == n[4] && n[2] == n[5]
		if SameAddress(x, y) != same {
			t.Fatalf("%s (%s) and %s (%s)", x, AddressKey(x), y, AddressKey(y))
		}
		if z := "山形市旅篭町" + write(t, "z", n[0], n[1], n[2]); !SameAddress(x, z) {
			t.Fatalf("%s (%s) and %s (%s)", x, AddressKey(x), z, AddressKey(z))
		}
	})
}

func kanji(n int) string {
	s := ""
	for _, u := range []struct {
		size int
		name string
	}{{100, "百"}, {10, "十"}} {
		if d := n / u.size; d > 0 {
			if d > 1 {
				s += string([]rune(kanjiDigits)[d])
			}
			s += u.name
			n %= u.size
		}
	}
	if n > 0 {
		s += string([]rune(kanjiDigits)[n])
	}
	return s
}

func wide(n int) string {
	if n < 10 {
		return string('０' + rune(n))
	}
	return wide(n/10) + wide(n%10)
}

func FuzzAddressKey(f *testing.F) {
	f.Add("東京都千代田区内幸町一丁目1番6号 NTT日比谷ビル5F")
	f.Add("1丁目-")
	f.Add("〒100-0001")
	f.Fuzz(func(t *testing.T, s string) {
		key := AddressKey(s)
		if s2 := AddressKey(s); s2 != key {
			t.Fatal("not a function")
		}
		SameAddress(s, key)
	})
}
