package desks_test

import (
	"fmt"
	"time"

	"hoten/app/desks"
	"hoten/app/jptext"
)

// Of two rows of hours that hold on a day, the one that ends first counts.
func ExampleDesk_On() {
	tech, point := desks.Release()[0], desks.Release()[1]
	for _, day := range []int{30, 31} {
		date := jptext.Date{Year: 2014, Month: time.July, Day: day}
		for _, opening := range tech.On(date) {
			fmt.Println(date, desks.Clock(opening.Open), desks.Clock(opening.Close))
		}
	}
	fmt.Println(point.On(jptext.Date{Year: 2014, Month: time.September, Day: 15})) // a holiday
	// Output:
	// 2014-07-30 10:00 22:00
	// 2014-07-31 10:00 21:00
	// []
}

func ExampleDesk_At() {
	tech := desks.Release()[0]
	state := tech.At(time.Date(2014, time.August, 7, 19, 0, 0, 0, jptext.JST))
	fmt.Println(state.Open, state.Next.In(jptext.JST).Format("2006-01-02 15:04"))
	// Output:
	// false 2014-08-08 10:00
}
