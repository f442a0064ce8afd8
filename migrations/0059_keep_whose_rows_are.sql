-- +goose Up
-- Whose a row is, is for ever: a note, a call or a mail that moved to another case would
-- be read as that member's, and an ID that moved to another member would be verified
-- against a stranger. An ID that was only asked about gets its member once.
create trigger same_member before update of member_id on identities
  for each row when (old.member_id is not null and new.member_id is distinct from old.member_id) execute function refuse_change();
create trigger same_case before update of case_id on case_events for each statement execute function refuse_change();
create trigger same_case before update of case_id on callbacks for each statement execute function refuse_change();
create trigger same_case before update of case_id, agent_id on calls for each statement execute function refuse_change();
create trigger same_case before update of case_id on representatives for each statement execute function refuse_change();
create trigger same_case before update of case_id, incident_id, proposer_id on reimbursements for each statement execute function refuse_change();
create trigger same_case before update of case_id, member_id, contact_id on mails for each statement execute function refuse_change();
create trigger same_case before update of case_id, identity_id, contact_id on reset_links for each statement execute function refuse_change();
create trigger same_call before update of call_id, identity_id, contact_id on verification_codes for each statement execute function refuse_change();

-- What was said, proposed, adjusted and approved is not written anew.
create trigger no_change before update on call_answers for each statement execute function refuse_change();
create trigger no_change before update on reimbursement_lines for each statement execute function refuse_change();
create trigger no_change before update on adjustments for each statement execute function refuse_change();
create trigger same_approval before update of reimbursement_id, proposer_id, staff_id, at on approvals for each statement execute function refuse_change();

create trigger no_removal before delete or truncate on cases for each statement execute function refuse_change();
create trigger no_removal before delete or truncate on case_events for each statement execute function refuse_change();
create trigger no_removal before delete or truncate on movements for each statement execute function refuse_change();
create trigger no_removal before delete or truncate on mails for each statement execute function refuse_change();
create trigger no_removal before delete or truncate on calls for each statement execute function refuse_change();
create trigger no_removal before delete or truncate on call_answers for each statement execute function refuse_change();
create trigger no_removal before delete or truncate on callbacks for each statement execute function refuse_change();
create trigger no_removal before delete or truncate on representatives for each statement execute function refuse_change();
create trigger no_removal before delete or truncate on reimbursements for each statement execute function refuse_change();
create trigger no_removal before delete or truncate on reimbursement_lines for each statement execute function refuse_change();
create trigger no_removal before delete or truncate on adjustments for each statement execute function refuse_change();
create trigger no_removal before delete or truncate on approvals for each statement execute function refuse_change();

-- +goose Down
drop trigger no_removal on approvals;
drop trigger no_removal on adjustments;
drop trigger no_removal on reimbursement_lines;
drop trigger no_removal on reimbursements;
drop trigger no_removal on representatives;
drop trigger no_removal on callbacks;
drop trigger no_removal on call_answers;
drop trigger no_removal on calls;
drop trigger no_removal on mails;
drop trigger no_removal on movements;
drop trigger no_removal on case_events;
drop trigger no_removal on cases;
drop trigger same_approval on approvals;
drop trigger no_change on adjustments;
drop trigger no_change on reimbursement_lines;
drop trigger no_change on call_answers;
drop trigger same_call on verification_codes;
drop trigger same_case on reset_links;
drop trigger same_case on mails;
drop trigger same_case on reimbursements;
drop trigger same_case on representatives;
drop trigger same_case on calls;
drop trigger same_case on callbacks;
drop trigger same_case on case_events;
drop trigger same_member on identities;
