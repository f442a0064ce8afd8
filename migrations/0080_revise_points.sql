-- +goose Up
-- A balance that nobody imported is unknown and has no account any more. Before, an
-- empty cell opened an account at 0, which cannot be told from a real 0: these stay as
-- they are, and an import may still state the balance while nothing but its opening was
-- ever posted on them (docs/decisions.md).
alter table accounts add column unclear boolean not null default false;
update accounts a set unclear = true where a.purpose = 'member' and not exists (select from postings p where p.account_id = a.id);

-- What a supervisor decided where the same loss stands under two movement numbers: it
-- is real, or a double of the other one. null: nothing was decided.
alter table movements add column doubled text check (doubled in ('real', 'double'));

-- Who turned a movement into a loss: authors of every plan that it is part of.
create table loss_authors (
  movement_id bigint not null references movements,
  staff_id    bigint not null references staff,
  at          timestamptz not null,
  primary key (movement_id, staff_id)
);
create trigger append_only before update or delete or truncate on loss_authors
  for each statement execute function refuse_change();
revoke update, delete, truncate on loss_authors from hoten_app;
insert into loss_authors (movement_id, staff_id, at)
  select m.id, e.actor_id, min(e.at) from case_events e join cases c on c.id = e.case_id
  join movements m on m.identity_id = c.identity_id and m.incident_id = c.incident_id and m.movement_id = e.data->>'movement'
  where e.kind = 'finding' and e.actor_kind = 'staff' and e.data->>'from' in ('own', 'none') and e.data->>'to' in ('suspected', 'confirmed')
  group by m.id, e.actor_id;

-- A movement has one compensation, ever: its first entry. What is learned later is
-- booked as further entries, each once, which never take the sum below nothing or above
-- the loss. Entries are numbered from what was posted before, so that one that is posted
-- twice meets its own number.
alter table compensations add column entry smallint not null default 1 check (entry > 0),
  drop constraint compensations_movement_id_key, add constraint compensations_movement_entry unique (movement_id, entry);
create index reimbursement_lines_movement on reimbursement_lines (movement_id, reimbursement_id) where movement_id is not null;
-- +goose StatementBegin
create function check_compensations() returns trigger language plpgsql security definer set search_path = public as $$
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
create trigger check_compensations after insert on compensations
  referencing new table as new_compensations for each statement execute function check_compensations();

alter table reimbursements drop constraint reimbursements_flags_check,
  add constraint reimbursements_flags_check check (string_to_array(flags, ' ') <@ '{correction,double,unusual_amount,adjusted,own_use,contact_changed}');

-- What keeps a case's points from being settled, a bit each: a balance that is missing,
-- a double that nobody decided about, a correction of what was posted.
alter table cases add column points_open smallint not null default 0 check (points_open between 0 and 7);
create index cases_points on cases (points_open, changed_at, id) where status not in ('completed', 'out_of_scope') and points_open > 0;
with losses as (
  select m.*, c.id as case_id, c.made_whole_at, greatest(m.points - case m.kind when 'exchange'
      then (select coalesce(sum(x.points), 0) from movements x where x.refers_to = m.id and x.kind = 'cancel') else 0 end, 0) as due,
    (select coalesce(sum(l.points), 0) from compensations k join reimbursement_lines l on l.movement_id = k.movement_id and l.reimbursement_id = k.reimbursement_id
      where k.movement_id = m.id) as posted
  from cases c join movements m on m.identity_id = c.identity_id and m.incident_id = c.incident_id
  where c.origin <> 'inquiry' and m.kind in ('transfer', 'exchange') and m.finding in ('suspected', 'confirmed')),
open as (
  select case_id, bit_or(case when due <> posted and exists (select from unnest(array[from_program, case kind when 'transfer' then to_program end]) p
      where p is not null and not exists (select from accounts a where a.identity_id = l.identity_id and a.program_id = p)) then 1 else 0 end
    + case when exists (select from losses o where o.identity_id = l.identity_id and o.id <> l.id and o.occurred_at = l.occurred_at and o.kind = l.kind and o.points = l.points) then 2 else 0 end
    + case when made_whole_at is not null and due <> posted then 4 else 0 end) as bits
  from losses l group by case_id)
update cases c set points_open = bits from open o where o.case_id = c.id and bits > 0;

-- Why work for many cases passed some of them over: how many, by the code of the fault.
alter table jobs add column reasons jsonb not null default '{}';

-- +goose Down
alter table jobs drop column reasons;
drop index cases_points;
alter table cases drop column points_open;
alter table reimbursements drop constraint reimbursements_flags_check;
update reimbursements set flags = array_to_string(array_remove(array_remove(string_to_array(flags, ' '), 'correction'), 'double'), ' ');
alter table reimbursements add constraint reimbursements_flags_check check (string_to_array(flags, ' ') <@ '{unusual_amount,adjusted,own_use,contact_changed}');
drop trigger check_compensations on compensations;
drop function check_compensations;
drop index reimbursement_lines_movement;
alter table compensations drop constraint compensations_movement_entry, drop column entry,
  add constraint compensations_movement_id_key unique (movement_id);
drop table loss_authors;
alter table movements drop column doubled;
alter table accounts drop column unclear;
