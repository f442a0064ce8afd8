package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"hoten/app/callbacks"
	"hoten/app/cases"
	"hoten/app/store"
)

// parent is where a reload of an answer to a form leads: the nearest address above the
// form's that is a page, or the page that edits it. Its parameters are the form's own.
func parent(form string) string {
	segments := strings.Split(form, "/")
	for n := len(segments); n > 1; n-- {
		above := strings.Join(segments[:n], "/")
		for _, page := range []string{above, above + "/edit"} {
			if isPage(page) {
				return page
			}
		}
	}
	return "/"
}

func isPage(path string) bool {
	return slices.ContainsFunc(Routes, func(r Route) bool { return r.Method == http.MethodGet && r.Path == path })
}

// toParent leads a reader who asks for the address of a form to the page that the form
// stands on; that page decides who may see it.
func toParent(form string) echo.HandlerFunc {
	to := parent(form)
	return func(c echo.Context) error {
		page := strings.Split(to, "/")
		for i, asked := range strings.Split(c.Request().URL.EscapedPath(), "/") {
			if i < len(page) && strings.HasPrefix(page[i], ":") {
				page[i] = asked
			}
		}
		return c.Redirect(http.StatusSeeOther, strings.Join(page, "/"))
	}
}

// showCallsCase leads from the address of a call to its case.
func showCallsCase(p *page) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	call, err := store.Find[cases.Call](p.db, "id = ?", id)
	if err != nil {
		return err
	}
	return p.toCase(call.CaseID, "#call", "")
}

// showCallbacksCase leads from the address of a callback to its case.
func showCallbacksCase(p *page) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	row, err := callbacks.Get(p.db, id)
	if err != nil {
		return err
	}
	return p.toCase(row.CaseID, "#callback", "")
}
