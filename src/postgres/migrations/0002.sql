-- Who may come in, and what they did.

create table account (
  account_id          integer generated always as identity primary key,
  name                text not null unique,
  role                text not null check (role in ('viewer', 'operator', 'admin')),
  -- argon2id, with its own salt and cost, in the PHC string format.
  password_hash       text not null,
  -- Set: it can't log in, and its sessions and tokens are over. An account is never deleted, because the audit log names it.
  disabled_at         timestamptz,
  created_at          timestamptz not null default now(),
  changed_at          timestamptz not null default now()
);

-- A login. It is over when its row is gone, whatever the cookie says.
create table session (
  -- sha-256 of the id in the cookie: who reads this table can't come in with it.
  session_hash        bytea primary key,
  account_id          integer not null references account,
  created_at          timestamptz not null default now(),
  expires_at          timestamptz not null
);
create index session_account_id on session (account_id);
create index session_expires_at on session (expires_at);

-- For programs. Never more than its account may.
create table api_token (
  token_id            integer generated always as identity primary key,
  account_id          integer not null references account,
  name                text not null,
  role                text not null check (role in ('viewer', 'operator', 'admin')),
  -- sha-256; the token itself is shown once and kept nowhere.
  token_hash          bytea not null unique,
  created_at          timestamptz not null default now(),
  expires_at          timestamptz not null,
  revoked_at          timestamptz
);

-- What signs the cookies: one row, made by the first service that needs it and shared by all.
create table session_key (
  only_row            boolean primary key default true check (only_row),
  key                 bytea not null,
  created_at          timestamptz not null default now()
);

-- Who did what, when, from where, and what came of it. Passwords, tokens and cookies are never in it.
create table audit_log (
  audit_id            bigint generated always as identity primary key,
  occurred_at         timestamptz not null default now(),
  -- An account's name; null: nobody was logged in, or a command of the machine itself.
  actor               text,
  action              text not null,
  -- What it was done to.
  target              text,
  -- The address that it came from; null: a command.
  address             text,
  outcome             text not null check (outcome in ('done', 'refused')),
  detail              text
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit_log is only added to';
end $$;
create trigger refuse_change before update or delete on audit_log for each row execute function refuse_change();
create trigger refuse_truncate before truncate on audit_log for each statement execute function refuse_change();
