package cases

import (
	"context"
	"encoding/hex"
	"strings"
	"sync"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Viewed notes that somebody opened a case, and with it a member's data. Unknown:
// NotFound.
func Viewed(ctx context.Context, s *store.Store, by access.Actor, id int64) error {
	switch known, err := Known(store.Read(ctx, s), id); {
	case err != nil:
		return err
	case !known:
		return fault.Missing()
	}
	return noted(ctx, s, by, ToView, Subject(id), audit.Change{})
}

// Searched notes that somebody looked for members by what q says of them, and how
// many were shown. The words themselves are not kept: their keyed hash tells only
// whether two searches were for the same. A case's number says nothing of a member
// and is not noted.
func Searched(ctx context.Context, s *store.Store, by access.Actor, q string, found int) error {
	if NamesCase(q) || strings.TrimSpace(q) == "" {
		return nil
	}
	words := hex.EncodeToString(s.Vault.Blind("search", jptext.SearchKey(q)))
	return noted(ctx, s, by, ToSearch, "members", audit.Change{After: map[string]any{"found": found, "words": words}})
}

// noted records a look, which is no change of the request's.
func noted(ctx context.Context, s *store.Store, by access.Actor, v *verbs.Verb, subject string, c audit.Change) error {
	return verbs.Run(store.Apart(ctx), s, by, v, subject, "", func(tx *store.Tx) error { return audit.Record(tx, c) })
}

// Lately remembers what was noted a short while ago, so that a page that asks
// again and again by itself is one view. Its zero value is ready to use.
type Lately struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// lately is how long a view counts as the same, remembered how many are kept.
const (
	lately     = 5 * time.Minute
	remembered = 20_000
)

// First reports whether what was not noted lately, and remembers it.
func (l *Lately) First(what string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at, known := l.last[what]; known && now.Sub(at) < lately {
		return false
	}
	if l.last == nil || len(l.last) >= remembered {
		l.last = map[string]time.Time{}
	}
	l.last[what] = now
	return true
}

// Forget lets what was not noted after all be noted at once.
func (l *Lately) Forget(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.last, what)
}
