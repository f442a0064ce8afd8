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
		{"John Smith", "John Smith", NameSame}, {"John Smith", "JOHN SMITH", NameSame}, {"John Smith", "Smith John", NameOrder}, {"John Smith", "Smith, John", NameOrder},
		{"SMITH, John A.", "John A Smith", NameOrder}, {"SMITH, John A.", "John Smith", NameSpelling}, {"John Smith", "John A. Smith", NameSpelling},
		{"John Albert Smith", "John A. Smith", NameSpelling}, {"John Albert Smith", "Smith John", NameSpelling}, {"John A. Smith", "John B. Smith", NameDiffers},
		{"John Smith", "Mr John Smith", NameSpelling}, {"John Smith", "John Smith 様", NameSame}, {"John Smith", "John", NameDiffers}, {"John Smith", "Jon Smith", NameDiffers},
		{"John Smith", "Smith", NameDiffers}, {"John Smith", "Jane Smith", NameDiffers}, {"John Smith", "J Smith", NameDiffers}, {"John Smith", "John John", NameDiffers},
		{"Müller Jürgen", "Muller Jurgen", NameSpelling}, {"Müller Jürgen", "Mueller Juergen", NameSpelling}, {"Müller Jürgen", "Juergen Muller", NameSpelling},
		{"Mueller Juergen", "Jürgen Müller", NameSpelling}, {"Nguyễn Văn A", "Nguyen Van A", NameSpelling}, {"Nguyễn Văn A", "Nguyen Van B", NameDiffers}, {"Nguyễn Văn A", "Nguyen Van", NameDiffers},
		{"Đặng Thị Hoa", "Dang Thi Hoa", NameSpelling}, {"Søren Kierkegård", "Soren Kierkegaard", NameSpelling}, {"Søren Kierkegård", "Kierkegard Soren", NameSpelling}, {"Łukasz Żak", "Lukasz Zak", NameSpelling},
		{"François Lefèvre", "Francois Lefevre", NameSpelling}, {"Jean-Luc Picard", "Picard Jean Luc", NameOrder}, {"Jean-Luc Picard", "Jean Luc Picard", NameSame},
		{"Sean O’Neil", "O'Neil Sean", NameOrder}, {"Strauß Anna", "Strauss Anna", NameSpelling}, {"José García López", "Jose Lopez", NameSpelling}, {"Maria Silva", "Mario Silva", NameDiffers},
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
