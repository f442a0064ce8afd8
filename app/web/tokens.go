package web

import (
	"strconv"

	"hoten/app/fault"
	"hoten/app/staff"
	"hoten/ui"
)

func showTokens(p *page) error { return p.tokens("") }

// tokens shows one's own tokens; a fresh one in the clear, this once.
func (p *page) tokens(fresh string) error {
	list, err := p.tokensOf(p.by.ID)
	if err != nil {
		return err
	}
	return p.render(ui.TokensIndex{Frame: p.frame, Tokens: list, Fresh: fresh}.Page())
}

func (p *page) tokensOf(id int64) (out []ui.Token, err error) {
	list, err := staff.Tokens(p.db, id)
	for _, t := range list {
		out = append(out, ui.Token{ID: t.ID, Name: t.Name, CreatedAt: t.CreatedAt, RevokedAt: moment(t.RevokedAt)})
	}
	return out, err
}

func createToken(p *page) error {
	plain, err := staff.CreateToken(p.ctx, p.w.s, p.by, p.by.ID, p.FormValue("name"))
	if err != nil {
		return p.again(err, "", showTokens)
	}
	return p.tokens(plain)
}

func revokeToken(p *page) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	if err := staff.RevokeToken(p.ctx, p.w.s, p.by, id); err != nil {
		return err
	}
	return p.to("/tokens", "token_revoked")
}

func revokeOthersToken(p *page) error {
	token, err := strconv.ParseInt(p.Param("token"), 10, 64)
	if err != nil {
		return fault.Missing()
	}
	if err := staff.RevokeToken(p.ctx, p.w.s, p.by, token); err != nil {
		return err
	}
	return p.to("/staff/"+p.Param("id"), "token_revoked")
}
