package web

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"hoten/app/edge"
	"hoten/app/fault"
	"hoten/app/store"
)

// maxValues is how many values a form may have, well below what net/url reads: a list that is
// sent whole is refused for what it is.
const maxValues = 5000

// receive reads a form within its bounds and checks its token. Uploads are read
// as they come, and check the token when they come to it.
func (p *page) receive(r Route) error {
	switch {
	case r.files() && (edge.Multipart(p.Request()) || p.Request().Method != http.MethodPost):
		return edge.Transfer(p.Context)
	case edge.Multipart(p.Request()):
		return fault.New(fault.Unsupported, "multipart_refused")
	case p.Request().Method != http.MethodPost:
		return nil
	}
	most := int64(edge.MaxBody)
	if p.account == nil {
		most = edge.MaxPublic
		if ok, err := p.w.public.Allow(edge.Client(p.Context)); err != nil || !ok {
			p.Response().Header().Set("Retry-After", "60")
			return fault.New(fault.RateLimited, "rate_limited")
		}
	}
	body, err := edge.Body(p.Context, most)
	if fault.Of(err, fault.TooLarge) {
		return fault.New(fault.TooLarge, "form_too_large", "kilobytes", most>>10)
	} else if err != nil {
		return err
	}
	if bytes.Count(body, []byte("&")) >= maxValues {
		return fault.New(fault.TooLarge, "too_many_values", "max", maxValues)
	}
	if err := p.Request().ParseForm(); err != nil {
		return fault.New(fault.Invalid, "undecodable")
	}
	if publicForm(r) {
		return nil
	}
	given := p.Request().Header.Get("X-CSRF-Token")
	if given == "" {
		given = p.Request().PostForm.Get("csrf")
	}
	return p.sameToken(given)
}

// files reports whether a route carries files, which take their time.
func (r Route) files() bool {
	return r.Method == http.MethodPost && (r.Path == "/imports" || r.Path == "/reconciliations" || r.Path == "/operators/:code/mark" || r.Path == "/points/:code/files/:number/results") || strings.Contains(r.Path, "/rejected/")
}

// publicForm is a form whose own secret is its protection: it comes from a mail,
// and there is no session to abuse.
func publicForm(r Route) bool {
	return strings.HasPrefix(r.Path, "/reset/") || strings.HasPrefix(r.Path, "/enrol/")
}

// FormValue is a field of the form that was sent, or of the address of a page: what
// a form sends is never taken from its address, which others see.
func (p *page) FormValue(name string) string {
	if p.Request().Method == http.MethodPost {
		return p.Request().PostForm.Get(name)
	}
	return p.QueryParam(name)
}

// checkText refuses what no row can hold, which no browser sends by itself, and
// words that name a member in an address.
func (p *page) checkText() error {
	values := [][]string{p.ParamValues()}
	for _, form := range []url.Values{p.QueryParams(), p.Request().PostForm} {
		for name, v := range form {
			values = append(values, []string{name}, v)
		}
	}
	for _, list := range values {
		if slices.ContainsFunc(list, func(v string) bool { return !store.Storable(v) }) {
			return fault.New(fault.Invalid, "undecodable")
		}
	}
	if p.QueryParams().Has("q") {
		return fault.Input("q", "search_by_post")
	}
	return nil
}

// fieldsOf are the fields that a fault refuses.
func fieldsOf(err error) []fault.Field {
	if f, ok := fault.As(err); ok {
		return f.Fields
	}
	return nil
}

// onOneField names the field whose lines a fault names one by one.
func onOneField(err error, name string) error {
	f, ok := fault.As(err)
	if !ok {
		return err
	}
	for i, field := range f.Fields {
		if strings.HasPrefix(field.Name, name+".") {
			f.Fields[i].Name = name
		}
	}
	return f
}
