package csvin

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEncodingIsFoundBehindMuchASCII(t *testing.T) {
	ascii := strings.Repeat("m1,"+strings.Repeat("x", 500)+"\n", 2*bufferSize/500)
	for _, c := range []struct {
		encoding Encoding
		encode   func(*testing.T, string) string
	}{{UTF8, func(_ *testing.T, s string) string { return s }}, {CP932, cp932}} {
		r := opened(t, "login_id,name\n"+ascii+c.encode(t, "m2,山田\nm3,ｶﾅ\u301c①髙\n"), AffectedFile)
		rows := all(t, r)
		last := rows[len(rows)-2:]
		if encodingOf(r) != c.encoding || told(rows) != "" || last[0].Affected.Name != "山田" || last[1].Affected.Name != "ｶﾅ\u301c①髙" {
			t.Errorf("%s: read as %s, %q", c.encoding, encodingOf(r), []string{last[0].Affected.Name, last[1].Affected.Name})
		}
	}
}

// However the sniffed text is cut, the decision is the same.
func TestSniffWithinACharacter(t *testing.T) {
	text := "山田 太郎,ヤマダ,神奈川県横浜市𠮷田町"
	for i := range len(text) {
		if got := sniff(nil, []byte(text[:i])); got != UTF8 {
			t.Errorf("UTF-8 cut at %d: %s", i, got)
		}
	}
	sjis := cp932(t, strings.ReplaceAll(text, "𠮷", "吉"))
	for i := 4; i < len(sjis); i++ {
		if got := sniff(nil, []byte(sjis[:i])); got != CP932 {
			t.Errorf("cp932 cut at %d: %s", i, got)
		}
	}
	if sniff([]byte("髙\xff"), []byte(text)) != UTF8 {
		t.Error("one damaged character makes a UTF-8 file cp932")
	}
}

func TestUndecodableIsTold(t *testing.T) {
	gaiji := "\xf0\x40" // user-defined area of cp932
	file := cp932(t, "備考,login_id,氏名,ポイントーク残高\n") + gaiji + ",m1," + cp932(t, "山田") + ",1\n" +
		"x,m2," + cp932(t, "山") + gaiji + ",1\nx,m3,\x80,1\nx,m4," + cp932(t, "田") + "\x81,1\nx,m5," + cp932(t, "田中") + ",\xf0\x40\nx,m6," + cp932(t, "森") + ",1\n"
	r := opened(t, file, AffectedFile)
	rows := all(t, r)
	// The byte behind \x81 is a comma, so that row keeps its columns.
	if got, want := told(rows), "3 name:undecodable 4 name:undecodable 5 name:undecodable 6 balance_pointtalk:undecodable"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if len(rows) != 6 || rows[5].Affected.Name != "森" {
		t.Errorf("%+v", rows)
	}
	if rows[1].Raw[2] != "山\ufffd" {
		t.Errorf("the rejected row shows %q: read again it must be refused again", rows[1].Raw[2])
	}
	rows = all(t, opened(t, "login_id,name\nm1,山田太郎\nm2,山\xff\nm3,髙橋\n", AffectedFile))
	if told(rows) != "3 name:undecodable" || rows[2].Affected.Name != "髙橋" {
		t.Errorf("%+v", rows)
	}
}

func FuzzReader(f *testing.F) {
	f.Add("login_id,name,balance_goo\nm1,\"山\n田\",1\n合計,,1\n", 7, false)
	f.Add(movHead+"MV1,m1,2014-07-22 25:30,transfer,pointtalk,goo,,5000,1000,,confirmed\n", 1, true)
	f.Add("\ufeff\"OCN ID\",氏名\r\nm1,\"\r\nm2,x\rm3,\"\"\"y\"z\n", 3, false)
	f.Add("login_id,\x8e\x81\x96\xbc\nm1,\xf0\x40\n", 64, false)
	f.Fuzz(func(t *testing.T, text string, size int, movements bool) {
		kind := AffectedFile
		if movements {
			kind = MovementsFile
		}
		r, err := NewReader(&pieces{[]byte(text), max(size%100, 1)}, kind, words)
		if err != nil {
			return
		}
		line := 0
		for {
			row, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil || row.Line <= line {
				t.Fatalf("line %d after %d: %v", row.Line, line, err)
			}
			line = row.Line
			if len(row.Problems) > 0 {
				continue
			}
			if s := fmt.Sprint(row.Affected, row.Movement); strings.Contains(s, "\ufffd") || strings.Contains(s, "\x00") || !utf8.ValidString(s) {
				t.Fatalf("accepted %q", s)
			}
			if row.Hash == [16]byte{} || movements && row.Movement.Points <= 0 {
				t.Fatalf("accepted %+v", row)
			}
		}
	})
}

func benchmark(b *testing.B, kind Kind, head, row string) {
	const rows = 100_000
	file := head + strings.Repeat(row, rows)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := NewReader(strings.NewReader(file), kind, words)
		if err != nil {
			b.Fatal(err)
		}
		for {
			row, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil || len(row.Problems) > 0 {
				b.Fatal(row.Problems, err)
			}
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkMovements(b *testing.B) {
	benchmark(b, MovementsFile, movHead, "MV2014-000001,m000001@ocn.example,2014-07-22 03:49:35,transfer,pointtalk,goo,,5000,1000,,confirmed\n")
}

const benchAffected = "m000001@ocn.example,鈴木 ジョン,スズキ ジョン,1958-03-07,03-0000-8551,contact1@mail.example,2005-05-05,4011479,大阪府大阪市北区梅田1-1,N916201972,ja,587,158,2014-07-29 15:00:00\n"

func BenchmarkAffected(b *testing.B) { benchmark(b, AffectedFile, affHead, benchAffected) }

func BenchmarkAffectedCP932(b *testing.B) {
	row := cp932(&testing.T{}, benchAffected)
	benchmark(b, AffectedFile, affHead, row)
}
