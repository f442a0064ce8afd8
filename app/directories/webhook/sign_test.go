package webhook

import (
	"crypto/ed25519"
	"encoding/base64"
	"strings"
	"testing"

	"hoten/app/outbound"
	"hoten/app/outside/rest/resttest"
)

// Of the specification of Standard Webhooks.
const published = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func TestSettingsThatCannotBeMeant(t *testing.T) {
	s := &resttest.Server{URL: "https://id.example.jp/hoten"}
	private := outbound.NewSecret("ed25519")
	mixed := ed25519.NewKeyFromSeed(make([]byte, 32))
	mixed[63] ^= 1
	resttest.Wrong(t, Kind, s.Settings(Kind, "secret", published))
	resttest.Wrong(t, Kind, s.Settings(Kind, "secret", outbound.NewSecret("hmac")))
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
