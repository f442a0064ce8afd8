-- +goose Up
-- An account is opened with its balance, and the opening postings come with it: to
-- insert zeros and to move them by postings afterwards costs an import of 100,000
-- IDs more than all the rest of the ledger. The transfer is the one that the same
-- transaction made last. Programs are looked up once a statement, not once a row.
-- +goose StatementBegin
create function open_accounts() returns trigger language plpgsql security definer set search_path = public as $$
declare
  opening bigint;
begin
  if exists (select from (select distinct program_id from new_accounts) a where not exists (select from programs p where p.id = a.program_id)) then
    raise exception 'there is no such program' using errcode = 'foreign_key_violation';
  end if;
  if not exists (select from new_accounts where balance > 0) then
    return null;
  end if;
  select id into opening from transfers where id = currval(pg_get_serial_sequence('transfers', 'id')) and xid = pg_current_xact_id();
  if not found then
    raise exception 'an opening balance comes with its transfer' using errcode = 'restrict_violation';
  end if;
  insert into postings (transfer_id, account_id, program_id, purpose, points)
    select opening, id, program_id, 'opening', balance from new_accounts where balance > 0
    union all
    select opening, c.id, c.program_id, 'opening', -s.points
      from (select program_id, sum(balance)::bigint as points from new_accounts where balance > 0 group by program_id) s
      join accounts c on c.program_id = s.program_id and c.purpose = 'opening';
  return null;
end $$;
-- +goose StatementEnd
create trigger open_accounts after insert on accounts
  referencing new table as new_accounts for each statement execute function open_accounts();

-- The balances of postings that open_accounts inserts are there already.
drop trigger apply_postings on postings;
create trigger apply_postings after insert on postings
  referencing new table as new_postings for each statement when (pg_trigger_depth() = 0) execute function apply_postings();

-- The same for movements: what a file names is a few programs and one incident.
-- +goose StatementBegin
create function check_movements() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if exists (select from (select from_program as id from new_movements union select to_program from new_movements) m
      where m.id is not null and not exists (select from programs p where p.id = m.id))
    or exists (select from (select distinct incident_id as id from new_movements) m where not exists (select from incidents i where i.id = m.id)) then
    raise exception 'there is no such program or incident' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
-- +goose StatementEnd
create trigger check_movements_inserted after insert on movements
  referencing new table as new_movements for each statement execute function check_movements();
create trigger check_movements_updated after update on movements
  referencing new table as new_movements for each statement execute function check_movements();
alter table movements drop constraint movements_incident_id_fkey, drop constraint movements_from_program_fkey, drop constraint movements_to_program_fkey;
alter table accounts drop constraint accounts_program_id_fkey;

-- What no key holds any more is never removed nor given another number.
create trigger no_removal before delete or truncate on programs for each statement execute function refuse_change();
create trigger no_removal before delete or truncate on incidents for each statement execute function refuse_change();
create trigger same_number before update of id on programs for each statement execute function refuse_change();
create trigger same_number before update of id on incidents for each statement execute function refuse_change();

-- +goose Down
drop trigger same_number on incidents;
drop trigger same_number on programs;
drop trigger no_removal on incidents;
drop trigger no_removal on programs;
alter table accounts add constraint accounts_program_id_fkey foreign key (program_id) references programs;
alter table movements add constraint movements_incident_id_fkey foreign key (incident_id) references incidents,
  add constraint movements_from_program_fkey foreign key (from_program) references programs,
  add constraint movements_to_program_fkey foreign key (to_program) references programs;
drop trigger check_movements_updated on movements;
drop trigger check_movements_inserted on movements;
drop function check_movements;
drop trigger apply_postings on postings;
create trigger apply_postings after insert on postings
  referencing new table as new_postings for each statement execute function apply_postings();
drop trigger open_accounts on accounts;
drop function open_accounts;
