package jptext

import "strings"

// addressReader splits an address into the place and the parts of the house
// number. Its text is what arabic made.
type addressReader struct {
	text  []rune
	place []rune
	house []string
	rest  int // where in text what follows the house number begins
}

var (
	// townSuffixes follow 番 in the names of towns and buildings: 四番町, 二番館.
	townSuffixes = []string{"町", "丁", "館", "街"}
	// placeUnits follow the numbers of roads, lines and wards, which come
	// before a house number.
	placeUnits = []string{"条", "線", "号線", "区", "地割", "工区", "番町", "番丁", "軒", "組", "班"}
	// roomUnits follow the numbers of buildings, floors and rooms, which come
	// behind a house number.
	roomUnits = []string{"号室", "室", "階", "号棟", "棟", "号館", "館", "番館", "番街", "f"}
	// houseUnits join the parts of a house number.
	houseUnits = []string{"丁目ノ", "丁目", "番地ノ", "番地", "番ノ", "番", "号ノ", "号"}
)

// houseParts is how many parts a house number has at most: 丁目, 番, 号. A fourth
// is a room.
const houseParts = 3

func (r *addressReader) read() {
	for i := 0; i < len(r.text); {
		switch c := r.text[i]; {
		case c == ' ':
			i++
		case !isDigit(c):
			r.place = append(r.place, c)
			i++
		default:
			next, done := r.readNumber(i)
			if r.rest = next; done {
				return
			}
			i = next
		}
	}
}

// readNumber reads the chain of numbers at i. It is done when the chain was the
// house number; else the chain went to the place.
func (r *addressReader) readNumber(i int) (next int, done bool) {
	for {
		n, at := r.digits(i)
		rest := string(r.text[at:])
		near := strings.TrimLeft(rest, " ")
		switch {
		case hasAnyPrefix(near, roomUnits) && (len(r.house) > 0 || rest != near):
			return i, true
		case hasAnyPrefix(rest, placeUnits) && len(r.house) == 0:
			r.place = append(r.place, []rune(n)...)
			return at, false
		}
		r.house = append(r.house, n)
		unit := unitOf(near)
		after := strings.TrimLeft(near[len(unit):], " ")
		more := unit != "" && after != "" && isDigit(rune(after[0]))
		switch {
		case more && !(unit == "号" || len(r.house) == houseParts):
			i = len(r.text) - len([]rune(after))
		case len(r.house) == 1 && (unit == "丁目" || unit == "号") && after != "":
			// A block or a road without a house number, and text behind it:
			// the number may still come (一丁目甲12番地, 東2号南3番地).
			return r.intoPlace(len(r.text)-len([]rune(near[len(unit):])), "-")
		case len(r.house) == 1 && unit == "" && near == rest && !startsBuilding(rest):
			return r.intoPlace(at, "")
		default:
			return at, true
		}
	}
}

func (r *addressReader) intoPlace(next int, dash string) (int, bool) {
	r.place = append(r.place, []rune(r.house[0])...)
	if next < len(r.text) {
		r.place = append(r.place, []rune(dash)...)
	}
	r.house = nil
	return next, false
}

// digits reads the number at i without leading zeros, and the index behind it.
func (r *addressReader) digits(i int) (string, int) {
	at := i
	for at < len(r.text) && isDigit(r.text[at]) {
		at++
	}
	n := strings.TrimLeft(string(r.text[i:at]), "0")
	if n == "" {
		n = "0"
	}
	return n, at
}

// unitOf is the unit that near begins with, if it is one of a house number.
func unitOf(near string) string {
	for _, unit := range houseUnits {
		rest, ok := strings.CutPrefix(near, unit)
		if !ok || strings.HasPrefix(unit, "番") && hasAnyPrefix(rest, townSuffixes) {
			continue
		}
		if strings.HasSuffix(unit, "ノ") && (rest == "" || !isDigit(rune(rest[0]))) {
			continue
		}
		// 12番地-3 and 1丁目-2 are written too.
		if strings.HasPrefix(rest, "-") {
			return unit + "-"
		}
		return unit
	}
	for _, join := range []string{"-", "ノ"} {
		if rest, ok := strings.CutPrefix(near, join); ok && strings.TrimLeft(rest, " ") != "" {
			if isDigit(rune(strings.TrimLeft(rest, " ")[0])) {
				return join
			}
		}
	}
	return ""
}

// startsBuilding reports whether what stands right behind a single number is
// the name of a building and not a place: buildings are in kana or Latin.
func startsBuilding(rest string) bool {
	if rest == "" || rest == "-" {
		return true
	}
	c := []rune(rest)[0]
	return isKatakana(c) && !strings.ContainsRune("ノツケカ", c) || c >= 'a' && c <= 'z'
}

func hasAnyPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }
