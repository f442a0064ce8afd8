-- +goose Up
-- When a contact was proved to be its member's, and by which conversation (the first of its
-- calls; null: by documents). What a conversation proved is deleted when it proves void.
create table contact_proofs (
  contact_id bigint not null references contacts,
  call_id    bigint references calls,
  at         timestamptz not null,
  unique (contact_id, call_id)
);
create index contact_proofs_call on contact_proofs (call_id);
create trigger same_proof before update of contact_id, call_id on contact_proofs for each statement execute function refuse_change();

drop view contact_ways;
create view contact_ways as
  select c.id, c.member_id, c.kind, c.value, c.value_key, c.registered_on, c.depends_on_login or coalesce(d.own, false) as depends_on_login,
    coalesce(d.other, false) or c.kind = 'email' and c.mailbox_key is null as depends_on_other, c.source, c.undeliverable_at,
    c.source = 'documents' and exists (select from identities s where s.member_id = c.member_id and s.impostor_at is not null) as in_doubt,
    (select max(p.at) from contact_proofs p where p.contact_id = c.id) as proved_at
  from contacts c left join lateral (
    select bool_or(i.member_id = c.member_id) as own, bool_or(i.member_id is distinct from c.member_id and i.affected) as other
    from mailbox_ids(c.mailbox_key, c.domain_key) i) d on true
  where c.replaced_by is null and c.withdrawn_at is null;
grant select on contact_ways to hoten_app;

-- What is known of before: documents, codes read out, calls back, links used. A conversation
-- proves nothing if it, or anything of its ID since it began, was held against the caller.
insert into contact_proofs (contact_id, at) select contact_id, decided_at from contact_changes where state = 'confirmed';
insert into contact_proofs (contact_id, call_id, at)
  with conversations as (select coalesce(first_id, id) as id, max(level) as level, bool_or(coalesce(outcome in ('mismatch', 'unable', 'impostor_suspected'), false)) as failed from calls group by 1)
  select p.contact_id, p.call_id, max(p.at) from (
      select contact_id, call_id, used_at as at from verification_codes where used_at is not null
      union all select k.called_contact, a.call_id, a.at from calls k join call_answers a on a.call_id = coalesce(k.first_id, k.id) and a.item = 'callback' and a.matched
        join conversations v on v.id = a.call_id and v.level = 2 where k.called_contact is not null
      union all select contact_id, call_id, used_at from reset_links where used_at is not null and call_id is not null) p
    join conversations v on v.id = p.call_id and not v.failed
    join calls f on f.id = v.id join cases c on c.id = f.case_id join identities i on i.id = c.identity_id
  where i.impostor_at is null
    and not exists (select from cases o join case_events e on e.case_id = o.id
      where o.identity_id = i.id and e.kind in ('verified_void', 'restricted_again', 'impostor_cleared', 'representative_withdrawn') and e.at >= f.started_at)
  group by p.contact_id, p.call_id;

-- +goose Down
drop view contact_ways;
create view contact_ways as
  select c.id, c.member_id, c.kind, c.value, c.value_key, c.registered_on, c.depends_on_login or coalesce(d.own, false) as depends_on_login,
    coalesce(d.other, false) or c.kind = 'email' and c.mailbox_key is null as depends_on_other, c.source, c.undeliverable_at,
    c.source = 'documents' and exists (select from identities s where s.member_id = c.member_id and s.impostor_at is not null) as in_doubt
  from contacts c left join lateral (
    select bool_or(i.member_id = c.member_id) as own, bool_or(i.member_id is distinct from c.member_id and i.affected) as other
    from mailbox_ids(c.mailbox_key, c.domain_key) i) d on true
  where c.replaced_by is null and c.withdrawn_at is null;
grant select on contact_ways to hoten_app;
drop table contact_proofs;
