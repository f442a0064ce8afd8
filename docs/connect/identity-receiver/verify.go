package main

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// key is one that signatures are trusted by: one of the two.
type key struct {
	shared []byte            // whsec_…
	public ed25519.PublicKey // whpk_…
}

func readKeys(texts []string) (keys []key, err error) {
	for _, text := range texts {
		kind, encoded, _ := strings.Cut(text, "_")
		raw, err := base64.StdEncoding.DecodeString(encoded)
		switch {
		case err == nil && kind == "whsec" && len(raw) >= 24:
			keys = append(keys, key{shared: raw})
		case err == nil && kind == "whpk" && len(raw) == ed25519.PublicKeySize:
			keys = append(keys, key{public: raw})
		default:
			return nil, errors.New("RECEIVER_KEYS: each key is whsec_… or whpk_…")
		}
	}
	if keys == nil {
		return nil, errors.New("RECEIVER_KEYS is empty")
	}
	return keys, nil
}

// oldest is how far a timestamp may be from our clock: an old message is one that somebody
// recorded and sends again.
const oldest = 5 * time.Minute

// verify reports why a message is not to be trusted. The header holds one signature or
// several, of which one must be good.
func verify(keys []key, id, timestamp, signatures string, body []byte, now time.Time) error {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || id == "" {
		return errors.New("webhook-id or webhook-timestamp is missing")
	}
	if now.Sub(time.Unix(seconds, 0)).Abs() > oldest {
		return errors.New("webhook-timestamp is more than 5 minutes from the clock of this machine")
	}
	signed := fmt.Appendf(nil, "%s.%s.%s", id, timestamp, body)
	for _, one := range strings.Fields(signatures) {
		version, encoded, _ := strings.Cut(one, ",")
		signature, err := base64.StdEncoding.DecodeString(encoded)
		for _, k := range keys {
			if err == nil && k.made(version, signature, signed) {
				return nil
			}
		}
	}
	return errors.New("webhook-signature is not by a key that is trusted here")
}

func (k key) made(version string, signature, signed []byte) bool {
	if k.public != nil {
		return version == "v1a" && ed25519.Verify(k.public, signed, signature)
	}
	mac := hmac.New(sha256.New, k.shared)
	mac.Write(signed)
	return version == "v1" && hmac.Equal(signature, mac.Sum(nil))
}
