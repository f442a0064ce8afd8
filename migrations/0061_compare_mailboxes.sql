-- +goose Up
-- Keyed hashes of mailboxes, however an address is written: of the ID's own mailbox, and
-- of each contact, whole and without its domain (as a login ID without one is). Null is
-- not hashed yet: only the program has the key, and does it when it starts.
alter table identities add column mailbox_key bytea;
alter table contacts add column mailbox_key bytea, add column local_key bytea;
create index identities_mailbox on identities (mailbox_key);
create index identities_not_hashed on identities (id) where mailbox_key is null;
create index contacts_not_hashed on contacts (id) where mailbox_key is null and kind = 'email';

-- Contacts with what their mailboxes depend on: the member's own ID, or another one that
-- is or was affected, whose thief may read what arrives there (docs/domain.md section 4). What is not hashed yet may.
create view contact_ways as
  select c.id, c.member_id, c.kind, c.value, c.value_key, c.registered_on, c.depends_on_login or coalesce(d.own, false) as depends_on_login,
    coalesce(d.other, false) or c.kind = 'email' and c.mailbox_key is null as depends_on_other, c.source, c.undeliverable_at
  from contacts c left join lateral (
    select bool_or(i.member_id = c.member_id) as own, bool_or(i.member_id is distinct from c.member_id and i.state <> 'active') as other
    from identities i where i.mailbox_key in (c.mailbox_key, c.local_key)) d on true;
grant select on contact_ways to hoten_app;

-- +goose Down
drop view contact_ways;
alter table identities drop column mailbox_key;
alter table contacts drop column mailbox_key, drop column local_key;
