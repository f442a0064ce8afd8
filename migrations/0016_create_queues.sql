-- +goose Up
-- Queues list open cases by how long they have waited. Each begins with what the
-- queue is, so that a page is read from the index in its order.
create index cases_waiting on cases (changed_at, id) where status not in ('completed', 'out_of_scope');
create index cases_assignee_waiting on cases (assignee_id, changed_at, id) where status not in ('completed', 'out_of_scope');
create index cases_desk_waiting on cases (desk_id, changed_at, id) where desk_id is not null and status not in ('completed', 'out_of_scope');
create index cases_status_waiting on cases (status, changed_at, id) where status in ('callback_due', 'awaiting_approval');
create index cases_unreachable on cases (changed_at, id) where unreachable_at is not null and status not in ('completed', 'out_of_scope');
create index cases_impostor on cases (changed_at, id) where impostor_at is not null and status not in ('completed', 'out_of_scope');

-- The languages a person takes calls in; the console's own language may differ.
alter table staff add column languages text not null default 'ja' check (languages in ('ja', 'en', 'ja en'));
update staff set languages = 'ja en' where language = 'en';

-- A view is a list of cases as its owner likes it: filters, order and columns,
-- as in the address of the list.
create table saved_views (
  id       bigint generated always as identity primary key,
  staff_id bigint not null references staff,
  name     text not null,
  query    text not null,
  unique (staff_id, name)
);

-- +goose Down
drop table saved_views;
alter table staff drop column languages;
drop index cases_waiting, cases_assignee_waiting, cases_desk_waiting, cases_status_waiting, cases_unreachable, cases_impostor;
