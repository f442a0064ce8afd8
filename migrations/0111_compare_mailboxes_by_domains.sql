-- +goose Up
-- A mailbox is its name and its domain, hashed apart (see 0061), so that other domains of
-- an ID's own mailbox change no hash. What is kept is hashed anew when the program starts.
drop view contact_ways;
alter table identities drop column mailbox_key;
alter table contacts drop column mailbox_key, drop column local_key;
alter table identities add column mailbox_key bytea, add column domain_key bytea;
alter table contacts add column mailbox_key bytea, add column domain_key bytea;
alter table id_domains add column domain_key bytea;
create index identities_mailbox on identities (mailbox_key);
create index identities_not_hashed on identities (id) where mailbox_key is null;
create index contacts_not_hashed on contacts (id) where mailbox_key is null and kind = 'email';

-- Whether a domain is one of IDs' own mailboxes; none is, as a login ID has it without one.
create function own_domain(hash bytea) returns boolean language sql stable as $$
  select hash is null or exists (select from id_domains where domain_key = hash)
$$;

-- The IDs whose own mailbox it is. Until an ID is set up, any domain may be theirs.
create function mailbox_ids(name_hash bytea, domain_hash bytea) returns table (member_id bigint, affected boolean) language sql stable as $$
  select i.member_id, i.state <> 'active' from identities i
  where i.mailbox_key = name_hash and (i.domain_key = domain_hash or own_domain(i.domain_key) and own_domain(domain_hash)
    or i.domain_key is null and not exists (select from id_kinds))
$$;

create view contact_ways as
  select c.id, c.member_id, c.kind, c.value, c.value_key, c.registered_on, c.depends_on_login or coalesce(d.own, false) as depends_on_login,
    coalesce(d.other, false) or c.kind = 'email' and c.mailbox_key is null as depends_on_other, c.source, c.undeliverable_at,
    c.source = 'documents' and exists (select from identities s where s.member_id = c.member_id and s.impostor_at is not null) as in_doubt
  from contacts c left join lateral (
    select bool_or(i.member_id = c.member_id) as own, bool_or(i.member_id is distinct from c.member_id and i.affected) as other
    from mailbox_ids(c.mailbox_key, c.domain_key) i) d on true
  where c.replaced_by is null and c.withdrawn_at is null;
grant select on contact_ways to hoten_app;

-- +goose Down
drop view contact_ways;
drop function mailbox_ids(bytea, bytea);
drop function own_domain(bytea);
alter table id_domains drop column domain_key;
alter table identities drop column mailbox_key, drop column domain_key;
alter table contacts drop column mailbox_key, drop column domain_key;
alter table identities add column mailbox_key bytea;
alter table contacts add column mailbox_key bytea, add column local_key bytea;
create index identities_mailbox on identities (mailbox_key);
create index identities_not_hashed on identities (id) where mailbox_key is null;
create index contacts_not_hashed on contacts (id) where mailbox_key is null and kind = 'email';
create view contact_ways as
  select c.id, c.member_id, c.kind, c.value, c.value_key, c.registered_on, c.depends_on_login or coalesce(d.own, false) as depends_on_login,
    coalesce(d.other, false) or c.kind = 'email' and c.mailbox_key is null as depends_on_other, c.source, c.undeliverable_at,
    c.source = 'documents' and exists (select from identities s where s.member_id = c.member_id and s.impostor_at is not null) as in_doubt
  from contacts c left join lateral (
    select bool_or(i.member_id = c.member_id) as own, bool_or(i.member_id is distinct from c.member_id and i.state <> 'active') as other
    from identities i where i.mailbox_key in (c.mailbox_key, c.local_key)) d on true
  where c.replaced_by is null and c.withdrawn_at is null;
grant select on contact_ways to hoten_app;
