-- +goose Up
-- A plan whose legs outside cannot all be done is undone by a proposal of its own, which reverses it.
alter table reimbursements add column undoes bigint references reimbursements,
  add column undone_by bigint references reimbursements, -- once that was approved; the state is returned then
  add constraint reimbursements_undone check (undone_by is null or state = 'returned' and undoes is null),
  drop constraint reimbursements_booked,
  add constraint reimbursements_booked check ((state in ('approved', 'posted') or undone_by is not null) = (transfer_id is not null)),
  drop constraint reimbursements_flags_check,
  add constraint reimbursements_flags_check check (string_to_array(flags, ' ') <@ '{undo,correction,double,unusual_amount,adjusted,own_use,own_unverified,contact_changed}');
drop index reimbursements_pending;
create unique index reimbursements_pending on reimbursements (case_id) where state in ('submitted', 'approved') and undoes is null;
create unique index reimbursements_undoing on reimbursements (undoes) where state in ('submitted', 'approved', 'posted');

-- An adjustment has entries as a movement has: it is given once, taken back where its plan is
-- undone, and may be given again.
alter table compensations drop constraint compensations_adjustment_id_key,
  add constraint compensations_adjustment_entry unique (adjustment_id, entry);
create index reimbursement_lines_adjustment on reimbursement_lines (adjustment_id, reimbursement_id) where adjustment_id is not null;
-- +goose StatementBegin
create or replace function check_compensations() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if exists (select from new_compensations n join movements m on m.id = n.movement_id
      cross join lateral (select coalesce(sum(l.points), 0) as points from compensations k
        join reimbursement_lines l on l.movement_id = k.movement_id and l.reimbursement_id = k.reimbursement_id where k.movement_id = m.id) s
      where s.points < 0 or s.points > m.points) then
    raise exception 'more is given back for a movement than it took, or less than nothing' using errcode = 'check_violation';
  end if;
  if exists (select from new_compensations n join adjustments a on a.id = n.adjustment_id
      cross join lateral (select coalesce(sum(l.points), 0) as points from compensations k
        join reimbursement_lines l on l.adjustment_id = k.adjustment_id and l.reimbursement_id = k.reimbursement_id where k.adjustment_id = a.id) s
      where s.points not in (0, a.points)) then
    raise exception 'an adjustment is given more than once' using errcode = 'check_violation';
  end if;
  return null;
end $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
do $$ begin
  if exists (select from reimbursements where undoes is not null) then
    raise exception 'plans were undone: the older program cannot read that';
  end if;
end $$;
create or replace function check_compensations() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if exists (select from new_compensations n join movements m on m.id = n.movement_id
      cross join lateral (select coalesce(sum(l.points), 0) as points from compensations k
        join reimbursement_lines l on l.movement_id = k.movement_id and l.reimbursement_id = k.reimbursement_id where k.movement_id = m.id) s
      where s.points < 0 or s.points > m.points) then
    raise exception 'more is given back for a movement than it took, or less than nothing' using errcode = 'check_violation';
  end if;
  return null;
end $$;
-- +goose StatementEnd
drop index reimbursement_lines_adjustment;
alter table compensations drop constraint compensations_adjustment_entry,
  add constraint compensations_adjustment_id_key unique (adjustment_id);
drop index reimbursements_undoing, reimbursements_pending;
create unique index reimbursements_pending on reimbursements (case_id) where state in ('submitted', 'approved');
alter table reimbursements drop constraint reimbursements_flags_check,
  drop constraint reimbursements_booked,
  add constraint reimbursements_booked check ((state in ('approved', 'posted')) = (transfer_id is not null)),
  drop constraint reimbursements_undone, drop column undone_by, drop column undoes,
  add constraint reimbursements_flags_check check (string_to_array(flags, ' ') <@ '{correction,double,unusual_amount,adjusted,own_use,own_unverified,contact_changed}');
