// Package vault keeps personal data: encryption of fields, blind indexes to
// find them again, and masks to show them by. It knows keys and texts, no
// tables and no members.
//
// A field is sealed for its place (table, column, row): copied to another row
// it does not open. What must be found without opening it has a keyed hash
// beside it: Blind for exact lookup, Grams for a part of a name. Equal values
// have equal hashes; that much a stolen database tells, and no more.
package vault

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Keys are the secrets of one installation.
type Keys struct {
	Fields *keyset.Handle // AEAD; older keys in it still open what they sealed
	Lookup *keyset.Handle // PRF; never replaced, every index depends on it
	Audit  []byte         // 32 bytes
}

// Vault seals, opens and indexes with one set of Keys. It is safe for
// concurrent use.
type Vault struct {
	fields      tink.AEAD
	lookup      *prf.Set
	grams       cipher.Block
	audit       []byte
	fingerprint string
	alarm       atomic.Pointer[func(error)]
}

// ErrSealed says that a field cannot be opened: it was sealed with other keys or
// for another place, or it was changed since.
var ErrSealed = errors.New("vault: the field was sealed for another place or with other keys")

// New makes a Vault of the keys. It fails when a keyset is empty or of another
// kind, or the audit key is not 32 bytes.
func New(keys Keys) (*Vault, error) {
	if len(keys.Audit) != auditKeySize {
		return nil, fmt.Errorf("vault: the audit key has %d bytes, not %d", len(keys.Audit), auditKeySize)
	}
	fields, err := aead.New(keys.Fields)
	if err != nil {
		return nil, fmt.Errorf("vault: field keys: %w", err)
	}
	lookup, err := prf.NewPRFSet(keys.Lookup)
	if err != nil {
		return nil, fmt.Errorf("vault: lookup keys: %w", err)
	}
	v := &Vault{fields: fields, lookup: lookup, audit: keys.Audit}
	if v.grams, err = gramCipher(lookup); err != nil {
		return nil, err
	}
	v.fingerprint, err = fingerprint(keys, lookup)
	return v, err
}

// Seal encrypts a field for its place; an empty field stays empty (nil).
func (v *Vault) Seal(table, column string, row int64, plain string) []byte {
	if plain == "" {
		return nil
	}
	buf := place(table, column, row, len(plain))
	ad := len(buf)
	buf = append(buf, plain...)
	sealed, err := v.fields.Encrypt(buf[ad:], buf[:ad:ad])
	if err != nil {
		// AES-GCM refuses only texts of more than 64 GiB.
		panic(err)
	}
	return sealed
}

// Unseal decrypts what Seal made for the same place. It fails with ErrSealed.
func (v *Vault) Unseal(table, column string, row int64, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := v.fields.Decrypt(sealed, place(table, column, row, 0))
	if err != nil {
		// Some labels of columns say what their row is.
		return "", fmt.Errorf("%w: %s.%s row %d", ErrSealed, table, strings.TrimSuffix(column, " of row"), row)
	}
	return string(plain), nil
}

// Damaged is read in place of a field that cannot be opened any more: the sign that
// Japanese print sets for a character it does not have.
const Damaged = "〓"

// OnDamage has alarm called whenever Read comes to a field that cannot be opened.
func (v *Vault) OnDamage(alarm func(error)) { v.alarm.Store(&alarm) }

// Read is Unseal for people to read: one damaged field must not keep the rest of a
// case from them. It reads as Damaged, and the alarm set by OnDamage is raised.
func (v *Vault) Read(table, column string, row int64, sealed []byte) string {
	plain, err := v.Unseal(table, column, row, sealed)
	if err == nil {
		return plain
	}
	if alarm := v.alarm.Load(); alarm != nil {
		(*alarm)(err)
	}
	return Damaged
}

// place is the associated data of a field, with room for so many bytes more. The
// zero bytes keep "ab"+"c" from "a"+"bc".
func place(table, column string, row int64, room int) []byte {
	buf := make([]byte, 0, len(table)+len(column)+10+room)
	buf = append(append(buf, table...), 0)
	buf = append(append(buf, column...), 0)
	return binary.BigEndian.AppendUint64(buf, uint64(row))
}

// AuditKey is the key of the audit chain: 32 bytes, used for nothing else.
func (v *Vault) AuditKey() []byte { return append([]byte(nil), v.audit...) }

// Fingerprint tells one set of keys from another without telling anything about
// them. The database keeps it, so that a program with other keys stops before
// it writes what nobody can read.
func (v *Vault) Fingerprint() string { return v.fingerprint }
