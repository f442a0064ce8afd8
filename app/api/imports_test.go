package api_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/imports"
	"hoten/app/policies"
)

// stored counts whatever an import leaves behind once it has begun.
func (s *site) stored() int {
	return s.count(`select (select count(*) from imports) + (select count(*) from import_chunks) + (select count(*) from river_job where kind = 'imports_run')
		+ (select count(*) from audit_entries where action = 'import.started')`)
}

func TestOversizeUploads(t *testing.T) {
	const limit = 1 << 20 // more than one chunk
	s := newSite(t)
	s.SetPolicies(func(p *policies.Policies) { p.UploadMegabytes = 1 })
	c := s.as(s.Manager)
	path := "/incidents/" + apptest.Reference + "/imports"
	fits, large := strings.Repeat("x", limit), strings.Repeat("x", limit+1)
	for name, u := range map[string]upload{"alone": files(t, "affected", large), "the second": files(t, "affected", "login_id\na@ocn.example\n", "movements", large),
		"many times": files(t, "movements", fits+fits)} {
		t.Run(name, func(t *testing.T) {
			isProblem(t, func(lang string) answer {
				return c.do("POST", path, u, "Accept-Language", lang).want(413, "with.max", fmt.Sprint(limit))
			}, http.StatusRequestEntityTooLarge, "too_large")
		})
	}
	c.once("k", path, files(t, "affected", large)).want(413)
	c.once("k", path, files(t, "affected", large)).want(413)
	if n := s.stored(); n != 0 {
		t.Errorf("%d rows of them are stored", n)
	}
	c.post(path, files(t, "affected", fits, "movements", fits)).want(202)
	if n := s.count("select count(*) from import_chunks"); n != 8 {
		t.Errorf("%d chunks", n)
	}
}

// What is no upload is refused with the name of the field, and leaves nothing.
func TestBrokenUploads(t *testing.T) {
	s := newSite(t)
	c := s.as(s.Manager)
	path := "/incidents/" + apptest.Reference + "/imports"
	cut := files(t, "affected", "login_id\na@ocn.example\n")
	cut.body = cut.body[:len(cut.body)-30]
	for name, u := range map[string]struct {
		path         string
		body         any
		field, found string
	}{
		"JSON":               {path, j{"affected": "login_id"}, "affected", "multipart_expected"},
		"nothing":            {path, nil, "affected", "multipart_expected"},
		"no boundary":        {path, upload{"multipart/form-data", "x"}, "affected", "multipart_expected"},
		"no file":            {path, files(t), "affected", "file_missing"},
		"another file":       {path, files(t, "passwords", "x"), "affected", "file_missing"},
		"cut off":            {path, cut, "affected", "multipart_expected"},
		"an empty file":      {path, files(t, "affected", "", "movements", "x"), "affected", "file_empty"},
		"the same twice":     {path, files(t, "movements", "x", "movements", "x"), "movements", "file_unknown"},
		"neither yes nor no": {path + "?dry_run=perhaps", files(t, "affected", "x"), "dry_run", "type_wrong"},
	} {
		a := c.post(u.path, u.body).want(422, "code", "invalid", "errors.#", "1")
		if a.at("errors.0.field") != u.field || a.at("errors.0.code") != u.found {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	c.post("/incidents/none/imports", files(t, "affected", "x")).want(404)
	if n := s.stored(); n != 0 {
		t.Errorf("%d rows of them are stored", n)
	}
}

// The rows given back are the file's, for Excel, and looking at them is noted.
func TestRejectedRows(t *testing.T) {
	s := newSite(t)
	c := s.as(s.Administrator)
	id := c.post("/incidents/"+apptest.Reference+"/imports", files(t, "affected", "login_id,name\n,\"=1+1\"\na@ocn.example,x\n")).want(202).at("id")
	s.Work()
	a := c.do("GET", "/imports/"+id+"/rejected/affected", nil, "Accept-Language", "en")
	if a.status != 200 || a.body != "\ufefflogin_id,name,line,column,reason,message\r\n,'=1+1,2,login_id,login_id_missing,The ID is missing.\r\n" ||
		a.header.Get("Content-Type") != "text/csv; charset=utf-8" || a.header.Get("Content-Disposition") != `attachment; filename="affected.rejected.csv"` {
		t.Errorf("%d %v %q", a.status, a.header, a.body)
	}
	if n := s.count("select count(*) from audit_entries where action = 'import.rejected_rows_read' and subject = $1 and actor_id = $2", "import:"+id, s.Administrator.ID); n != 1 {
		t.Errorf("%d views noted", n)
	}
	for _, path := range []string{"/imports/" + id + "/rejected/passwords", "/imports/99/rejected/affected", "/imports/" + id + "/rejected/affected.csv"} {
		if a := c.get(path).want(404, "code", "not_found"); a.header.Get("Content-Disposition") != "" {
			t.Errorf("%s: a problem to be saved as a file", path)
		}
	}
}

// What an import tells beside its rows, in the caller's language.
func TestImportTells(t *testing.T) {
	s := newSite(t)
	c := s.as(s.Manager)
	path := "/incidents/" + apptest.Reference + "/imports"
	id := c.post(path, files(t, "affected", "login_id,customer_number\na@ocn.example,123456789\nb@ocn.example,3456789\nc@ocn.example,1.5E+11\n")).want(202).at("id")
	s.Work()
	a := c.do("GET", "/imports/"+id, nil, "Accept-Language", "en").want(200, "state", "done", "accepted", "2", "rejected.0.reason", "excel_scientific", "rejected.0.column", "customer_number", "rejected.0.line", "4",
		"notices.#", "1", "notices.0.code", "leading_zeros_lost", "notices.0.count", "1", "notices.0.file", "affected", "notices.0.column", "customer_number")
	if got := a.at("notices.0.message"); got != "In column customer_number, 1 value seems to have too few digits. A spreadsheet may have dropped its leading zeros." {
		t.Error(got)
	}
	s.SetPolicies(func(p *policies.Policies) { p.RefusedRows = 2 })
	id = c.post(path, files(t, "affected", "login_id\na,b\na,b\na,b\n")).want(202).at("id")
	s.Work()
	c.do("GET", "/imports/"+id, nil, "Accept-Language", "en").want(200, "state", "failed", "error", "too_many_refused", "rejected.#", "2", "rejected_count", "2",
		"message", "Too many rows were rejected, so the import stopped. The list shows those found up to then.")
}

// One upload more than there is room for is told when to come again.
func TestBusyUploads(t *testing.T) {
	s := newSite(t)
	c := s.as(s.Manager)
	const room = 4
	reached, goOn, ended := make(chan bool), make(chan bool), make(chan error)
	for range room {
		go func() {
			_, err := imports.Start(s.Ctx, s.Store, s.Manager, apptest.Reference, true, func() (*imports.Upload, error) {
				reached <- true
				<-goOn
				return nil, errors.New("never mind")
			})
			ended <- err
		}()
	}
	for range room {
		<-reached
	}
	path := "/incidents/" + apptest.Reference + "/imports"
	if a := c.post(path, files(t, "affected", "login_id\n")).want(429, "code", "uploads_busy"); a.header.Get("Retry-After") != imports.RetryAfter {
		t.Errorf("%v", a.header)
	}
	close(goOn)
	for range room {
		if err := <-ended; err == nil {
			t.Error("an import of nothing")
		}
	}
	c.post(path, files(t, "affected", "login_id\n")).want(202)
}
