package simulator

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
)

// BatchFaults are how often, in 0 to 1, a batch system does what it must not. It does no movement
// twice.
type BatchFaults struct {
	Silent  float64 // a movement is done, and not mentioned
	Skipped float64 // a movement is neither done nor mentioned
	Refused float64 // a movement is refused
	Reject  float64 // a file is refused whole
}

// Batch is a point system that takes files as CSV in UTF-8 and keeps the contract of
// docs/connect/points-batch.md, in memory.
type Batch struct {
	mu       sync.Mutex
	faults   BatchFaults
	done     map[string]Movement
	balances map[place]int64
	files    map[string][]byte // results by file
	next     int64
}

// NewBatch makes a batch system without accounts.
func NewBatch() *Batch {
	return &Batch{done: map[string]Movement{}, balances: map[place]int64{}, files: map[string][]byte{}, next: 1}
}

// Behave sets how badly it works from now on.
func (b *Batch) Behave(f BatchFaults) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = f
}

// Done tells what was done under a key.
func (b *Batch) Done(key string) (Movement, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m, is := b.done[key]
	return m, is
}

// Keys is how many movements were done.
func (b *Batch) Keys() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.done)
}

// Balance is what was moved on an account in a program.
func (b *Batch) Balance(account, program string) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.balances[place{account, program}]
}

// Work does a file and gives its result; the same file gives the same result, and does nothing.
func (b *Batch) Work(file []byte) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if result, known := b.files[string(file)]; known {
		return result, nil
	}
	r := csv.NewReader(bytes.NewReader(file))
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	if err != nil || len(records) < 2 || records[0][1] != "MOVEMENTS" || records[0][3] != strconv.FormatInt(b.next, 10) {
		return nil, errors.Join(errors.New("not the file that is next"), err)
	}
	result := b.work(records)
	b.files[string(file)] = result
	b.next++
	return result, nil
}

// chance reports whether something of the probability happens.
func chance(p float64) bool { return rand.Float64() < p }

func (b *Batch) work(records [][]string) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	head := records[0]
	answer := func(status string) []string {
		return []string{"1", "RESULTS", head[2], head[3], "1", head[4], head[5], status, ""}
	}
	tail := func(rows, done int, credit, debit int64) []byte {
		_ = w.Write([]string{"9", head[3], "1", fmt.Sprint(rows), fmt.Sprint(done), fmt.Sprint(credit), fmt.Sprint(debit)}) // to memory
		w.Flush()
		return out.Bytes()
	}
	if chance(b.faults.Reject) {
		_ = w.Write(answer("REJECTED"))
		return tail(0, 0, 0, 0)
	}
	_ = w.Write(answer("ACCEPTED"))
	var rows, done int
	var credit, debit int64
	for _, r := range records[1 : len(records)-1] {
		if chance(b.faults.Skipped) {
			continue
		}
		code, reference := "account_closed", ""
		if !chance(b.faults.Refused) {
			code, reference = "OK", b.move(r)
		}
		if chance(b.faults.Silent) {
			continue
		}
		if rows++; code == "OK" {
			points := signedPoints(r)
			done, credit, debit = done+1, credit+max(points, 0), debit-min(points, 0)
		}
		_ = w.Write(append(r[:len(r):len(r)], code, reference, ""))
	}
	return tail(rows, done, credit, debit)
}

func signedPoints(r []string) int64 {
	n, _ := strconv.ParseInt(strings.TrimPrefix(r[6]+r[7], "+"), 10, 64) // ours
	return n
}

// move does a movement once, and gives its reference.
func (b *Batch) move(r []string) string {
	key := r[3]
	if m, known := b.done[key]; known {
		return m.Reference
	}
	m := Movement{Key: key, Account: r[4], Program: r[5], Points: signedPoints(r), Reference: fmt.Sprintf("B%06d", len(b.done)+1)}
	b.balances[place{m.Account, m.Program}] += m.Points
	b.done[key] = m
	return m.Reference
}
