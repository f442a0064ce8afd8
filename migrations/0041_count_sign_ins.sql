-- +goose Up
-- Attempts are counted before the password is looked at. An account that signed in
-- from an address is proven there: others' failures do not keep it out.
alter table sign_in_failures add column proven_at timestamptz;

-- +goose Down
alter table sign_in_failures drop column proven_at;
