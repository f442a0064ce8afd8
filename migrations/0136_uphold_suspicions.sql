-- +goose Up
-- Since when a supervisor holds that somebody passed for the member: nothing is to be decided
-- any more, and the ID stays closed.
alter table identities add column impostor_upheld_at timestamptz
  check (impostor_upheld_at is null or impostor_at is not null);
-- Mails that were not sent because what they told did not hold any more, among those that failed.
create index mails_withheld on mails (id) where state = 'failed' and reason in ('overtaken', 'discarded');

-- +goose Down
drop index mails_withheld;
alter table identities drop column impostor_upheld_at;
