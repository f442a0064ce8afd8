package jptext

import (
	"regexp"
	"strings"
	"unicode"
)

// address is what an address says: the place, the house number in parts, and behind
// it the numbers of buildings and of the room.
type address struct {
	place     string
	house     []string
	buildings []string
	room      string
}

func readAddress(s string) address {
	r := addressReader{text: []rune(dropStreets(string(arabic(addressRunes(s)))))}
	r.rest = len(r.text)
	r.read()
	a := address{place: placeKey(string(r.place)), house: r.house}
	a.readRooms(r.text[min(r.rest, len(r.text)):])
	return a
}

// numbers are all parts from the house number to the room.
func (a address) numbers() []string {
	all := append(append([]string{}, a.house...), a.buildings...)
	if a.room != "" {
		all = append(all, a.room)
	}
	return all
}

var (
	// leftOut is what people say and leave out of the names of places.
	leftOut = strings.NewReplacer("大字", "", "小字", "", "字", "", "ノ", "", "通リ", "通", " ", "")
	// afterNumber is 条 behind its number, and a dash beside no number.
	lineUnit  = regexp.MustCompile(`(\d)条`)
	looseDash = regexp.MustCompile(`(^|\D)-|-(\D)`)
)

func placeKey(place string) string {
	return looseDash.ReplaceAllString(lineUnit.ReplaceAllString(leftOut.Replace(place), "$1"), "$1$2")
}

var (
	kyotoWard = regexp.MustCompile(`京都市 ?[^ 区]{1,3}区`)
	// kyotoTurn ends the streets before a town in Kyoto: 寺町通御池上る.
	kyotoTurn = regexp.MustCompile(`(?:上ル|上ガル|アガル|下ル|下ガル|サガル|[東西]入ル?|[東西]イル) ?(?:\d+丁目)?`)
	kyotoTown = regexp.MustCompile(`^ ?\p{Han}`)
)

// dropStreets leaves out the streets of Kyoto, which say where a town is and are not
// needed to tell it; where no town follows they stay.
func dropStreets(text string) string {
	ward := kyotoWard.FindStringIndex(text)
	if ward == nil {
		return text
	}
	turns := kyotoTurn.FindAllStringIndex(text[ward[1]:], -1)
	if len(turns) == 0 {
		return text
	}
	town := text[ward[1]+turns[len(turns)-1][1]:]
	if !kyotoTown.MatchString(town) {
		return text
	}
	return text[:ward[1]] + town
}

var (
	floorUnits    = []string{"階", "フロア", "f"}
	buildingUnits = []string{"棟", "号棟", "号館", "館", "番館", "番街", "番棟"}
	doorUnits     = []string{"号室", "号", "室"}
)

// readRooms reads what stands behind the house number. Floors are no homes; a number
// that belongs to the name of a building tells the building.
func (a *address) readRooms(rest []rune) {
	var rooms []string
	for i := 0; i < len(rest); i++ {
		if !isDigit(rest[i]) {
			continue
		}
		from := i
		for i < len(rest) && isDigit(rest[i]) {
			i++
		}
		number, after := strings.TrimLeft(string(rest[from:i]), "0"), string(rest[i:])
		attached := from > 0 && unicode.IsLetter(rest[from-1]) && len(number) < 3 && !hasAnyPrefix(after, doorUnits)
		switch {
		case hasAnyPrefix(after, floorUnits) || number == "":
		case hasAnyPrefix(after, buildingUnits) || attached:
			a.buildings = append(a.buildings, number)
		case !hasAnyPrefix(after, doorUnits) && i < len(rest) && unicode.IsLetter(rest[i]):
			// 21世紀ビル is a name.
		default:
			rooms = append(rooms, number)
		}
	}
	if n := len(rooms); n > 0 {
		a.buildings, a.room = append(a.buildings, rooms[:n-1]...), rooms[n-1]
	}
}
