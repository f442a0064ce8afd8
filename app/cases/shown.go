package cases

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"slices"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/vault"
)

// AsShown is a case as somebody was shown it who is asked to confirm an action on many.
// Mark is of what was shown of it: the action is done only where it still holds.
type AsShown struct {
	ID   int64
	Mark uint32
}

// MostShown is how many cases one confirmation may be about.
const MostShown = 2000

// Fell is a case that an action on many was not done on, and why.
type Fell struct {
	CaseID int64
	Err    error
}

// ChangedSince says that a case is no longer as it was shown.
func ChangedSince() error { return already("changed_since_shown") }

// MarkOf makes the mark of what is shown of a case.
func MarkOf(shown ...string) uint32 {
	h := fnv.New32a()
	for _, s := range shown {
		h.Write(binary.AppendUvarint(nil, uint64(len(s))))
		h.Write([]byte(s))
	}
	return h.Sum32()
}

// sealBytes is how long the seal of a form is (vault.Blind).
const sealBytes = 16

// PackShown writes what somebody was shown before an action, for a form, sealed to the action
// and to them: nobody else confirms it, and nothing is added to it.
func PackShown(v *vault.Vault, by access.Actor, act string, of []AsShown) string {
	of = slices.Clone(of)
	slices.SortFunc(of, func(a, b AsShown) int { return int(a.ID - b.ID) })
	var b []byte
	last := int64(0)
	for _, c := range of {
		b = binary.BigEndian.AppendUint32(binary.AppendUvarint(b, uint64(c.ID-last)), c.Mark)
		last = c.ID
	}
	return base64.RawURLEncoding.EncodeToString(append(sealOf(v, by, act, b), b...))
}

func sealOf(v *vault.Vault, by access.Actor, act string, packed []byte) []byte {
	return v.Blind("shown", fmt.Sprintf("%s:%d:%s", act, by.ID, packed))
}

// UnpackShown reads what PackShown wrote for the same person and action, by ascending number.
// Refused: anything else (not_as_shown).
func UnpackShown(v *vault.Vault, by access.Actor, act, packed string) (of []AsShown, err error) {
	b, err := base64.RawURLEncoding.DecodeString(packed)
	if err != nil || len(b) <= sealBytes || !hmac.Equal(b[:sealBytes], sealOf(v, by, act, b[sealBytes:])) {
		return nil, fault.New(fault.Conflict, "not_as_shown")
	}
	b = b[sealBytes:]
	for last := int64(0); len(b) > 0; {
		step, n := binary.Uvarint(b)
		last += int64(step)
		of = append(of, AsShown{last, binary.BigEndian.Uint32(b[n:])})
		b = b[n+4:]
	}
	return of, nil
}
