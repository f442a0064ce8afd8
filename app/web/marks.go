package web

import (
	"io"
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
	parts, err := p.Request().MultipartReader()
	if err != nil {
		return fault.Input("image", "multipart_expected")
	}
	given := map[string][]byte{}
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err == nil {
			given[part.FormName()], err = io.ReadAll(io.LimitReader(part, operators.MaxMark+1))
		}
		if err != nil || len(given) > 4 {
			return fault.Input("image", "multipart_expected")
		}
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
