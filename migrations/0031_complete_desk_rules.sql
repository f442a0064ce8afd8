-- +goose Up
-- Rules as the program writes them now: each row of hours has its days of the week,
-- a desk its topics and short names, since a center may add desks. What older rules
-- lack is that of the release.
update desks set rules = (rules - 'weekdays')
  || case when rules ? 'weekdays' then jsonb_build_object('hours', (
       select coalesce(jsonb_agg(h || jsonb_build_object('weekdays', rules->'weekdays') order by n), '[]') from jsonb_array_elements(rules->'hours') with ordinality r(h, n)))
     else '{}' end
  || case when jsonb_typeof(rules->'topics') = 'array' then '{}' else jsonb_build_object('topics',
       case code when 'tech' then '["id", "password"]'::jsonb when 'point' then '["pointtalk", "goo"]' else '[]' end) end
  || jsonb_build_object(
       'short_ja', case code when 'tech' then '技術' when 'point' then 'ポイント' else left(code, 8) end,
       'short_en', case code when 'tech' then 'Tech' when 'point' then 'Points' else left(code, 8) end);

-- +goose Down
update desks set rules = rules - 'short_ja' - 'short_en';
