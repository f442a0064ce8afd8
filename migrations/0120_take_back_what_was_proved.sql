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

-- +goose Down
alter table call_answers drop column contact_id;
