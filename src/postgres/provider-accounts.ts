import type { Role } from '../contract/access-api.ts'
import type { AccountRow } from './accounts.ts'
import type { Queryable } from './pool.ts'

/** Of an account of a provider of OpenID Connect. */
export type ProviderAccountRow = Pick<AccountRow, 'accountId' | 'name' | 'role' | 'disabledAt'>

const COLUMNS = 'account_id as "accountId", name, role, disabled_at as "disabledAt"'

/** To be called in a transaction, in which nobody else changes an account any more: two logins of one person would else make two. */
export async function lockProviderAccount(db: Queryable, issuer: string, subject: string): Promise<ProviderAccountRow | undefined> {
  await db.query('lock table account in share row exclusive mode')
  const { rows } = await db.query<ProviderAccountRow>(
    `select ${COLUMNS} from account where issuer = $1 and subject = $2`, [issuer, subject])
  return rows[0]
}

/** Undefined when there is an account of this name already. `passwordHash` is one that no password has. */
export async function insertProviderAccount(
  db: Queryable, account: { name: string, role: Role, issuer: string, subject: string, passwordHash: string },
): Promise<ProviderAccountRow | undefined> {
  const { rows } = await db.query<ProviderAccountRow>(`
    insert into account (name, role, issuer, subject, password_hash) values ($1, $2, $3, $4, $5)
    on conflict (name) do nothing returning ${COLUMNS}`,
    [account.name, account.role, account.issuer, account.subject, account.passwordHash])
  return rows[0]
}

export async function setRole(db: Queryable, accountId: number, role: Role): Promise<void> {
  await db.query('update account set role = $2, changed_at = now() where account_id = $1', [accountId, role])
}

/** It is known no more, by whatever credential. It may log in again. */
export async function endCredentials(db: Queryable, accountId: number): Promise<void> {
  await db.query('delete from session where account_id = $1', [accountId])
  await db.query('update api_token set revoked_at = now() where account_id = $1 and revoked_at is null', [accountId])
}
