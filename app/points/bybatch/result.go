package bybatch

import (
	"hoten/app/points"
)

// ReadResult reads a result file: a header, rows, and a trailer that counts them. What the header
// says comes with an error, too.
func (s *system) ReadResult(file []byte) (*points.Result, error) {
	records, err := s.layout.split(file, true)
	if err != nil {
		return nil, err
	}
	if len(records) == 0 || records[0].typed() != headType {
		return nil, refused("result_head", 1)
	}
	out, err := s.resultHead(records[0])
	if err != nil {
		return nil, err
	}
	last := records[len(records)-1]
	if len(records) < 2 || last.typed() != tailType {
		return out, refused("result_tail_missing", last.line)
	}
	var sums points.Sums
	for _, r := range records[1 : len(records)-1] {
		if r.typed() != rowType {
			return out, refused("result_type", r.line)
		}
		row, err := s.resultRow(r, out.Number)
		if err != nil {
			return out, err
		}
		if row.Code == "" && !sums.Add(row.Points) {
			return out, refused("result_number", r.line, "column", "points")
		}
		out.Rows = append(out.Rows, row)
	}
	if out.Rejected && len(out.Rows) > 0 {
		return out, refused("result_rejected", records[1].line)
	}
	return out, s.resultTail(last, out, sums)
}

func (s *system) resultHead(r record) (*points.Result, error) {
	v, err := s.layout.readRecord(r, answerHead, true)
	if err != nil {
		return nil, err
	}
	if v.of["kind"] != resultsKind {
		return nil, refused("result_head", r.line)
	}
	out := &points.Result{System: v.of["system"], Rejected: v.of["status"] == rejected, Said: v.of["message"]}
	if !out.Rejected && v.of["status"] != accepted {
		return nil, refused("result_status", r.line)
	}
	if out.Number, err = v.number("number"); err != nil {
		return nil, err
	}
	if out.Answer, err = v.number("answer"); err == nil && out.Answer == 0 {
		err = refused("result_number", r.line, "column", "answer")
	}
	return out, err
}

func (s *system) resultRow(r record, number int64) (row points.ResultRow, err error) {
	v, err := s.layout.readRecord(r, s.layout.answered(), true)
	if err != nil {
		return row, err
	}
	if _, has := v.of["number"]; has {
		if n, err := v.number("number"); err != nil || n != number {
			return row, refused("result_other", r.line, "column", "number")
		}
	}
	row.Line, row.Reference, row.Said = r.line, v.of["reference"], v.of["message"]
	if row.FileRow, err = v.row(); err != nil {
		return row, err
	}
	code, known := s.codes[v.of["code"]]
	if !known {
		code, known = s.other, s.other != ""
		row.Said = v.of["code"] + " " + row.Said
	}
	if !known {
		return row, refused("result_code", r.line, "code", shown(v.of["code"]))
	}
	row.Code = code
	return row, nil
}

// shown is a code as an error repeats it: what stands where a code belongs may be anything.
func shown(code string) string {
	for i, r := range code {
		if i >= 24 || r > '~' || r < '!' || r == '@' {
			return code[:i] + "…"
		}
	}
	return code
}

// resultTail compares what the trailer says with what was read.
func (s *system) resultTail(r record, of *points.Result, sums points.Sums) error {
	v, err := s.layout.readRecord(r, answerTail, true)
	if err != nil {
		return err
	}
	for _, want := range []struct {
		name string
		is   int64
	}{{"number", of.Number}, {"answer", of.Answer}, {"rows", int64(len(of.Rows))}, {"done", sums.Count}, {"credit", sums.Credit}, {"debit", sums.Debit}} {
		says, err := v.number(want.name)
		if err != nil {
			return err
		}
		if says != want.is {
			return refused("result_tail", r.line, "column", want.name, "says", says, "counted", want.is)
		}
	}
	return nil
}
