package csvin

import (
	"cmp"
	"slices"
	"strings"

	"hoten/app/jptext"
)

// column is a column that the program knows, by its place in a kind's list.
type column struct {
	name     string // as docs/import-files.md has it in English, and in Problems
	japanese string
	required bool
	example  [2]string // what a cell looks like, in Japanese and in English; empty: such a row has none
}

// same is an example that is the same in both languages.
func same(s string) [2]string { return [2]string{s, s} }

const (
	affLogin = iota
	affName
	affKana
	affBirth
	affPhone
	affEmail
	affEmailSince
	affPostal
	affAddress
	affCustomer
	affLanguage
	affRestricted
)

const (
	movID = iota
	movLogin
	movAt
	movKind
	movFrom
	movTo
	movPartner
	movPoints
	movReceived
	movRefers
	movFraud
)

var affectedColumns = []column{
	affLogin:      {"login_id", "ログインID", true, same("taro@id.example")},
	affName:       {"name", "氏名", false, [2]string{"見本 太郎", "Taro Mihon"}},
	affKana:       {"name_kana", "フリガナ", false, same("ミホン タロウ")},
	affBirth:      {"birth_date", "生年月日", false, same("1980-04-01")},
	affPhone:      {"phone", "電話番号", false, same("03-1234-5678")},
	affEmail:      {"email", "連絡先メール", false, same("taro@mail.example")},
	affEmailSince: {"email_registered_on", "メール登録日", false, same("2010-04-01")},
	affPostal:     {"postal_code", "郵便番号", false, same("100-0001")},
	affAddress:    {"address", "住所", false, same("東京都千代田区見本町1-2-3")},
	affCustomer:   {"customer_number", "お客さま番号", false, same("C0012345")},
	affLanguage:   {"language", "言語", false, [2]string{"日本語", "ja"}},
	affRestricted: {"restricted_at", "利用制限日時", false, same("2014-07-28 18:00")},
}

// A movement without one of the required columns could not be judged at all.
var movementColumns = []column{
	movID:       {"movement_id", "移動番号", true, same("M-0001")},
	movLogin:    {"login_id", "ログインID", true, same("taro@id.example")},
	movAt:       {"occurred_at", "発生日時", true, same("2014-07-20 10:00")},
	movKind:     {"kind", "種別", true, [2]string{"交換", "exchange"}},
	movFrom:     {FromProgram, "移行元", false, same("points")},
	movTo:       {"to_program", "移行先", false, same("")},
	movPartner:  {"partner", "交換先", false, [2]string{"ギフト券", "gift voucher"}},
	movPoints:   {"points", "ポイント", true, same("3000")},
	movReceived: {"points_received", "受取ポイント", false, same("")},
	movRefers:   {"refers_to", "対象移動番号", false, same("")},
	movFraud:    {"fraud", "不正", false, [2]string{"疑い", "suspected"}},
}

// What a point system did; its key or its reference tells which movement of ours it was.
const (
	staKey = iota
	staAccount
	staProgram
	staPoints
	staReference
	staDoneAt
)

var statementColumns = []column{
	staKey:       {"key", "処理キー", true, same("k7q2m9x4t8w3zp6c-1")},
	staAccount:   {"account", "口座", true, same("taro@id.example")},
	staProgram:   {"program", "プログラム", true, same("points")},
	staPoints:    {"points", "ポイント", true, same("-600")},
	staReference: {"reference", "受付番号", false, same("P000123")},
	staDoneAt:    {"done_at", "処理日時", true, same("2014-07-31 10:00")},
}

// Names are the words of an installation that files use beside those of docs/api.md.
type Names struct {
	// IDs are what the login ID is called, as the header of its column.
	IDs []string
	// Programs are the codes of programs by their names, in headers (NAME残高) and cells.
	Programs map[string]string
	// Language is of members of whom a file says none: ja or en; empty: ja.
	Language string
	// Fits reports whether the key of a login ID has the form of the operator's; nil: any has.
	Fits func(key string) bool
	Form string // as refusals name it

	idKeys []string // IDs as they are compared
}

// keyed is the same with names as they are compared.
func (n Names) keyed() Names {
	programs := map[string]string{}
	for name, code := range n.Programs {
		programs[jptext.LoginKey(name)] = code
	}
	n.Programs, n.Language, n.idKeys = programs, cmp.Or(n.Language, "ja"), nil
	for _, name := range n.IDs {
		n.idKeys = append(n.idKeys, jptext.LoginKey(name))
	}
	return n
}

// called are the names that a file may have the column by.
func (c column) called(words Names) []string {
	names := []string{c.japanese, c.name}
	if c.name == "login_id" {
		names = slices.Concat(words.IDs, names)
	}
	out := names[:0:0]
	for _, name := range names {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// header says where the columns are.
type header struct {
	names    []string // as in the file
	at       []int    // of each known column, -1 where absent
	balances []balanceColumn
	ignored  []string
}

// balanceColumn is a column balance_PROGRAM.
type balanceColumn struct {
	at      int
	program string
	name    string
}

// readHeader finds the columns by their names, which match on NFKC, lower case
// and without spaces. The problems are of the whole file.
func readHeader(names []string, kind Kind, line int, words Names) (header, []Problem) {
	columns := kind.columns()
	h := header{names: names, at: make([]int, len(columns))}
	for i := range h.at {
		h.at[i] = -1
	}
	var problems []Problem
	seen := map[string]string{} // the names in the file of the columns that are known
	for i, name := range names {
		key := jptext.LoginKey(name)
		known, ok := h.place(i, key, kind, words)
		switch {
		case !ok && key != "":
			h.ignored = append(h.ignored, name)
		case ok && seen[known] != "":
			problems = append(problems, Problem{Line: line, Column: known, Reason: "column_duplicate", Detail: seen[known] + ", " + name})
		case ok:
			seen[known] = name
		}
	}
	for i, c := range columns {
		if c.required && h.at[i] < 0 {
			problems = append(problems, Problem{Line: line, Column: c.name, Reason: "column_missing", Detail: strings.Join(c.called(words), ", ")})
		}
	}
	// In one order whatever the file's: the Hash of a row depends on it.
	slices.SortFunc(h.balances, func(a, b balanceColumn) int { return strings.Compare(a.program, b.program) })
	return h, problems
}

// known is how many columns the program knows.
func (h *header) known() int {
	n := len(h.balances)
	for _, at := range h.at {
		if at >= 0 {
			n++
		}
	}
	return n
}

// nameOf is the English name of the column at a place in the file, empty when
// the program does not know it.
func (h *header) nameOf(at int, columns []column) string {
	for c, where := range h.at {
		if where == at {
			return columns[c].name
		}
	}
	for _, b := range h.balances {
		if b.at == at {
			return b.name
		}
	}
	return ""
}

// place notes the column at i and gives its English name.
func (h *header) place(i int, key string, kind Kind, words Names) (name string, ok bool) {
	for c, col := range kind.columns() {
		if key == col.name || key == jptext.LoginKey(col.japanese) || col.name == "login_id" && slices.Contains(words.idKeys, key) {
			h.at[c] = i
			return col.name, true
		}
	}
	if kind != AffectedFile {
		return "", false
	}
	program, ok := strings.CutPrefix(key, "balance_")
	if !ok {
		program, ok = strings.CutSuffix(key, "残高")
		program = words.Programs[program]
	}
	if !ok || !isCode(program) {
		return "", false
	}
	name = "balance_" + program
	h.balances = append(h.balances, balanceColumn{i, program, name})
	return name, true
}

// Column is a column that files of a kind have.
type Column struct {
	English, Japanese string // either may be its header
	Required          bool
	examples          [2]string
	signed            bool // points that may be taken
}

// In is the header in a language.
func (c Column) In(lang string) string {
	if lang == "en" {
		return c.English
	}
	return c.Japanese
}

// Example is what a cell looks like for readers of the language.
func (c Column) Example(lang string) string {
	if lang == "en" {
		return c.examples[1]
	}
	return c.examples[0]
}

// Format is the end of the i18n key ("imports.format.") that says what its cells hold.
func (c Column) Format() string {
	if strings.HasPrefix(c.English, "balance_") {
		return "balance"
	}
	if c.signed {
		return "points_moved"
	}
	return c.English
}

// FromProgram is the column whose cells name the program that points leave.
const FromProgram = "from_program"

// Columns are the columns that files of a kind have, but for those of balances.
func Columns(kind Kind) (out []Column) {
	for _, c := range kind.columns() {
		out = append(out, Column{c.name, c.japanese, c.required, c.example, kind == StatementFile && c.name == "points"})
	}
	return out
}

// BalanceOf is the column of the balances in a program, by its code and its Japanese name.
func BalanceOf(code, name string) Column {
	return Column{English: "balance_" + code, Japanese: name + "残高", examples: same("1200")}
}

// IsColumn reports whether a file has a column by the name already, other than that of the
// login ID: an ID with the name could not be told from it.
func IsColumn(name string) bool {
	key := jptext.LoginKey(name)
	if strings.HasPrefix(key, "balance_") || strings.HasSuffix(key, "残高") {
		return true
	}
	for _, col := range slices.Concat(affectedColumns, movementColumns) {
		if col.name != "login_id" && (key == col.name || key == jptext.LoginKey(strings.ReplaceAll(col.name, "_", " ")) || key == jptext.LoginKey(col.japanese)) {
			return true
		}
	}
	return false
}

// isCode reports whether s can be the code of a program.
func isCode(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// programCode is the code that a cell names a program by.
func (n Names) programCode(cell string) string {
	key := jptext.LoginKey(cell)
	if code, ok := n.Programs[key]; ok {
		return code
	}
	return key
}

// BalanceColumns are the columns, as in the file, with balances in the programs that are asked for.
func (r *Reader) BalanceColumns(of func(program string) bool) (names []string) {
	for _, b := range r.header.balances {
		if of(b.program) {
			names = append(names, r.header.names[b.at])
		}
	}
	return names
}

// Programs are the programs that the file has balance columns for.
func (r *Reader) Programs() []string {
	var codes []string
	for _, b := range r.header.balances {
		codes = append(codes, b.program)
	}
	return codes
}
