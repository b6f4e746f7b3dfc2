-- Accounts of a provider of OpenID Connect: who logs in by it, and by no password.

-- Both or none. The name of such an account is only a name: these say whose it is.
-- password_hash stays, with a hash that no password has: the release before reads it.
alter table account
  add column issuer   text,
  add column subject  text,
  add constraint account_provider check ((issuer is null) = (subject is null)),
  add constraint account_issuer_subject unique (issuer, subject);
