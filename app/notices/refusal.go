package notices

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/emersion/go-smtp"
)

// reason is what a refusal is about (docs/domain.md section 6).
type reason string

const (
	unknown      reason = "unknown"   // no such user or host: the only one that lasts
	filtered     reason = "filtered"  // the receiver's own settings
	full         reason = "full"      // the mailbox
	suspended    reason = "suspended" // the account rests
	rejected     reason = "rejected"  // our address, content, reputation, authentication, relaying, size
	throttled    reason = "throttled" // too many, too fast
	network      reason = "network"   // their system or the way to it
	undetermined reason = "undetermined"
)

// stage is how far the dialogue was when the server refused.
type stage int

const (
	atRecipient stage = iota
	atMessage
)

// byCode are reasons by the subject and detail of an enhanced status code (RFC 3463),
// as far as a code alone tells; a detail of -1 stands for all others of the subject.
var byCode = map[[2]int]reason{
	{1, 1}: unknown, {1, 2}: unknown, {1, 3}: unknown, {1, 6}: unknown, {1, 10}: unknown, {1, 7}: rejected, {1, 8}: rejected,
	{2, 0}: filtered, {2, 1}: suspended, {2, 2}: full, {2, 3}: rejected,
	{3, 4}: rejected, {3, -1}: network, {4, -1}: network, {5, 3}: throttled, {5, -1}: rejected, {6, -1}: rejected, {7, 28}: throttled, {7, -1}: rejected,
}

// despiteCode are words that tell more than the code they come with: the hour's limit of
// a sender or a block under the code of an unknown mailbox, and an unknown mailbox under
// another.
var despiteCode = []struct {
	reason reason
	words  *regexp.Regexp
}{
	{throttled, regexp.MustCompile(`too many recipients|sent too many|\[tss\d+\]`)},
	{rejected, regexp.MustCompile(`(?s)^5\.1\.\d+ .*(block(ed|ing)? (list|using|by)|black.?list|deny.?list|spamhaus|spamcop|barracuda|\b(rbl|dnsbl|spf|dkim|dmarc)\b|relay(ing)? (access )?(is )?(denied|not)|not permitted to relay|authentication (is )?required|poor reputation)`)},
	{throttled, regexp.MustCompile(`(?s)^5\.1\.\d+ .*(too many connections|rate.?limit|sending (limit|quota))`)},
	{unknown, regexp.MustCompile(`^5\.4\.1 .*recipient address rejected: access denied`)},
}

// byWords are reasons by what servers say, for answers whose code does not tell. What
// is said about us comes first: "blocked for sending to unknown users" knows its users.
var byWords = []struct {
	reason reason
	words  *regexp.Regexp
}{
	{throttled, regexp.MustCompile(`too many|too much|too (fast|quickly)|(hourly|daily|sending) (limit|quota)|limit exceeded|rate.?limit|exceeded .*(rate|limit)|throttl|\[tss\d+\]|\[ipts\d+\]|vs\d+-ip|try (again )?later`)},
	{rejected, regexp.MustCompile(`rcpthosts|relay|block|helo|ehlo|mail from|client|hostname|starttls|\bauth\b|your (\w+ )?(host|ip|server|domain|network|address)|black.?list|deny.?list|spam|junk|virus|reputation|authenticat|\b(spf|dkim|dmarc|ptr|rdns|dnsbl|rbl)\b|reverse dns|access denied|not (permitted|allowed|authori[sz]ed)|policy|prohibited|sender|content|too (large|big)|message size`)},
	{unknown, regexp.MustCompile(`(user|recipient|address|mailbox|account|host|domain|destination)s? (is |was )?(unknown|not found|invalid)|unknown (\w+ )?(user|recipient|address|mailbox|account|host|domain)|no such|does(n't| not) exist|do(n't| not) have|no (mailbox|account)|invalid (recipient|mailbox|address|user)|unrout(e)?able|has moved|no longer|not a valid|not our (user|customer)|mailbox unavailable|address rejected\.?$`)},
	{full, regexp.MustCompile(`full|quota|exceeded storage|insufficient (system )?storage`)},
	{suspended, regexp.MustCompile(`disabled|inactive|suspended|deactivated|not active`)},
}

// reasonOf tells what a refusal is about, from its enhanced code, its words and when it
// came. An answer to the message that names no address may be the receiver's filter
// speaking as if nobody were there, as the carriers' do.
func reasonOf(said *smtp.SMTPError, at stage) reason {
	words := strings.ToLower(said.Message)
	code := fmt.Sprintf("%d.%d.%d ", said.EnhancedCode[0], said.EnhancedCode[1], said.EnhancedCode[2])
	for _, w := range despiteCode {
		if w.words.MatchString(code + words) {
			return w.reason
		}
	}
	if said.EnhancedCode[0] > 0 {
		subject, detail := said.EnhancedCode[1], said.EnhancedCode[2]
		if r, told := byCode[[2]int{subject, detail}]; told {
			return r
		}
		if r, told := byCode[[2]int{subject, -1}]; told {
			return r
		}
	}
	for _, w := range byWords {
		if !w.words.MatchString(words) {
			continue
		}
		nameless := at == atMessage && !strings.Contains(words, "<") || strings.HasPrefix(strings.TrimSpace(words), ":")
		if w.reason == unknown && nameless && said.EnhancedCode[0] <= 0 {
			return filtered
		}
		return w.reason
	}
	if said.Code == 552 {
		return full
	}
	return undetermined
}

// refused is what the receiving side answered.
type refused struct {
	*smtp.SMTPError
	reason reason
}

// Unwrap gives the answer as it came.
func (r *refused) Unwrap() error { return r.SMTPError }

// refusal makes a Permanent of what trying again will not mend: an address that is
// unknown, and a message that was refused as it is. What else is said about a recipient
// passes, or is ours to mend, and is tried again.
func refusal(said *smtp.SMTPError, at stage) error {
	r := &refused{said, reasonOf(said, at)}
	if said.Code < 500 {
		return r
	}
	gone := r.reason == unknown
	if at == atRecipient && !gone {
		return r
	}
	return &Permanent{Err: r, Recipient: gone}
}

// answer is how a mail server answered a mail, for the runs of equal answers.
type answer struct {
	taken  bool
	relay  bool // our own server, before it came to the recipient, or no server at all
	reason reason
	equal  string // equal where servers mean the same by it
	words  string
}

// aboutUs reports whether the answer is about what we are, and not about the address.
func (a answer) aboutUs() bool {
	return a.relay || a.reason != unknown && a.reason != filtered && a.reason != full && a.reason != suspended
}

// blocked reports whether a queue that is tried stays stopped: an answer about the
// address shows that we are listened to.
func (a answer) blocked() bool { return !a.taken && a.aboutUs() }

// answerOf reads what an outlet returned; nil for what no server was asked about.
func answerOf(err error, to string) *answer {
	if err == nil {
		return &answer{taken: true}
	}
	var r *refused
	var said *smtp.SMTPError
	var permanent *Permanent
	a := answer{words: short(err, to)}
	switch {
	case errors.As(err, &r):
		a.reason, a.equal = r.reason, fmt.Sprintf("%s %s", codeOf(r.SMTPError), r.reason)
	case errors.As(err, &permanent) && permanent.Recipient && permanent.Reason == "":
		a.reason, a.equal = unknown, string(unknown)
	case permanent != nil:
		return nil // the message could not be made
	case errors.As(err, &said):
		a.relay, a.equal = true, "relay "+codeOf(said)
	default:
		a.relay, a.equal = true, "unreachable"
	}
	return &a
}

func codeOf(said *smtp.SMTPError) string {
	if said.EnhancedCode[0] <= 0 {
		return fmt.Sprint(said.Code)
	}
	return fmt.Sprintf("%d %d.%d.%d", said.Code, said.EnhancedCode[0], said.EnhancedCode[1], said.EnhancedCode[2])
}
