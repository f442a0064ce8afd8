package secrets

import (
	"regexp"
	"slices"
	"strings"
)

// ordinaryWords are English words that stand behind "password is" or "password:" in
// sentences about a password. Words in -ed and -ing are as well.
var ordinaryWords = strings.Fields(`
a about again all already also always an and another any as at available bad because being below better between blank
both broken but by case cleared common confirm correct customer day default different done due each easy email empty
enough error every fine first for forgot forgotten from given good hard he hers here his identical in incorrect
invalid is it its itself known last letter letters like link long longer lost mail member mine missing my n/a na
never new next no none not nothing now ok okay old on only open or other our ours out own page pending please policy
private question random recently reset rule rules safe same secret secure see sent set she short similar simple
since so some something still stolen strong stronger such sure that the their theirs there these they this to today
too unclear under unique unknown unless until up valid very via was weak what when whether which while who why with
without word written wrong yes yesterday yet you your yours
amazon apple facebook gmail google line rakuten skype twitter yahoo
id ids login pc pw sms url web otp faq sv pin pass password browser phone android iphone windows manager`)

func ordinaryWord(token string) bool {
	w := strings.ToLower(strings.Trim(token, ".,;:!?()'\""))
	return slices.Contains(ordinaryWords, w) || len(w) > 4 && (strings.HasSuffix(w, "ed") || strings.HasSuffix(w, "ing"))
}

// saidOfPasswords is what ordinary Japanese sentences about passwords hold: a
// password in words (さくらさくら) holds none of it.
var saidOfPasswords = regexp.MustCompile(hidden + `|` + strings.Join(strings.Fields(`
変 忘 設定 更 案内 説明 覚 知 同じ 共通 別 違 不 未 済 無 なし 必要 要 客 本人 自身 家族 息子 娘 夫 妻 母 父 会社 当社 弊社
他 電話 メール 画面 入力 ボタン リンク 確認 照会 登録 管理 保存 記憶 記録 紙 控 メモ 手帳 ノート ブラウザ 端末 携帯 スマホ
パソコン 英数 文字 桁 記号 数字 ひらがな カタカナ 初期 仮 新 旧 古 以前 前回 先月 先週 先日 今 後 明日 昨日 本日 当日
最近 定期 毎 全 一切 秘密 安全 強 弱 簡単 複雑 長 短 使 利用 送 届 漏 盗 流 聞 伺 教 伝 問 答 可 正 誤 エラー ロック
無効 有効 期限 通 一致 ログイン サイト サービス アプリ ポイント 生年月日 誕生日 名前 番号 見 書 失 切 押 開 表示 様 依頼 対応
ない なかっ ません ました ます した して する され せず いる いた います ある あり でき れた れて られ たい から まで より
ので のみ だけ そのまま まだ すぐ これ それ あれ どこ いつ なぜ どう わか もう やはり ばらばら 大丈夫 何 もの こと はず`), "|"))

// statement reports whether a phrase says something about a password.
func statement(phrase string) bool {
	if saidOfPasswords.MatchString(phrase) {
		return true
	}
	return slices.ContainsFunc(strings.Fields(phrase), ordinaryWord)
}
