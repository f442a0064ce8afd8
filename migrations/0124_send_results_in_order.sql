-- +goose Up
-- Mails that tell balances reach a member in the order in which they were queued. first_id is
-- the mail that one takes the place of which goes to another address of the member.
alter table mails add column first_id bigint references mails;
create index mails_member on mails (member_id) where state = 'queued';

-- +goose Down
drop index mails_member;
alter table mails drop column first_id;
