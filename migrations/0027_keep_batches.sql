-- +goose Up
-- What became of a batch, row by row. place orders the rows for reading: refused,
-- awaiting another approval, posted, not yet done. An id may be one that nobody has.
create table approval_results (
  job_id           bigint not null references jobs,
  reimbursement_id bigint not null,
  place            smallint not null default 3 check (place between 0 and 3),
  state            text,
  code             text,
  args             jsonb,
  primary key (job_id, reimbursement_id),
  check (place = 3 or (place = 0) = (code is not null) and (code is null) = (state is not null))
);
create index approval_results_place on approval_results (job_id, place, reimbursement_id);
-- The same form sent twice is one batch.
create unique index jobs_approvals_once on jobs (staff_id, (args ->> 'once')) where kind = 'reimbursements_approve';

-- +goose Down
drop index jobs_approvals_once;
drop table approval_results;
