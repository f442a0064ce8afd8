-- +goose Up
-- A cost that stands out says against what: a share of the threshold, or what is usual.
alter table reimbursements add column measures jsonb not null default '[]',
  drop constraint reimbursements_flags_check,
  add constraint reimbursements_flags_check check (string_to_array(flags, ' ') <@ '{undo,correction,double,unusual_amount,above_usual,adjusted,own_use,own_unverified,contact_changed}');

-- +goose Down
alter table reimbursements drop constraint reimbursements_flags_check;
update reimbursements set flags = array_to_string(array_replace(array_remove(string_to_array(flags, ' '), 'unusual_amount'), 'above_usual', 'unusual_amount'), ' ') where flags like '%above_usual%';
alter table reimbursements drop column measures,
  add constraint reimbursements_flags_check check (string_to_array(flags, ' ') <@ '{undo,correction,double,unusual_amount,adjusted,own_use,own_unverified,contact_changed}');
