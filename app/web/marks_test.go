package web_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"hoten/app/operators"
)

// picture is an image file of the size.
func picture(t *testing.T, width, height int, jpg bool) []byte {
	t.Helper()
	var b bytes.Buffer
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	var err error
	if jpg {
		err = jpeg.Encode(&b, img, nil)
	} else {
		err = png.Encode(&b, img)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sendMark sends the form of a mark as a browser does.
func (b *browser) sendMark(t *testing.T, page, token string, file []byte, remove bool) answer {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("csrf", token)
	_ = form.WriteField("mark", "1")
	if remove {
		_ = form.WriteField("remove", "true")
	}
	part, _ := form.CreateFormFile("image", "mark.png")
	_, _ = part.Write(file)
	_ = form.Close()
	return b.do(http.MethodPost, page+"/mark", form.FormDataContentType(), body.String())
}

// The mark of an operator stands on its members' pages, drawn anew; what is no image, or a
// large one, is refused by name, and only who manages incidents sets it.
func TestMarkOfAnOperator(t *testing.T) {
	s := newSite(t)
	list, err := operators.List(s.DB)
	if err != nil {
		t.Fatal(err)
	}
	page := "/operators/" + list[0].Code
	manager := s.as(s.Manager)
	manager.get(page)
	token := manager.csrf
	for name, c := range map[string]struct {
		file  []byte
		token string
		want  int
		said  string
	}{
		"no file":           {nil, token, http.StatusUnprocessableEntity, "画像ファイル"},
		"text":              {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), token, http.StatusUnprocessableEntity, "PNGまたはJPEGの画像として読み取れません"},
		"too wide":          {picture(t, 1025, 1, false), token, http.StatusUnprocessableEntity, "1,024ピクセル"},
		"too long":          {append(picture(t, 8, 8, false), make([]byte, operators.MaxMark)...), token, http.StatusUnprocessableEntity, "256KB"},
		"another's token":   {picture(t, 8, 8, false), "x", http.StatusConflict, ""},
		"cut off in middle": {picture(t, 8, 8, false)[:40], token, http.StatusUnprocessableEntity, "読み取れません"},
	} {
		if a := manager.sendMark(t, page, c.token, c.file, false); a.status != c.want || !strings.Contains(a.body, c.said) {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	agent := s.as(s.Agent)
	if a := agent.sendMark(t, page, agent.csrf, picture(t, 8, 8, false), false); a.status != http.StatusForbidden {
		t.Errorf("an agent: %d", a.status)
	}
	carried := append(picture(t, 64, 32, true), []byte("location of the camera")...)
	if a := manager.sendMark(t, page, token, carried, false); a.status != http.StatusSeeOther {
		t.Fatalf("set: %d %s", a.status, a.body)
	}
	member := newBrowser(t, s.server.URL)
	shown := regexp.MustCompile(`<img src="(/marks/[^"]+)"`).FindStringSubmatch(member.get("/reset/" + strings.Repeat("x", 43)).body)
	if shown == nil {
		t.Fatal("the mark does not stand on a member's page")
	}
	a := member.get(strings.ReplaceAll(shown[1], "&amp;", "&"))
	if img, kind, err := image.DecodeConfig(strings.NewReader(a.body)); err != nil || kind != "png" || img.Width != 64 || strings.Contains(a.body, "camera") {
		t.Errorf("%v %s %+v", err, kind, img)
	}
	// Saving the form beside it leaves it, and taking it away does not need a file.
	if a := manager.sendMark(t, page, token, nil, true); a.status != http.StatusSeeOther {
		t.Errorf("removed: %d", a.status)
	}
	if body := newBrowser(t, s.server.URL).get("/reset/" + strings.Repeat("x", 43)).body; strings.Contains(body, "/marks/") {
		t.Error("it is still there")
	}
	if n := s.count("select count(*) from audit_entries where action = 'operator.mark_set' and after ->> 'mark' is not null"); n != 2 {
		t.Errorf("%d entries", n)
	}
}
