-- +goose Up
-- The daily reports of incidents that are too large to be counted at every look;
-- desk 0 is all of them.
create table daily_figures (
  incident_id bigint not null references incidents,
  day         date not null,
  desk_id     bigint not null,
  at          timestamptz not null,
  took_ms     bigint not null,
  value       jsonb not null,
  primary key (incident_id, day, desk_id)
);

-- What was handed over stays as it was written.
create trigger append_only before update or delete or truncate on daily_notes
  for each statement execute function refuse_change();
revoke update, delete, truncate on daily_notes from hoten_app;

-- Timelines tell what was opened and completed on a day, and by whom.
drop index cases_opened, cases_completed;

-- +goose Down
create index cases_opened on cases using brin (opened_at) with (pages_per_range = 16, autosummarize = on);
create index cases_completed on cases (completed_at) where completed_at is not null;
grant update, delete on daily_notes to hoten_app;
drop trigger append_only on daily_notes;
drop table daily_figures;
