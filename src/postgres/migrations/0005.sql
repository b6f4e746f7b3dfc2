-- What `make all DEMO=1` prints: good once, and for an hour. The newest replaces those before it.
create table demo_token (
  -- sha-256; the token itself is shown once and kept nowhere.
  token_hash          bytea primary key,
  created_at          timestamptz not null default now(),
  used_at             timestamptz
);
