package rest

import (
	"crypto/rand"
	"encoding/base64"
)

// RandomPassword is one of 32 random bytes, with characters of each kind, that nobody keeps.
func RandomPassword() string {
	random := make([]byte, 32)
	rand.Read(random)
	return "Aa1-" + base64.RawURLEncoding.EncodeToString(random)
}
