-- +goose Up
-- An adjustment that its author took back before anything followed from it. The adjustment
-- itself stays as it was written.
create table adjustment_withdrawals (
  adjustment_id bigint primary key references adjustments,
  staff_id      bigint not null references staff,
  at            timestamptz not null
);
create trigger final before update or delete or truncate on adjustment_withdrawals for each statement execute function refuse_change();

-- +goose Down
drop table adjustment_withdrawals;
