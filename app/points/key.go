package points

import (
	"encoding/base32"
	"encoding/hex"
	"fmt"

	"hoten/app/store"
)

// lower is how keys are written: no letter is taken for another one, in any case.
var lower = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// name gives drafts the keys that their legs have outside, for ever: what is moved for whom, and how
// often the same was asked for before. A database that was restored from a backup knows nothing of
// the legs after it, and numbers what is decided anew in another order; the same movement has the
// same key even so, and the point system does it once.
func name(tx *store.Tx, drafts []*Draft) error {
	identities, programs := make([]int64, len(drafts)), make([]int16, len(drafts))
	for i, d := range drafts {
		identities[i], programs[i] = d.IdentityID, d.Home.ProgramID
	}
	type meant struct {
		LoginKey []byte
		Kind     int16
		Code     string
	}
	of, err := store.Select[meant](tx.DB, `select i.login_key, coalesce(i.id_kind_id, 0) as kind, p.code from unnest($1::bigint[], $2::smallint[]) with ordinality as u(i, p, n)
		join identities i on i.id = u.i join programs p on p.id = u.p order by u.n`, identities, programs)
	if err != nil {
		return err
	}
	bases := make([]string, len(of))
	for i, m := range of {
		hash := tx.Vault().Blind("leg", fmt.Sprintf("%s %d %s %d", hex.EncodeToString(m.LoginKey), m.Kind, m.Code, drafts[i].Points))
		bases[i] = lower.EncodeToString(hash[:10])
	}
	type counted struct {
		Base string
		N    int
	}
	before, err := store.Select[counted](tx.DB, `select b as base, (with recursive asked as (select 0 as n union all select n + 1 from asked where exists (select from point_legs where key = b || '-' || (n + 1))) select max(n) from asked) as n
		from unnest($1::text[]) as u(b)`, bases)
	if err != nil {
		return err
	}
	asked := map[string]int{}
	for _, c := range before {
		asked[c.Base] = c.N
	}
	for i, base := range bases {
		asked[base]++
		drafts[i].Key = fmt.Sprintf("%s-%d", base, asked[base])
	}
	return nil
}
