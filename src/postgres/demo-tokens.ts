import type { Queryable } from './pool.ts'

/** A token that nobody used in this time is not taken any more. */
const LIFETIME_S = 3600

/** The hash is sha-256. Those before it are not taken any more. */
export async function replaceDemoToken(db: Queryable, hash: Buffer): Promise<void> {
  await db.query('delete from demo_token')
  await db.query('insert into demo_token (token_hash) values ($1)', [hash])
}

/** Uses the token up. `done` is said once of each, however many ask at the same time. */
export async function useDemoToken(db: Queryable, hash: Buffer): Promise<'done' | 'used' | 'expired' | 'unknown'> {
  const { rowCount } = await db.query(`
    update demo_token set used_at = now()
    where token_hash = $1 and used_at is null and created_at > now() - make_interval(secs => $2)`, [hash, LIFETIME_S])
  if (rowCount === 1) return 'done'
  const { rows } = await db.query<{ used: boolean }>('select used_at is not null as used from demo_token where token_hash = $1', [hash])
  const [found] = rows
  return found === undefined ? 'unknown' : found.used ? 'used' : 'expired'
}
