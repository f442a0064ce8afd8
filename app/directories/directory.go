package directories

import (
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"hoten/app/store"
	"hoten/app/vault"
)

// Directory is an identity system as it is set up here, and how it answered lately.
type Directory struct {
	ID           int16
	Code         string
	Name         string
	Kind         string
	Settings     []byte // JSON by name, without the secret ones
	Secrets      []byte // those, sealed
	Version      int64
	CheckedAt    *time.Time
	Findings     []byte // JSON of []Finding, of the last check
	Fails        int    // one after the other, since FailingSince
	FailingSince *time.Time
	RestsUntil   *time.Time // nothing is sent before (the circuit is open)
	Said         string     // with the last failure
	AnsweredAt   *time.Time // definitely, last
}

// List reads the directories, in the order they were set up.
func List(db *gorm.DB) ([]Directory, error) {
	return store.Select[Directory](db, "select * from directories order by id")
}

// ByCode finds the directory with a code. Unknown: NotFound.
func ByCode(db *gorm.DB, code string) (*Directory, error) {
	return store.Find[Directory](db, "code = ?", code)
}

// ByID finds a directory. Unknown: NotFound.
func ByID(db *gorm.DB, id int16) (*Directory, error) {
	return store.Find[Directory](db, "id = ?", id)
}

// Set reads what the directory is set up with, but for secrets.
func (d Directory) Set() map[string]string {
	out := map[string]string{}
	_ = json.Unmarshal(d.Settings, &out) // ours; damaged, it says nothing
	return out
}

// Found reads what the last check found.
func (d Directory) Found() (out []Finding) {
	_ = json.Unmarshal(d.Findings, &out)
	return out
}

// Has names the secrets that are kept.
func (d Directory) Has(v *vault.Vault) (map[string]bool, error) {
	kept, err := d.secrets(v)
	out := map[string]bool{}
	for name, value := range kept {
		out[name] = value != ""
	}
	return out, err
}

func (d Directory) secrets(v *vault.Vault) (map[string]string, error) {
	out := map[string]string{}
	plain, err := v.Unseal("directories", "secrets", int64(d.ID), d.Secrets)
	if err != nil || plain == "" {
		return out, err
	}
	return out, json.Unmarshal([]byte(plain), &out)
}

// open makes the system that the directory is set up for.
func (d Directory) open(v *vault.Vault) (System, error) {
	kind, known := KindOf(d.Kind)
	if !known {
		return nil, fmt.Errorf("this program knows no directory of the kind %q", d.Kind)
	}
	all, err := d.secrets(v)
	if err != nil {
		return nil, err
	}
	for name, value := range d.Set() {
		all[name] = value
	}
	settings, err := kind.settled(all)
	if err != nil {
		return nil, err
	}
	return kind.Open(settings)
}
