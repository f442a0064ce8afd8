package points

import (
	"slices"
	"time"

	"hoten/app/jptext"
)

// Batch is a system that takes files of movements at agreed hours, and answers with files. What
// it reads and writes holds accounts, which its errors never repeat.
type Batch interface {
	System
	// Terms are what was agreed about files.
	Terms() Terms
	// Fits refuses a movement that no file of the layout can hold, by *outside.Refused.
	Fits(m Movement) error
	// Write is the file of movements that fit, in their order; the same whenever it is called
	// with the same.
	Write(of FileHead, rows []Movement) ([]byte, error)
	// ReadFile reads the rows of a file that Write made, with the same layout.
	ReadFile(file []byte) ([]FileRow, error)
	// ReadResult reads a result file. What cannot be right by itself is fault.Invalid of the
	// field "result", with its line, and comes with what its header says, as far as it was read.
	ReadResult(file []byte) (*Result, error)
}

// Terms are what was agreed with whoever runs a batch system.
type Terms struct {
	Hours     []int    // when files are cut, in minutes of the day of JST, ascending; never empty
	Most      int      // rows of a file
	Folder    bool     // files are handed over in a folder of the server
	Extension string   // of file names: "csv"
	Layout    []string // the settings by which files are written and results read
}

// Agreed is the last moment, not after now, at which a file is to be cut.
func (t Terms) Agreed(now time.Time) time.Time {
	for _, days := range []int{0, -1} {
		for _, m := range slices.Backward(t.Hours) {
			if at := moment(now, days, m); !at.After(now) {
				return at
			}
		}
	}
	return now // not reached: yesterday's hours are past
}

// Next is the first moment after now at which a file is to be cut.
func (t Terms) Next(now time.Time) time.Time {
	for _, days := range []int{0, 1} {
		for _, m := range t.Hours {
			if at := moment(now, days, m); at.After(now) {
				return at
			}
		}
	}
	return now // not reached: tomorrow's hours are to come
}

// moment is a minute of the day of JST, so many days after that of now.
func moment(now time.Time, days, minutes int) time.Time {
	day := now.In(jptext.JST)
	return time.Date(day.Year(), day.Month(), day.Day()+days, 0, minutes, 0, 0, jptext.JST)
}

// FileHead is what a file says of itself.
type FileHead struct {
	System string // the code
	Number int64  // within the system, from 1, without gaps
	CutAt  time.Time
	Sums
}

// Sums are how many movements there are, and their points: to be added, and to be taken (as a
// positive number).
type Sums struct {
	Count  int64
	Credit int64
	Debit  int64
}

// Add counts a movement in, unless a sum would leave the range of int64.
func (s *Sums) Add(points int64) bool {
	credit, debit := s.Credit+max(points, 0), s.Debit-min(points, 0)
	if credit < s.Credit || debit < s.Debit {
		return false
	}
	s.Count, s.Credit, s.Debit = s.Count+1, credit, debit
	return true
}

// FileRow is a movement as it stands in a file.
type FileRow struct {
	Row     int // from 1
	Key     string
	Account string
	Program string
	Points  int64
}

// Result is a result file.
type Result struct {
	System   string
	Number   int64 // of the file that it answers
	Answer   int64 // from 1 for each file, without gaps
	Rejected bool  // the file was refused whole, and nothing of it was done
	Said     string
	Rows     []ResultRow
}

// ResultRow is what became of a row.
type ResultRow struct {
	FileRow
	Line      int    // of the result file
	Code      string // of a refusal; empty: done
	Reference string
	Said      string
}
