package reimbursements

import (
	"testing"

	"hoten/app/store"
)

// RememberFrom lets what is counted be remembered from so many proposals on.
func RememberFrom(t testing.TB, n int) {
	before := rememberedFrom
	rememberedFrom = n
	t.Cleanup(func() { rememberedFrom = before })
}

// Queued is how many words wait to be written by the next transaction.
func Queued(s *store.Store) int {
	c := store.Only[combiner](s)
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting)
}

// OneWriter lets one transaction write at a time, so that a test can hold it up.
func OneWriter(t testing.TB) {
	before := writers
	writers = 1
	t.Cleanup(func() { writers = before })
}

// ChunksOf lets jobs take so many cases in a transaction.
func ChunksOf(t testing.TB, n int) {
	seen, all := seenChunk, allChunk
	seenChunk, allChunk = n, n
	t.Cleanup(func() { seenChunk, allChunk = seen, all })
}
