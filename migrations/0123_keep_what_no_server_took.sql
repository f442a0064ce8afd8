-- +goose Up
-- The mail was only kept in the mailbox folder, because no mail server was set up. One that
-- a newer mail took the place of before it could be sent has no sent_at.
alter table mails add column kept boolean not null default false;
create index mails_kept on mails (id) where kept;

-- +goose Down
alter table mails drop column kept;
