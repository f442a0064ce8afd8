package web_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/points"
	"hoten/app/points/simulator"
	"hoten/app/reimbursements"
)

// bring uploads a result file to a page of a file.
func (b *browser) bring(path, csrf string, result []byte) answer {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	if csrf != "" {
		_ = w.WriteField("csrf", csrf) // to memory
	}
	part, err := w.CreateFormFile("result", "m00001@ocn.example.csv")
	if err != nil {
		b.t.Fatal(err)
	}
	_, _ = part.Write(result) // to memory
	w.Close()
	return b.do("POST", path+"/results", w.FormDataContentType(), body.String())
}

// A supervisor makes a file, downloads it and takes in its result; others look on. What is wrong
// with a result stands on the page, and what it leaves out is settled there.
func TestPointFilesInTheConsole(t *testing.T) {
	s := newSite(t)
	const login = "files@ocn.example"
	s.Import("login_id,name,balance_pointtalk,balance_goo\n"+login+",山田,0,600\n", apptest.MovementsHeader+"F1,"+login+",2014-07-20 03:00,transfer,pointtalk,goo,,500,100,,confirmed\n")
	s.ConnectBatch(t, []string{"goo", "pointtalk"}, "encoding", "utf-8")
	r, err := reimbursements.Propose(s.Ctx, s.Store, s.Agent, s.Case(login).ID, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, by := range []access.Actor{s.Supervisor, s.Supervisor2}[:r.ApprovalsNeeded] {
		if _, err := reimbursements.Approve(s.Ctx, s.Store, by, r.ID); err != nil {
			t.Fatal(err)
		}
	}
	supervisor, agent, administrator := s.as(s.Supervisor), s.as(s.Agent), s.as(s.Administrator)
	for name, b := range map[string]*browser{"an agent": agent, "the administrator": administrator} {
		if page := b.get("/points/outside"); page.status != 200 || strings.Contains(page.body, "/points/outside/files\" method") {
			t.Errorf("%s: %d", name, page.status)
		}
		if a := b.post("/points/outside/files"); a.status != 403 {
			t.Errorf("%s makes a file: %d", name, a.status)
		}
	}
	supervisor.get("/points/outside")
	made := supervisor.post("/points/outside/files")
	if made.status != 303 || made.location != "/points/outside/files/1" {
		t.Fatalf("%d %s", made.status, made.body)
	}
	const path = "/points/outside/files/1"
	if a := supervisor.post("/points/outside/files"); a.status != 409 || !strings.Contains(a.body, "ファイルにする明細はありません") {
		t.Errorf("a second one: %d", a.status)
	}
	for name, b := range map[string]*browser{"an agent": agent, "the administrator": administrator} {
		page := b.get(path)
		if page.status != 200 || strings.Contains(page.body, path+"/content") || strings.Contains(page.body, path+"/results") || strings.Contains(page.body, login) {
			t.Errorf("%s: %d", name, page.status)
		}
		if a := b.get(path + "/content"); a.status != 403 {
			t.Errorf("%s downloads: %d", name, a.status)
		}
		if a := b.bring(path, b.csrf, []byte("x")); a.status != 403 {
			t.Errorf("%s uploads: %d", name, a.status)
		}
	}
	file := supervisor.get(path + "/content")
	if file.status != 200 || !strings.Contains(file.body, login) || file.header.Get("Content-Disposition") != `attachment; filename="outside-000001.csv"` || supervisor.get(path+"/content").body != file.body {
		t.Fatalf("%d %s", file.status, file.body)
	}
	page := supervisor.get(path)
	if !strings.Contains(page.body, "結果待ち") || !strings.Contains(page.body, fmt.Sprintf("/reimbursements/%d", r.ID)) {
		t.Error("the page of the file")
	}
	y := simulator.NewBatch()
	right, err := y.Work([]byte(file.body))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(right), "\r\n")
	partly := strings.Join([]string{lines[0], lines[1], strings.Replace(lines[3], ",2,2,", ",1,1,", 1), ""}, "\r\n")
	for name, c := range map[string]struct {
		csrf   string
		result string
		status int
		said   string
	}{
		"no token":        {"", string(right), 409, ""},
		"nothing":         {supervisor.csrf, "", 422, "入力してください"},
		"a wrong trailer": {supervisor.csrf, strings.Replace(string(right), "9,1,1,2,", "9,1,1,3,", 1), 422, "4行目のトレーラーは rows が3ですが、実際は2です"},
		"a page":          {supervisor.csrf, "<html>", 422, "1行目が結果ファイルのヘッダー"},
		"much":            {supervisor.csrf, strings.Repeat(" ", points.MaxResult+1<<17), 422, "16MBを超えています"},
	} {
		if a := supervisor.bring(path, c.csrf, []byte(c.result)); a.status != c.status || !strings.Contains(a.body, c.said) {
			t.Errorf("%s: %d\n%s", name, a.status, a.body)
		}
	}
	if page := supervisor.get(path); strings.Count(page.body, "取込不可") < 2 || !strings.Contains(page.body, "実際は2です") || strings.Contains(page.body, "m00001@") {
		t.Error("what was refused does not stand there")
	}
	debit := strings.Split(lines[1], ",")
	partly = strings.Replace(partly, ",500,100", map[string]string{"-": ",0,100", "+": ",500,0"}[debit[6]], 1)
	if a := supervisor.bring(path, supervisor.csrf, []byte(partly)); a.status != 303 || a.location != path {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if page := supervisor.get(path); !strings.Contains(page.body, "完了 1件、未実行 0件、記載なし 1件") || !strings.Contains(page.body, "結果に不足あり") {
		t.Error(page.body)
	}
	s.SendLegs(t)
	missing := supervisor.get("/points/outside?open=missing")
	id := s.count("select leg_id from point_rows where outcome is null")
	form := fmt.Sprintf("/legs/%d/not-done", id)
	if missing.status != 200 || !strings.Contains(missing.body, form) || strings.Contains(agent.get("/points/outside?open=missing").body, form) {
		t.Error("what no result mentions")
	}
	if a := agent.post(form, "reason", "台帳に無い"); a.status != 403 {
		t.Errorf("an agent settles: %d", a.status)
	}
	if a := supervisor.post(form, "reason", ""); a.status != 422 {
		t.Errorf("without a reason: %d", a.status)
	}
	if a := supervisor.post(form, "reason", "台帳に無い"); a.status != 303 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := supervisor.post("/points/outside/files"); a.location != "/points/outside/files/2" {
		t.Errorf("the next file: %d", a.status)
	}
	list := supervisor.get("/points/outside/files")
	if list.status != 200 || !strings.Contains(list.body, "結果確定") || !strings.Contains(list.body, "取込済") {
		t.Error("the list of files")
	}
	for _, path := range []string{"/points/outside/files/3", "/points/outside/files/x", "/points/none/files", "/points/outside/files/3/content"} {
		if a := supervisor.get(path); a.status != 404 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// Whoever sets a system up sees the fields of files, and what is wrong beside them.
func TestABatchSystemIsSetUpInTheConsole(t *testing.T) {
	s := newSite(t)
	admin := s.as(s.Administrator)
	if a := admin.get("/points/new?kind=batch"); a.status != 200 || !strings.Contains(a.body, "締め時刻") || !strings.Contains(a.body, `value="360"`) {
		t.Fatalf("%d", a.status)
	}
	form := []string{"code", "files", "name", "ポイント基盤", "kind", "batch", "programs", "goo", "alarm_minutes", "240", "set_hours", "25:00", "set_format", "fixed", "set_encoding", "cp932", "set_line_end", "crlf",
		"set_folder", "no", "set_account", "{login}", "set_columns", "number:6 row:6 key:32 account:64 program:20 sign:1 points:12 date:8", "set_result_columns", "code:24 reference:40 message:80", "set_codes", "00=done", "set_most", "100"}
	if a := admin.post("/points", form...); a.status != 422 || !strings.Contains(a.body, "02:00, 14:30 のように") {
		t.Errorf("%d", a.status)
	}
	form[11] = "02:00"
	if a := admin.post("/points", form...); a.status != 303 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	admin.get("/points/files")
	if a := admin.post("/points/files/check"); a.status != 303 {
		t.Errorf("%d", a.status)
	}
	if a := admin.get("/points/files"); !strings.Contains(a.body, "fixed 152 / 296 bytes, cp932, crlf") {
		t.Error("the check does not tell the layout")
	}
}
