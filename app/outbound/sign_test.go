package outbound

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
)

// Of the specification of Standard Webhooks.
const published = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func TestSignatures(t *testing.T) {
	const id, at, body = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, `{"test": 2432232314}`
	const signed = id + ".1614265330." + body
	s, err := ReadSecret(published)
	if err != nil {
		t.Fatal(err)
	}
	key, _ := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(signed))
	got := s.Sign(id, at, []byte(body))
	if got != "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)) || got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Error(got)
	}
	private := ed25519.NewKeyFromSeed(make([]byte, 32))
	for _, key := range [][]byte{private, private.Seed()} {
		secret := "whsk_" + base64.StdEncoding.EncodeToString(key)
		if s, err = ReadSecret(secret); err != nil {
			t.Fatal(err)
		}
		text, ok := strings.CutPrefix(s.Sign(id, at, []byte(body)), "v1a,")
		signature, _ := base64.StdEncoding.DecodeString(text)
		if !ok || !ed25519.Verify(private.Public().(ed25519.PublicKey), []byte(signed), signature) {
			t.Error(text)
		}
		if public, ok := PublicKey(secret); !ok || public != "whpk_"+base64.StdEncoding.EncodeToString(private.Public().(ed25519.PublicKey)) {
			t.Error(public)
		}
	}
	if s.Way() != Ed25519 {
		t.Error(s.Way())
	}
	if _, ok := PublicKey(published); ok {
		t.Error("a shared secret has a public key")
	}
}
