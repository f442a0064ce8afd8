package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"hoten/app/fault"
	"hoten/app/operators"
)

// showMark serves the mark of an operator, which stands on members' pages. Its address
// changes with it.
func showMark(p *page) error {
	image, err := operators.Mark(p.db, p.Param("code"))
	if err != nil {
		return err
	}
	p.Response().Header().Set("Cache-Control", "public, max-age=86400")
	return p.Blob(http.StatusOK, "image/png", image)
}

// setMark takes the file of a mark, or takes the mark away.
func setMark(p *page) error {
	given, err := p.parts()
	if err != nil {
		return p.again(err, "mark", editOperator)
	}
	if err := p.sameToken(string(given["csrf"])); err != nil {
		return err
	}
	if len(given["remove"]) > 0 {
		given["image"] = nil
	} else if len(given["image"]) == 0 {
		return p.again(fault.Input("image", "required"), "mark", editOperator)
	}
	changed, err := operators.SetMark(p.ctx, p.w.s, p.by, p.Param("code"), given["image"])
	if err != nil {
		return p.again(err, "mark", editOperator)
	}
	return p.wasSet(changed, nil, nil)
}

// parts reads the small form of a mark, its file among its fields.
func (p *page) parts() (map[string][]byte, error) {
	r := p.Request()
	r.Body = http.MaxBytesReader(p.Response(), r.Body, 2*operators.MaxMark)
	form, err := r.MultipartReader()
	given := map[string][]byte{}
	for err == nil {
		var part *multipart.Part
		if part, err = form.NextPart(); err == nil {
			given[part.FormName()], err = io.ReadAll(part)
		}
	}
	var long *http.MaxBytesError
	switch {
	case errors.Is(err, io.EOF):
		return given, nil
	case errors.As(err, &long):
		return nil, operators.MarkTooLarge()
	}
	return nil, fault.Input("image", "multipart_expected")
}
