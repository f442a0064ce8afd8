package vault

import (
	"slices"
	"strings"
	"unicode"

	"hoten/app/jptext"
)

// Masks show enough of a value to tell two members apart on a screen, and less
// than the caller has to say (docs/domain.md section 4). A value too short to hide a
// part of is hidden whole; an empty one stays empty. Where it can, a mask has
// the same length whatever it hides.

// MaskName leaves the first character of each part: 山田 太郎 is 山○ 太○, John Smith
// is J○○○ S○○○. A part of one character is hidden, but for a family name before
// a given name that is; an honorific is left out.
func MaskName(name string) string {
	if name == Damaged {
		return Damaged
	}
	var b strings.Builder
	parts := nameParts(jptext.CutHonorific(name))
	for i, part := range parts {
		clusters := graphemes(part)
		switch {
		case isNameGap(part):
			b.WriteString(part)
		case len(clusters) > 1:
			b.WriteString(clusters[0])
			b.WriteString(strings.Repeat("○", min(len(clusters)-1, 3)))
		case i == 0 && len(parts) > 2:
			b.WriteString(part)
		default:
			b.WriteString("○")
		}
	}
	return b.String()
}

// nameParts cuts a name at its spaces and dots; the gaps stay as parts.
func nameParts(name string) []string {
	var parts []string
	gap := false
	start := 0
	name = strings.TrimSpace(name)
	for i, r := range name {
		if is := isNameGap(string(r)); i > 0 && is != gap {
			parts, start = append(parts, name[start:i]), i
			gap = is
		} else if i == 0 {
			gap = is
		}
	}
	if name == "" {
		return nil
	}
	return append(parts, name[start:])
}

func isNameGap(s string) bool {
	return strings.Trim(s, " \u3000\u00a0\t・･·=＝") == ""
}

// graphemes cuts s before each character that stands on its own: marks,
// variation selectors and joined emoji stay with the one before them.
func graphemes(s string) []string {
	var out []string
	joined := false
	for _, r := range s {
		extends := unicode.In(r, unicode.M, unicode.Cf, unicode.Variation_Selector) || r == 'ﾞ' || r == 'ﾟ'
		if len(out) > 0 && (extends || joined) {
			out[len(out)-1] += string(r)
		} else {
			out = append(out, string(r))
		}
		joined = r == '\u200d'
	}
	return out
}

// MaskPhone leaves the first and the last group: 090-****-8551. Behind a long area code it
// hides the end of that as well, so that three digits are never shown: 042*-**-3456.
func MaskPhone(phone string) string {
	if phone == Damaged {
		return Damaged
	}
	key := jptext.PhoneKey(phone)
	groups := jptext.PhoneGroups(key)
	switch {
	case phone == "":
		return ""
	case len(groups) == 3:
		shown := min(len(groups[0]), len(key)-len(groups[2])-3)
		return groups[0][:shown] + strings.Repeat("*", len(groups[0])-shown) + "-" + strings.Repeat("*", len(groups[1])) + "-" + groups[2]
	case len(key) >= 9:
		return key[:3] + "****" + key[len(key)-2:]
	}
	return "****"
}

// MaskEmail leaves the ends of the local part and the domain:
// c•••1@mail.example.
func MaskEmail(email string) string {
	if email == Damaged {
		return Damaged
	}
	at := strings.LastIndexByte(email, '@')
	if at < 1 {
		return maskAll(email, "•••")
	}
	local := graphemes(email[:at])
	switch {
	case len(local) >= 4:
		return local[0] + "•••" + local[len(local)-1] + email[at:]
	case len(local) == 3:
		return local[0] + "•••" + email[at:]
	}
	return "•••" + email[at:]
}

// MaskLogin leaves of a mail address at most three characters and the domain,
// m00****@mail.example; of another ID its first part and its last two characters,
// FC-****01, where that hides four or more; of a shorter ID its last characters, two and
// at most a third, so that a member can tell two of theirs apart: ****01.
func MaskLogin(login string) string {
	if login == Damaged {
		return Damaged
	}
	if at := strings.LastIndexByte(login, '@'); at > 0 {
		clusters := graphemes(login[:at])
		return strings.Join(clusters[:min(3, len(clusters)/2)], "") + "****" + login[at:]
	}
	clusters := graphemes(login)
	first := 1 + slices.IndexFunc(clusters, func(c string) bool { return strings.ContainsAny(c, "-_.－＿．") })
	if first < 2 || first > 4 {
		first = 3
	}
	if last := len(clusters) - 2; len(clusters) > 8 && last-first >= 4 {
		return strings.Join(clusters[:first], "") + "****" + strings.Join(clusters[last:], "")
	}
	if len(clusters) > 4 {
		return "****" + strings.Join(clusters[len(clusters)-min(2, len(clusters)/3):], "")
	}
	return maskAll(login, "****")
}

// MaskAddress leaves the prefecture and the city: 大阪府大阪市○○○.
func MaskAddress(address string) string {
	if address == Damaged {
		return Damaged
	}
	address = strings.TrimSpace(address)
	prefecture, rest := jptext.CutPrefecture(address)
	return maskAll(address, prefecture+city(rest)+"○○○")
}

// maxCity is the length in characters of the longest name that is taken for a
// city's; beyond it the 市 or 町 found belongs to something else.
const maxCity = 8

// city is the municipality that s begins with, empty where none is recognised:
// a mask may show too little.
func city(s string) string {
	runes := []rune(s)
	for i := 1; i < min(len(runes), maxCity); i++ {
		switch runes[i] {
		case '市':
			// 四日市市, 廿日市市, 野々市市
			if i+1 < len(runes) && runes[i+1] == '市' {
				i++
			}
			return string(runes[:i+1])
		case '区':
			return string(runes[:i+1])
		case '郡':
			if i+1 < len(runes) && strings.ContainsRune("山上市", runes[i+1]) {
				continue // 郡山市, 郡上市, 蒲郡市
			}
			return district(runes, i)
		}
	}
	return ""
}

// district is the town or village behind the 郡 at i, with the 郡.
func district(runes []rune, i int) string {
	for j := i + 2; j < min(len(runes), i+maxCity); j++ {
		if runes[j] == '町' || runes[j] == '村' {
			return string(runes[:j+1])
		}
	}
	return string(runes[:i+1])
}

// MaskBirthDate leaves the decade, 195*-**-**: it is an item that callers are
// asked for, and a year with a day would leave twelve guesses.
func MaskBirthDate(date string) string {
	if date == Damaged {
		return Damaged
	}
	d, err := jptext.ParseDate(date)
	if err != nil {
		return maskAll(date, "****-**-**")
	}
	return d.String()[:3] + "*-**-**"
}

// MaskCustomerNumber leaves the last two characters: it is the one item that
// the attacker did not see.
func MaskCustomerNumber(number string) string {
	if number == Damaged {
		return Damaged
	}
	key := jptext.Alphanumeric(number)
	if clusters := graphemes(key); len(clusters) >= 6 {
		return "********" + strings.Join(clusters[len(clusters)-2:], "")
	}
	return maskAll(number, "********")
}

func maskAll(value, mask string) string {
	if value == "" {
		return ""
	}
	return mask
}
