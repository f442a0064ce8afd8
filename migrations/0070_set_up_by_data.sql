-- +goose Up
-- Who answers for an incident, the ID that its members sign in with, and in which unit
-- points are counted are data, made by setting up.
alter table operators
  add column sender_ja     text not null default '',
  add column sender_en     text not null default '',
  add column mail_address  text not null default '',
  add column signature_ja  text not null default '',
  add column signature_en  text not null default '',
  add column page_ja       text not null default '',
  add column page_en       text not null default '',
  add column page_url      text not null default '',
  add column version       bigint not null default 1;

create table id_kinds (
  id                smallint generated always as identity primary key,
  code              text not null unique,
  operator_id       smallint not null references operators,
  name_ja           text not null,
  name_en           text not null,
  form              text not null default '',
  opens_ja          text not null default '',
  opens_en          text not null default '',
  goes_on_ja        text not null default '',
  goes_on_en        text not null default '',
  point_password_ja text not null default '',
  point_password_en text not null default '',
  one_time_password boolean not null default false,
  language          text not null default 'ja' check (language in ('ja', 'en')),
  version           bigint not null default 1
);
-- The domains of an ID's own mailbox: what is sent there, whoever has its password reads.
create table id_domains (
  domain     text primary key check (domain = lower(domain)),
  id_kind_id smallint not null references id_kinds
);
create index id_domains_kind on id_domains (id_kind_id);

alter table programs
  add column unit_ja     text not null default 'ポイント',
  add column unit_en     text not null default 'points',
  add column unit_en_one text not null default 'point',
  add column version     bigint not null default 1;
alter table programs alter column unit_ja drop default, alter column unit_en drop default, alter column unit_en_one drop default;

alter table incidents
  add column id_kind_id  smallint references id_kinds,
  add column happened_ja text not null default '',
  add column happened_en text not null default '',
  add column version     bigint not null default 1;

-- Setting up is no person.
alter table service_statuses alter column set_by drop not null;

-- Earlier releases were made for one operator and put its operators and programs into
-- every new database. One that nobody has used gives them back; one in use keeps what it
-- has, and what stood in the program's words until now.
-- +goose StatementBegin
do $$ begin
  if exists (select from incidents) or exists (select from staff) or exists (select from desks) or exists (select from audit_entries) then
    update operators set page_ja = 'OCNの公式トップページ', page_en = 'the official OCN top page' where code in ('ntt-com', 'ntt-resonant');
    insert into id_kinds (code, operator_id, name_ja, name_en, goes_on_ja, goes_on_en, point_password_ja, point_password_en, one_time_password)
      select 'ocn-id', id, 'OCN ID', 'OCN ID',
        'OCN IDの利用制限中も、インターネット接続はこれまでどおりご利用いただけます。接続に使う「OCN認証ID」は、OCN IDとは別のものです。',
        'Your internet connection works as before while the OCN ID is restricted. The OCN Authentication ID used for the connection is not the same as your OCN ID.',
        'ポイントパスワード', 'point password', true
      from operators where code = 'ntt-com';
    update incidents set id_kind_id = (select id from id_kinds where code = 'ocn-id');
  else
    alter table accounts disable trigger no_removal;
    alter table programs disable trigger no_removal;
    delete from accounts;
    delete from programs;
    delete from operators;
    alter table accounts enable trigger no_removal;
    alter table programs enable trigger no_removal;
    alter table programs alter column id restart;
    alter table operators alter column id restart;
    alter table accounts alter column id restart;
  end if;
end $$;
-- +goose StatementEnd

-- +goose Down
update service_statuses set set_by = (select min(id) from staff) where set_by is null;
alter table service_statuses alter column set_by set not null;
alter table incidents drop column id_kind_id, drop column happened_ja, drop column happened_en, drop column version;
alter table programs drop column unit_ja, drop column unit_en, drop column unit_en_one, drop column version;
drop table id_domains, id_kinds;
alter table operators drop column sender_ja, drop column sender_en, drop column mail_address, drop column signature_ja, drop column signature_en,
  drop column page_ja, drop column page_en, drop column page_url, drop column version;
