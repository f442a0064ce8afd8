package api

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"hoten/app/cases"
	"hoten/app/cti"
	"hoten/app/edge"
	"hoten/app/fault"
	"hoten/app/store"
)

// telephones puts the address that telephone systems call on e: outside of /api/v1, and with
// the secret in the address instead of a token, as they have it.
func (a *API) telephones(e *echo.Echo) {
	e.POST("/cti/:token", a.takeEvent, a.problems, edge.Recover)
}

// takeEvent takes in what a telephone system tells of a call.
func (a *API) takeEvent(c echo.Context) error {
	ctx := c.Request().Context()
	from, err := cti.ByToken(store.Read(ctx, a.s), c.Param("token"))
	if fault.Of(err, fault.NotFound) {
		return a.stranger(c, err)
	}
	if err != nil {
		return err
	}
	body, err := edge.Body(c, edge.MaxPublic)
	if err != nil {
		return err
	}
	event, err := readEvent(c.Request().Header.Get(echo.HeaderContentType), body)
	if err != nil {
		return err
	}
	line, err := cti.Take(ctx, a.s, from, event)
	if err != nil {
		return err
	}
	if err := cases.FollowLine(ctx, a.s, line); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct{}{}) // Zammad's answer to what needs none
}

// readEvent reads an event from a form or from JSON, whose values may be numbers and
// whose users one or several.
func readEvent(kind string, body []byte) (cti.Event, error) {
	said := url.Values{}
	if media, _, _ := mime.ParseMediaType(kind); media == echo.MIMEApplicationJSON {
		var fields map[string]any
		if err := json.Unmarshal(body, &fields); err != nil {
			return cti.Event{}, fault.Input("body", "json_invalid")
		}
		for name, value := range fields {
			if err := add(said, name, value); err != nil {
				return cti.Event{}, err
			}
		}
	} else {
		var err error
		if said, err = url.ParseQuery(string(body)); err != nil {
			return cti.Event{}, fault.Input("body", "body_unreadable")
		}
	}
	first := func(names ...string) string {
		for _, name := range names {
			if v := said.Get(name); v != "" {
				return v
			}
		}
		return ""
	}
	return cti.Event{Event: first("event"), From: first("from"), To: first("to"), Direction: first("direction"), CallID: first("callId", "call_id", "callid"),
		Users: append(said["user[]"], said["user"]...), AnsweringNumber: first("answeringNumber", "answering_number"), Queue: first("queue"), Cause: first("cause")}, nil
}

func add(said url.Values, name string, value any) error {
	switch v := value.(type) {
	case nil:
	case string:
		said.Add(name, v)
	case float64:
		said.Add(name, fmt.Sprintf("%.0f", v))
	case []any:
		for _, one := range v {
			if text, is := one.(string); is {
				said.Add(name, text)
			} else {
				return fault.Input(name, "json_invalid")
			}
		}
	default:
		return fault.Input(name, "json_invalid")
	}
	return nil
}
