package web

import (
	"net/url"

	"hoten/app/views"
)

// saveView keeps the list as it is shown; only what a list knows is kept of it.
func saveView(p *page) error {
	values, err := url.ParseQuery(p.FormValue("query"))
	if err != nil {
		values = nil
	}
	query := casesQuery(values).Encode()
	p.Request().URL.RawQuery = query
	if err := views.Save(p.ctx, p.w.s, p.by, p.FormValue("name"), query); err != nil {
		return p.again(err, "view", showCases)
	}
	return p.to("/cases?"+query, "view_saved")
}

func dropView(p *page) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	if err := views.Drop(p.ctx, p.w.s, p.by, id); err != nil {
		return err
	}
	return p.to("/cases", "view_dropped")
}
