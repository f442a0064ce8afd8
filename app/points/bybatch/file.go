package bybatch

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"time"

	"hoten/app/jptext"
	"hoten/app/outside"
	"hoten/app/points"
)

// signed are the fields of points.
func signed(n int64) (sign, digits string) {
	if n < 0 {
		return "-", strconv.FormatInt(n, 10)[1:]
	}
	return "+", strconv.FormatInt(n, 10)
}

func day(at time.Time) string { return at.In(jptext.JST).Format("20060102") }

// fieldsOf are the fields of a row.
func (s *system) fieldsOf(number int64, row int, m points.Movement) map[string]string {
	sign, digits := signed(m.Points)
	return map[string]string{"type": rowType, "number": fmt.Sprint(number), "row": strconv.Itoa(row), "key": m.Key, "account": s.of(m), "program": m.Program,
		"sign": sign, "points": digits, "date": day(m.DecidedAt)}
}

// Fits refuses a movement that no file of the layout can hold.
func (s *system) Fits(m points.Movement) error {
	of := s.fieldsOf(1, 1, m)
	for _, name := range []string{"key", "account", "program", "points"} {
		if err := s.layout.fits(name, of[name]); err != nil {
			return &outside.Refused{Code: points.Unwritable, Said: err.Error()}
		}
	}
	if m.Points == math.MinInt64 { // its sum is no int64
		return &outside.Refused{Code: points.Unwritable, Said: "points: out of range"}
	}
	return nil
}

// Write is the file of movements that fit.
func (s *system) Write(of points.FileHead, rows []points.Movement) ([]byte, error) {
	var to bytes.Buffer
	number, count := fmt.Sprint(of.Number), fmt.Sprint(of.Count)
	at := of.CutAt.In(jptext.JST)
	err := s.layout.write(&to, headColumns, map[string]string{"type": headType, "kind": movementsKind, "system": of.System, "number": number,
		"date": day(at), "time": at.Format("150405"), "count": count}, false)
	for i, m := range rows {
		if err == nil {
			err = s.layout.write(&to, s.layout.rows, s.fieldsOf(of.Number, i+1, m), false)
		}
	}
	if err != nil {
		return nil, err
	}
	sign, net := signed(of.Credit - of.Debit)
	err = s.layout.write(&to, tailColumns, map[string]string{"type": tailType, "number": number, "count": count,
		"credit": fmt.Sprint(of.Credit), "debit": fmt.Sprint(of.Debit), "sign": sign, "net": net}, false)
	return to.Bytes(), err
}

// ReadFile reads the rows of a file that Write made.
func (s *system) ReadFile(file []byte) ([]points.FileRow, error) {
	records, err := s.layout.split(file, false)
	if err != nil {
		return nil, err
	}
	var out []points.FileRow
	for _, r := range records {
		if r.typed() != rowType {
			continue
		}
		v, err := s.layout.readRecord(r, s.layout.rows, false)
		if err != nil {
			return nil, err
		}
		row, err := v.row()
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}

// row reads what a row says of its movement.
func (v values) row() (points.FileRow, error) {
	n, err := v.number("row")
	if err != nil || n > mostRows {
		return points.FileRow{}, refused("result_number", v.line, "column", "row")
	}
	moved, err := v.signed()
	return points.FileRow{Row: int(n), Key: v.of["key"], Account: v.of["account"], Program: v.of["program"], Points: moved}, err
}
