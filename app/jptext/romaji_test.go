package jptext

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestReadings(t *testing.T) {
	for s, want := range map[string]string{
		"sato": "サト", "Satou": "サトウ", "SATOH": "サトウ", "shoji": "ショウジ", "syouzi": "ショウジ", "Junichi": "ジュンイチ", "jun'ichi": "ジュンイチ", "Junnichi": "ジュンニチ",
		"Hattori": "ハットリ", "Homma": "ホンマ", "honma": "ホンマ", "Ohno": "オオノ", "ohtani": "オオタニ", "yuko": "ユウコ", "Sato Aoi": "サト アオイ", "tsuchiya": "ツチヤ", "tutiya": "ツチヤ",
		"konno": "コンノ", "kenn": "ケン", "Ｓａｔｏ": "サト", "Satō": "サト",
	} {
		if got := Readings(s); !slices.Contains(got, want) || len(got) > mostReadings {
			t.Errorf("%s reads %q, not %s", s, got, want)
		}
	}
	for _, s := range []string{"", "smith", "Müller", "佐藤", "q", "sato1", "8551", "sato@ocn"} {
		if got := Readings(s); len(got) > 0 {
			t.Errorf("%s reads %q", s, got)
		}
	}
	start := time.Now()
	Readings(strings.Repeat("nono", 500) + "q " + strings.Repeat("n ", 200))
	if took := time.Since(start); took > time.Second {
		t.Errorf("a long text took %v", took)
	}
}
