package notices

import (
	"errors"
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

// What a server says about us never marks an address, whatever it says it with. Wordings
// of Gmail, Outlook, Yahoo, Postfix, Exim, qmail and others.
func TestWhatIsSaidAboutUs(t *testing.T) {
	for _, said := range []string{
		"550 5.7.26 Unauthenticated email from hoten.example is not accepted due to domain's DMARC policy",
		"550 5.7.1 Our system has detected that this message is likely unsolicited mail",
		"421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address",
		"421 4.7.0 Try again later, closing connection",
		"550 5.4.5 Daily user sending limit exceeded",
		"550 5.7.606 Access denied, banned sending IP [192.0.2.1]",
		"550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP",
		"451 4.7.500 Server busy. Please try again later from [192.0.2.1]",
		"421 4.3.2 The maximum number of concurrent connections has exceeded a limit, closing transmission channel",
		"550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus",
		"550 5.7.57 Client not authenticated to send mail",
		"550 5.7.23 The message was rejected because of Sender Policy Framework violation",
		"554 5.7.9 Message not accepted for policy reasons",
		"553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus's list",
		"421 4.7.1 [TSS09] All messages from 192.0.2.1 will be permanently deferred",
		"454 4.7.1 <a@mail.example>: Relay access denied",
		"554 5.7.1 <a@mail.example>: Relay access denied",
		"530 5.7.0 Authentication required",
		"550 SMTP AUTH is required for this host",
		"530 Must issue a STARTTLS command first",
		"554 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
		"550 Client host rejected: cannot find your reverse hostname",
		"550 unknown client host",
		"550 <localhost>: Helo command rejected: Host not found",
		"550 Domain of MAIL FROM does not exist",
		"550 Your domain does not exist in DNS",
		"550 relay not permitted",
		"550 Administrative prohibition",
		"550 Verification failed for <no-reply@hoten.example>\nUnrouteable address\nSender verify failed",
		"550 rejected because 192.0.2.1 is in a black list at b.barracudacentral.example",
		"421 Too many concurrent SMTP connections from this IP address",
		"550 Too many connections from your host",
		"550 hourly limit exceeded",
		"550 you are rate limited",
		"550 SPF check failed: not authorized",
		"550 DKIM signature of an unknown domain",
		"550 5.1.1 <a@mail.example> blocked using dnsbl.example",
		"550 5.1.1 Relaying denied",
		"550 5.1.2 too many connections from 192.0.2.1",
		"550 5.1.0 Authentication required",
		"554 5.1.8 Sender address rejected: Domain not found",
		"550 5.1.7 Invalid sender address",
		"552 5.3.4 Message too big",
		"421 Service not available",
	} {
		for _, at := range []stage{atRecipient, atMessage} {
			err := refusal(spoken(t, said), at)
			var permanent *Permanent
			if errors.As(err, &permanent) && permanent.Recipient {
				t.Errorf("%q marks the address", said)
			}
			if a := answerOf(err, ""); !a.aboutUs() || !a.blocked() {
				t.Errorf("%q is about the address: %s", said, a.reason)
			}
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
