package edge

import (
	"strings"

	"github.com/labstack/echo/v4"
)

// Subject names what a request is about, as the audit trail does: "case:H0000012-3"
// for /cases/H0000012-3/notes, "desks" for an address that names no desk.
func Subject(c echo.Context) string {
	noun, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(c.Path(), "/api/v1"), "/"), "/")
	values := c.ParamValues()
	if len(values) == 0 || values[0] == "" || strings.HasSuffix(c.Path(), "*") {
		return noun
	}
	return strings.TrimSuffix(noun, "s") + ":" + values[0]
}
