package jptext

// variantGroups are the characters that people use for one another in names,
// each group headed by the form of its key: docs/domain.md section 7 and the old
// forms that family registers still hold. Compatibility forms (神 福 塚)
// need no entry, NFKC folds them. Pairs that make different families or places
// (坂 阪, 中 仲, 岩 巌) stay apart.
const variantGroups = `
吉𠮷 高髙 崎﨑嵜碕 浜濱濵 辺邊邉 斎齋齊斉 徳德 広廣 沢澤 国國圀 真眞 島嶋嶌 桜櫻 恵惠 槙槇
栄榮 竜龍 滝瀧 条條 塩鹽 円圓 関關 鉄鐵銕 黒黑 万萬 豊豐 礼禮 寿壽 富冨 峰峯 柳栁 橋𣘺槗 館舘 渕淵渊
野埜 薮藪籔 桧檜 桑桒 梅楳 松枩 船舩 鶴靏靍 緑綠 瀬瀨 頼賴 曽曾 増增 壮壯 荘莊 将將 巌巖 亜亞 尭堯
学學 楽樂 気氣 亀龜 峡峽 暁曉 薫薰 群羣 渓溪 経經 蛍螢 芸藝 剣劍劔釼剱 県縣 権權 厳嚴 晃晄 昂昻 黄黃
参參 実實 児兒 収收 従從 渋澁 乗乘 浄淨 譲讓 晋晉 静靜 専專 浅淺 禅禪 双雙 総總 聡聰 蔵藏 体體躰 台臺
庁廳 鎮鎭 伝傳 灯燈 当當 稲稻 弐貳 麦麥 仏佛 穂穗 宝寶 満滿 弥彌 与與 誉譽 来來 両兩 湾灣 鴎鷗 彦彥
祢禰 迩邇 遥遙 凛凜 瑶瑤 芦蘆 刈苅 呉吳 姫姬 寛寬 巣巢 郷鄕 郎郞 青靑 清淸 衛衞 覚覺 録錄 戸戶 暦曆
歩步 毎每 温溫 猪豬 産產 研硏 糸絲 絵繪 継繼 縁緣 艶艷 萌萠 虫蟲 釈釋 隣鄰 顕顯 頴穎 涼凉 昇曻 秋穐
穣穰 耕畊 莱萊 讃讚 賛贊 村邨 騨驒 駅驛 鴬鶯 鶏鷄 麹麴 囲圍 恒恆 慎愼 毘毗 氷冰 涛濤 為爲 焔焰 煕熙
献獻 皐皋 礪砺 磯礒 祷禱 窓窗 籠篭 舎舍 蒋蔣 蛎蠣 観觀 雁鴈 駆駈 団團 図圖 声聲 売賣 応應 戦戰 数數
旧舊 沖冲 画畫 発發 禄祿 税稅 説說 鋭銳 閲閱 隠隱 霊靈 尚尙 即卽 槌鎚`

// kanaVariants fold what old systems could not write (they had no small kana)
// and what sounds alike.
const kanaVariants = `アァ イィヰ ウゥ エェヱ オォヲ カヵ ケヶ ツッ ヤャ ユュ ヨョ ワヮ ジヂ ズヅ`

var variantOf = readVariants(variantGroups + " " + kanaVariants)

func readVariants(groups string) map[rune]rune {
	m := map[rune]rune{}
	var head rune
	for _, r := range groups {
		switch {
		case r == ' ' || r == '\n':
			head = 0
		case head == 0:
			head = r
		case r != head:
			m[r] = head
		}
	}
	return m
}
