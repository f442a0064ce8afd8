-- +goose Up
-- The program opens members' accounts empty; only the postings move a balance.
alter table accounts alter balance set default 0;
revoke insert on accounts from hoten_app;
grant insert (id, program_id, identity_id, purpose) on accounts to hoten_app;

-- +goose Down
grant insert on accounts to hoten_app;
alter table accounts alter balance drop default;
