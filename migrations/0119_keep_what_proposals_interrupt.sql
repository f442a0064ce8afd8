-- +goose Up
-- What a case waited for when its proposal was submitted, to wait for it again once the
-- proposal is decided: on hold, the customer's answer, or a call back.
alter table cases add column interrupted text check (interrupted in ('on_hold', 'awaiting_customer', 'callback_due'));

-- +goose Down
alter table cases drop column interrupted;
