package app

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
)

// Config is what the program is told: flags, then environment, then defaults.
type Config struct {
	Addr        string // HOTEN_ADDR
	DataDir     string // HOTEN_DATA_DIR
	DatabaseURL string // HOTEN_DATABASE_URL; empty: the embedded PostgreSQL
	SMTPURL     string // HOTEN_SMTP_URL; empty: mails are kept in the mailbox folder
	MailFrom    string // HOTEN_MAIL_FROM
	BaseURL     string // HOTEN_BASE_URL; empty: from Addr
	// HOTEN_TRUSTED_PROXIES: networks (CIDR) or addresses, apart by commas or spaces,
	// whose X-Forwarded-For is believed; empty: nobody's.
	TrustedProxies string
	Demo           bool // hoten demo: mails are meant to be kept, and nobody is warned of it
	AllowDemo      bool // HOTEN_ALLOW_DEMO=true: serve accounts whose password is known to everybody
	allowDemo      string
}

// Folder is the data folder unless another is named.
const Folder = "./data"

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
		Addr:        get("HOTEN_ADDR", "127.0.0.1:8080"),
		DataDir:     get("HOTEN_DATA_DIR", folder),
		DatabaseURL: get("HOTEN_DATABASE_URL", ""),
		SMTPURL:     get("HOTEN_SMTP_URL", ""),
		MailFrom:    get("HOTEN_MAIL_FROM", ""),
		BaseURL:     get("HOTEN_BASE_URL", ""),

		TrustedProxies: get("HOTEN_TRUSTED_PROXIES", ""),
		allowDemo:      get("HOTEN_ALLOW_DEMO", "false"),
	}
}

// Check refuses what cannot work, naming the variable.
func (c *Config) Check() error {
	if c.SMTPURL != "" && c.MailFrom == "" {
		return errors.New("HOTEN_MAIL_FROM is required with HOTEN_SMTP_URL: the From address of mails to members")
	}
	if allowed, err := strconv.ParseBool(cmp.Or(c.allowDemo, "false")); err != nil {
		return fmt.Errorf("HOTEN_ALLOW_DEMO %q is neither true nor false", c.allowDemo)
	} else if allowed {
		c.AllowDemo = true
	}
	if c.MailFrom == "" {
		c.MailFrom = "no-reply@localhost"
	}
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return fmt.Errorf("HOTEN_ADDR %q: %w", c.Addr, err)
	}
	if c.BaseURL == "" {
		if host == "" || host == "0.0.0.0" || host == "::" {
			host = "localhost"
		}
		c.BaseURL = "http://" + net.JoinHostPort(host, port)
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("HOTEN_BASE_URL %q is not an address like https://hoten.example", c.BaseURL)
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	_, err = c.proxies()
	return err
}

// proxies are the networks of TrustedProxies.
func (c Config) proxies() (out []netip.Prefix, err error) {
	for _, v := range strings.FieldsFunc(c.TrustedProxies, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		p, err := netip.ParsePrefix(v)
		if a, single := netip.ParseAddr(v); err != nil && single == nil {
			p, err = a.Prefix(a.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("HOTEN_TRUSTED_PROXIES: %q is not a network like 10.0.0.0/8", v)
		}
		out = append(out, p)
	}
	return out, nil
}

func (c Config) keys() string { return filepath.Join(c.DataDir, "keys") }

// mailbox is where mails are kept when there is no mail server.
func (c Config) mailbox() string { return filepath.Join(c.DataDir, "mailbox") }

// auditHead is the file that remembers the newest seal of the audit chain.
func (c Config) auditHead() string { return filepath.Join(c.keys(), "audit-head.json") }
