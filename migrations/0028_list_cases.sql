-- +goose Up
-- A list goes the newest first by -id: asked to go by id, the planner walks the
-- primary key backwards, as if every class and status lay evenly over all cases,
-- and reads a million to find none.
drop index cases_status, cases_class;
create index cases_list_status on cases (status, (-id));
create index cases_list_class on cases (class, (-id));
create index cases_list_status_class on cases (status, class, (-id));
create index cases_list_incident on cases (incident_id, (-id));
create index cases_list_incident_status on cases (incident_id, status, (-id));
create index cases_list_incident_class on cases (incident_id, class, (-id));
create index cases_list_incident_status_class on cases (incident_id, status, class, (-id));

-- +goose Down
drop index cases_list_status, cases_list_class, cases_list_status_class, cases_list_incident, cases_list_incident_status,
  cases_list_incident_class, cases_list_incident_status_class;
create index cases_status on cases (status, id);
create index cases_class on cases (class, id);
