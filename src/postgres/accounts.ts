import type { Role } from '../contract/access-api.ts'
import type { Queryable } from './pool.ts'

export interface AccountRow {
  readonly accountId: number
  readonly name: string
  readonly role: Role
  readonly disabledAt: Date | null
  /** Of a provider of OpenID Connect, by which it logs in; null: by a password. */
  readonly issuer: string | null
  readonly createdAt: Date
  readonly changedAt: Date
}

const COLUMNS = `account_id as "accountId", name, role, disabled_at as "disabledAt", issuer, created_at as "createdAt", changed_at as "changedAt"`

export async function anyAccountExists(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>('select exists (select from account) as found')
  return rows[0]?.found ?? false
}

/** By name. */
export async function readAccounts(db: Queryable): Promise<AccountRow[]> {
  return (await db.query<AccountRow>(`select ${COLUMNS} from account order by name`)).rows
}

export async function readAccount(db: Queryable, name: string): Promise<(AccountRow & { readonly passwordHash: string }) | undefined> {
  const { rows } = await db.query<AccountRow & { passwordHash: string }>(
    `select ${COLUMNS}, password_hash as "passwordHash" from account where name = $1`, [name])
  return rows[0]
}

/** False when there is one of this name already. */
export async function insertAccount(db: Queryable, account: { name: string, role: Role, passwordHash: string }): Promise<boolean> {
  const { rowCount } = await db.query(
    'insert into account (name, role, password_hash) values ($1, $2, $3) on conflict (name) do nothing', [account.name, account.role, account.passwordHash])
  return rowCount === 1
}

/** A new password, and the role; the account can log in again if it was disabled. Its sessions are over. */
export async function renewAccount(db: Queryable, account: { name: string, role: Role, passwordHash: string }): Promise<void> {
  await db.query(`
    with changed as (
      update account set role = $2, password_hash = $3, disabled_at = null, changed_at = now() where name = $1 returning account_id)
    delete from session where account_id in (select account_id from changed)`, [account.name, account.role, account.passwordHash])
}

export type Disabling = 'done' | 'unknown' | 'last admin'

/**
 * To be called in a transaction. The sessions of an account that is disabled are over; the last admin stays, as nobody could undo that.
 * One of a provider neither stays nor counts as another: the provider may take its role away with the next login.
 */
export async function setAccountDisabled(db: Queryable, name: string, disabled: boolean): Promise<Disabling> {
  // Two that disable each other at the same moment wait here, and the second sees what the first has done.
  await db.query('lock table account in share row exclusive mode')
  const { rows } = await db.query<{ accountId: number, last: boolean }>(`
    select account_id as "accountId", disabled_at is null and role = 'admin' and issuer is null and not exists (
      select from account as other
      where other.role = 'admin' and other.disabled_at is null and other.issuer is null and other.name <> $1) as last
    from account where name = $1`, [name])
  const [found] = rows
  if (found === undefined) return 'unknown'
  if (disabled && found.last) return 'last admin'
  await db.query('update account set disabled_at = case when $2 then coalesce(disabled_at, now()) end, changed_at = now() where account_id = $1',
    [found.accountId, disabled])
  if (disabled) await db.query('delete from session where account_id = $1', [found.accountId])
  return 'done'
}
