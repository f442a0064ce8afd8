package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"

	"hoten/app/fault"
	"hoten/app/views"
	"hoten/ui"
)

// savedViews are the reader's lists. Where one searches, its number stands in the
// address for the words.
func (p *page) savedViews(saved []views.View) (out []ui.SavedView, err error) {
	for _, v := range saved {
		values, words, err := p.read(v)
		if err != nil {
			return nil, err
		}
		q := queryIn(values)
		if words != "" {
			q.View = strconv.FormatInt(v.ID, 10)
		}
		out = append(out, ui.SavedView{ID: v.ID, Name: v.Name, Query: q.Encode()})
	}
	return out, nil
}

// read opens a saved list: its address, and the words it searches for. Older
// releases kept the words in the address.
func (p *page) read(v views.View) (url.Values, string, error) {
	values, err := url.ParseQuery(v.Query)
	if err != nil {
		values = nil
	}
	words, err := v.PlainWords(p.w.s.Vault)
	return values, cmp.Or(words, values.Get("q")), err
}

// wordsOf is what the reader's saved list searches for.
func (p *page) wordsOf(id string) (string, error) {
	saved, err := views.Of(p.db, p.by.ID)
	if err != nil {
		return "", err
	}
	for _, v := range saved {
		if strconv.FormatInt(v.ID, 10) == id {
			_, words, err := p.read(v)
			return words, err
		}
	}
	return "", fault.Input("view", "filter_unknown")
}

// saveView keeps the list as it is shown; only what a list knows is kept of it.
func saveView(p *page) error {
	values, err := url.ParseQuery(p.FormValue("query"))
	if err != nil {
		values = url.Values{}
	}
	values["columns"] = slices.DeleteFunc(values["columns"], func(c string) bool { return !slices.Contains(ui.CaseColumns, c) })
	q, err := p.casesQuery(values)
	if err != nil {
		return err
	}
	p.Request().URL.RawQuery = q.Encode()
	kept := q
	kept.Found, kept.View = "", ""
	if err := views.Save(p.ctx, p.w.s, p.by, p.FormValue("name"), kept.Encode(), q.Q); err != nil {
		return p.again(err, "view", showCases)
	}
	return p.to(q.URL(), "view_saved")
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
