package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/tink-crypto/tink-go/v2/prf"

	"hoten/app/jptext"
)

// Kinds of keys that Blind separates.
const (
	BlindLogin          = "login"
	BlindPhone          = "phone"
	BlindEmail          = "email"
	BlindCustomerNumber = "customer_number"
)

// Blind is the hash by which a value is found without being opened: 16 bytes,
// keyed; equal keys of different kinds have different hashes. The caller makes
// the key (jptext.LoginKey, PhoneKey, …). An empty key has none (nil): members
// without a telephone must not look alike.
func (v *Vault) Blind(kind, key string) []byte {
	if key == "" {
		return nil
	}
	buf := make([]byte, 0, len(kind)+1+len(key))
	buf = append(append(append(buf, kind...), 0), key...)
	hash, err := v.lookup.ComputePrimaryPRF(buf, 16)
	if err != nil {
		// HMAC-SHA256 fails only for an output longer than its own.
		panic(err)
	}
	return hash
}

// gramCipher is AES under a key of its own. On one block that is never the same
// for two grams it is the keyed hash that is wanted, and far cheaper than HMAC:
// a name has many grams.
func gramCipher(lookup *prf.Set) (cipher.Block, error) {
	key, err := lookup.ComputePrimaryPRF([]byte("hoten grams v1"), 32)
	if err != nil {
		return nil, fmt.Errorf("vault: lookup keys: %w", err)
	}
	return aes.NewCipher(key)
}

// Grams are the keyed hashes of all pairs of neighbouring characters in the
// search key of a name or kana, sorted and distinct: the value of an int4[]
// column with a GIN index. Search finds a name by any two characters of it
// (docs/domain.md section 7); a key of one character has no grams.
func (v *Vault) Grams(text string) []int32 {
	runes := []rune(jptext.SearchKey(text))
	if len(runes) < 2 {
		return nil
	}
	grams := make([]int32, 0, len(runes)-1)
	block := make([]byte, aes.BlockSize)
	for i := range len(runes) - 1 {
		clear(block)
		binary.BigEndian.PutUint32(block, uint32(runes[i]))
		binary.BigEndian.PutUint32(block[4:], uint32(runes[i+1]))
		v.grams.Encrypt(block, block)
		grams = append(grams, int32(binary.BigEndian.Uint32(block)))
	}
	slices.Sort(grams)
	return slices.Compact(grams)
}

// maxQueryGrams is more than enough to leave a handful of rows, whose names are
// then opened and compared.
const maxQueryGrams = 12

// QueryGrams are the grams a stored name must have to contain text (`@>`). They
// are necessary, not sufficient: open and compare. Nil means that text is too
// short to search by; `@> '{}'` would find everybody.
func (v *Vault) QueryGrams(text string) []int32 {
	grams := v.Grams(text)
	return grams[:min(len(grams), maxQueryGrams)]
}

// Parts are the keyed hashes of the given parts of names that have one character in
// the search key, sorted and distinct; longer ones are found by their grams.
func (v *Vault) Parts(parts []string) []int32 {
	hashes := []int32{}
	for _, part := range parts {
		if hash, ok := v.QueryPart(part); ok {
			hashes = append(hashes, hash)
		}
	}
	slices.Sort(hashes)
	return slices.Compact(hashes)
}

// partMark keeps the hash of a part from those of grams and starts.
const partMark = 1

// QueryPart is the hash that a stored name must have to hold the part; false when it
// is not of one character.
func (v *Vault) QueryPart(part string) (int32, bool) {
	runes := []rune(jptext.SearchKey(part))
	if len(runes) != 1 {
		return 0, false
	}
	block := make([]byte, aes.BlockSize)
	binary.BigEndian.PutUint32(block, uint32(runes[0]))
	block[aes.BlockSize-1] = partMark
	v.grams.Encrypt(block, block)
	return int32(binary.BigEndian.Uint32(block)), true
}

// endMark keeps the hash of an end from those of grams, parts and starts.
const endMark = 2

// EndDigits is how many digits of the end of a telephone number are known by heart.
const EndDigits = 4

// End is the hash of how a name begins together with how a telephone number of the same
// person ends: the digits alone are those of too many. False when the name has no letter
// or the number, a PhoneKey, not so many digits.
func (v *Vault) End(name, phone string) (int32, bool) {
	runes := []rune(jptext.SearchKey(name))
	if len(runes) == 0 || len(phone) < EndDigits {
		return 0, false
	}
	block := make([]byte, aes.BlockSize)
	binary.BigEndian.PutUint32(block, uint32(runes[0]))
	copy(block[4:], phone[len(phone)-EndDigits:])
	block[aes.BlockSize-1] = endMark
	v.grams.Encrypt(block, block)
	return int32(binary.BigEndian.Uint32(block)), true
}

// StartLengths are the beginnings, in bytes, that Starts hashes of a key. Fewer say
// less about what is sealed, and shorter ones are shared by too many to narrow down.
var StartLengths = [...]int{5, 8, 12}

// Starts are the keyed hashes of the beginnings of a key (jptext.LoginKey, PhoneKey),
// by which it is found while somebody types it. A key that is shorter has the hash of
// all of it, which no query has.
func (v *Vault) Starts(key string) (starts [len(StartLengths)]int32) {
	for i, n := range StartLengths {
		starts[i] = v.start(key[:min(n, len(key))])
	}
	return starts
}

// QueryStarts are the hashes that a stored key must have to begin with key, in the order
// of StartLengths as far as key goes: necessary, not sufficient, so open and compare.
// There are none when key is too short to search by.
func (v *Vault) QueryStarts(key string) (starts []int32) {
	for _, n := range StartLengths {
		if len(key) >= n {
			starts = append(starts, v.start(key[:n]))
		}
	}
	return starts
}

// start hashes a beginning. The first byte of the block is its length, which is never
// zero; that of a gram is zero, so the two cannot collide.
func (v *Vault) start(beginning string) int32 {
	block := make([]byte, aes.BlockSize)
	block[0] = byte(len(beginning))
	copy(block[1:], beginning)
	v.grams.Encrypt(block, block)
	return int32(binary.BigEndian.Uint32(block))
}
