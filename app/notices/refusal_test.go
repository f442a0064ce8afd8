package notices

import (
	"strconv"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
)

// TestReasonOf has answers of servers as they are worded, written down anew.
func TestReasonOf(t *testing.T) {
	for _, c := range []struct {
		at   stage
		said string
		want reason
	}{
		{atRecipient, "550 5.1.1 <a@mail.example>: no such user", unknown},
		{atRecipient, "550 5.1.10 RESOLVER.ADR.RecipientNotFound", unknown},
		{atRecipient, "550 User unknown", unknown},
		{atRecipient, "550 <a@ezweb.example>: User unknown", unknown},
		{atRecipient, "550 Requested action not taken: mailbox unavailable", unknown},
		{atRecipient, "550 5.1.0 Address rejected.", unknown},
		{atRecipient, "550 5.4.1 Recipient address rejected: Access denied [x.protection.outlook.com]", unknown},
		{atRecipient, "551 not our customer", unknown},
		{atRecipient, "550 Host unknown", unknown},
		{atMessage, "550 5.1.1 no such user", unknown},
		{atMessage, "550 Unknown user", filtered},
		{atMessage, "550 Unknown user a@docomo.example", filtered},
		{atRecipient, "550 : User unknown", filtered},
		{atRecipient, "550 5.2.0 a@docomo.example", filtered},
		{atRecipient, "552 5.2.2 mailbox full", full},
		{atRecipient, "552 storage", full},
		{atRecipient, "550 user is over quota", full},
		{atRecipient, "550 5.2.1 The account that you tried to reach is disabled", suspended},
		{atRecipient, "550 This account is inactive", suspended},
		{atRecipient, "550 Access denied, your network is blocked for sending to many unknown users", rejected},
		{atRecipient, "553 sorry, that domain isn't in my list of allowed rcpthosts", rejected},
		{atRecipient, "550 Relaying denied", rejected},
		{atRecipient, "550 5.7.26 This mail has been blocked because the sender is unauthenticated", rejected},
		{atRecipient, "550 5.1.8 Sender address rejected: Domain not found", rejected},
		{atMessage, "554 5.7.1 Message rejected as spam by content filter", rejected},
		{atMessage, "552 5.3.4 Message size exceeds fixed limit", rejected},
		{atMessage, "554 5.6.0 Headers too large", rejected},
		{atRecipient, "554 Bad DNS PTR resource record", rejected},
		{atRecipient, "552 too many recipients", throttled},
		{atRecipient, "550 5.1.1 <a@mail.example> has sent to too many recipients this hour", throttled},
		{atRecipient, "421 4.7.0 [TSS04] Messages temporarily deferred", throttled},
		{atRecipient, "550 5.4.4 unable to route", network},
		{atRecipient, "554 no", undetermined},
	} {
		if got := reasonOf(spoken(t, c.said), c.at); got != c.want {
			t.Errorf("%q is %s, not %s", c.said, got, c.want)
		}
	}
}

// spoken reads an answer as the client does.
func spoken(t *testing.T, said string) *smtp.SMTPError {
	t.Helper()
	code, text, _ := strings.Cut(said, " ")
	out := &smtp.SMTPError{EnhancedCode: smtp.NoEnhancedCode, Message: text}
	var err error
	if out.Code, err = strconv.Atoi(code); err != nil {
		t.Fatal(err)
	}
	first, rest, _ := strings.Cut(text, " ")
	if parts := strings.Split(first, "."); len(parts) == 3 {
		out.Message = rest
		for i, p := range parts {
			if out.EnhancedCode[i], err = strconv.Atoi(p); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}
