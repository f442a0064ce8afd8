package cti

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Dialling is the address that a number is dialled by, with {number} and, where the system
// asks for it, {extension} in it: "tel:{number}".
type Dialling string

// DefaultDialling leaves dialling to what the agent's computer does with a number.
const DefaultDialling Dialling = "tel:{number}"

const diallingKey = "cti.dialling"

// schemes are those that a number may be dialled by.
var schemes = []string{"tel", "sip", "callto", "https", "http"}

// longestDialling bounds the address, in bytes.
const longestDialling = 300

func (d Dialling) check() error {
	u, err := url.Parse(strings.NewReplacer("{number}", "0", "{extension}", "0").Replace(string(d)))
	if err != nil || len(d) > longestDialling || !strings.Contains(string(d), "{number}") || !slices.Contains(schemes, strings.ToLower(u.Scheme)) ||
		strings.HasPrefix(u.Scheme, "http") && u.Host == "" {
		return fault.Input("dialling", "dialling_invalid")
	}
	return nil
}

// URL is the address that dials a number from an extension.
func (d Dialling) URL(number, extension string) string {
	return strings.NewReplacer("{number}", url.QueryEscape(number), "{extension}", url.QueryEscape(extension)).Replace(string(d))
}

// SetDialling changes how numbers are dialled; empty: as by default.
func SetDialling(ctx context.Context, s *store.Store, by access.Actor, d Dialling) error {
	return verbs.Run(ctx, s, by, ToSetDialling, "cti", "", func(tx *store.Tx) error {
		if d == "" {
			d = DefaultDialling
		}
		if err := d.check(); err != nil {
			return err
		}
		before, err := CurrentDialling(tx.DB)
		if err != nil || before == d {
			return err
		}
		store.SetSetting(tx, diallingKey, string(d))
		return audit.Record(tx, audit.Change{Before: map[string]any{"dialling": before}, After: map[string]any{"dialling": d}})
	})
}

// CurrentDialling is how numbers are dialled now.
func CurrentDialling(db *gorm.DB) (Dialling, error) {
	kept, err := store.Setting(db, diallingKey)
	if kept == "" {
		return DefaultDialling, err
	}
	return Dialling(kept), err
}
