package notices

import "testing"

// The statements that are asked for each result.
var LastAhead, WakeBehind = lastAhead, wakeBehind

// Receive starts a mail server for the tests that need a database; rcpt and data
// are its answers to the first recipients and messages.
func Receive(t *testing.T, rcpt, data []error) (address string, got func() []string) {
	r := receive(t, &receiver{rcpt: rcpt, data: data}, nil)
	return "smtp://" + r.address, func() []string {
		r.mu.Lock()
		defer r.mu.Unlock()
		return append([]string(nil), r.got...)
	}
}
