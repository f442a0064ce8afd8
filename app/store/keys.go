package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"hoten/app/vault"
)

var errOtherKeys = errors.New("the keys in the data folder are not those of this database: copy the folder keys/ of the program that made it")

// CheckKeys refuses a database whose fields were sealed with other keys than v's. It
// changes nothing; a database that has no keys yet, or no schema, passes. owner is
// the address of the database's owner.
func CheckKeys(ctx context.Context, owner string, v *vault.Vault) error {
	cfg, err := pgx.ParseConfig(owner)
	if err != nil {
		return err
	}
	return asOwner(ctx, cfg, func(c *pgx.Conn) error {
		var migrated bool
		if err := c.QueryRow(ctx, "select to_regclass('settings') is not null").Scan(&migrated); err != nil || !migrated {
			return err
		}
		var known string
		err := c.QueryRow(ctx, "select coalesce((select value from settings where key = 'vault'), $1)", v.Fingerprint()).Scan(&known)
		if err == nil && known != v.Fingerprint() {
			err = errOtherKeys
		}
		return err
	})
}

// claimKeys makes v's keys those of a migrated database that has none yet, and refuses
// a database of other keys without a change.
func claimKeys(ctx context.Context, owner *pgx.ConnConfig, v *vault.Vault) error {
	return asOwner(ctx, owner, func(c *pgx.Conn) error {
		if _, err := c.Exec(ctx, "insert into settings (key, value) values ('vault', $1) on conflict do nothing", v.Fingerprint()); err != nil {
			return err
		}
		var known string
		err := c.QueryRow(ctx, "select value from settings where key = 'vault'").Scan(&known)
		if err == nil && known != v.Fingerprint() {
			err = errOtherKeys
		}
		return err
	})
}

func asOwner(ctx context.Context, cfg *pgx.ConnConfig, fn func(*pgx.Conn) error) error {
	c, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	return fn(c)
}
