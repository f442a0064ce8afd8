-- +goose Up
-- An account that was opened at 0 because nobody stated a balance (追加申告): at least what
-- was posted is on it, and no more is known. stated_by is who stated a balance by hand.
alter table accounts add column assumed boolean not null default false, add column stated_by bigint references staff;
grant update (assumed, as_of, stated_by) on accounts to hoten_app;
-- Which 0 was stated cannot be told of older ones; what was borne on them stands.
update accounts a set assumed = true where a.purpose = 'member'
  and exists (select from cases c where c.identity_id = a.identity_id and c.origin = 'added' and c.row_hash is null)
  and not exists (select from cases c where c.identity_id = a.identity_id and c.origin = 'listed')
  and not exists (select from postings p where p.account_id = a.id and p.purpose in ('opening', 'absorb'));

drop function lock_accounts;
-- +goose StatementBegin
create function lock_accounts(identities bigint[])
returns table (id bigint, identity_id bigint, program_id smallint, balance bigint, assumed boolean, stated_by bigint)
language plpgsql security definer set search_path = public as $$
begin
  return query select a.id, a.identity_id, a.program_id, a.balance, a.assumed, a.stated_by from accounts a
    where a.identity_id = any(identities) order by a.id for update;
end $$;
-- +goose StatementEnd

-- +goose Down
drop function lock_accounts;
-- +goose StatementBegin
create function lock_accounts(identities bigint[])
returns table (id bigint, identity_id bigint, program_id smallint, balance bigint)
language plpgsql security definer set search_path = public as $$
begin
  return query select a.id, a.identity_id, a.program_id, a.balance from accounts a
    where a.identity_id = any(identities) order by a.id for update;
end $$;
-- +goose StatementEnd
revoke update (assumed, as_of, stated_by) on accounts from hoten_app;
alter table accounts drop column assumed, drop column stated_by;
