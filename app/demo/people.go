package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"hoten/app/access"
)

// Folder is the data folder of the demo unless another is named.
const Folder = "./demo-data"

// Password signs in every account of the demo.
const Password = "hoten demo 2014"

// Account is a member of staff of the demo.
type Account struct {
	Email, Name, NameEn, Language, Desk string
	Role                                access.Role
}

// People are the demo's staff.
var People = []Account{
	{"agent@hoten.example", "佐藤 葵", "Sato Aoi", "ja", tech, access.Agent},
	{"agent2@hoten.example", "Emily Clark", "", "en", point, access.Agent},
	{"sv@hoten.example", "高橋 翔", "Takahashi Sho", "ja", tech, access.Supervisor},
	{"sv2@hoten.example", "田中 結衣", "Tanaka Yui", "ja", point, access.Supervisor},
	{"manager@hoten.example", "渡辺 直樹", "Watanabe Naoki", "ja", "", access.CenterManager},
	{"admin@hoten.example", "伊藤 明", "Ito Akira", "ja", "", access.Administrator},
	{"auditor@hoten.example", "中村 泉", "Nakamura Izumi", "ja", "", access.Auditor},
}

type name struct{ written, kana, roman string }

var surnames = names(`佐藤 サトウ sato|鈴木 スズキ suzuki|高橋 タカハシ takahashi|髙橋 タカハシ takahashi|田中 タナカ tanaka|伊藤 イトウ ito|渡辺 ワタナベ watanabe|渡邉 ワタナベ watanabe|
山本 ヤマモト yamamoto|中村 ナカムラ nakamura|小林 コバヤシ kobayashi|加藤 カトウ kato|吉田 ヨシダ yoshida|𠮷田 ヨシダ yoshida|山田 ヤマダ yamada|佐々木 ササキ sasaki|山口 ヤマグチ yamaguchi|
松本 マツモト matsumoto|井上 イノウエ inoue|木村 キムラ kimura|林 ハヤシ hayashi|斎藤 サイトウ saito|齋藤 サイトウ saito|清水 シミズ shimizu|山崎 ヤマザキ yamazaki|山﨑 ヤマザキ yamazaki|
森 モリ mori|池田 イケダ ikeda|橋本 ハシモト hashimoto|阿部 アベ abe|石川 イシカワ ishikawa|中島 ナカジマ nakajima|前田 マエダ maeda|藤田 フジタ fujita|小川 オガワ ogawa|後藤 ゴトウ goto|
岡田 オカダ okada|長谷川 ハセガワ hasegawa|村上 ムラカミ murakami|近藤 コンドウ kondo|石井 イシイ ishii|遠藤 エンドウ endo|青木 アオキ aoki|坂本 サカモト sakamoto|浜田 ハマダ hamada|濵田 ハマダ hamada`)

var givenNames = names(`太郎 タロウ taro|健一 ケンイチ kenichi|大輔 ダイスケ daisuke|翔太 ショウタ shota|誠 マコト makoto|隆 タカシ takashi|浩 ヒロシ hiroshi|直樹 ナオキ naoki|拓也 タクヤ takuya|和也 カズヤ kazuya|
花子 ハナコ hanako|美咲 ミサキ misaki|恵 メグミ megumi|由美子 ユミコ yumiko|陽子 ヨウコ yoko|久美子 クミコ kumiko|真由美 マユミ mayumi|智子 トモコ tomoko|さくら サクラ sakura|愛 アイ ai|
正雄 マサオ masao|和子 カズコ kazuko|幸子 サチコ sachiko|清 キヨシ kiyoshi|実 ミノル minoru`)

var foreigners = names(`John_Smith スミス_ジョン john.smith|Maria_Garcia ガルシア_マリア maria.garcia|David_Brown ブラウン_デイビッド david.brown|Anna_Kowalska コヴァルスカ_アンナ anna.k|Wei_Chen チェン_ウェイ wei.chen|Priya_Sharma シャルマ_プリヤ priya.s`)

var places = []struct{ zip, address string }{
	{"1000001", "東京都千代田区見本町%d-%d"}, {"1500002", "東京都渋谷区渋谷%d丁目%d番3号"}, {"2310017", "神奈川県横浜市中区港町%d-%d"}, {"5300001", "大阪府大阪市北区梅田%d-%d-5 梅田ビル1203"},
	{"4600002", "愛知県名古屋市中区丸の内%d-%d-2"}, {"8120011", "福岡県福岡市博多区博多駅前%d-%d-4"}, {"0600001", "北海道札幌市中央区北一条西%d丁目%d"}, {"9800811", "宮城県仙台市青葉区一番町%d-%d-8"},
	{"7300011", "広島県広島市中区基町%d-%d"}, {"6048152", "京都府京都市中京区烏丸町%d番地%d"}, {"3300854", "埼玉県さいたま市大宮区桜木町%d-%d-1"}, {"2600013", "千葉県千葉市中央区中央%d-%d-10"},
}

func names(list string) (out []name) {
	for _, one := range strings.Split(strings.ReplaceAll(list, "\n", ""), "|") {
		parts := strings.Fields(one)
		spaced := func(s string) string { return strings.ReplaceAll(s, "_", " ") }
		out = append(out, name{spaced(parts[0]), spaced(parts[1]), parts[2]})
	}
	return out
}

// member is one person with an ID.
type member struct {
	login, name, kana, language, born, phone, email, emailSince, zip, address, customer string
}

func newMember(r *rand.Rand, i int) member {
	m := member{language: "ja", zip: places[i%len(places)].zip}
	var roman string
	if r.IntN(25) == 0 {
		f := foreigners[r.IntN(len(foreigners))]
		m.name, m.kana, roman, m.language = f.written, f.kana, f.roman, "en"
	} else {
		s, g := surnames[r.IntN(len(surnames))], givenNames[r.IntN(len(givenNames))]
		m.name, m.kana, roman = s.written+" "+g.written, s.kana+" "+g.kana, s.roman+"."+g.roman
	}
	m.login = fmt.Sprintf("%s%04d@ocn.example", strings.ReplaceAll(roman, ".", ""), i)
	m.address = fmt.Sprintf(places[i%len(places)].address, 1+r.IntN(8), 1+r.IntN(30))
	m.born = fmt.Sprintf("%04d-%02d-%02d", 1938+r.IntN(60), 1+r.IntN(12), 1+r.IntN(28))
	m.phone = fmt.Sprintf("%s-0000-%04d", []string{"03", "06", "070", "090", "090", "050"}[r.IntN(6)], r.IntN(10000))
	m.customer = fmt.Sprintf("N%09d", 100_000_000+r.IntN(899_999_999))
	m.emailSince = fmt.Sprintf("%04d-%02d-%02d", 2003+r.IntN(11), 1+r.IntN(12), 1+r.IntN(28))
	m.email = fmt.Sprintf("%s.%d@mail.example", roman, i)
	switch k := r.IntN(100); {
	case k < 20: // only the mailbox of the ID itself
		m.email = m.login
	case k < 22:
		m.email, m.emailSince = "", ""
	case k < 25: // changed by the thief
		m.emailSince = fmt.Sprintf("2014-07-%02d", 12+r.IntN(15))
	case k == 25: // an address of an old carrier
		m.email = fmt.Sprintf("%s..%d@docomo.example", strings.ReplaceAll(roman, ".", ""), i)
	}
	return m
}
