package api

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"
)

// openAPI describes the API (OpenAPI 3.1); a test holds it against Routes.
//
//go:embed openapi.json
var openAPI []byte

func serveOpenAPI(c echo.Context) error {
	return c.JSONBlob(http.StatusOK, openAPI)
}
