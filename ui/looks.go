package ui

// Tones give a state its colour; the word always stands beside it.
const (
	toneRed   = "red"   // error, overdue
	toneAmber = "amber" // attention, stalled
	toneBlue  = "blue"  // in progress
	toneGreen = "green" // done
	toneGrey  = "grey"  // on hold, out
	tonePlain = "plain"
)

type look struct{ tone, mark string }

// markIn is the shape beside the word; 済 is a shape only to who reads it.
func (l look) markIn(lang string) string {
	if l.mark == "済" && lang != "ja" {
		return "✓"
	}
	return l.mark
}

func lookOf(table map[string]look, key string) look {
	if l, ok := table[key]; ok {
		return l
	}
	return look{tonePlain, "・"}
}

var caseLooks = map[string]look{
	"new":               {tonePlain, "○"},
	"in_progress":       {toneBlue, "●"},
	"awaiting_customer": {toneBlue, "◐"},
	"callback_due":      {toneAmber, "△"},
	"awaiting_approval": {toneBlue, "◐"},
	"on_hold":           {toneGrey, "Ⅱ"},
	"completed":         {toneGreen, "済"},
	"reopened":          {toneAmber, "△"},
	"out_of_scope":      {toneGrey, "－"},
}

var identityLooks = map[string]look{
	"restricted": {toneAmber, "△"},
	"link_sent":  {toneBlue, "◐"},
	"resumed":    {toneGreen, "済"},
}

var reimbursementLooks = map[string]look{
	"submitted": {toneBlue, "◐"},
	"approved":  {toneBlue, "●"},
	"returned":  {toneAmber, "△"},
	"undone":    {toneAmber, "△"},
	"rejected":  {toneRed, "×"},
	"withdrawn": {toneGrey, "－"},
	"posted":    {toneGreen, "済"},
}

var mailLooks = map[string]look{
	"queued":   {toneBlue, "◐"},
	"sent":     {toneGreen, "済"},
	"kept":     {toneAmber, "△"}, // not sent: no mail server was set up
	"failed":   {toneRed, "×"},
	"bounced":  {toneRed, "×"},
	"withheld": {toneGrey, "－"}, // what it told did not hold any more
}

var findingLooks = map[string]look{
	"suspected": {toneAmber, "△"},
	"confirmed": {toneRed, "●"},
	"own":       {toneGrey, "－"},
	"none":      {tonePlain, "・"},
}

var callbackLooks = map[string]look{
	"open":      {toneBlue, "◐"},
	"done":      {toneGreen, "済"},
	"dropped":   {toneGrey, "－"},
	"exhausted": {toneAmber, "△"},
}

var bulletinLooks = map[string]look{
	"in_force": {toneBlue, "●"},
	"coming":   {tonePlain, "・"},
	"past":     {toneGrey, "－"},
}

var importLooks = map[string]look{
	"running": {toneBlue, "◐"},
	"done":    {toneGreen, "済"},
	"failed":  {toneRed, "×"},
}
