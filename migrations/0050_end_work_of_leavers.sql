-- +goose Up
-- Why a job was given up, as the code of a fault; empty for none.
alter table jobs add column error text not null default '';
create index jobs_running on jobs (created_at) where state = 'running';
-- Sessions begun before then are over; null: none were ended.
alter table staff add column sessions_after timestamptz;
create index audit_entries_desk on audit_entries (desk_id, id);
create index audit_entries_at on audit_entries (at);

-- +goose Down
drop index audit_entries_at, audit_entries_desk, jobs_running;
alter table staff drop column sessions_after;
alter table jobs drop column error;
