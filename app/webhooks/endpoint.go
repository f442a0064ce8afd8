package webhooks

import (
	"net/url"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/outbound"
	"hoten/app/store"
	"hoten/app/vault"
)

// Why an endpoint is disabled.
const (
	ByPerson = "person"
	Gone     = "gone"    // it answered 410
	Failing  = "failing" // it took nothing for failingFor
)

// Endpoint is a server outside that is told of events.
type Endpoint struct {
	ID           int64
	URL          string
	Note         string
	Kinds        string // of its events, separated by spaces
	Version      int64
	CreatedBy    int64
	CreatedAt    time.Time
	Told         int64 // the last seal whose event has its delivery
	DisabledAt   *time.Time
	DisabledWhy  string     // ByPerson …
	FailingSince *time.Time // the first failure after the last success
	RestsUntil   *time.Time // it asked for that
	AnsweredAt   *time.Time // with success, last
}

// TableName is the table of Endpoint.
func (Endpoint) TableName() string { return "webhook_endpoints" }

// KindList is the kinds of its events.
func (e Endpoint) KindList() []string { return strings.Fields(e.Kinds) }

// Origin is the address without its path, which may hold a secret.
func (e Endpoint) Origin() string {
	u, err := url.Parse(e.URL)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// List reads the endpoints, in the order they were added.
func List(db *gorm.DB) ([]Endpoint, error) {
	return store.Select[Endpoint](db, "select * from webhook_endpoints order by id")
}

// ByID finds an endpoint. Unknown: NotFound.
func ByID(db *gorm.DB, id int64) (*Endpoint, error) { return store.Find[Endpoint](db, "id = ?", id) }

// AskDisabled reads whether the program had to disable an endpoint that nobody has decided about.
func AskDisabled(reads *store.Reads) *[]bool {
	return store.AskValues[bool](reads, "select exists (select from webhook_endpoints where disabled_why in ('"+Gone+"', '"+Failing+"'))")
}

// secret is one that messages of an endpoint are signed with.
type secret struct {
	ID         int64
	EndpointID int64
	Secret     []byte // sealed
	MadeAt     time.Time
	SignsUntil *time.Time // nil: until it is replaced
}

func (secret) TableName() string { return "webhook_secrets" }

// signing reads the secrets that an endpoint's messages are signed with now, the newest first.
func signing(db *gorm.DB, v *vault.Vault, endpoint int64, now time.Time) (plain []string, signers []outbound.Signer, err error) {
	kept, err := store.Select[secret](db, "select * from webhook_secrets where endpoint_id = $1 and coalesce(signs_until > $2, true) order by id desc", endpoint, now)
	for _, k := range kept {
		text, err := v.Unseal("webhook_secrets", "secret", k.ID, k.Secret)
		if err != nil {
			return nil, nil, err
		}
		signer, err := outbound.ReadSecret(text)
		if err != nil {
			return nil, nil, err
		}
		plain, signers = append(plain, text), append(signers, signer)
	}
	return plain, signers, err
}

// newSecret makes and keeps a secret of an endpoint.
func newSecret(tx *store.Tx, endpoint int64) (plain string, err error) {
	ids, err := store.TakeIDs(tx.DB, "webhook_secrets", 1)
	if err != nil {
		return "", err
	}
	plain = outbound.NewSecret(outbound.HMAC)
	sealed := tx.Vault().Seal("webhook_secrets", "secret", ids[0], plain)
	return plain, store.Insert(tx, &secret{ID: ids[0], EndpointID: endpoint, Secret: sealed, MadeAt: tx.Now})
}
