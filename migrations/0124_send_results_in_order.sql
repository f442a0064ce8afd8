-- +goose Up
-- Mails that tell balances reach a member in the order in which they were queued.
create index mails_member on mails (member_id, id) where state = 'queued';

-- +goose Down
drop index mails_member;
