package store

import "sync"

// damage is which sealed fields could not be opened since the program began.
type damage struct {
	mu     sync.Mutex
	fields map[string]bool // by the error that names the field
}

// add reports whether the field is a new one.
func (d *damage) add(err error) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	known := d.fields[err.Error()]
	d.fields[err.Error()] = true
	return !known
}

// Damaged is how many sealed fields were found that cannot be opened any more, since
// the program began.
func (s *Store) Damaged() float64 {
	s.damaged.mu.Lock()
	defer s.damaged.mu.Unlock()
	return float64(len(s.damaged.fields))
}
