-- +goose Up
-- Balances move in one statement for all accounts of the new postings: a loop
-- costs five times as much, which an import of 100,000 IDs feels. The accounts
-- come as arrays, because a join with the new postings would be planned once,
-- without knowing how many they are.
-- +goose StatementBegin
create or replace function apply_postings() returns trigger language plpgsql security definer set search_path = public as $$
declare
  touched bigint[];
  units smallint[];
  moves bigint[];
  transfers_touched bigint[];
  n bigint;
begin
  if exists (select 1 from new_postings group by transfer_id, program_id having sum(points) <> 0) then
    raise exception 'the postings of a transfer do not sum to zero' using errcode = 'check_violation';
  end if;
  select array_agg(distinct transfer_id) into transfers_touched from new_postings;
  select count(*) into n from transfers where id = any(transfers_touched) and xid = pg_current_xact_id();
  if n <> cardinality(transfers_touched) then
    raise exception 'a transfer takes no later postings' using errcode = 'restrict_violation';
  end if;
  select array_agg(account_id), array_agg(program_id), array_agg(points) into touched, units, moves
    from (select account_id, program_id, sum(points)::bigint as points from new_postings group by 1, 2 order by 1) s;
  update accounts a set balance = balance + m.points
    from unnest(touched, units, moves) as m(account_id, program_id, points)
    where a.id = m.account_id and a.program_id = m.program_id and a.purpose = 'member';
  select count(*) into n from unnest(touched, units) as m(account_id, program_id)
    join accounts a on a.id = m.account_id and a.program_id = m.program_id;
  if n <> cardinality(touched) then
    raise exception 'there is no such account in this program' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
-- +goose StatementEnd

-- A function in SQL is planned at every call, one in PL/pgSQL once a session.
-- +goose StatementBegin
create or replace function lock_accounts(identities bigint[])
returns table (id bigint, identity_id bigint, program_id smallint, balance bigint)
language plpgsql security definer set search_path = public as $$
begin
  return query select a.id, a.identity_id, a.program_id, a.balance from accounts a
    where a.identity_id = any(identities) order by a.id for update;
end $$;
-- +goose StatementEnd

-- Sealed bodies do not compress; trying costs more than the rest of the update.
alter table mails alter column body_text set storage external, alter column body_html set storage external;

-- +goose Down
alter table mails alter column body_text set storage extended, alter column body_html set storage extended;
-- +goose StatementBegin
create or replace function lock_accounts(identities bigint[])
returns table (id bigint, identity_id bigint, program_id smallint, balance bigint)
language sql security definer set search_path = public as $$
  select a.id, a.identity_id, a.program_id, a.balance from accounts a
  where a.identity_id = any(identities) order by a.id for update
$$;
-- +goose StatementEnd
-- +goose StatementBegin
create or replace function apply_postings() returns trigger language plpgsql security definer set search_path = public as $$
declare
  p record;
begin
  if exists (select 1 from new_postings group by transfer_id, program_id having sum(points) <> 0) then
    raise exception 'the postings of a transfer do not sum to zero' using errcode = 'check_violation';
  end if;
  for p in select distinct transfer_id from new_postings loop
    perform 1 from transfers where id = p.transfer_id and xid = pg_current_xact_id();
    if not found then
      raise exception 'a transfer takes no later postings' using errcode = 'restrict_violation';
    end if;
  end loop;
  for p in select account_id, program_id, sum(points) as points from new_postings group by 1, 2 order by 1 loop
    update accounts set balance = balance + p.points
      where id = p.account_id and program_id = p.program_id and purpose = 'member';
    if not found then
      perform 1 from accounts where id = p.account_id and program_id = p.program_id;
      if not found then
        raise exception 'there is no account % in program %', p.account_id, p.program_id using errcode = 'foreign_key_violation';
      end if;
    end if;
  end loop;
  return null;
end $$;
-- +goose StatementEnd
