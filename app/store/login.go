package store

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"hoten/app/vault"
)

// group is what the program may do in the database: neither change or delete ledger
// and audit rows, nor touch the schema. Migrations make it.
const group = "hoten_app"

// login makes cfg connect as the program's own login role of this database, a member
// of group, so that no statement of a connection can go back to the owner's rights.
// The owner in cfg makes the role when there is none. An owner who may not is kept,
// with its rights given up by "set role" only, which the log warns of.
func login(ctx context.Context, cfg *pgx.ConnConfig, v *vault.Vault, log *slog.Logger) error {
	owner := cfg.Copy()
	cfg.User = loginName(cfg.Database)
	cfg.Password = hex.EncodeToString(v.Blind("database_login", cfg.User))
	if err := reach(ctx, cfg); !refusedLogin(err) {
		return err
	}
	err := makeLogin(ctx, owner, cfg.User, cfg.Password)
	if err == nil {
		if err = reach(ctx, cfg); !refusedLogin(err) {
			return err
		}
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	log.WarnContext(ctx, "the program could not get a database role of its own and works as the owner with its rights given up: let the owner create roles, or allow the role to sign in", "role", cfg.User, "error", err)
	cfg.User, cfg.Password = owner.User, owner.Password
	cfg.AfterConnect = func(ctx context.Context, c *pgconn.PgConn) error {
		return c.Exec(ctx, "set role "+group).Close()
	}
	return nil
}

// loginName is of one database: roles belong to the whole server, where another
// database may have other keys.
func loginName(database string) string {
	h := sha256.Sum256([]byte(database))
	return group + "_" + hex.EncodeToString(h[:6])
}

func reach(ctx context.Context, cfg *pgx.ConnConfig) error {
	c, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	return c.Close(ctx)
}

func refusedLogin(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code[:2] == "28"
}

func makeLogin(ctx context.Context, owner *pgx.ConnConfig, name, password string) error {
	verifier, err := scram(password, name)
	if err != nil {
		return err
	}
	// Programs that start at once take their turns; a role of before gets these keys' password.
	return asOwner(ctx, owner, func(c *pgx.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error { return grantLogin(ctx, tx, name, verifier) })
	})
}

func grantLogin(ctx context.Context, tx pgx.Tx, name, verifier string) error {
	if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock($1)", lockNumber("login role")); err != nil {
		return err
	}
	var known bool
	if err := tx.QueryRow(ctx, "select exists (select 1 from pg_roles where rolname = $1)", name).Scan(&known); err != nil {
		return err
	}
	verb := "create"
	if known {
		verb = "alter"
	}
	role := pgx.Identifier{name}.Sanitize()
	if _, err := tx.Exec(ctx, fmt.Sprintf("%s role %s login password '%s'", verb, role, verifier)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, fmt.Sprintf("grant %s to %s", group, role))
	return err
}

// scram is the verifier that PostgreSQL keeps of a password (RFC 5803), so that the
// password itself reaches no log of statements. The salt needs to be no secret.
func scram(password, salt string) (string, error) {
	const rounds = 4096
	s := sha256.Sum256([]byte(salt))
	salted, err := pbkdf2.Key(sha256.New, password, s[:16], rounds, sha256.Size)
	if err != nil {
		return "", err
	}
	mac := func(text string) []byte {
		m := hmac.New(sha256.New, salted)
		m.Write([]byte(text))
		return m.Sum(nil)
	}
	stored := sha256.Sum256(mac("Client Key"))
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", rounds, b64(s[:16]), b64(stored[:]), b64(mac("Server Key"))), nil
}
