package incidents

import (
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/operators"
	"hoten/app/store"
)

// Usual are the programs that an incident of the ID is about where nobody says. One operator
// runs all IDs there are: all. Several do: those of the ID's operator, whose members would
// otherwise be told of points that they never had; all where that operator has none.
func Usual(all []Program, ids []operators.ID, id *operators.ID) []Program {
	if id == nil || !operators.Several(ids) {
		return all
	}
	own := slices.DeleteFunc(slices.Clone(all), func(p Program) bool { return p.OperatorID != id.OperatorID })
	if len(own) == 0 {
		return all
	}
	return own
}

// usualBearers are the programs of Usual, with nobody decided who bears their cost.
func usualBearers(db *gorm.DB, kind *int16) (map[string]string, error) {
	all, err := Programs(db)
	if err != nil {
		return nil, err
	}
	ids, err := operators.IDs(db)
	if err != nil {
		return nil, err
	}
	var id *operators.ID
	if i := slices.IndexFunc(ids, func(k operators.ID) bool { return kind != nil && k.ID == *kind }); i >= 0 {
		id = &ids[i]
	}
	out := map[string]string{}
	for _, p := range Usual(all, ids, id) {
		out[p.Code] = ""
	}
	return out, nil
}

// Bearers are the operators who bear the cost of an incident, by program, by code; empty:
// undecided.
func Bearers(db *gorm.DB, incident int64) (map[string]string, error) {
	rows, err := store.Select[bearerRow](db, bearerRows+" where i.incident_id = $1", incident)
	out := make(map[string]string, len(rows))
	for _, r := range rows {
		out[r.Program] = r.Bearer
	}
	return out, err
}

type bearerRow struct {
	IncidentID      int64
	Program, Bearer string
}

const bearerRows = `select i.incident_id, p.code as program, coalesce(o.code, '') as bearer
	from incident_programs i join programs p on p.id = i.program_id left join operators o on o.id = i.bearer_id`

// allBearers are the Bearers of every incident.
func allBearers(db *gorm.DB) (map[int64]map[string]string, error) {
	rows, err := store.Select[bearerRow](db, bearerRows)
	out := map[int64]map[string]string{}
	for _, r := range rows {
		if out[r.IncidentID] == nil {
			out[r.IncidentID] = map[string]string{}
		}
		out[r.IncidentID][r.Program] = r.Bearer
	}
	return out, err
}

// setBearers keeps the programs of an incident and who bears their cost.
func setBearers(tx *store.Tx, incident int64, bearers map[string]string) error {
	if _, err := store.Exec(tx, "delete from incident_programs where incident_id = $1", incident); err != nil {
		return err
	}
	for _, code := range slices.Sorted(maps.Keys(bearers)) {
		field := fmt.Sprintf("programs.%s", code)
		program, err := ProgramByCode(tx.DB, code)
		if fault.Of(err, fault.Invalid) {
			err = fault.Input(field, "program_unknown")
		}
		if err != nil {
			return err
		}
		var bearer *int16
		if bearers[code] != "" {
			o, err := operatorOf(tx, field+".bearer", bearers[code])
			if err != nil {
				return err
			}
			bearer = &o.ID
		}
		if _, err := store.Exec(tx, "insert into incident_programs (incident_id, program_id, bearer_id) values ($1, $2, $3)", incident, program.ID, bearer); err != nil {
			return err
		}
	}
	return nil
}
