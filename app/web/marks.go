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
	given, err := p.parts("image", 2*operators.MaxMark, operators.MarkTooLarge())
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

// parts reads a form of at most so many bytes, with a file among its fields; one that is longer is
// refused as long.
func (p *page) parts(file string, most int64, long error) (map[string][]byte, error) {
	r := p.Request()
	r.Body = http.MaxBytesReader(p.Response(), r.Body, most)
	form, err := r.MultipartReader()
	given := map[string][]byte{}
	for err == nil {
		var part *multipart.Part
		if part, err = form.NextPart(); err == nil {
			given[part.FormName()], err = io.ReadAll(part)
		}
	}
	var exceeded *http.MaxBytesError
	switch {
	case errors.Is(err, io.EOF):
		return given, nil
	case errors.As(err, &exceeded):
		return nil, long
	}
	return nil, fault.Input(file, "multipart_expected")
}
