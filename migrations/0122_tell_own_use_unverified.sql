-- +goose Up
alter table reimbursements drop constraint reimbursements_flags_check,
  add constraint reimbursements_flags_check check (string_to_array(flags, ' ') <@ '{correction,double,unusual_amount,adjusted,own_unverified,own_use,contact_changed}');

-- +goose Down
alter table reimbursements drop constraint reimbursements_flags_check;
update reimbursements set flags = array_to_string(array_remove(string_to_array(flags, ' '), 'own_unverified'), ' ');
alter table reimbursements add constraint reimbursements_flags_check check (string_to_array(flags, ' ') <@ '{correction,double,unusual_amount,adjusted,own_use,contact_changed}');
