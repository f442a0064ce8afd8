-- +goose Up
-- To whom the proposal of a case was returned: who works on it next.
alter table cases add column returned_to bigint references staff;
update cases c set returned_to = (select r.proposer_id from reimbursements r where r.case_id = c.id order by r.id desc limit 1)
  where c.reimbursement_state = 'returned';
create index cases_returned on cases (returned_to, changed_at, id) where returned_to is not null and status not in ('completed', 'out_of_scope');
-- What has one of two approvals stands below what a supervisor can still approve.
create index reimbursements_second on reimbursements (id) where state = 'submitted' and approvals_needed > 1;

-- +goose Down
drop index reimbursements_second;
alter table cases drop column returned_to;
