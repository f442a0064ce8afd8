package web_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"hoten/app/apptest"
)

// second is another member with the same telephone, whose name begins alike.
var second = strings.NewReplacer("yamada0001", "yamada0002", "太郎", "花子", "タロウ", "ハナコ", "1970-02-03", "1972-02-03", "taro.", "hanako.", "N123456789", "N987654321").Replace(member)

func TestSearchAsOneTypes(t *testing.T) {
	s := newSite(t)
	s.Import(apptest.AffectedHeader+second, apptest.MovementsHeader)
	b := s.as(s.Agent)
	for q, want := range map[string]int{
		"ヤマ": 2, "山田太": 1, "やまだ": 2, "yamada0002@ocn.example": 1, "09000001234": 2, s.Case(login).Number(): 1,
		"YAMADA0002": 1, "yama": 2, "yamad": 2, "tarou yamada": 1, "山 1234": 2, "1234 ヤ": 2, "hanako 1234": 0, "yamada 1234": 2, "山田花 1234": 1, "林 1234": 0, "山 1235": 0, "1234": 0, "taro.": 1, "hanako.yama": 1, "090-0000": 2, "+81 90 0000": 2, "ada0001": 0, // as they begin, from five letters on
		"H000000": 2, "h0": 2, "H0000001": 1, "1": 1, "000": 0, "H00000019": 0, "00": 0, // case numbers and the bare number
		"山": 0, "無関係": 0, "<b>": 0,
	} {
		a := b.post("/search/suggestions", "q", q)
		if got := strings.Count(a.body, `href="/cases/H`); a.status != http.StatusOK || got != want {
			t.Errorf("%q: %d, %d found, want %d", q, a.status, got, want)
		}
		for _, secret := range secrets {
			if strings.Contains(a.body, secret) {
				t.Errorf("%q: %s stands open", q, secret)
			}
		}
	}
}

// One character finds a name that is just that, and says so where it finds nothing.
func TestSearchByOneCharacter(t *testing.T) {
	s := newSite(t)
	s.Import(apptest.AffectedHeader+strings.NewReplacer("山田 花子", "林 蘭", "ヤマダ ハナコ", "ハヤシ ラン").Replace(second), apptest.MovementsHeader)
	b := s.as(s.Agent)
	const rule = "1文字で検索できるのは、姓または名がその1文字の方だけです。"
	for q, want := range map[string]int{"林": 1, "蘭": 1, "山": 0, "ラ": 0} {
		a := b.post("/search/suggestions", "q", q)
		if got := strings.Count(a.body, `href="/cases/H`); got != want || strings.Contains(a.body, rule) != (want == 0) {
			t.Errorf("%s: %d found, want %d: %s", q, got, want, a.body)
		}
	}
	if a := b.post("/search/suggestions", "q", "無関係"); strings.Contains(a.body, rule) {
		t.Error("the rule for one character stands under three")
	}
}

// The box says how each line was found, and of what was found nothing, whether it was too
// short to find all that it may stand for, or a case number has a wrong digit.
func TestSearchSaysItsRules(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Agent)
	number := s.Case(login).Number()
	wrong := "H0000002-" + number[len(number)-1:]
	const phone, digits, start, checkDigit, length, unknown, none = "電話番号の検索には桁数が足りません", "全体が一致するIDだけを検索します", "4文字までの英数字では", "最後の数字（確認用）が合いません", "7桁の数字と、「-」", "この番号の案件はありません", "該当する案件はありません"
	for q, says := range map[string]string{
		number: "案件番号が一致", login: "IDが一致", "yamada0": "IDの先頭が一致", "090-0000-1234": "電話が一致", "090-0000": "電話の先頭が一致", "山 1234": "電話の下4桁と氏名が一致",
		"taro.yamada@mail.example": "メールが一致", "taro.": "メールの先頭が一致", "N123456789": "お客さま番号が一致", "山田": "氏名が一致", "やまだ": "カナが一致", "tarou": "カナが一致",
		"a": start, "7": digits, "06-00": phone, "06 00": phone, "山1234": "電話の下4桁と氏名が一致", "1234山": "電話の下4桁と氏名が一致",
		"H2000002-2": unknown, "H20000022": unknown, "H001250-0": length, "H0012500": length, "1234": digits, "９９": digits, "xq": start, "xq@1": start, wrong: checkDigit, strings.ToLower(wrong): checkDigit, strings.ReplaceAll(wrong, "-", "ー"): checkDigit, wrong[1:]: checkDigit, "無関係": none, "nobody@ocn.example": none,
	} {
		body := b.post("/search/suggestions", "q", q).body
		for _, each := range []string{"が一致</small>", phone, digits, start, checkDigit, length, unknown, none} {
			if has := strings.Contains(body, each); has != strings.Contains(says+"</small>", each) {
				t.Errorf("%q: %q is said: %t, want only %q", q, each, has, says)
			}
		}
		if strings.HasSuffix(says, "が一致") {
			if !strings.Contains(body, says) {
				t.Errorf("%q: %q is not said: %s", q, says, body)
			}
			continue
		}
		// 受電 says the same, and offers to open a case only where the search could find an ID or
		// a number.
		body = b.get(b.post("/calls", "q", q).location).body
		if offers := strings.Contains(body, `id="open-title"`); !strings.Contains(body, says) || offers != (says == none && q != "無関係") {
			t.Errorf("%q: calls offer to open a case: %t: %s", q, offers, says)
		}
		if says == none && strings.Contains(q, "@") && strings.Count(body, `value="`+q+`"`) != 2 {
			t.Errorf("%s is not in the form", q)
		}
	}
	// A customer number cut short may be an ID: both are said, and a case may be opened.
	for _, body := range []string{b.post("/search/suggestions", "q", "N12345").body, b.get(b.post("/calls", "q", "N12345").location).body} {
		if !strings.Contains(body, none) || !strings.Contains(body, "お客さま番号は、全体を入力した場合だけ検索できます。") || strings.Contains(body, "<main") && !strings.Contains(body, `id="open-title"`) {
			t.Errorf("a customer number that is cut short: %s", body)
		}
	}
	// The box of 受電 suggests as that of every page does, and opens what is chosen for the call.
	if body := b.post("/search/suggestions", "q", "yamada0", "call", "1").body; !strings.Contains(body, `href="/cases/`+number+`#call"`) {
		t.Errorf("what 受電 suggests is not opened for the call: %s", body)
	}
	// What is short may be an ID only where there is one that is written so.
	for form, want := range map[string]string{"": "", "[0-9]+": "4322", "FC-[0-9]{6}": "", "[a-z]{2,}": "xq"} {
		s.Number("with u as (update id_kinds set form = $1 returning 1) select count(*) from u", form)
		for _, q := range []string{"4322", "xq"} {
			if body := b.get(b.post("/calls", "q", q).location).body; strings.Contains(body, `id="open-title"`) != (q == want) {
				t.Errorf("%s, IDs of the form %q: calls offer to open a case: %t", q, form, q != want)
			}
		}
	}
	// Among filters a number that is not found may be a case's.
	list := b.post("/search", "q", "H2000002-2").location
	if body := b.get(list).body; !strings.Contains(body, unknown) {
		t.Error("the list does not say that no case has the number")
	}
	if body := b.get(list + "&status=completed").body; strings.Contains(body, unknown) {
		t.Error("a filtered list says that no case has the number")
	}
	if body := b.get("/calls").body; strings.Contains(body, `id="open-title"`) {
		t.Error("calls offer to open a case before anything was searched for")
	}
	if a := b.post("/cases", "incident", apptest.Reference, "login_id", ""); !strings.Contains(a.body, `id="open-title"`) {
		t.Error("the form that was refused is not there")
	}
}

// Where more people are named so than a search looks at, nobody is told that there is no case,
// nor led to opening one, nor straight to the one that was found.
func TestSearchThatIsCutDeniesNothing(t *testing.T) {
	s := newSite(t)
	var rows strings.Builder
	for i := range 201 {
		name, kana := "佐藤 太郎", "サトウ タロウ"
		if i == 0 {
			name, kana = "佐野 太郎", "サノ タロウ"
		}
		fmt.Fprintf(&rows, "sato%d@ocn.example,%s,%s,1970-01-02,090-1%03d-3701,sato%d@mail.example,2008-01-01,,,M%09d,ja,0,0,\n", i, name, kana, i, i, i)
	}
	s.Import(apptest.AffectedHeader+rows.String(), "")
	b := s.as(s.Agent)
	const cut, none = "一部だけを検索しました", "案件はありません"
	for _, q := range []string{"佐々木 3701", "佐々木3701"} {
		pages := map[string]string{"the box": b.post("/search/suggestions", "q", q).body}
		for _, path := range []string{"/calls", "/search"} {
			pages[path] = b.get(b.post(path, "q", q).location).body
		}
		for at, body := range pages {
			if !strings.Contains(body, cut) || strings.Contains(body, none) || strings.Contains(body, `id="open-title"`) {
				t.Errorf("%s: %s denies a case: %t", q, at, strings.Contains(body, none))
			}
		}
	}
	for _, path := range []string{"/calls", "/search"} {
		if a := b.post(path, "q", "佐野 3701"); strings.Contains(a.location, "/cases/H") {
			t.Errorf("%s leads to %s although others were not looked at", path, a.location)
		}
	}
}

// What is too long to search for is named as people know it.
func TestTooLongToSearchFor(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Agent)
	for lang, want := range map[string]string{"ja": "検索語：200文字以内で入力してください。", "en": "Search: Use at most 200 characters."} {
		b.post("/language", "language", lang)
		for _, path := range []string{"/calls", "/search", "/search/suggestions"} {
			a := b.post(path, "q", strings.Repeat("あ", 201))
			if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, want) || strings.Contains(a.body, "<code>q</code>") {
				t.Errorf("%s %s: %d %s", lang, path, a.status, a.body)
			}
		}
	}
}

// The number that rings stays while the agent searches by what the caller says.
func TestTheRingingNumberStaysThroughASearch(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Agent)
	ringing := b.get(b.get("/pop?number=0312349999").location).body
	caller := regexp.MustCompile(`name="caller" value="([^"]+)"`).FindStringSubmatch(ringing)
	if caller == nil {
		t.Fatal("the form of the search does not keep who rings")
	}
	if strings.Count(ringing, caller[0]) != 2 || !strings.Contains(ringing, " autofocus") || strings.Contains(ringing, `id="open-title"`) {
		t.Error("both searches keep who rings, the page's own has the focus, and no case is opened before the ID was asked")
	}
	for _, from := range []string{"/calls", "/search"} {
		for q, to := range map[string]string{"無関係": "/calls?", login: "/cases/"} {
			if a := b.post(from, "q", q, "caller", caller[1]); !strings.Contains(a.location, to) || !strings.Contains(a.location, "caller="+caller[1]) {
				t.Errorf("%s: %s leads to %s", from, q, a.location)
			}
		}
	}
	if body := b.post("/search/suggestions", "q", login, "caller", caller[1]).body; !strings.Contains(body, "caller="+caller[1]) {
		t.Error("what is found as one types does not keep who rings")
	}
	if own := b.get("/cases/" + s.Case(login).Number() + "?caller=" + caller[1]).body; !strings.Contains(own, caller[0]) {
		t.Error("a case opened for a call does not keep who rings")
	}
}

func TestPopOpensWhatRings(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Agent)
	page := "/cases/" + s.Case(login).Number()
	a := b.get("/pop?number=" + url.QueryEscape("+81 90-0000-1234"))
	if !strings.HasPrefix(a.location, page+"?caller=") || strings.Contains(a.location, "1234") {
		t.Fatalf("one case: %d %s", a.status, a.location)
	}
	if shown := b.get(a.location); !strings.Contains(shown.body, `value="+81 90-0000-1234"`) || !strings.Contains(shown.body, " autofocus") {
		t.Error("the call is not ready to be logged")
	}
	// A number that is not whole, an extension and the beginning of a case number are
	// nobody's: the agent asks.
	for _, rings := range []string{"0900000", "1", "H0000001", login} {
		a := b.get("/pop?number=" + rings)
		if !strings.HasPrefix(a.location, "/calls?") {
			t.Errorf("%s opens %s", rings, a.location)
		} else if shown := b.get(a.location); shown.status != http.StatusOK {
			t.Errorf("%s: then %d, %s", rings, shown.status, shown.location)
		}
	}
	s.Import(apptest.AffectedHeader+second, apptest.MovementsHeader)
	a = b.get("/pop?number=0900000%201234")
	if !strings.HasPrefix(a.location, "/calls?") {
		t.Fatalf("two cases: %d %s", a.status, a.location)
	}
	if shown := b.get(a.location); strings.Count(shown.body, `class="open" href="/cases/H`) != 2 || strings.Count(shown.body, "?caller=") < 2 || strings.Count(shown.body, "\" autofocus>H") != 1 {
		t.Error("the number is not handed on")
	}
	if a = b.get("/pop"); !strings.HasPrefix(a.location, "/calls") {
		t.Errorf("no number: %s", a.location)
	}
}

func TestSavedViews(t *testing.T) {
	s := newSite(t)
	b, other := s.as(s.Agent), s.as(s.Agent2)
	b.get("/cases")
	a := b.post("/views", "name", "C区分", "query", "class=C&order=waiting&columns=status&columns=nonsense&cursor=9&evil=%3Cscript%3E")
	const kept = "/cases?class=C&order=waiting&columns=status"
	if a.location != kept {
		t.Fatalf("%d %s", a.status, a.location)
	}
	if shown := b.get(kept); !strings.Contains(shown.body, "C区分") || !strings.Contains(shown.body, "利用制限中") == strings.Contains(shown.body, `scope="col">IDの状態`) {
		t.Error("the view is not shown")
	}
	if strings.Contains(other.get("/cases").body, "C区分") {
		t.Error("another sees it")
	}
	if a = other.post("/views/1/drop"); a.status != http.StatusNotFound {
		t.Errorf("another drops it: %d", a.status)
	}
	if a = b.post("/views", "name", "  ", "query", "class=A"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "入力してください") {
		t.Errorf("without a name: %d", a.status)
	}
	if a = b.post("/views", "name", "C区分", "query", "class=D"); a.location != "/cases?class=D" || s.count("select count(*) from saved_views") != 1 {
		t.Errorf("the same name: %s", a.location)
	}
	if b.post("/views/1/drop"); s.count("select count(*) from saved_views") != 0 {
		t.Error("it was not dropped")
	}
}

// A saved list may search for a name; its address says so by the list's number. The
// words of older releases stand in the row's address and are taken out of it.
func TestSavedViewsHideTheirWords(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Agent)
	s.Import(apptest.AffectedHeader+second, apptest.MovementsHeader)
	b.get("/cases")
	list := b.post("/search", "q", "山田")
	if !strings.HasPrefix(list.location, "/cases?found=") {
		t.Fatalf("%d %s", list.status, list.location)
	}
	b.get(list.location)
	a := b.post("/views", "name", "山田さん以外", "query", strings.TrimPrefix(list.location, "/cases?")+"&class=C")
	if a.location != list.location+"&class=C" {
		t.Fatalf("%d %s", a.status, a.location)
	}
	if n := s.count("select count(*) from saved_views where query = 'class=C' and words is not null and position('山田' in encode(words, 'escape')) = 0"); n != 1 {
		t.Error("the words are not sealed")
	}
	if _, err := s.Pool.Exec(s.Ctx, "insert into saved_views (staff_id, name, query) values ($1, 'old', 'q=%E5%B1%B1%E7%94%B0%E8%8A%B1%E5%AD%90&status=new')", s.Agent.ID); err != nil {
		t.Fatal(err)
	}
	shown := b.get("/cases").body
	for link, want := range map[string]int{"view=1&amp;class=C": 1, "view=2&amp;status=new": 1} {
		if !strings.Contains(shown, `href="/cases?`+link+`"`) {
			t.Errorf("%s is not led to", link)
		}
		if a := b.get("/cases?" + html.UnescapeString(link)); a.status != http.StatusOK || strings.Count(a.body, `class="open" href="/cases/H`) != want {
			t.Errorf("%s: %d", link, a.status)
		}
	}
	if strings.Contains(shown, url.QueryEscape("山田")) {
		t.Error("an address holds the name")
	}
	if a := s.as(s.Agent2).get("/cases?view=1"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("another's list: %d", a.status)
	}
}

func TestTakeNextInTheConsole(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Agent)
	b.get("/cases")
	if a := b.post("/cases/next"); a.location != "/cases/"+s.Case(login).Number() {
		t.Fatalf("%d %s", a.status, a.location)
	}
	if a := b.post("/cases/next"); a.location != "/cases?queue=unassigned" || !strings.Contains(b.get(a.location).body, "担当を待っている案件はありません") {
		t.Errorf("nothing waits: %d %s", a.status, a.location)
	}
	if !strings.Contains(b.get("/cases?queue=mine").body, s.Case(login).Number()) || strings.Contains(b.get("/cases?queue=unassigned").body, s.Case(login).Number()) {
		t.Error("the queues do not follow")
	}
	if shown := s.as(s.Supervisor).get("/cases/load"); !strings.Contains(shown.body, s.Agent.Name) {
		t.Error("the load does not show the agent")
	}
}

// A list that goes by waiting pages on without losing or repeating a row.
func TestQueuesPage(t *testing.T) {
	s := newSite(t)
	var b strings.Builder
	b.WriteString(apptest.AffectedHeader)
	for i := range 119 {
		fmt.Fprintf(&b, "n%03d@ocn.example,山田 太郎,ヤマダ タロウ,1970-02-03,,,,,,,ja,1,0,2014-07-29 10:00\n", i)
	}
	s.Import(b.String(), "")
	seen := map[string]int{}
	reader, path := s.as(s.Agent), "/cases?queue=unassigned"
	for pages := 1; path != ""; pages++ {
		a := reader.get(path)
		for _, m := range regexp.MustCompile(`class="open" href="/cases/(H[^"]+)"`).FindAllStringSubmatch(a.body, -1) {
			seen[m[1]]++
		}
		path = ""
		if m := regexp.MustCompile(`href="(/cases\?[^"]*cursor=[^"]+)"`).FindStringSubmatch(a.body); m != nil {
			path = html.UnescapeString(m[1])
		}
		if pages > 3 {
			t.Fatal("the pages do not end")
		}
	}
	if len(seen) != 120 {
		t.Errorf("%d cases were shown, want 120", len(seen))
	}
	for number, n := range seen {
		if n != 1 {
			t.Errorf("%s was shown %d times", number, n)
		}
	}
}
