package webhook

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"hoten/app/outside/rest/resttest"
)

// Of the specification of Standard Webhooks.
const published = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func TestSignatures(t *testing.T) {
	const id, at, body = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, `{"test": 2432232314}`
	const signed = id + ".1614265330." + body
	s, err := readSecret(published)
	if err != nil {
		t.Fatal(err)
	}
	key, _ := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(signed))
	got := s.sign(id, at, []byte(body))
	if got != "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)) || got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Error(got)
	}
	private := ed25519.NewKeyFromSeed(make([]byte, 32))
	for _, key := range [][]byte{private, private.Seed()} {
		secret := "whsk_" + base64.StdEncoding.EncodeToString(key)
		if s, err = readSecret(secret); err != nil {
			t.Fatal(err)
		}
		text, ok := strings.CutPrefix(s.sign(id, at, []byte(body)), "v1a,")
		signature, _ := base64.StdEncoding.DecodeString(text)
		if !ok || !ed25519.Verify(private.Public().(ed25519.PublicKey), []byte(signed), signature) {
			t.Error(text)
		}
		if public, ok := PublicKey(secret); !ok || public != "whpk_"+base64.StdEncoding.EncodeToString(private.Public().(ed25519.PublicKey)) {
			t.Error(public)
		}
	}
	if _, ok := PublicKey(published); ok {
		t.Error("a shared secret has a public key")
	}
}

func TestSettingsThatCannotBeMeant(t *testing.T) {
	s := &resttest.Server{URL: "https://id.example.jp/hoten"}
	private := NewSecret("ed25519")
	mixed := ed25519.NewKeyFromSeed(make([]byte, 32))
	mixed[63] ^= 1
	resttest.Wrong(t, Kind, s.Settings(Kind, "secret", published))
	resttest.Wrong(t, Kind, s.Settings(Kind, "secret", NewSecret("hmac")))
	resttest.Wrong(t, Kind, s.Settings(Kind, "secret", private, "signature", "ed25519"))
	for _, secret := range []string{"", private, "whsec_", "whsec_" + strings.Repeat("A", 28), "whsec_" + strings.Repeat("A", 92), "whsec_not base64", strings.TrimPrefix(published, "whsec_")} {
		resttest.Wrong(t, Kind, s.Settings(Kind, "secret", secret), "secret:webhook_secret")
	}
	for _, secret := range []string{published, "whsk_AAAA", "whsk_" + base64.StdEncoding.EncodeToString(mixed)} {
		resttest.Wrong(t, Kind, s.Settings(Kind, "secret", secret, "signature", "ed25519"), "secret:webhook_secret")
	}
	s.URL = "http://id.example.jp"
	resttest.Wrong(t, Kind, s.Settings(Kind), "url:rest_plain", "secret:webhook_secret")
}

func TestEachSettingAndStepHasWords(t *testing.T) {
	resttest.Words(t, Kind, "webhook_acts")
}
