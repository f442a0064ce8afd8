package vault

import (
	"bytes"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hoten/app/jptext"
)

func TestFieldsOpenOnlyInTheirPlace(t *testing.T) {
	v := ForTest()
	rapid.Check(t, func(t *rapid.T) {
		table, column, row := rapid.String().Draw(t, "table"), rapid.String().Draw(t, "column"), rapid.Int64().Draw(t, "row")
		plain := rapid.String().Draw(t, "plain")
		sealed := v.Seal(table, column, row, plain)
		got, err := v.Unseal(table, column, row, sealed)
		if err != nil || got != plain {
			t.Fatalf("opened %q: %v", got, err)
		}
		if plain == "" {
			if sealed != nil {
				t.Fatal("an empty field has a ciphertext")
			}
			return
		}
		for _, elsewhere := range []struct {
			table, column string
			row           int64
		}{{table + "x", column, row}, {table, column + "x", row}, {table, column, row + 1}, {table + "\x00" + column, "", row}} {
			if _, err := v.Unseal(elsewhere.table, elsewhere.column, elsewhere.row, sealed); !errors.Is(err, ErrSealed) {
				t.Fatalf("opened at %v: %v", elsewhere, err)
			}
		}
		sealed[rapid.IntRange(0, len(sealed)-1).Draw(t, "byte")] ^= 1
		if _, err := v.Unseal(table, column, row, sealed); !errors.Is(err, ErrSealed) {
			t.Fatalf("a changed field opened: %v", err)
		}
	})
	if bytes.Equal(v.Seal("t", "c", 1, "山田"), v.Seal("t", "c", 1, "山田")) {
		t.Error("one text has one ciphertext")
	}
}

func TestUnsealSaysNothingOfTheText(t *testing.T) {
	v := ForTest()
	_, err := v.Unseal("members", "name", 7, []byte("山田"))
	if !errors.Is(err, ErrSealed) || strings.Contains(err.Error(), "山田") {
		t.Fatal(err)
	}
}

func TestBlind(t *testing.T) {
	v := ForTest()
	a := v.Blind(BlindLogin, "m000001@ocn.example")
	switch {
	case len(a) != 16:
		t.Errorf("%d bytes", len(a))
	case !bytes.Equal(a, v.Blind(BlindLogin, "m000001@ocn.example")):
		t.Error("not a function")
	case bytes.Equal(a, v.Blind(BlindEmail, "m000001@ocn.example")):
		t.Error("kinds are not apart")
	case v.Blind(BlindPhone, "") != nil:
		t.Error("no phone has a hash")
	}
}

func TestGramsFindPartsOfNames(t *testing.T) {
	v := ForTest()
	for name, queries := range map[string][]string{
		"山﨑 花子":        {"山崎", "山﨑花", "花子", "山崎花子"},
		"𠮷田 太郎":        {"吉田", "𠮷田", "田太"},
		"ヤマダ タロウ":      {"ﾔﾏﾀﾞ", "やまだ", "タロ", "ダタ"},
		"John Smith":   {"jo", "SMITH", "ｓｍ"},
		"佐々木 ジョン":      {"佐佐木", "佐々"},
		"小野寺 寺小野 小野小野": {"小野", "野小"},
	} {
		grams := v.Grams(name)
		if !slices.IsSorted(grams) || len(slices.Compact(slices.Clone(grams))) != len(grams) {
			t.Errorf("%s: grams not sorted and distinct", name)
		}
		for _, q := range queries {
			if !contains(grams, v.QueryGrams(q)) {
				t.Errorf("%s is not found by %s", name, q)
			}
		}
		if contains(grams, v.QueryGrams("高橋")) {
			t.Errorf("%s is found by 高橋", name)
		}
	}
	if v.QueryGrams("山") != nil || v.QueryGrams(" ・ ") != nil {
		t.Error("a short query has grams")
	}
}

func TestGramsOfAnyPart(t *testing.T) {
	v := ForTest()
	rapid.Check(t, func(t *rapid.T) {
		runes := []rune(jptext.SearchKey(rapid.String().Draw(t, "name")))
		if len(runes) < 2 {
			return
		}
		from := rapid.IntRange(0, len(runes)-2).Draw(t, "from")
		to := rapid.IntRange(from+2, len(runes)).Draw(t, "to")
		if q := v.QueryGrams(string(runes[from:to])); q == nil || !contains(v.Grams(string(runes)), q) {
			t.Fatalf("%q is not found by %q", string(runes), string(runes[from:to]))
		}
	})
}

func TestStartsOfAnyBeginning(t *testing.T) {
	v := ForTest()
	found := func(key, q string) bool {
		starts, of := v.QueryStarts(q), v.Starts(key)
		return len(starts) > 0 && slices.Equal(starts, of[:len(starts)])
	}
	rapid.Check(t, func(t *rapid.T) {
		key := jptext.LoginKey(rapid.StringMatching(`[a-z0-9._あ-ん@-]{5,20}`).Draw(t, "key"))
		typed := key[:rapid.IntRange(5, len(key)).Draw(t, "typed")]
		if !found(key, typed) {
			t.Fatalf("%q is not found by %q", key, typed)
		}
		if found(key, "#"+typed) {
			t.Fatalf("%q is found by %q", key, "#"+typed)
		}
		if short := key[:4]; found(key, short) || found(short, key) {
			t.Fatalf("%q and %q find each other", key, short)
		}
	})
	if v.Starts("サト")[0] == v.Grams("サト")[0] {
		t.Error("starts and grams are not apart")
	}
}

func contains(grams, query []int32) bool {
	for _, g := range query {
		if _, ok := slices.BinarySearch(grams, g); !ok {
			return false
		}
	}
	return len(query) > 0
}

func TestKeysOfTheirOwn(t *testing.T) {
	dir := t.TempDir()
	a, err := Open(filepath.Join(dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(filepath.Join(dir, "b"))
	if err != nil {
		t.Fatal(err)
	}
	if a.Fingerprint() == b.Fingerprint() || bytes.Equal(a.AuditKey(), b.AuditKey()) || bytes.Equal(a.Blind("k", "v"), b.Blind("k", "v")) {
		t.Error("two installations share keys")
	}
	if _, err := b.Unseal("t", "c", 1, a.Seal("t", "c", 1, "山田")); !errors.Is(err, ErrSealed) {
		t.Errorf("opened with other keys: %v", err)
	}
	if len(a.AuditKey()) != 32 {
		t.Errorf("audit key of %d bytes", len(a.AuditKey()))
	}
	// The stored check values of released databases depend on it.
	if got := ForTest().Fingerprint(); got != ForTest().Fingerprint() || len(got) != 16 {
		t.Errorf("fingerprint %s", got)
	}
}

func TestNewRefusesBadKeys(t *testing.T) {
	if _, err := New(Keys{Audit: make([]byte, 31)}); err == nil {
		t.Error("short audit key accepted")
	}
	if _, err := New(Keys{Audit: make([]byte, 32)}); err == nil {
		t.Error("missing keysets accepted")
	}
}

func BenchmarkSeal(b *testing.B) {
	v := ForTest()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for row := int64(0); pb.Next(); row++ {
			v.Seal("members", "address", row, "福岡県福岡市博多区博多駅前3-4-5")
		}
	})
}

func BenchmarkUnseal(b *testing.B) {
	v := ForTest()
	sealed := v.Seal("members", "address", 7, "福岡県福岡市博多区博多駅前3-4-5")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Unseal("members", "address", 7, sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBlind(b *testing.B) {
	v := ForTest()
	b.ReportAllocs()
	for b.Loop() {
		v.Blind(BlindLogin, "m000001@ocn.example")
	}
}

func BenchmarkGrams(b *testing.B) {
	v := ForTest()
	b.ReportAllocs()
	for b.Loop() {
		v.Grams("ヤマザキ ハナコ")
	}
}
