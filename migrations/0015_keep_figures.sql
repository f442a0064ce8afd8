-- +goose Up
-- The figures of incidents that are too large to be counted at every look.
create table incident_figures (
  incident_id bigint not null references incidents,
  part        text not null check (part in ('counts', 'plan')),
  at          timestamptz not null,
  took_ms     bigint not null,
  value       jsonb not null,
  primary key (incident_id, part)
);

-- A daily report reads one day of each. Rows come in the order of time, so a few
-- pages tell where a day lies; where the time is set later it needs a tree.
create index calls_started on calls using brin (started_at) with (pages_per_range = 16, autosummarize = on);
create index cases_opened on cases using brin (opened_at) with (pages_per_range = 16, autosummarize = on);
create index case_events_at on case_events using brin (at) with (pages_per_range = 16, autosummarize = on);
create index reset_links_sent on reset_links using brin (sent_at) with (pages_per_range = 16, autosummarize = on);
create index reset_links_used on reset_links (used_at) where used_at is not null;
create index cases_completed on cases (completed_at) where completed_at is not null;
create index reimbursements_submitted on reimbursements using brin (submitted_at) with (pages_per_range = 16, autosummarize = on);
create index reimbursements_decided on reimbursements (decided_at) where decided_at is not null;
create index approvals_at on approvals using brin (at) with (pages_per_range = 16, autosummarize = on);
create index mails_sent on mails (sent_at) where sent_at is not null;
create index mails_given_up on mails (due_at) where state in ('failed', 'bounced');

-- +goose Down
drop index mails_given_up, mails_sent, approvals_at, reimbursements_decided, reimbursements_submitted, cases_completed,
  reset_links_used, reset_links_sent, case_events_at, cases_opened, calls_started;
drop table incident_figures;
