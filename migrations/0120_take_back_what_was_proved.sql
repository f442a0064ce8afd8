-- +goose Up
-- Which registered number a caller named: what proves false with it is taken back.
alter table call_answers add column contact_id bigint references contacts;

-- A number that documents showed took the place of the others, so that it was the only one
-- that an answer could match.
alter table call_answers disable trigger no_change;
update call_answers a set contact_id = (select h.contact_id from calls k join cases c on c.id = k.case_id join contact_changes h on h.identity_id = c.identity_id
    where k.id = a.call_id and h.kind = 'phone' and h.contact_id is not null and h.decided_at <= a.at and coalesce(h.undone_at > a.at, true) order by h.decided_at desc limit 1)
  where a.item = 'phone' and a.matched;
alter table call_answers enable trigger no_change;

-- A representative's papers that proved false, and the first call of the conversation in
-- which a link was sent: it is void with them. Nobody has two open calls at a time.
alter table representatives add column withdrawn_at timestamptz, add column withdrawn_by bigint references staff,
  add check ((withdrawn_at is null) = (withdrawn_by is null));
alter table reset_links add column call_id bigint references calls;
update reset_links l set call_id = (select coalesce(k.first_id, k.id) from calls k
    where k.case_id = l.case_id and k.agent_id = l.sent_by and k.started_at <= l.sent_at and coalesce(k.ended_at >= l.sent_at, true) order by k.id desc limit 1);

-- +goose Down
alter table reset_links drop column call_id;
alter table representatives drop column withdrawn_at, drop column withdrawn_by;
alter table call_answers drop column contact_id;
