-- +goose Up
-- While mails come and go by thousands no statistics say how few of the queued ones are of one
-- member: of several indexes on what is queued the planner took one that reads them all.
drop index mails_member;
create index mails_member on mails (member_id) where member_id is not null;

-- +goose Down
drop index mails_member;
create index mails_member on mails (member_id) where state = 'queued';
