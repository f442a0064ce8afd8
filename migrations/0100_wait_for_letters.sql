-- +goose Up
-- Whoever proposed a contact may withdraw it.
alter table contact_changes drop constraint contact_changes_state_check, drop constraint contact_changes_check1,
  add constraint contact_changes_state_check check (state in ('proposed', 'confirmed', 'refused', 'withdrawn', 'undone')),
  add constraint contact_changes_decider check (state in ('proposed', 'refused') or (decided_by = proposed_by) = (state = 'withdrawn'));
-- Proposals that wait, in the queue of the supervisors.
create index contact_changes_waiting on contact_changes (case_id) where state = 'proposed';

alter table mails drop constraint mails_kind_check, add constraint mails_kind_check check (kind in ('restriction_notice', 'verification_code',
  'reset_link', 'reset_completed', 'contact_changed', 'contact_undone', 'reimbursement_completed', 'reimbursement_corrected', 'case_closed', 'all_holders'));

-- Since when a letter must tell of something that no mail could, whether or not the
-- restriction notice went out; and when the last letter was sent.
alter table cases add column letter_due_at timestamptz, add column letter_sent_on date;
update cases c set letter_due_at = e.at from case_events e join contact_changes k on k.id = (e.data->>'change')::bigint
  where e.case_id = c.id and e.kind = 'contact_set' and e.data->>'told' = 'letter' and k.state = 'confirmed';
-- One index for whom no mail reaches and for whom a letter waits.
drop index cases_unreachable;
create index cases_unreachable on cases (changed_at, id) where status not in ('completed', 'out_of_scope') and (unreachable_at is not null or letter_due_at is not null);

-- +goose Down
drop index cases_unreachable;
create index cases_unreachable on cases (changed_at, id) where status not in ('completed', 'out_of_scope') and unreachable_at is not null;
alter table cases drop column letter_due_at, drop column letter_sent_on;
alter table mails drop constraint mails_kind_check, add constraint mails_kind_check check (kind in ('restriction_notice', 'verification_code',
  'reset_link', 'reset_completed', 'contact_changed', 'reimbursement_completed', 'reimbursement_corrected', 'case_closed', 'all_holders')) not valid;
drop index contact_changes_waiting;
alter table contact_changes drop constraint contact_changes_state_check, drop constraint contact_changes_decider;
update contact_changes set state = 'refused' where state = 'withdrawn';
alter table contact_changes add constraint contact_changes_state_check check (state in ('proposed', 'confirmed', 'refused', 'undone')),
  add constraint contact_changes_check1 check (state in ('proposed', 'refused') or decided_by <> proposed_by);
