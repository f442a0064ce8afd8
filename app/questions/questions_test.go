package questions_test

import (
	"strings"
	"sync"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/questions"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

var (
	broadband = questions.Text{Topic: "id", QuestionJa: "インターネット接続は使えますか", QuestionEn: "Does my broadband still work?",
		AnswerJa: "はい。ＯＣＮ認証IDは別のものですので、\nこれまでどおりご利用いただけます。", AnswerEn: "Yes. The connection ID is another one.\nNothing changes for it."}
	when = questions.Text{QuestionJa: "ポイントはいつ戻りますか", QuestionEn: "When do I get my points back?", AnswerJa: "順次、お戻しいたします。", AnswerEn: "We are putting them back one after the other."}
)

func add(w *apptest.World, text questions.Text) int64 {
	w.T.Helper()
	number, err := questions.Add(w.Ctx, w.Store, w.Manager, text, "よくあるお尋ね")
	if err != nil {
		w.T.Fatal(err)
	}
	return number
}

func list(w *apptest.World) []questions.Named {
	w.T.Helper()
	out, err := questions.List(store.Read(w.Ctx, w.Store))
	if err != nil {
		w.T.Fatal(err)
	}
	return out
}

// Both languages are looked through, whatever the kana, the width and the case, and what
// only the answer says stands behind.
func TestFound(t *testing.T) {
	w := apptest.NewWorld(t)
	first := add(w, broadband)
	second := add(w, when)
	third := add(w, questions.Text{QuestionJa: "残高はどこで見られますか", QuestionEn: "Where is my balance?", AnswerJa: "マイページの「ポイント」です。", AnswerEn: "On My Page."})
	for words, want := range map[string][]int64{
		"": nil, " 　": nil, "。": nil, "接続": {first}, "いんたーねっと": {first}, "ｲﾝﾀｰﾈｯﾄ": {first}, "ocn": {first}, "BROADBAND": {first}, "connection id": {first},
		"ポイント": {second, third}, "ぽいんと 戻り": {second}, "points back": {second}, "接続 戻り": nil, "見当たらない": nil,
	} {
		var got []int64
		for _, q := range questions.Found(list(w), words) {
			got = append(got, q.Number)
		}
		if len(got) != len(want) || len(got) > 0 && got[0] != want[0] || len(got) > 1 && got[1] != want[1] {
			t.Errorf("%q: %v, want %v", words, got, want)
		}
	}
}

func TestVersions(t *testing.T) {
	w := apptest.NewWorld(t)
	number := add(w, broadband)
	other := broadband
	other.AnswerJa = "はい、ご利用いただけます。"
	if changed, err := questions.Set(w.Ctx, w.Store, w.Manager, number, 1, other, "短く"); err != nil || !changed {
		t.Fatal(changed, err)
	}
	if changed, err := questions.Set(w.Ctx, w.Store, w.Manager, number, 2, other, "同じ"); err != nil || changed {
		t.Errorf("the same again: %v, %v", changed, err)
	}
	if _, err := questions.Withdraw(w.Ctx, w.Store, w.Administrator, number, 1, "古い"); !fault.Is(err, "conflict") {
		t.Errorf("over a version that was not looked at: %v", err)
	}
	if _, err := questions.Withdraw(w.Ctx, w.Store, w.Administrator, number, 2, "終了"); err != nil {
		t.Fatal(err)
	}
	if got := list(w); len(got) != 1 || !got[0].Withdrawn || got[0].Text != other || len(questions.Found(got, "接続")) != 0 {
		t.Errorf("withdrawn: %+v", got)
	}
	if _, err := questions.Set(w.Ctx, w.Store, w.Manager, number, 3, broadband, "再掲"); err != nil {
		t.Fatal(err)
	}
	if got := questions.Found(list(w), "接続"); len(got) != 1 || got[0].Text != broadband || got[0].Version.Version != 4 {
		t.Errorf("set again: %+v", got)
	}
	kept, err := questions.History(store.Read(w.Ctx, w.Store), number)
	if err != nil || len(kept) != 4 || kept[3].Text != broadband || kept[2].Reason != "短く" || kept[1].Setter.String() != w.Administrator.Name {
		t.Errorf("%+v, %v", kept, err)
	}
	if _, err := questions.Set(w.Ctx, w.Store, w.Manager, 999, 1, broadband, "なし"); !fault.Of(err, fault.NotFound) {
		t.Errorf("what is not there: %v", err)
	}
}

func TestRules(t *testing.T) {
	w := apptest.NewWorld(t)
	for name, c := range map[string]struct {
		change      func(t *questions.Text)
		field, code string
	}{
		"one language":    {func(t *questions.Text) { t.AnswerEn = " \n" }, "answer_en", "required"},
		"no question":     {func(t *questions.Text) { t.QuestionJa = "" }, "question_ja", "required"},
		"two lines":       {func(t *questions.Text) { t.QuestionEn = "a\nb" }, "question_en", "characters_invalid"},
		"a long question": {func(t *questions.Text) { t.QuestionJa = strings.Repeat("長", 121) }, "question_ja", "too_long"},
		"a long answer":   {func(t *questions.Text) { t.AnswerJa = strings.Repeat("長", 1001) }, "answer_ja", "too_long"},
		"a secret":        {func(t *questions.Text) { t.AnswerJa = "暗証番号4821" }, "answer_ja", "secret_password"},
		"a topic":         {func(t *questions.Text) { t.Topic = "gold" }, "topic", "topic_unknown"},
	} {
		text := broadband
		c.change(&text)
		_, err := questions.Add(w.Ctx, w.Store, w.Manager, text, "見直し")
		f, ok := fault.As(err)
		if !ok || len(f.Fields) != 1 || f.Fields[0].Name != c.field || f.Fields[0].Code != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	about := when
	about.Topic = "goo"
	number := add(w, about)
	for _, by := range []access.Actor{w.Agent, w.Supervisor, w.Auditor} {
		if _, err := questions.Add(w.Ctx, w.Store, by, when, "見直し"); !fault.Is(err, "forbidden") {
			t.Errorf("%s adds: %v", by.Role, err)
		}
		if _, err := questions.Withdraw(w.Ctx, w.Store, by, number, 1, "見直し"); !fault.Is(err, "forbidden") {
			t.Errorf("%s withdraws: %v", by.Role, err)
		}
	}
}

// Of several who set one at once one is let.
func TestOnlyOneSetsWhatAllLookedAt(t *testing.T) {
	w := apptest.NewWorld(t)
	number := add(w, broadband)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() {
			text := when
			text.AnswerEn += strings.Repeat(".", i)
			_, errs[i] = questions.Set(w.Ctx, w.Store, w.Manager, number, 1, text, "同時")
		})
	}
	wg.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
		} else if !fault.Is(err, "conflict") {
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("%d were set", made)
	}
}
