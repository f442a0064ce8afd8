package incidents

import (
	"slices"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/operators"
	"hoten/app/store"
)

// Involved is who and what an incident is about. What is not set up yet is nil.
type Involved struct {
	Incident *Incident
	ID       *operators.ID
	Operator *operators.Operator // who runs the ID
	Programs []Program
	Bare     bool     // nobody has said what programs the incident is about: Programs are all
	others   []string // codes of programs that the incident is not about
}

// Involve reads what an incident is about. Without one (0) it is what the newest is about,
// and without any what there is; the ID and the operator are not known where several
// operators run IDs.
func Involve(db *gorm.DB, incident int64) (*Involved, error) {
	in := &Involved{}
	ids, err := operators.IDs(db)
	if err != nil {
		return nil, err
	}
	list, err := List(db)
	if err != nil {
		return nil, err
	}
	anybodys := incident == 0 && operators.Several(ids)
	for i, one := range list {
		if one.ID == incident || incident == 0 && i == 0 && !anybodys {
			in.Incident = &list[i]
		}
	}
	if incident != 0 && in.Incident == nil {
		return nil, fault.Missing()
	}
	all, err := operators.List(db)
	if err != nil {
		return nil, err
	}
	programs, err := Programs(db)
	if err != nil {
		return nil, err
	}
	mine := new([]int16)
	if in.Incident != nil {
		var reads store.Reads
		mine = AskProgramsOf(&reads, in.Incident.ID)
		if err := reads.Run(db); err != nil {
			return nil, err
		}
	}
	if !anybodys {
		in.who(ids, all)
	}
	in.which(programs, *mine)
	return in, nil
}

// AskProgramsOf reads which programs an incident is about; none: not said.
func AskProgramsOf(reads *store.Reads, incident int64) *[]int16 {
	return store.AskValues[int16](reads, "select program_id from incident_programs where incident_id = $1", incident)
}

// InvolvedIn is what Involve gives of an incident, from what was read already; mine is as
// AskProgramsOf reads it. The operator stays unknown.
func InvolvedIn(incident *Incident, ids []operators.ID, programs []Program, mine []int16) *Involved {
	in := &Involved{Incident: incident}
	in.who(ids, nil)
	in.which(programs, mine)
	return in
}

// who finds the ID, and the operator who runs it.
func (in *Involved) who(ids []operators.ID, all []operators.Operator) {
	if len(ids) > 0 {
		in.ID = &ids[0]
	}
	if in.Incident != nil && in.Incident.IDKindID != nil {
		in.ID = &ids[slices.IndexFunc(ids, func(i operators.ID) bool { return i.ID == *in.Incident.IDKindID })]
	}
	if len(all) > 0 {
		in.Operator = &all[0]
	}
	if i := slices.IndexFunc(all, func(o operators.Operator) bool { return in.ID != nil && o.ID == in.ID.OperatorID }); i >= 0 {
		in.Operator = &all[i]
	}
}

// which finds the programs: those of the incident, else all.
func (in *Involved) which(programs []Program, mine []int16) {
	if in.Programs = programs; len(mine) == 0 {
		in.Bare = in.Incident != nil
		return
	}
	in.Programs = nil
	for _, p := range programs {
		if slices.Contains(mine, p.ID) {
			in.Programs = append(in.Programs, p)
		} else {
			in.others = append(in.others, p.Code)
		}
	}
}

// Has reports whether the incident is about the program with the code.
func (in *Involved) Has(code string) bool {
	return slices.ContainsFunc(in.Programs, func(p Program) bool { return p.Code == code })
}

// Asks reports whether a desk for these IDs, or for all where none is named, with these
// topics is one for the members of the incident: not only for programs that it is not about.
func (in *Involved) Asks(ids, topics []string) bool {
	if len(ids) > 0 && (in.ID == nil || !slices.Contains(ids, in.ID.Code)) {
		return false
	}
	return len(topics) == 0 || slices.ContainsFunc(topics, func(t string) bool { return !slices.Contains(in.others, t) })
}

// Units are what the points of its programs are called, each once.
func (in *Involved) Units(lang string) []string { return UnitsOf(in.Programs, lang) }

// UnitsOf are what the points of the programs are called in the language, each once.
func UnitsOf(programs []Program, lang string) (units []string) {
	for _, p := range programs {
		unit := p.UnitJa
		if lang == "en" {
			unit = p.UnitEn
		}
		if !slices.Contains(units, unit) {
			units = append(units, unit)
		}
	}
	return units
}

// PointPasswords is what is known of the passwords for points of a program's members.
type PointPasswords struct {
	May bool           // somebody may have one
	ids []operators.ID // of those who have one
}

// Names are what its members call theirs in the language, each once; none where nobody said.
func (p PointPasswords) Names(lang string) (names []string) {
	for _, i := range p.ids {
		if name := i.PointPassword(lang); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// WithPointPassword tells, by program, of the password for points of its members: those
// of the IDs of its incidents, else of its operator, else any of them. Where no ID is set up
// nobody knows, and they may have one.
func WithPointPassword(db *gorm.DB) (map[int16]PointPasswords, error) {
	type pair struct{ ProgramID, IDKindID int16 }
	var reads store.Reads
	programs := AskPrograms(&reads)
	pairs := store.Ask[pair](&reads, "select distinct p.program_id, i.id_kind_id from incident_programs p join incidents i on i.id = p.incident_id where i.id_kind_id is not null")
	ids := operators.AskIDs(&reads)
	if err := reads.Run(db); err != nil {
		return nil, err
	}
	out := map[int16]PointPasswords{}
	for _, p := range *programs {
		of := *ids
		for _, is := range []func(operators.ID) bool{
			func(i operators.ID) bool { return slices.Contains(*pairs, pair{p.ID, i.ID}) },
			func(i operators.ID) bool { return i.OperatorID == p.OperatorID },
		} {
			if slices.ContainsFunc(*ids, is) {
				of = slices.DeleteFunc(slices.Clone(*ids), func(i operators.ID) bool { return !is(i) })
				break
			}
		}
		have := slices.DeleteFunc(slices.Clone(of), func(i operators.ID) bool { return i.PointPasswordJa == "" })
		out[p.ID] = PointPasswords{May: len(of) == 0 || len(have) > 0, ids: have}
	}
	return out, nil
}
