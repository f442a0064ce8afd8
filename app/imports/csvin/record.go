package csvin

import (
	"slices"
	"strings"

	"hoten/app/jptext"
)

// record scans and decodes one record. All fields share one string.
func (r *Reader) record() (line int, fields []string, reason string, err error) {
	line, reason, err = r.scan.next()
	if err != nil {
		return 0, nil, "", err
	}
	r.text, r.ends, r.lost = r.text[:0], r.ends[:0], r.lost[:0]
	for i, f := range r.scan.fields {
		src := r.scan.source[f.from:f.to]
		if r.decode.encoding == ASCII && !plain(src) {
			r.decode.encoding = sniff(r.scan.ahead())
		}
		ok := false
		if r.text, ok = r.decode.append(r.text, src, f.doubled); !ok {
			r.lost = append(r.lost, i)
		}
		r.ends = append(r.ends, len(r.text))
	}
	text, from := string(r.text), 0
	fields = make([]string, len(r.ends))
	for i, end := range r.ends {
		fields[i], from = text[from:end], end
	}
	return line, fields, reason, nil
}

func blank(fields []string) bool {
	return !slices.ContainsFunc(fields, func(f string) bool { return strings.TrimSpace(f) != "" })
}

var totals = []string{"合計", "総合計", "総計", "小計", "計", "total", "subtotal", "grandtotal"}

// isTotal reports whether the row sums others up (docs/domain.md section 7: a 合計 row is
// not a member): it says so in the place of the ID, or elsewhere and has no ID.
func (r *Reader) isTotal(raw []string) bool {
	if at := r.header.at[0]; at < len(raw) && jptext.LoginKey(raw[at]) != "" {
		return saysTotal(raw[at])
	}
	return slices.ContainsFunc(raw, saysTotal)
}

func saysTotal(cell string) bool {
	if len(cell) > 64 {
		return false
	}
	key := strings.TrimRight(jptext.LoginKey(cell), ":")
	return strings.HasPrefix(key, "合計") || slices.Contains(totals, key)
}
