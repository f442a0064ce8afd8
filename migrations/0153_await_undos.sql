-- +goose Up
-- A case whose undo is submitted waits for approval, as with any other request.
update cases c set interrupted = case when status in ('on_hold', 'awaiting_customer') then status end, status = 'awaiting_approval', version = version + 1
  where status not in ('awaiting_approval', 'completed', 'out_of_scope') and exists (select from reimbursements r where r.case_id = c.id and r.undoes is not null and r.state = 'submitted');

-- +goose Down
update cases c set status = coalesce(interrupted, 'in_progress'), interrupted = null, version = version + 1
  where status = 'awaiting_approval' and reimbursement_state = 'approved';
