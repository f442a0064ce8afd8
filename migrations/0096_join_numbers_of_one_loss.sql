-- +goose Up
-- Whose loss a cancellation makes smaller: the exchange that it refers to, or the one that
-- stands for it where that is a double (二重). Numbers of one loss are one exchange.
alter table movements add column exchange_id bigint references movements;
update movements c set exchange_id = coalesce((select o.id from movements o
    where x.doubled = 'double' and o.identity_id = x.identity_id and o.kind = x.kind and o.occurred_at = x.occurred_at and o.points = x.points
      and o.doubled is distinct from 'double' order by o.id limit 1), x.id)
  from movements x where x.id = c.refers_to and c.kind = 'cancel';
create index movements_exchange on movements (exchange_id) where exchange_id is not null;

-- +goose Down
drop index movements_exchange;
alter table movements drop column exchange_id;
