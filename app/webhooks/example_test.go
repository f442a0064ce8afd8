package webhooks_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// genuine reports whether a message is hoten's, and of these five minutes.
func genuine(secret string, h http.Header, body []byte, now time.Time) bool {
	sent, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || now.Sub(time.Unix(sent, 0)).Abs() > 5*time.Minute {
		return false
	}
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", h.Get("webhook-id"), sent, body)
	for _, signature := range strings.Fields(h.Get("webhook-signature")) {
		given, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(signature, "v1,"))
		if hmac.Equal(given, mac.Sum(nil)) {
			return true
		}
	}
	return false
}

// The message and the signature are those of the specification of Standard Webhooks.
func Example_genuine() {
	h := http.Header{}
	h.Set("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
	h.Set("webhook-timestamp", "1614265330")
	h.Set("webhook-signature", "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	const secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", `{"test": 2432232314}`
	now := time.Unix(1614265330, 0)
	fmt.Println(genuine(secret, h, []byte(body), now))
	fmt.Println(genuine(secret, h, []byte(body+" "), now))
	fmt.Println(genuine(secret, h, []byte(body), now.Add(6*time.Minute)))
	// Output:
	// true
	// false
	// false
}
