-- +goose Up
-- What a case waited for when its proposal was submitted, to wait for it again once the
-- proposal is decided: on hold, or the customer's answer.
alter table cases add column interrupted text check (interrupted in ('on_hold', 'awaiting_customer'));

-- +goose Down
alter table cases drop column interrupted;
