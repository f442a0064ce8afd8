package jptext

import (
	"testing"

	"pgregory.net/rapid"
)

func TestCompareNames(t *testing.T) {
	for _, c := range []struct {
		registered, said string
		want             NameMatch
	}{
		{"山田 太郎", "山田太郎", NameSame}, {"山田 太郎 様", "山田太郎", NameSame}, {"山田 太郎", "山田太郎様", NameSame}, {"山田 太郎　様", "山田 太郎 さん", NameSame},
		{"山田太郎殿", "山田太郎", NameSame}, {"山田 太郎", "山田太郎氏", NameSame}, {"ヤマダ タロウ サマ", "やまだたろう", NameSame}, {"ヤマダ タロウ", "やまだたろうさま", NameSame},
		{"ﾔﾏﾀﾞ ﾀﾛｳ ｻﾏ", "ヤマダタロウ", NameSame}, {"山田 太郎サン", "山田太郎", NameSame}, {"山田 太郎", "山田太郎さん。", NameSame},
		{"イ ジョンサン", "イ ジョン", NameDiffers}, {"イ ジョンサン", "イジョンサン", NameSame}, {"髙橋 花子", "高橋花子様", NameVariant}, {"山田 太郎", "山田 次郎 様", NameDiffers},
		{"山田 太郎", "太郎 山田", NameSame}, {"山田 太郎", "太郎山田", NameSame}, {"山田　太郎", "太郎　山田 様", NameSame},
		{"ヤマダ タロウ", "タロウ ヤマダ", NameSame}, {"ヤマダ タロウ", "たろうやまだ", NameSame}, {"ﾔﾏﾀﾞ ﾀﾛｳ", "タロウ・ヤマダ", NameSame}, {"山田太郎", "太郎 山田", NameSame},
		{"髙橋 花子", "花子 高橋", NameVariant}, {"山田 太郎 様", "太郎山田さん", NameSame}, {"ジョン アルバート スミス", "スミス ジョン アルバート", NameSame}, {"スミス・ジョン", "ジョンスミス", NameSame},
		{"山田 太郎", "太郎", NameDiffers}, {"山田 太郎", "太郎 山口", NameDiffers}, {"山田太郎", "太郎山田", NameDiffers}, {"山田 太郎", "太郎 山田 山田", NameDiffers}, {"山田 太郎", "太郎 太郎", NameDiffers}, {"林 蘭", "蘭", NameDiffers}, {"", "", NameDiffers}, {"", "様", NameDiffers}, {"様", "様", NameSame},
		{"John Smith", "John Smith", NameSame}, {"John Smith", "JOHN SMITH", NameSame}, {"John Smith", "Smith John", NameVariant}, {"John Smith", "Smith, John", NameVariant},
		{"SMITH, John A.", "John A Smith", NameVariant}, {"SMITH, John A.", "John Smith", NameVariant}, {"John Smith", "John A. Smith", NameVariant},
		{"John Albert Smith", "John A. Smith", NameVariant}, {"John Albert Smith", "Smith John", NameVariant}, {"John A. Smith", "John B. Smith", NameDiffers},
		{"John Smith", "Mr John Smith", NameVariant}, {"John Smith", "John Smith 様", NameSame}, {"John Smith", "John", NameDiffers}, {"John Smith", "Jon Smith", NameDiffers},
		{"John Smith", "Smith", NameDiffers}, {"John Smith", "Jane Smith", NameDiffers}, {"John Smith", "J Smith", NameDiffers}, {"John Smith", "John John", NameDiffers},
		{"Müller Jürgen", "Muller Jurgen", NameVariant}, {"Müller Jürgen", "Mueller Juergen", NameVariant}, {"Müller Jürgen", "Juergen Muller", NameVariant},
		{"Mueller Juergen", "Jürgen Müller", NameVariant}, {"Nguyễn Văn A", "Nguyen Van A", NameVariant}, {"Nguyễn Văn A", "Nguyen Van B", NameDiffers}, {"Nguyễn Văn A", "Nguyen Van", NameDiffers},
		{"Đặng Thị Hoa", "Dang Thi Hoa", NameVariant}, {"Søren Kierkegård", "Soren Kierkegaard", NameVariant}, {"Søren Kierkegård", "Kierkegard Soren", NameVariant}, {"Łukasz Żak", "Lukasz Zak", NameVariant},
		{"François Lefèvre", "Francois Lefevre", NameVariant}, {"Jean-Luc Picard", "Picard Jean Luc", NameVariant}, {"Jean-Luc Picard", "Jean Luc Picard", NameSame},
		{"Sean O’Neil", "O'Neil Sean", NameVariant}, {"Strauß Anna", "Strauss Anna", NameVariant}, {"José García López", "Jose Lopez", NameVariant}, {"Maria Silva", "Mario Silva", NameDiffers},
	} {
		if got := CompareNames(c.registered, c.said); got != c.want {
			t.Errorf("%s / %s: %d, want %d", c.registered, c.said, got, c.want)
		}
		if got := CompareNames(c.said, c.registered); got != c.want {
			t.Errorf("%s / %s: %d, want %d", c.said, c.registered, got, c.want)
		}
	}
}

func TestCutHonorific(t *testing.T) {
	for in, want := range map[string]string{"山田 太郎 様": "山田 太郎", "山田　太郎様": "山田　太郎", "山田さん": "山田", "ヤマダサン": "ヤマダサン", "山田 太郎": "山田 太郎", "様": "様", "": "",
		"John Smith 様": "John Smith", "㈱山田 御中": "㈱山田 御中", "山田 太郎 殿 ": "山田 太郎", "𠮷田 様": "𠮷田", "ﾔﾏﾀﾞ ｻﾏ": "ﾔﾏﾀﾞ"} {
		if got := CutHonorific(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		if cut := CutHonorific(name); NameKey(name) != "" && NameKey(cut) == "" {
			t.Fatalf("nothing is left of %q: %q", name, cut)
		}
		if other := rapid.String().Draw(t, "other"); CompareNames(name, other) != CompareNames(other, name) {
			t.Fatalf("%q and %q", name, other)
		}
	})
}

func TestCustomerNumberKey(t *testing.T) {
	for in, want := range map[string]string{"000123456": "123456", "123456": "123456", "N000123456": "N000123456", "000": "0", "０００１２３４５６": "123456", "0-001-23": "123", "": "", "-": "", "00A1": "00A1"} {
		if got := CustomerNumberKey(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
