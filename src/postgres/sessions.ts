import type { Role } from '../contract/access-api.ts'
import type { Queryable } from './pool.ts'

export interface SessionRow {
  readonly account: string
  readonly role: Role
  readonly expiresAt: Date
}

/** Hashes are sha-256. Removes what has expired meanwhile, so that the table stays small by itself. */
export async function insertSession(db: Queryable, session: { hash: Buffer, accountId: number, lifetimeS: number }): Promise<Date> {
  await db.query('delete from session where expires_at < now()')
  const { rows } = await db.query<{ expiresAt: Date }>(`
    insert into session (session_hash, account_id, expires_at) values ($1, $2, now() + make_interval(secs => $3)) returning expires_at as "expiresAt"`,
    [session.hash, session.accountId, session.lifetimeS])
  return (rows[0] as { expiresAt: Date }).expiresAt
}

/** Undefined when it is over: logged out, expired, or of an account that was changed. */
export async function readSession(db: Queryable, hash: Buffer): Promise<SessionRow | undefined> {
  const { rows } = await db.query<SessionRow>(`
    select a.name as account, a.role, s.expires_at as "expiresAt" from session s join account a using (account_id)
    where s.session_hash = $1 and s.expires_at > now() and a.disabled_at is null`, [hash])
  return rows[0]
}

export async function deleteSession(db: Queryable, hash: Buffer): Promise<void> {
  await db.query('delete from session where session_hash = $1', [hash])
}

/** The key of all services of this database: the given one, where there was none. */
export async function claimSessionKey(db: Queryable, proposed: Buffer): Promise<Buffer> {
  await db.query('insert into session_key (key) values ($1) on conflict do nothing', [proposed])
  const { rows } = await db.query<{ key: Buffer }>('select key from session_key')
  return (rows[0] as { key: Buffer }).key
}
