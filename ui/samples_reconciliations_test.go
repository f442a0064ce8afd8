package ui

import (
	"hoten/app/access"
	"hoten/app/jptext"
)

func sampleSums(lang string, apart bool) []ReconciliationSums {
	sums := []ReconciliationSums{
		{Program: in(lang, "gooポイント", "goo points"), Here: 1204, There: 1204, Matched: 1204, PointsHere: 1_204_500, PointsThere: 1_204_500, PointsSet: 1_204_500},
		{Program: "PointTalk", Here: 318, There: 318, Matched: 318, PointsHere: -318_000, PointsThere: -318_000, PointsSet: -318_000}}
	if apart {
		sums[0].There, sums[0].Matched, sums[0].PointsThere, sums[0].PointsSet = 1205, 1203, 1_205_200, 1_203_800
	}
	return sums
}

func sampleReconciliations(lang string) ReconciliationsIndex {
	system := in(lang, "ポイント基盤（本番）", "Points (production)")
	day := func(n int) jptext.Date { return jptext.Date{Year: 2014, Month: 7, Day: n} }
	return ReconciliationsIndex{Frame: sampleFrame(lang, "setup", access.Supervisor), States: []string{"unsigned", "missing", "open", "prepared", "signed", "again"}, MayTake: true, Day: "2014-07-30",
		Systems: []Choice{{Value: "points", Label: system}},
		Asked:   []Choice{{Value: "points", Label: system}},
		Columns: []ImportColumn{{Header: "key", Format: "key", Example: "k7q2m9x4t8w3zp6c-1", Required: true}, {Header: "reference", Format: "reference", Example: "P000123"}},
		Rows: []ReconciliationRow{
			{ID: 6, Day: day(30), System: system, State: "missing"},
			{ID: 5, Day: day(29), System: system, State: "open", Sums: sampleSums(lang, true), Differences: 3, Unexplained: 2},
			{ID: 4, Day: day(28), System: system, State: "prepared", Sums: sampleSums(lang, false)},
			{ID: 3, Day: day(27), System: system, State: "again", Stale: true, Sums: sampleSums(lang, true), Differences: 1},
			{ID: 2, Day: day(26), System: system, State: "signed", Sums: sampleSums(lang, false)}},
		Next: "2014-07-26.2"}
}

func sampleReconciliation(lang, state string) ReconciliationsShow {
	here, there := int64(700), int64(1700)
	p := ReconciliationsShow{Frame: sampleFrame(lang, "setup", access.Supervisor), ID: 5, Day: jptext.Date{Year: 2014, Month: 7, Day: 29}, System: in(lang, "ポイント基盤（本番）", "Points (production)"),
		SystemCode: "points", State: state, Version: 4, Sums: sampleSums(lang, true),
		Kinds:  []ReconciliationKind{{"missing_there", 1}, {"unknown_key", 1}, {"amount", 1}, {"day", 4}},
		Causes: []Choice{{Value: "theirs", Label: in(lang, "ポイント基盤側の誤り", "Mistake of the point system")}},
		Statements: []ReconciliationStatement{{Source: "http", Rows: 1523, At: jst(7, 30, 6, 0)},
			{Source: "file", Rows: 1522, At: jst(7, 30, 5, 40), By: in(lang, "佐藤 花子", "Hanako Sato")}},
		Rows: []ReconciliationDifference{
			{ID: 1, Kind: "missing_there", Likely: "near_midnight", Key: "t4wx8kq2m9p3z7dc-1", Reimbursement: 1204, Program: in(lang, "gooポイント", "goo points"), Here: &here, ReferenceHere: "P000881", SettledAt: jst(7, 29, 23, 58), Needs: true},
			{ID: 2, Kind: "amount", Likely: "amount", Key: "n6hd2v7fmr4kwt8b-1", Reimbursement: 1190, Program: in(lang, "gooポイント", "goo points"), Here: &here, There: &there, Reference: "P000870", ReferenceHere: "P000870",
				DoneAt: jst(7, 29, 14, 2), SettledAt: jst(7, 29, 14, 2), Needs: true, Cause: "theirs", Reason: in(lang, "ポイント基盤に確認し、差額の1,000ポイントを取り消した", "The point system confirmed it and took 1,000 back"), By: in(lang, "佐藤 花子", "Hanako Sato"), At: jst(7, 30, 10, 4)},
			{ID: 3, Kind: "unknown_key", Likely: "by_hand_there", Program: in(lang, "gooポイント", "goo points"), There: &there, Reference: "T-0001", DoneAt: jst(7, 29, 11, 20), Needs: true},
			{ID: 4, Kind: "day", Likely: "day", Key: "c9pz3x5ja8yh2qwe-1", Reimbursement: 1188, Program: in(lang, "gooポイント", "goo points"), Here: &here, There: &here, Reference: "P000868", DoneAt: jst(7, 29, 0, 1), SettledAt: jst(7, 28, 23, 59)}}}
	switch state {
	case "missing":
		p.MayAsk = true
		p.Sums, p.Kinds, p.Rows, p.Statements, p.Said = nil, nil, nil, nil, "503 Service Unavailable"
	case "open":
		p.MayWork, p.Unexplained = true, 2
	case "prepared":
		p.MaySign, p.Preparer, p.PreparedAt = true, in(lang, "鈴木 一郎", "Ichiro Suzuki"), jst(7, 30, 10, 20)
	case "again":
		p.MayWork, p.Stale = true, true
		p.Signatures = []ReconciliationSignature{{Version: 3, Preparer: in(lang, "鈴木 一郎", "Ichiro Suzuki"), Signer: in(lang, "佐藤 花子", "Hanako Sato"), PreparedAt: jst(7, 30, 10, 20), SignedAt: jst(7, 30, 11, 2)}}
	}
	return p
}
