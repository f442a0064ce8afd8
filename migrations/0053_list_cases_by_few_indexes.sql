-- +goose Up
-- Nine indexes for all lists of cases: app/cases/walk.go goes through the values of the
-- leading columns that a filter does not fix. An index by itself for each set of filters
-- made an import write each case nineteen times.
drop index cases_identity, cases_list_status, cases_list_class, cases_list_status_class, cases_list_incident, cases_list_incident_status,
  cases_list_incident_class, cases_list_incident_status_class, cases_assignee, cases_waiting, cases_assignee_waiting, cases_desk_waiting,
  cases_status_waiting, cases_unreachable, cases_impostor;
alter table cases drop constraint cases_incident_id_identity_id_key, add constraint cases_identity_incident unique (identity_id, incident_id);
-- By number, newest first (-id: see byFilter): by what the case is, and by whose it is.
create index cases_list on cases (incident_id, status, coalesce(class, 'none'), (-id));
create index cases_owner on cases (coalesce(assignee_id, 0), coalesce(desk_id, 0), (-id));
-- Open ones by how long they have waited: by whose they are, by status, and those with a mark.
create index cases_owner_waiting on cases (coalesce(assignee_id, 0), coalesce(desk_id, 0), changed_at, id) where status not in ('completed', 'out_of_scope');
create index cases_status_waiting on cases (status, changed_at, id) where status not in ('completed', 'out_of_scope');
create index cases_marked on cases (num_nonnulls(impostor_at), num_nonnulls(unreachable_at), changed_at, id)
  where status not in ('completed', 'out_of_scope') and (impostor_at is not null or unreachable_at is not null);

-- +goose Down
drop index cases_list, cases_owner, cases_owner_waiting, cases_status_waiting, cases_marked;
alter table cases drop constraint cases_identity_incident, add constraint cases_incident_id_identity_id_key unique (incident_id, identity_id);
create index cases_identity on cases (identity_id);
create index cases_assignee on cases (assignee_id, id) where assignee_id is not null;
create index cases_list_status on cases (status, (-id));
create index cases_list_class on cases (class, (-id));
create index cases_list_status_class on cases (status, class, (-id));
create index cases_list_incident on cases (incident_id, (-id));
create index cases_list_incident_status on cases (incident_id, status, (-id));
create index cases_list_incident_class on cases (incident_id, class, (-id));
create index cases_list_incident_status_class on cases (incident_id, status, class, (-id));
create index cases_waiting on cases (changed_at, id) where status not in ('completed', 'out_of_scope');
create index cases_assignee_waiting on cases (assignee_id, changed_at, id) where status not in ('completed', 'out_of_scope');
create index cases_desk_waiting on cases (desk_id, changed_at, id) where desk_id is not null and status not in ('completed', 'out_of_scope');
create index cases_status_waiting on cases (status, changed_at, id) where status in ('callback_due', 'awaiting_approval');
create index cases_unreachable on cases (changed_at, id) where unreachable_at is not null and status not in ('completed', 'out_of_scope');
create index cases_impostor on cases (changed_at, id) where impostor_at is not null and status not in ('completed', 'out_of_scope');
