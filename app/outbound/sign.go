package outbound

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Ways of signing.
const (
	HMAC    = "hmac"
	Ed25519 = "ed25519"
)

// Starts of keys.
const (
	sharedKey  = "whsec_"
	privateKey = "whsk_"
	publicKey  = "whpk_"
)

// Signer is what messages are signed with.
type Signer struct {
	shared  []byte
	private ed25519.PrivateKey // nil: the shared one
}

var errSecret = errors.New("no secret of Standard Webhooks")

// ReadSecret reads a secret: whsec_ with 24 to 64 bytes, or whsk_ with an Ed25519 key, each in base64.
func ReadSecret(secret string) (s Signer, err error) {
	if text, ok := strings.CutPrefix(secret, sharedKey); ok {
		s.shared, err = base64.StdEncoding.DecodeString(text)
		if err != nil || len(s.shared) < 24 || len(s.shared) > 64 {
			return s, errSecret
		}
		return s, nil
	}
	text, ok := strings.CutPrefix(secret, privateKey)
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) != ed25519.SeedSize && len(key) != ed25519.PrivateKeySize {
		return s, errSecret
	}
	s.private = ed25519.NewKeyFromSeed(key[:ed25519.SeedSize])
	if len(key) == ed25519.PrivateKeySize && !s.private.Equal(ed25519.PrivateKey(key)) {
		return s, errSecret // its public half belongs to another key
	}
	return s, nil
}

// Way is how it signs: HMAC or Ed25519.
func (s Signer) Way() string {
	if s.private != nil {
		return Ed25519
	}
	return HMAC
}

// Sign is a value of webhook-signature; at is in seconds since 1970.
func (s Signer) Sign(id string, at int64, body []byte) string {
	signed := fmt.Appendf(nil, "%s.%d.%s", id, at, body)
	if s.private != nil {
		return "v1a," + base64.StdEncoding.EncodeToString(ed25519.Sign(s.private, signed))
	}
	mac := hmac.New(sha256.New, s.shared)
	mac.Write(signed)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// NewSecret makes a secret for the way of signing, HMAC or Ed25519.
func NewSecret(signature string) string {
	if signature == Ed25519 {
		_, private, _ := ed25519.GenerateKey(rand.Reader) // fails only where its reader does, which never does
		return privateKey + base64.StdEncoding.EncodeToString(private)
	}
	shared := make([]byte, 32)
	rand.Read(shared)
	return sharedKey + base64.StdEncoding.EncodeToString(shared)
}

// PublicKey is what a receiver verifies the signatures of a secret of ed25519 by. ok: it has one.
func PublicKey(secret string) (key string, ok bool) {
	s, err := ReadSecret(secret)
	if err != nil || s.private == nil {
		return "", false
	}
	return publicKey + base64.StdEncoding.EncodeToString(s.private.Public().(ed25519.PublicKey)), true
}
