package web

import (
	"strconv"
	"strings"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/staff"
	"hoten/i18n"
	"hoten/ui"
)

func showTokens(p *page) error { return p.tokens("") }

// tokens shows one's own tokens; a fresh one in the clear, this once.
func (p *page) tokens(fresh string) error {
	list, err := p.tokensOf(p.by.ID)
	if err != nil {
		return err
	}
	shown := ui.TokensIndex{Frame: p.frame, Tokens: list, Fresh: fresh, Days: strconv.Itoa(staff.UsualDays)}
	for _, permission := range access.Granted(p.by.Role) {
		shown.Scopes = append(shown.Scopes, ui.Choice{Value: permission, Label: i18n.T(p.ctx, "tokens.scope."+permission)})
	}
	if len(p.frame.Problems) > 0 {
		shown.Chosen = p.Request().PostForm["scope"] // as they were ticked
	}
	return p.render(shown.Page())
}

func (p *page) tokensOf(id int64) (out []ui.Token, err error) {
	list, err := staff.Tokens(p.db, id)
	for _, t := range list {
		out = append(out, ui.Token{ID: t.ID, Name: t.Name, CreatedAt: t.CreatedAt, RevokedAt: moment(t.RevokedAt),
			ExpiresAt: moment(t.ExpiresAt), Expired: t.ExpiresAt != nil && !p.w.s.Clock().Before(*t.ExpiresAt), UsedAt: moment(t.UsedAt), Scope: p.scopeWords(t.Scope)})
	}
	return out, err
}

// scopeWords says what a token may; empty: all that its owner may.
func (p *page) scopeWords(s access.Scope) string {
	var words []string
	for _, permission := range s.List() {
		words = append(words, i18n.T(p.ctx, "tokens.scope."+permission))
	}
	return strings.Join(words, i18n.T(p.ctx, "list.comma"))
}

func createToken(p *page) error {
	n := staff.NewToken{Name: p.FormValue("name"), Scope: p.Request().PostForm["scope"]}
	if days := p.line("days"); days != "" {
		var err error
		if n.Days, err = strconv.Atoi(days); err != nil || n.Days == 0 {
			n.Days = -1 // which is none
		}
	}
	plain, err := staff.CreateToken(p.ctx, p.w.s, p.by, p.by.ID, n)
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
