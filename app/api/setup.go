package api

import (
	"net/http"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/operators"
)

// What is set up is made by POST and changed by PATCH, which takes the version that was
// read; a field that is absent stays.

type operatorJSON struct {
	operators.Operator
	Version int64 `json:"version"`
}

type idJSON struct {
	operators.ID
	Operator string `json:"operator"`
	Version  int64  `json:"version"`
}

// shownID is an ID as the API gives it: domains are a list, also where there are none.
func shownID(i operators.ID, operator string) idJSON {
	if i.Domains == nil {
		i.Domains = []string{}
	}
	return idJSON{i, operator, i.Version}
}

type programJSON struct {
	incidents.Program
	Operator string `json:"operator"`
	Version  int64  `json:"version"`
}

// seen keeps the code of what stands, whatever the body says, and asks for the version that
// was read; what is to be made has none.
func seen(stands string, code *string, version *int64) error {
	switch {
	case stands == "":
		*version = 0
	case *version < 1:
		return fault.Input("version", "required")
	default:
		*code = stands
	}
	return nil
}

func listOperators(a *API, r *request) error {
	all, err := operators.List(r.db)
	if err != nil {
		return err
	}
	out := list[operatorJSON]{Items: []operatorJSON{}}
	for _, o := range all {
		out.Items = append(out.Items, operatorJSON{o, o.Version})
	}
	return r.JSON(http.StatusOK, out)
}

func createOperator(a *API, r *request) error {
	return a.setOperator(r, http.StatusCreated, operatorJSON{})
}

func changeOperator(a *API, r *request) error {
	o, err := operators.ByCode(r.db, r.Param("code"))
	if err != nil {
		return err
	}
	return a.setOperator(r, http.StatusOK, operatorJSON{Operator: *o})
}

// setOperator sets what the body says over what stands.
func (a *API) setOperator(r *request, status int, in operatorJSON) error {
	code := in.Code
	if err := r.body(&in); err != nil {
		return err
	}
	if err := seen(code, &in.Code, &in.Version); err != nil {
		return err
	}
	if _, err := operators.Set(r.Request().Context(), a.s, r.by, in.Version, in.Operator); err != nil {
		return err
	}
	o, err := operators.ByCode(r.db, in.Code)
	if err != nil {
		return err
	}
	return r.JSON(status, operatorJSON{*o, o.Version})
}

// codes are the codes of operators by their numbers.
func codes(db *gorm.DB) (map[int16]string, error) {
	all, err := operators.List(db)
	out := map[int16]string{}
	for _, o := range all {
		out[o.ID] = o.Code
	}
	return out, err
}

func listIDs(a *API, r *request) error {
	of, err := codes(r.db)
	if err != nil {
		return err
	}
	all, err := operators.IDs(r.db)
	if err != nil {
		return err
	}
	out := list[idJSON]{Items: []idJSON{}}
	for _, i := range all {
		out.Items = append(out.Items, shownID(i, of[i.OperatorID]))
	}
	return r.JSON(http.StatusOK, out)
}

func createID(a *API, r *request) error {
	return a.setID(r, http.StatusCreated, idJSON{ID: operators.ID{Language: "ja"}})
}

func changeID(a *API, r *request) error {
	of, err := codes(r.db)
	if err != nil {
		return err
	}
	i, err := operators.IDByCode(r.db, r.Param("code"))
	if err != nil {
		return err
	}
	return a.setID(r, http.StatusOK, idJSON{ID: *i, Operator: of[i.OperatorID]})
}

func (a *API) setID(r *request, status int, in idJSON) error {
	code, domains := in.Code, in.Domains
	if err := r.body(&in); err != nil {
		return err
	}
	if in.Domains == nil {
		in.Domains = domains // null is as if it were absent, as of any other field
	}
	if err := seen(code, &in.Code, &in.Version); err != nil {
		return err
	}
	if _, err := operators.SetID(r.Request().Context(), a.s, r.by, in.Version, in.ID, in.Operator); err != nil {
		return err
	}
	i, err := operators.IDByCode(r.db, in.Code)
	if err != nil {
		return err
	}
	return r.JSON(status, shownID(*i, in.Operator))
}

func listPrograms(a *API, r *request) error {
	of, err := codes(r.db)
	if err != nil {
		return err
	}
	all, err := incidents.Programs(r.db)
	if err != nil {
		return err
	}
	out := list[programJSON]{Items: []programJSON{}}
	for _, p := range all {
		out.Items = append(out.Items, programJSON{p, of[p.OperatorID], p.Version})
	}
	return r.JSON(http.StatusOK, out)
}

func createProgram(a *API, r *request) error {
	return a.setProgram(r, http.StatusCreated, programJSON{})
}

func changeProgram(a *API, r *request) error {
	of, err := codes(r.db)
	if err != nil {
		return err
	}
	p, err := incidents.ProgramOf(r.db, r.Param("code"))
	if err != nil {
		return err
	}
	return a.setProgram(r, http.StatusOK, programJSON{Program: *p, Operator: of[p.OperatorID]})
}

func (a *API) setProgram(r *request, status int, in programJSON) error {
	code := in.Code
	if err := r.body(&in); err != nil {
		return err
	}
	if err := seen(code, &in.Code, &in.Version); err != nil {
		return err
	}
	if _, err := incidents.SetProgram(r.Request().Context(), a.s, r.by, in.Version, in.Program, in.Operator); err != nil {
		return err
	}
	p, err := incidents.ProgramOf(r.db, in.Code)
	if err != nil {
		return err
	}
	return r.JSON(status, programJSON{*p, in.Operator, p.Version})
}
