-- +goose Up
alter table mails drop constraint mails_kind_check, add constraint mails_kind_check check (kind in ('restriction_notice', 'verification_code',
  'reset_link', 'reset_completed', 'contact_changed', 'reimbursement_completed', 'reimbursement_corrected', 'case_closed', 'all_holders'));

-- +goose Down
-- Mails of corrections stay as they are and are not checked.
alter table mails drop constraint mails_kind_check, add constraint mails_kind_check check (kind in ('restriction_notice', 'verification_code',
  'reset_link', 'reset_completed', 'contact_changed', 'reimbursement_completed', 'case_closed', 'all_holders')) not valid;
