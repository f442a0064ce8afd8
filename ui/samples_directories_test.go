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
	l := PointLeg{ID: 3, Reimbursement: 12, Number: "C-0012-7", Program: "gooポイント", Points: -600, Key: "r12-goo", State: "refused", Code: "insufficient_balance", Said: "422 Unprocessable Entity", DecidedAt: jst(7, 31, 10, 2), Attempts: 2}
	if open {
		l.State, l.Code, l.NextAt = "uncertain", "", jst(7, 31, 10, 20)
	}
	p.Legs = []PointLeg{l}
	return p
}
