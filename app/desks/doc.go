// Package desks knows the desks (窓口) that members call and when they are open
// (docs/domain.md section 3). The rules of a desk are data:
//
//   - Hours are for some days of the week; a day of the week without is closed.
//   - まで is inclusive: Hours hold on their last day.
//   - Of nested まで, the Hours that end first among those that still hold win.
//   - Closed beats extended: on a closed weekday, holiday or period no Hours
//     open the desk. Only an Exception for that very day does.
//   - Open is [Open, Close) in Japan's time. A call in progress goes on.
//   - A day may have several openings: rows of Hours for the same days.
//   - Other rows of Hours for the same day of the week lie within one another or apart;
//     periods that cross and openings that overlap are refused when rules are set.
//   - Deadlines count while a desk is open (After, OpenBetween).
package desks
