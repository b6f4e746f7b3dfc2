import type { Role } from '../contract/access-api.ts'
import type { Queryable } from './pool.ts'

export interface ApiTokenRow {
  readonly tokenId: number
  readonly name: string
  readonly account: string
  readonly role: Role
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly revokedAt: Date | null
}

/** Hashes are sha-256. */
export async function insertApiToken(
  db: Queryable, token: { hash: Buffer, account: string, name: string, role: Role, days: number },
): Promise<{ readonly tokenId: number, readonly expiresAt: Date }> {
  const { rows } = await db.query<{ tokenId: number, expiresAt: Date }>(`
    insert into api_token (account_id, name, role, token_hash, expires_at)
    select account_id, $2, $3, $4, now() + make_interval(days => $5) from account where name = $1
    returning token_id as "tokenId", expires_at as "expiresAt"`, [token.account, token.name, token.role, token.hash, token.days])
  return rows[0] as { tokenId: number, expiresAt: Date }
}

/** Undefined when it is not taken: expired, revoked, or of a disabled account. */
export async function readApiToken(
  db: Queryable, hash: Buffer,
): Promise<{ readonly account: string, readonly role: Role, readonly accountRole: Role, readonly expiresAt: Date } | undefined> {
  const { rows } = await db.query<{ account: string, role: Role, accountRole: Role, expiresAt: Date }>(`
    select a.name as account, t.role, a.role as "accountRole", t.expires_at as "expiresAt" from api_token t join account a using (account_id)
    where t.token_hash = $1 and t.expires_at > now() and t.revoked_at is null and a.disabled_at is null`, [hash])
  return rows[0]
}

/** Newest first. */
export async function readApiTokens(db: Queryable, most: number): Promise<ApiTokenRow[]> {
  const { rows } = await db.query<ApiTokenRow>(`
    select t.token_id as "tokenId", t.name, a.name as account, t.role, t.created_at as "createdAt", t.expires_at as "expiresAt",
      t.revoked_at as "revokedAt"
    from api_token t join account a using (account_id) order by t.token_id desc limit $1`, [most])
  return rows
}

/** Its name; undefined when there is none. A second time changes nothing. */
export async function revokeApiToken(db: Queryable, tokenId: number): Promise<string | undefined> {
  const { rows } = await db.query<{ name: string }>(
    'update api_token set revoked_at = coalesce(revoked_at, now()) where token_id = $1 returning name', [tokenId])
  return rows[0]?.name
}
