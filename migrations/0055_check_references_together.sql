-- +goose Up
-- References of what an import lands are looked up once a statement, as 0036 does for
-- programs: a foreign key takes and logs a lock on the other row for each row, which
-- is a third of what landing an ID costs. What is referred to is never removed nor
-- given another number. Each is looked up by its key: "offset 0" keeps the planner
-- from reading the other table whole, and enable_seqscan from a plan that was made
-- when that was one page.
-- +goose StatementBegin
create function check_identities() returns trigger language plpgsql security definer set search_path = public set enable_seqscan = off as $$
begin
  if exists (select from new_identities n where n.member_id is not null and not exists (select from members m where m.id = n.member_id offset 0)) then
    raise exception 'there is no such member' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
create function check_identity() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if not exists (select from members m where m.id = new.member_id) then
    raise exception 'there is no such member' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
create function check_contacts() returns trigger language plpgsql security definer set search_path = public set enable_seqscan = off as $$
begin
  if exists (select from new_contacts n where not exists (select from members m where m.id = n.member_id offset 0)) then
    raise exception 'there is no such member' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
create function check_cases() returns trigger language plpgsql security definer set search_path = public set enable_seqscan = off as $$
begin
  if exists (select from (select distinct incident_id as id from new_cases) n where not exists (select from incidents i where i.id = n.id offset 0))
    or exists (select from new_cases n where not exists (select from identities i where i.id = n.identity_id offset 0)) then
    raise exception 'there is no such incident or ID' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
-- +goose StatementEnd
create trigger check_identities_inserted after insert on identities
  referencing new table as new_identities for each statement execute function check_identities();
create trigger check_identity_updated after update of member_id on identities
  for each row when (new.member_id is distinct from old.member_id and new.member_id is not null) execute function check_identity();
create trigger check_contacts_inserted after insert on contacts
  referencing new table as new_contacts for each statement execute function check_contacts();
create trigger check_cases_inserted after insert on cases
  referencing new table as new_cases for each statement execute function check_cases();
alter table identities drop constraint identities_member_id_fkey;
alter table contacts drop constraint contacts_member_id_fkey;
alter table cases drop constraint cases_incident_id_fkey, drop constraint cases_identity_id_fkey;

-- Whose a contact, a case or an account is, is for ever.
create trigger same_member before update of member_id on contacts for each statement execute function refuse_change();
create trigger same_identity before update of incident_id, identity_id on cases for each statement execute function refuse_change();
create trigger same_identity before update of identity_id, program_id on accounts for each statement execute function refuse_change();
create trigger same_identity before update of identity_id on movements for each statement execute function refuse_change();

create trigger no_removal before delete or truncate on members for each statement execute function refuse_change();
create trigger no_removal before delete or truncate on identities for each statement execute function refuse_change();
create trigger same_number before update of id on members for each statement execute function refuse_change();
create trigger same_number before update of id on identities for each statement execute function refuse_change();

-- Accounts and movements have such a look already; theirs looks for the ID as well.
-- +goose StatementBegin
create or replace function open_accounts() returns trigger language plpgsql security definer set search_path = public set enable_seqscan = off as $$
declare
  opening bigint;
begin
  if exists (select from (select distinct program_id from new_accounts) a where not exists (select from programs p where p.id = a.program_id offset 0))
    or exists (select from new_accounts a where a.identity_id is not null and not exists (select from identities i where i.id = a.identity_id offset 0)) then
    raise exception 'there is no such program or ID' using errcode = 'foreign_key_violation';
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
      join accounts c on c.program_id = s.program_id and c.purpose = 'opening' and c.identity_id is null;
  return null;
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
create or replace function check_movements() returns trigger language plpgsql security definer set search_path = public set enable_seqscan = off as $$
begin
  if exists (select from (select from_program as id from new_movements union select to_program from new_movements) m
      where m.id is not null and not exists (select from programs p where p.id = m.id offset 0))
    or exists (select from (select distinct incident_id as id from new_movements) m where not exists (select from incidents i where i.id = m.id offset 0)) then
    raise exception 'there is no such program or incident' using errcode = 'foreign_key_violation';
  end if;
  if tg_op = 'INSERT' and exists (select from new_movements n where not exists (select from identities i where i.id = n.identity_id offset 0)) then
    raise exception 'there is no such ID' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
-- +goose StatementEnd
alter table accounts drop constraint accounts_identity_id_fkey;
alter table movements drop constraint movements_identity_id_fkey;

-- +goose Down
alter table movements add constraint movements_identity_id_fkey foreign key (identity_id) references identities;
alter table accounts add constraint accounts_identity_id_fkey foreign key (identity_id) references identities;
-- +goose StatementBegin
create or replace function check_movements() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if exists (select from (select from_program as id from new_movements union select to_program from new_movements) m
      where m.id is not null and not exists (select from programs p where p.id = m.id))
    or exists (select from (select distinct incident_id as id from new_movements) m where not exists (select from incidents i where i.id = m.id)) then
    raise exception 'there is no such program or incident' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
create or replace function open_accounts() returns trigger language plpgsql security definer set search_path = public as $$
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
drop trigger same_number on identities;
drop trigger same_number on members;
drop trigger no_removal on identities;
drop trigger no_removal on members;
drop trigger same_identity on movements;
drop trigger same_identity on accounts;
drop trigger same_identity on cases;
drop trigger same_member on contacts;
alter table cases add constraint cases_incident_id_fkey foreign key (incident_id) references incidents,
  add constraint cases_identity_id_fkey foreign key (identity_id) references identities;
alter table contacts add constraint contacts_member_id_fkey foreign key (member_id) references members;
alter table identities add constraint identities_member_id_fkey foreign key (member_id) references members;
drop trigger check_cases_inserted on cases;
drop trigger check_contacts_inserted on contacts;
drop trigger check_identity_updated on identities;
drop trigger check_identities_inserted on identities;
drop function check_cases, check_contacts, check_identity, check_identities;
