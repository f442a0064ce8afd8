package app

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unicode"

	"github.com/jackc/pgx/v5"

	"hoten/app/api"
	"hoten/app/notices"
	"hoten/app/staff"
	"hoten/app/webhooks"
	"hoten/i18n"
)

// Config is what the program is told: flags, then environment, then defaults.
type Config struct {
	Addr        string // HOTEN_ADDR
	DataDir     string // HOTEN_DATA_DIR
	DatabaseURL string // HOTEN_DATABASE_URL; empty: the embedded PostgreSQL
	PointsDir   string // HOTEN_POINTS_DIR; empty: points in the data folder
	SMTPURL     string // HOTEN_SMTP_URL; empty: mails are kept in the mailbox folder
	MailFrom    string // HOTEN_MAIL_FROM
	BaseURL     string // HOTEN_BASE_URL; empty: from Addr
	// HOTEN_TRUSTED_PROXIES: networks (CIDR) or addresses, apart by commas or spaces,
	// whose X-Forwarded-For is believed; empty: nobody's.
	TrustedProxies  string
	Demo            bool        // hoten demo: mails are meant to be kept, and nobody is warned of it
	SignIns         []staff.New // hoten demo: told on its sign-in page, with their passwords
	Training        bool        // HOTEN_TRAINING=true: callers are played and mails shown whole; not beside a mail server
	AllowDemo       bool        // HOTEN_ALLOW_DEMO=true: serve accounts whose password is known to everybody
	WebhooksPrivate bool        // HOTEN_WEBHOOKS_PRIVATE=true: webhooks may go to private addresses, and unencrypted
	APIRate         int         // HOTEN_API_RATE: requests of one API token in a minute
	apiRate         string
	training        string
	allowDemo       string
	webhooksPrivate string
}

// Folder is the data folder unless another is named.
const Folder = "./data"

// Address is the listen address unless another is named.
const Address = "127.0.0.1:8080"

// FromEnvironment reads the variables, with their defaults; that of the data folder is
// given.
func FromEnvironment(folder string) Config {
	get := func(name, otherwise string) string {
		if v := os.Getenv(name); v != "" {
			return v
		}
		return otherwise
	}
	return Config{
		Addr:        get("HOTEN_ADDR", Address),
		DataDir:     get("HOTEN_DATA_DIR", folder),
		DatabaseURL: get("HOTEN_DATABASE_URL", ""),
		PointsDir:   get("HOTEN_POINTS_DIR", ""),
		SMTPURL:     get("HOTEN_SMTP_URL", ""),
		MailFrom:    get("HOTEN_MAIL_FROM", ""),
		BaseURL:     get("HOTEN_BASE_URL", ""),

		TrustedProxies:  get("HOTEN_TRUSTED_PROXIES", ""),
		apiRate:         get("HOTEN_API_RATE", strconv.Itoa(api.UsualRate)),
		training:        get("HOTEN_TRAINING", "false"),
		allowDemo:       get("HOTEN_ALLOW_DEMO", "false"),
		webhooksPrivate: get("HOTEN_WEBHOOKS_PRIVATE", "false"),
	}
}

// Wrong is a variable that cannot work as it is. The i18n key "cli.wrong." and Why shows a
// value that can.
type Wrong struct {
	Variable, Value, Why string
	Err                  error // what the system said; may be nil
}

// In says what is wrong in the language of ctx.
func (w Wrong) In(ctx context.Context) string {
	s := i18n.T(ctx, "cli.wrong."+w.Why, "variable", w.Variable, "value", w.Value)
	if w.Err != nil {
		s += " (" + w.Err.Error() + ")"
	}
	return s
}

func (w Wrong) Error() string { return w.In(i18n.With(context.Background(), "en")) }

func (w Wrong) Unwrap() error { return w.Err }

// Check refuses what cannot work, with a Wrong. What may hold a password is not repeated.
func (c *Config) Check() error {
	if allowed, err := strconv.ParseBool(cmp.Or(c.allowDemo, "false")); err != nil {
		return Wrong{Variable: "HOTEN_ALLOW_DEMO", Value: c.allowDemo, Why: "allow_demo"}
	} else if allowed {
		c.AllowDemo = true
	}
	var err error
	if c.Training, err = strconv.ParseBool(cmp.Or(c.training, "false")); err != nil {
		return Wrong{Variable: "HOTEN_TRAINING", Value: c.training, Why: "training"}
	}
	if c.WebhooksPrivate, err = strconv.ParseBool(cmp.Or(c.webhooksPrivate, "false")); err != nil {
		return Wrong{Variable: "HOTEN_WEBHOOKS_PRIVATE", Value: c.webhooksPrivate, Why: "webhooks_private"}
	}
	if c.APIRate, err = strconv.Atoi(cmp.Or(c.apiRate, "0")); err != nil || c.APIRate < 1 && c.apiRate != "" {
		return Wrong{Variable: "HOTEN_API_RATE", Value: c.apiRate, Why: "api_rate"}
	}
	if err := c.checkMail(); err != nil {
		return err
	}
	if _, err := pgx.ParseConfig(c.DatabaseURL); c.DatabaseURL != "" && err != nil {
		return Wrong{Variable: "HOTEN_DATABASE_URL", Why: "database_url"}
	}
	host, port, err := net.SplitHostPort(c.Addr)
	if _, unknown := net.LookupPort("tcp", port); err != nil || unknown != nil {
		return Wrong{Variable: "HOTEN_ADDR", Value: c.Addr, Why: "addr"}
	}
	if c.BaseURL == "" {
		if host == "" || host == "0.0.0.0" || host == "::" {
			host = "localhost"
		}
		c.BaseURL = "http://" + net.JoinHostPort(host, port)
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return Wrong{Variable: "HOTEN_BASE_URL", Value: c.BaseURL, Why: "base_url"}
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	_, err = c.proxies()
	return err
}

func (c *Config) checkMail() error {
	if c.SMTPURL != "" && c.MailFrom == "" {
		return Wrong{Variable: "HOTEN_MAIL_FROM", Why: "mail_from_missing"}
	}
	c.MailFrom = cmp.Or(c.MailFrom, "no-reply@localhost")
	if _, err := mail.ParseAddress(c.MailFrom); err != nil {
		return Wrong{Variable: "HOTEN_MAIL_FROM", Value: c.MailFrom, Why: "mail_from"}
	}
	if c.SMTPURL == "" {
		return nil
	}
	if c.Training {
		return Wrong{Variable: "HOTEN_TRAINING", Value: c.training, Why: "training_mailing"}
	}
	if _, err := notices.NewSMTP(c.SMTPURL, c.MailFrom); err != nil {
		return Wrong{Variable: "HOTEN_SMTP_URL", Why: "smtp_url"}
	}
	return nil
}

// listen takes the address.
func (c Config) listen() (net.Listener, error) {
	l, err := net.Listen("tcp", c.Addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, Wrong{Variable: "HOTEN_ADDR", Value: c.Addr, Why: "addr_taken"}
	case err != nil:
		return nil, Wrong{Variable: "HOTEN_ADDR", Value: c.Addr, Why: "addr", Err: err}
	}
	return l, nil
}

// Free refuses an address that another program has. Nothing is made by that.
func (c *Config) Free() error {
	if err := c.Check(); err != nil {
		return err
	}
	l, err := c.listen()
	if err != nil {
		return err
	}
	return l.Close()
}

// proxies are the networks of TrustedProxies.
func (c Config) proxies() (out []netip.Prefix, err error) {
	for _, v := range strings.FieldsFunc(c.TrustedProxies, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		p, err := netip.ParsePrefix(v)
		if a, single := netip.ParseAddr(v); err != nil && single == nil {
			p, err = a.Prefix(a.BitLen())
		}
		if err != nil {
			return nil, Wrong{Variable: "HOTEN_TRUSTED_PROXIES", Value: v, Why: "proxies"}
		}
		out = append(out, p)
	}
	return out, nil
}

// Empty reports whether no installation was made in the data folder: each has its keys there,
// also with a database of its own elsewhere.
func (c Config) Empty() bool {
	_, err := os.Stat(c.keys())
	return errors.Is(err, fs.ErrNotExist)
}

// reach is where webhooks may go.
func (c Config) reach() webhooks.Reach { return webhooks.Reach(c.WebhooksPrivate) }

func (c Config) keys() string { return filepath.Join(c.DataDir, "keys") }

// mailbox is where mails are kept when there is no mail server.
func (c Config) mailbox() notices.Mailbox {
	return notices.Mailbox{Folder: filepath.Join(c.DataDir, "mailbox")}
}

// room is the mailbox that callers are played with; nil where none are.
func (c Config) room() *notices.Mailbox {
	if !c.Training && !c.Demo || c.SMTPURL != "" {
		return nil
	}
	box := c.mailbox()
	return &box
}

// auditHead is the file that remembers the newest seal of the audit chain.
func (c Config) auditHead() string { return filepath.Join(c.keys(), "audit-head.json") }
