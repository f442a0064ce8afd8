package api

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/labstack/echo/v4"

	"hoten/app/vault"
)

// JSON answers with v. An object with fields that cannot be read any more names them
// under "damaged"; they hold vault.Damaged themselves.
func (r *request) JSON(status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if bytes.Contains(body, []byte(vault.Damaged)) {
		if body, err = namingDamage(body); err != nil {
			return err
		}
	}
	return r.Blob(status, echo.MIMEApplicationJSON, append(body, '\n'))
}

func namingDamage(body []byte) ([]byte, error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	nameDamage(v)
	return json.Marshal(v)
}

// nameDamage names the damaged fields in every object of v, and reports whether v itself
// is a damaged value, or a list that holds one.
func nameDamage(v any) bool {
	switch v := v.(type) {
	case string:
		return v == vault.Damaged
	case []any:
		damaged := false
		for _, item := range v {
			damaged = nameDamage(item) || damaged
		}
		return damaged
	case map[string]any:
		var names []string
		for name, value := range v {
			if nameDamage(value) {
				names = append(names, name)
			}
		}
		if len(names) > 0 {
			slices.Sort(names)
			v["damaged"] = names
		}
	}
	return false
}
