package api

import (
	"net/http"
	"strconv"

	"hoten/app/fault"
	"hoten/app/webhooks"
)

// events is a page of the feed; next leads to the following one, and is null while nothing more
// is known.
type events struct {
	Items []webhooks.Event `json:"items"`
	Next  *int64           `json:"next"`
}

func listEvents(a *API, r *request) error {
	var p fault.Problems
	limit := r.limit(&p)
	var after int64
	if v := r.QueryParam("after"); v != "" {
		var err error
		if after, err = strconv.ParseInt(v, 10, 64); err != nil || after < 0 {
			p.Add("after", "after_invalid")
		}
	}
	if err := p.Err(); err != nil {
		return err
	}
	list, next, err := webhooks.Feed(r.db, after, limit)
	if err != nil {
		return err
	}
	out := events{Items: append([]webhooks.Event{}, list...)}
	if next > 0 {
		out.Next = &next
	}
	return r.JSON(http.StatusOK, out)
}
