package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// undecodable names the field of a JSON body whose text no row can hold and that
// encoding/json would take as U+FFFD in silence: bytes that are no UTF-8, half of a
// surrogate pair, U+0000. It is "body" outside of the fields of an object, and empty
// where all is well.
func undecodable(raw []byte) string {
	at := unreadable(raw)
	if at < 0 {
		return ""
	}
	name, depth, isName := "body", 0, false
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	for {
		token, err := d.Token()
		switch passed := err == nil && d.InputOffset() <= int64(at); {
		case !passed && isName:
			return "body" // it is in a name
		case !passed, depth == 0 && token != json.Delim('{'):
			return name
		}
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
			isName = depth == 1
		case string:
			if depth == 1 && isName {
				name = v
			}
			isName = depth == 1 && !isName
		default:
			isName = depth == 1
		}
	}
}

// unreadable is where such text begins, -1 for nowhere.
func unreadable(raw []byte) int {
	for i := 0; i < len(raw); {
		r, size := utf8.DecodeRune(raw[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return i
		case r != '\\':
			i += size
		default:
			escape, size := escaped(raw[i:])
			if escape == 0 || escape == utf8.RuneError {
				return i
			}
			i += size
		}
	}
	return -1
}

// escaped reads the escape that raw begins with: utf8.RuneError is half of a
// surrogate pair. Escapes that are not of JSON are for its reader to refuse.
func escaped(raw []byte) (r rune, size int) {
	unit := func(raw []byte) (rune, bool) {
		if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
			return 0, false
		}
		n, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
		return rune(n), err == nil
	}
	first, ok := unit(raw)
	if !ok {
		return '\\', min(2, len(raw))
	}
	if !utf16.IsSurrogate(first) {
		return first, 6
	}
	second, _ := unit(raw[6:])
	if r = utf16.DecodeRune(first, second); r == utf8.RuneError {
		return r, 6
	}
	return r, 12
}

// misread names the field of a body whose value err refused to read into the struct v, as
// the body has it: the library puts the name of an embedded struct before it, and names
// none for a time.
func misread(body []byte, v any, err error) (field, code string) {
	t := reflect.TypeOf(v).Elem()
	if err == nil || t.Kind() != reflect.Struct {
		return "", ""
	}
	if typed, is := errors.AsType[*json.UnmarshalTypeError](err); is {
		field = typed.Field
		for i := range t.NumField() {
			if f := t.Field(i); f.Anonymous {
				field = strings.TrimPrefix(field, f.Name+".")
			}
		}
		return field, "type_wrong"
	}
	var sent map[string]json.RawMessage
	if json.Unmarshal(body, &sent) != nil {
		return "", ""
	}
	for _, f := range reflect.VisibleFields(t) {
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Type != reflect.TypeFor[time.Time]() && f.Type != reflect.TypeFor[*time.Time]() || sent[key] == nil {
			continue
		}
		if json.Unmarshal(sent[key], new(time.Time)) != nil {
			return key, "time_invalid"
		}
	}
	return "", ""
}
