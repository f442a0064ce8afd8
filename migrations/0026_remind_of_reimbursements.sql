-- +goose Up
-- What became of a proposal that waits too long: its supervisors were reminded, then
-- it went to a substitute, if there is one who could approve it.
alter table reimbursements
  add column reminded_at   timestamptz,
  add column escalated_at  timestamptz,
  add column substitute_id bigint references staff,
  add check (escalated_at is null or reminded_at is not null),
  add check (substitute_id is null or escalated_at is not null and substitute_id <> proposer_id);
create index reimbursements_unreminded on reimbursements (submitted_at) where state = 'submitted' and reminded_at is null;
create index reimbursements_unescalated on reimbursements (submitted_at) where state = 'submitted' and escalated_at is null;
create index reimbursements_late on reimbursements (id) where state = 'submitted' and reminded_at is not null;
create index reimbursements_substitute on reimbursements (substitute_id, id) where state = 'submitted' and substitute_id is not null;

-- +goose Down
alter table reimbursements drop column reminded_at, drop column escalated_at, drop column substitute_id;
