package desks

import (
	"time"

	"hoten/app/jptext"
)

// Codes of the desks of the release.
const (
	Tech  = "tech"
	Point = "point"
)

// Release gives the two desks of the press release 2014-R096 (docs/domain.md section
// 3): the built-in data of a new installation, and of the demo. The year-end
// period and the first day of the extensions are assumptions [A].
func Release() []Desk {
	day := func(month time.Month, day int) jptext.Date { return jptext.Date{Year: 2014, Month: month, Day: day} }
	extended := day(time.July, 28)
	hours := func(days Weekdays) (usual, until21, until22 Hours) {
		usual = Hours{Weekdays: days, Open: 10 * 60, Close: 19 * 60}
		until21 = Hours{Weekdays: days, Open: 10 * 60, Close: 21 * 60, From: extended, Until: day(time.August, 6)}
		until22 = Hours{Weekdays: days, Open: 10 * 60, Close: 22 * 60, From: extended, Until: day(time.July, 30)}
		return usual, until21, until22
	}
	yearEnd := Period{First: Day{time.December, 29}, Last: Day{time.January, 3}}
	daily, daily21, daily22 := hours(Daily)
	working, working21, _ := hours(Working)
	return []Desk{
		{
			Code: Tech, Phone: "0120-047-860",
			NameJa: "OCNテクニカルサポートセンタ", NameEn: "OCN Technical Support Center", ShortJa: "技術", ShortEn: "Tech",
			Topics: []string{"id", "password"}, IDs: []string{"ocn-id"}, ClosedYearly: []Period{yearEnd},
			Hours: []Hours{daily, daily21, daily22},
		},
		{
			Code: Point, Phone: "0120-170-033",
			NameJa: "ポイントリニューアル受付センタ", NameEn: "Point Renewal Center", ShortJa: "ポイント", ShortEn: "Points",
			Topics: []string{"pointtalk", "goo"}, IDs: []string{"ocn-id"}, ClosedOnHolidays: true, ClosedYearly: []Period{yearEnd},
			Hours: []Hours{working, working21},
		},
	}
}
