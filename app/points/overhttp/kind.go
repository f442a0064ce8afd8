// Package overhttp has point systems do movements over HTTP, each under a key of its own:
// docs/connect/points-http.md is the contract.
//
//	PUT {url}/movements/{key}                         does it, once
//	GET {url}/movements/{key}                         what became of it
//	GET {url}/movements?day=&after=&limit=            the statement of a day, if it has one
//	GET {url}/accounts/{account}/balance?program=     for the check
package overhttp

import (
	"strconv"
	"strings"
	"time"

	"hoten/app/fault"
	"hoten/app/outside"
	"hoten/app/outside/rest"
	"hoten/app/points"
)

// Ways of saying who we are (setting auth).
const (
	bearer = "bearer"
	hmacs  = "hmac"
)

// login stands for the member's ID in the setting account.
const login = "{login}"

// longestTimeout bounds the setting timeout, in seconds: it ends before outside.Patience does.
const longestTimeout = 14

// Kind is a point system that is spoken to over HTTP.
var Kind = points.Kind{
	Name: "http",
	Settings: append(rest.Settings[:len(rest.Settings):len(rest.Settings)],
		outside.Setting{Name: "auth", Choices: []string{bearer, hmacs}, Default: bearer},
		outside.Setting{Name: "secret", Secret: true, Required: true},
		outside.Setting{Name: "account", Default: login},
		outside.Setting{Name: "timeout", Default: "10"},
		outside.Setting{Name: "check_account"},
		outside.Setting{Name: points.StatementHour},
	),
	Open: open,
}

func init() { points.Register(Kind) }

// system is a point system as it is set up. It is not changed after open.
type system struct {
	server  *rest.Server
	auth    string
	secret  string
	account string
	timeout time.Duration
	probe   string // the account that the check reads; empty: none
}

func open(set map[string]string) (points.System, error) {
	var p fault.Problems
	s := &system{auth: set["auth"], secret: set["secret"], account: set["account"], probe: set["check_account"]}
	s.server = rest.Open(&p, set, set["secret"])
	if strings.Count(s.account, login) != 1 {
		p.Add("account", "points_account")
	}
	if len(s.secret) < shortestSecret || strings.ContainsAny(s.secret, "\r\n") {
		p.Add("secret", "points_secret", "min", shortestSecret)
	}
	seconds, err := strconv.Atoi(set["timeout"])
	if err != nil || seconds < 1 || seconds > longestTimeout {
		p.Add("timeout", "limit_range", "max", longestTimeout)
	}
	if hour, err := strconv.Atoi(set[points.StatementHour]); set[points.StatementHour] != "" && (err != nil || hour < 0 || hour > 23) {
		p.Add(points.StatementHour, "statement_hour")
	}
	s.timeout = time.Duration(seconds) * time.Second
	return s, p.Err()
}

// shortestSecret is how many characters a secret has at least.
const shortestSecret = 16
