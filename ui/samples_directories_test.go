package ui

import (
	"hoten/app/access"
)

// sampleLDAP is an identity system that fails now and refused before.
func sampleLDAP(lang string) Directory {
	return Directory{Base: "/directories", Holds: "OCN ID", Code: "members", Name: in(lang, "会員基盤（本番）", "Accounts (production)"), Kind: "LDAP", Held: []string{"OCN ID"}, Waiting: 1204, Uncertain: 3, Refused: 2,
		OldestAt: jst(7, 31, 9, 58), Fails: 7, Said: "dial tcp 192.0.2.10:636: connect: connection refused", FailingSince: jst(7, 31, 10, 2), RestsUntil: jst(7, 31, 10, 20),
		AnsweredAt: jst(7, 31, 10, 1), CheckedAt: jst(7, 31, 9, 0),
		Findings: []DirectoryFinding{{Step: "connect", OK: true}, {Step: "tls", OK: true, Said: "TLS 1.3, ldap.example.jp"}, {Step: "sign_in", Said: "LDAP Result Code 49 \"Invalid Credentials\""}}}
}

func sampleDirectories(lang string) DirectoriesIndex {
	return DirectoriesIndex{Frame: sampleFrame(lang, "setup", access.Administrator), MayManage: true, Kinds: []Choice{{"ldap", "LDAP"}},
		Directories: []Directory{sampleLDAP(lang),
			{Base: "/directories", Holds: "ID", Code: "ferry", Name: in(lang, "フェリー会員", "Ferry accounts"), Kind: "LDAP", Held: []string{"Ferry ID"}, AnsweredAt: jst(7, 31, 10, 1)},
			{Base: "/directories", Holds: "ID", Code: "new", Name: in(lang, "試験用", "For trials"), Kind: "LDAP"}}}
}

var sampleSettings = []DirectorySetting{
	{Name: "url", Label: "URL", Help: "ldaps://ldap.example.jp", Value: "ldaps://ldap.example.jp"},
	{Name: "start_tls", Label: "StartTLS", Help: "StartTLS", Value: "no", Choices: []Choice{{"yes", "StartTLS"}, {"no", "－"}}, Optional: true},
	{Name: "bind_password", Label: "Bind", Help: "Bind", Secret: true, Kept: true, Optional: true},
	{Name: "ca", Label: "CA", Help: "PEM", Lines: true, Optional: true},
}

func sampleNewDirectory(lang string) DirectoriesShow {
	return DirectoriesShow{Frame: sampleFrame(lang, "setup", access.Administrator), Directory: Directory{Kind: "LDAP"}, KindCode: "ldap", MayManage: true, Settings: sampleSettings,
		IDs: []DirectoryID{{Code: "ocn-id", Name: "OCN ID"}, {Code: "ferry-id", Name: "Ferry ID", Elsewhere: true}}}
}

func sampleDirectory(lang string, open bool) DirectoriesShow {
	p := sampleNewDirectory(lang)
	p.Directory, p.Version, p.Open = sampleLDAP(lang), 3, open
	p.IDs[0].Here = true
	if open {
		p.Orders = []DirectoryOrder{
			{ID: 9, Act: "set_password", State: "uncertain", Number: "H0000012-3", OrderedAt: jst(7, 31, 10, 2), Attempts: 2, NextAt: jst(7, 31, 10, 6), Said: "read tcp 192.0.2.1:51234: i/o timeout"},
			{ID: 8, Act: "restrict", State: "waiting", Number: "H0000013-1", OrderedAt: jst(7, 31, 10, 1), NextAt: jst(7, 31, 10, 6)}}
		return p
	}
	p.Frame, p.MayManage, p.MaySettle = sampleFrame(lang, "setup", access.Supervisor), false, true
	p.Orders = []DirectoryOrder{
		{ID: 7, Act: "restrict", State: "refused", Code: "unknown_id", Number: "H0000014-9", OrderedAt: jst(7, 31, 9, 30), Attempts: 1, Said: "no entry"},
		{ID: 6, Act: "set_password", State: "refused", Code: "too_late", Number: "H0000015-7", OrderedAt: jst(7, 31, 8, 30), Attempts: 12}}
	return p
}

func samplePointSystem(lang string) Directory {
	return Directory{Base: "/points", Holds: in(lang, "プログラム", "Programs"), Code: "points", Name: in(lang, "ポイント基盤（本番）", "Points (production)"), Kind: "HTTP", Held: []string{"gooポイント"}, Waiting: 3, Uncertain: 1, Refused: 1,
		OldestAt: jst(7, 31, 10, 2), AnsweredAt: jst(7, 31, 10, 1), CheckedAt: jst(7, 31, 9, 0), Findings: []DirectoryFinding{{"connect", true, ""}, {"sign_in", false, "401 Unauthorized"}}}
}

func samplePoints(lang string) PointsIndex {
	return PointsIndex{Frame: sampleFrame(lang, "setup", access.Administrator), MayManage: true, Kinds: []Choice{{"http", "HTTP"}}, Systems: []Directory{samplePointSystem(lang)}, BuiltIn: []string{"PointTalk"}}
}

func sampleNewPoints(lang string) PointsShow {
	return PointsShow{Frame: sampleFrame(lang, "setup", access.Administrator), System: Directory{Base: "/points", Kind: "HTTP"}, KindCode: "http", MayManage: true, Alarm: 15, Settings: sampleSettings,
		Programs: []DirectoryID{{"goo", "gooポイント", true, false}, {"pointtalk", "PointTalk", false, true}}}
}

func samplePointsShow(lang string, open bool) PointsShow {
	p := sampleNewPoints(lang)
	p.Frame, p.System, p.MaySettle, p.Open, p.Version = sampleFrame(lang, "setup", access.Supervisor), samplePointSystem(lang), true, open, 2
	l := PointLeg{ID: 3, Reimbursement: 12, Number: "C-0012-7", Program: "gooポイント", Points: -600, Key: "k7q2m9x4t8w3zp6c-1", State: "refused", Code: "insufficient_balance", Said: "422 Unprocessable Entity", DecidedAt: jst(7, 31, 10, 2), Attempts: 2}
	if open {
		l.State, l.Code, l.NextAt = "uncertain", "", jst(7, 31, 10, 20)
	}
	p.Legs = []PointLeg{l}
	return p
}

// samplePointFiles are files in each state.
func samplePointFiles(lang string) []PointFile {
	const hash = "9f2b7c1d0e4a5b6c7d8e9f00112233445566778899aabbccddeeff0011223344"
	return []PointFile{
		{Code: "points", Number: 15, Name: "points-000015.csv", State: "cut", CutAt: jst(7, 31, 10, 2), CutBy: in(lang, "佐藤 美咲", "Misaki Sato"), Count: 12, Credit: 54_000, Debit: 8_600, Open: 12, Hash: hash},
		{Code: "points", Number: 14, Name: "points-000014.csv", State: "sent", CutAt: jst(7, 31, 2, 0), Count: 1204, Credit: 1_254_000, Debit: 208_600, Open: 1204, Hash: hash, Written: jst(7, 31, 2, 0)},
		{Code: "points", Number: 13, Name: "points-000013.csv", State: "sent", Late: true, CutAt: jst(7, 30, 14, 0), Count: 3, Credit: 4_000, Debit: 0, Open: 3, Hash: hash, Written: jst(7, 30, 14, 0), Fetched: jst(7, 31, 9, 0), Fetcher: in(lang, "佐藤 美咲", "Misaki Sato")},
		{Code: "points", Number: 12, Name: "points-000012.csv", State: "missing", CutAt: jst(7, 30, 2, 0), Count: 4, Credit: 6_600, Debit: 600, Open: 1, Refused: 1, Pending: 2, Hash: hash, Written: jst(7, 30, 2, 0)},
		{Code: "points", Number: 11, Name: "points-000011.csv", State: "rejected", CutAt: jst(7, 29, 14, 0), Count: 4, Credit: 6_600, Debit: 600, Hash: hash},
		{Code: "points", Number: 10, Name: "points-000010.csv", State: "answered", CutAt: jst(7, 29, 2, 0), Count: 9, Credit: 9_900, Debit: 0, Hash: hash},
	}
}

func samplePointAnswers(lang string) []PointAnswer {
	return []PointAnswer{
		{File: 12, Answer: 1, At: jst(7, 30, 8, 20), By: in(lang, "佐藤 美咲", "Misaki Sato"), Source: "console", State: "again", Size: 412},
		{File: 12, Answer: 1, At: jst(7, 30, 8, 0), Source: "folder", State: "taken", Size: 412},
		{File: 12, At: jst(7, 30, 7, 50), By: in(lang, "佐藤 美咲", "Misaki Sato"), Source: "api", State: "refused", Size: 380,
			Why: in(lang, "6行目のトレーラーは credit が6600ですが、実際は6601です。途中で切れたか、書き換えられた可能性があります。", "The trailer on line 6 says credit 6600, but the file has 6601. It may have been cut off or altered.")},
		{At: jst(7, 30, 7, 40), Source: "folder", State: "refused", Size: 16_000_000, Why: in(lang, "1行目が結果ファイルのヘッダー（区分1、RESULTS）ではありません。", "Line 1 is not the header of a result file (type 1, RESULTS).")},
	}
}

func samplePointsFiles(lang string) PointsFiles {
	return PointsFiles{Frame: sampleFrame(lang, "setup", access.Supervisor), Code: "points", Name: samplePointSystem(lang).Name, Files: samplePointFiles(lang), Arrivals: samplePointAnswers(lang), Next: "10"}
}

func samplePointsFile(lang, state string) PointsFile {
	p := PointsFile{Frame: sampleFrame(lang, "setup", access.Supervisor), Code: "points", Name: samplePointSystem(lang).Name, Folder: true, MayAct: true, File: samplePointFiles(lang)[2]}
	l := PointLeg{ID: 3, Reimbursement: 12, Number: "C-0012-7", Program: "gooポイント", Points: -600, Key: "k7q2m9x4t8w3zp6c-1", State: "uncertain"}
	if state == "late" {
		p.Rows = []PointRow{{Row: 1, Leg: l}}
		return p
	}
	p.File, p.Arrivals = samplePointFiles(lang)[3], samplePointAnswers(lang)[:3]
	p.Rows = []PointRow{{Row: 1, Leg: l, Outcome: "done", Reference: "P000000123"}, {Row: 2, Leg: l, Outcome: "refused", Code: "account_closed", Said: in(lang, "21 解約済", "21 cancelled")},
		{Row: 3, Leg: l}, {Row: 4, Leg: l, Outcome: "by_hand", Reference: "P000000125"}, {Row: 5, Leg: l, Outcome: "not_done"}}
	return p
}

// samplePointsBatch is a system that takes files, with what it refused, or what no result mentions.
func samplePointsBatch(lang string, missing bool) PointsShow {
	p := samplePointsShow(lang, false)
	p.System.Kind, p.KindCode, p.ByFile, p.Missing, p.MayCut, p.NextCut, p.Files, p.Alarm = in(lang, "ファイル連携", "Files"), "batch", true, missing, true, jst(7, 31, 14, 0), samplePointFiles(lang)[:3], 360
	if missing {
		p.Legs[0].State, p.Legs[0].Code, p.Legs[0].Said, p.Legs[0].File, p.Legs[0].Row = "uncertain", "", "", 12, 3
	}
	return p
}
